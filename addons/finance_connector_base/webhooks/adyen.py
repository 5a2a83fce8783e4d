"""Adyen standard webhooks (docs.adyen.com, verify HMAC signatures): each item carries its own signature."""

import base64
import binascii
import hmac

from ..core.webhook import WEBHOOKS, HookEvent, forged, malformed
from .reading import at, document, items, json_object, moment
from .scheme import Scheme, check_any, checked_id, checked_kind

#: Most items looked at in one post; Adyen sends up to six.
MOST_ITEMS = 200

_FIELDS = (
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "amount.value",
    "amount.currency",
    "eventCode",
    "success",
)
_FREE_TEXT = "merchantReference"


@WEBHOOKS.add("adyen", "Adyen")
class Adyen(Scheme):
    """HMAC-SHA256 with a hex key over eight fields of the item joined by colons.

    Nothing else of an item is signed, neither its date nor ``reason`` with the address of a report:
    what acts on those must check them. There is no signed time; a repeated item is known by its id.
    """

    answer = b"[accepted]"

    def key(self, secret):
        try:
            return binascii.unhexlify(secret)
        except (binascii.Error, ValueError):
            return None

    def authenticate(self, post, body, keys, now):
        found = items(body, "notificationItems")
        if not 0 < len(found) <= MOST_ITEMS:
            raise malformed("no items, or too many")
        for raw in found:
            item = _item(raw)
            signature = at(item, "additionalData.hmacSignature")
            if not isinstance(signature, str):
                raise forged("an item has no signature")
            texts = _signed_texts(item)
            check_any(
                [signature],
                [base64.b64encode(hmac.digest(key, text, "sha256")).decode() for key in keys for text in texts],
            )

    def events(self, post, body):
        return [self._event(raw) for raw in items(body, "notificationItems")]

    def _event(self, raw):
        item = _item(raw)
        code, reference = _text(item, "eventCode"), _text(item, "pspReference")
        if not code or not reference:
            raise malformed("an item has no reference")
        if code == "REPORT_AVAILABLE":  # named alike for every merchant account
            reference = f"{_text(item, 'merchantAccountCode')}/{reference}"
        event_id = checked_id(f"{code}:{reference}:{_text(item, 'success')}", raw)
        return HookEvent(event_id, checked_kind(code), raw, moment(item.get("eventDate")))

    def same(self, known, body):
        """Adyen repeats an item with another date or reason; the signed fields tell whether it is the same."""
        if document(known) is None or document(body) is None:
            return known == body
        return _signed_texts(_item(known)) == _signed_texts(_item(body))


def _item(raw):
    found = json_object(raw).get("NotificationRequestItem")
    if not isinstance(found, dict):
        raise malformed("an item has no contents")
    return found


def _text(item, path):
    """A signed field as Adyen writes it: absent is empty, true and false in small letters."""
    value = at(item, path)
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, str | int):
        return "" if value is None else str(value)
    raise malformed(f"{path} is neither text nor number")


def _signed_texts(item):
    """The text that was signed, with colons escaped and without: Adyen's own libraries differ.

    Unescaped text is unambiguous only while no other field than the merchant's free reference may
    hold a colon; otherwise a part of one field could pass for another.
    """
    values = {path: _text(item, path) for path in _FIELDS}
    if any(":" in value for path, value in values.items() if path != _FREE_TEXT):
        raise forged("a field holds a colon")
    escaped = (value.replace("\\", "\\\\").replace(":", "\\:") for value in values.values())
    return [":".join(escaped).encode(), ":".join(values.values()).encode()]
