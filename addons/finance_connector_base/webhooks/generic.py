"""Any provider that puts an HMAC of the body into a header: GitHub, Shopify, WooCommerce, Revolut, …"""

import base64
import binascii
import hmac

from ..core.webhook import WEBHOOKS, HookEvent
from .reading import at, document, moment
from .scheme import Scheme, check_any, checked_id, checked_kind

KEY_FORMATS = {
    "text": str.encode,
    "hex": binascii.unhexlify,
    "base64": lambda secret: base64.b64decode(secret, validate=True),
}
ENCODINGS = {"hex": bytes.hex, "base64": lambda digest: base64.b64encode(digest).decode()}


class FromBody(Scheme):
    """Id, kind and time of the event stand in the body, at paths that are settings.

    An id in a header of its own is not signed by these providers: whoever repeats a post could
    change it, so it is never used. Without an id in the body its hash stands for it.
    """

    def events(self, post, body):
        content = document(body)
        settings = self.settings
        return [
            HookEvent(
                checked_id(at(content, settings.id_path), body),
                checked_kind(at(content, settings.kind_path)),
                body,
                moment(at(content, settings.time_path)),
            )
        ]


@WEBHOOKS.add("hmac", "HMAC in a header")
class GenericHmac(FromBody):
    """Header, algorithm, encoding, prefix, key format and the signed text are settings."""

    def key(self, secret):
        try:
            return KEY_FORMATS[self.settings.key_format](secret)
        except (binascii.Error, ValueError):
            return None

    def authenticate(self, post, body, keys, now):
        settings = self.settings
        time = ""
        if settings.timestamp_header:
            time = post.get(settings.timestamp_header.lower(), "")
            self.check_time(time, now)
        signed = settings.signed.encode().replace(b"{timestamp}", time.encode()).replace(b"{body}", body)
        encode = ENCODINGS[settings.encoding]
        found = (part.strip() for part in post.get(settings.header.lower(), "").split(","))
        check_any(
            (part.removeprefix(settings.prefix) for part in found if part.startswith(settings.prefix)),
            [encode(hmac.digest(key, signed, settings.algorithm)) for key in keys],
        )
