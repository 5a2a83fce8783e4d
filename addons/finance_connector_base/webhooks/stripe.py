"""Stripe (docs.stripe.com/webhooks#verify-manually): ``Stripe-Signature: t=…,v1=…``."""

import hmac

from ..core.webhook import WEBHOOKS, HookEvent, forged, malformed
from .reading import at, document, json_object, moment
from .scheme import Scheme, check_any, checked_id, checked_kind

#: Counts deliveries still open, so it differs between two deliveries of one event.
_CHANGING = "pending_webhooks"


@WEBHOOKS.add("stripe", "Stripe")
class Stripe(Scheme):
    """HMAC-SHA256 over time, dot and body; one ``v1`` for each secret while secrets roll over."""

    def key(self, secret):
        return secret.encode()

    def authenticate(self, post, body, keys, now):
        parts = [part.strip().partition("=") for part in post.get("stripe-signature", "").split(",")]
        times = [value for name, _, value in parts if name == "t"]
        if len(times) != 1:
            raise forged("the signed time is missing")
        self.check_time(times[0], now)
        signed = times[0].encode() + b"." + body
        check_any(
            (value for name, _, value in parts if name == "v1"),
            [hmac.new(key, signed, "sha256").hexdigest() for key in keys],
        )

    def events(self, post, body):
        event = json_object(body)
        if not event.get("id"):
            raise malformed("the event has no id")
        return [
            HookEvent(
                checked_id(event["id"], body), checked_kind(event.get("type")), body, moment(at(event, "created"))
            )
        ]

    def same(self, known, body):
        one, other = document(known), document(body)
        if not isinstance(one, dict) or not isinstance(other, dict):
            return known == body
        return {**one, _CHANGING: None} == {**other, _CHANGING: None}
