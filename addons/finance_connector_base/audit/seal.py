"""Seal events and sign checkpoints: plain values in, plain values out; the definitions stand in ``verify``.

Keys come from the host (``server.audit_ring``). From each line of the key file a sealing key (HMAC) and a signing
key (Ed25519) are derived, so that a sealing key can be given to an auditor without the means to sign.
"""

import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from . import verify

SEALING, SIGNING = "audit seal 1", "audit sign 1"


def seal_keys(ring):
    """Sealing keys by id, the current one first."""
    return {each: ring.derived(each, SEALING) for each in ring.ids}


def sealed(chain, number, before, events, key_id, key):
    """Seals for ``events`` (as dicts, in order) after the head ``(number, before)`` of their chain.

    :return: ``(event id, number, link, mac, key id)`` for each
    """
    rows = []
    for event in events:
        number += 1
        before = verify.link(before, chain, number, verify.event_bytes(event))
        rows.append((event["id"], number, before, verify.seal(key, before), key_id))
    return rows


class Signers:
    """Every key of the host signs, so that a new key is introduced by the old one."""

    def __init__(self, ring):
        self._keys = {}
        for each in ring.ids:
            private = Ed25519PrivateKey.from_private_bytes(ring.derived(each, SIGNING))
            public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
            self._keys[verify.fingerprint(public)] = private, public

    @property
    def current(self):
        """Fingerprint of the current key: what an auditor notes down."""
        return next(iter(self._keys))

    @property
    def public(self):
        return {name: public for name, (_private, public) in self._keys.items()}

    def sign(self, raw):
        return {name: private.sign(raw).hex() for name, (private, _public) in self._keys.items()}


def checkpoint(signers, database, previous, heads, taken_on, reason):
    """The next checkpoint after ``previous`` (its body as text, or ``None``).

    :param heads: ``{chain: [number, link]}``
    :return: ``{"body": text, "signatures": {fingerprint: hex}}``
    """
    number = json.loads(previous)["number"] + 1 if previous else 1
    body = verify.canonical(
        {
            "version": verify.VERSION,
            "database": database,
            "number": number,
            "previous": verify.sha256(previous.encode()) if previous else verify.ZERO,
            "taken_on": taken_on,
            "reason": reason,
            "heads": heads,
            "root": verify.root(heads),
            "events": sum(count for count, _link in heads.values()),
            "signers": signers.public,
        }
    )
    return {"body": body.decode(), "signatures": signers.sign(body)}
