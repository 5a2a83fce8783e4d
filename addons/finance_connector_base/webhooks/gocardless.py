"""GoCardless (developer.gocardless.com, webhooks): hex HMAC-SHA256 of the body, several events in a post."""

import hmac

from ..core.webhook import WEBHOOKS, HookEvent, malformed
from .reading import items, json_object, moment
from .scheme import Scheme, check_any, checked_id, checked_kind


@WEBHOOKS.add("gocardless", "GoCardless")
class GoCardless(Scheme):
    """No time is signed; a repeated event is known by its id."""

    def key(self, secret):
        return secret.encode()

    def authenticate(self, post, body, keys, now):
        check_any([post.get("webhook-signature", "")], [hmac.new(key, body, "sha256").hexdigest() for key in keys])

    def events(self, post, body):
        return [self._event(raw) for raw in items(body, "events")]

    def _event(self, raw):
        event = json_object(raw)
        if not event.get("id"):
            raise malformed("an event has no id")
        kind = f"{event.get('resource_type') or 'event'}.{event.get('action') or 'unknown'}"
        return HookEvent(checked_id(event["id"], raw), checked_kind(kind), raw, moment(event.get("created_at")))
