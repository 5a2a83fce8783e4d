"""Posts as payment providers send them: genuine, repeated, and forged in every way we know.

Everything follows from a seed. Signing is written apart from the product's schemes.
"""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from odoo.addons.finance_connector_base.tests import webhook_maker as maker

#: Larger than any post that may be read.
OVERSIZED = 2 << 20
WINDOW_SECONDS = 300
#: What a busy line may eat of a time that lies ahead.
SLACK_SECONDS = 60
#: Forgeries that only make sense where a time is signed.
TIMED = ("too old", "too new", "other time than signed")
#: A broken signature inside a document may break the document.
BROKEN = {400, 401}


@dataclass(frozen=True)
class Event:
    """Something that happened at a provider; ``key`` is how our side must know it."""

    party: "Party"
    number: int
    amount: int
    key: str

    def with_amount(self, amount):
        """The same id with other content: no honest provider does this."""
        return Event(self.party, self.number, amount, self.key)


@dataclass(frozen=True, eq=False)
class Party:
    """One provider account: a connector on our side, a secret both know, and how it signs.

    ``make(events, secret, moment)`` gives ``(headers, body)``; ``key(event id, number)`` the id our side keeps.
    """

    code: str
    scheme: str
    secret: str
    make: Callable = field(repr=False)
    key: Callable = field(repr=False)
    settings: dict = field(default_factory=dict, repr=False)
    timed: bool = True
    most_events: int = 1  # in one post

    def event(self, number):
        return Event(self, number, 1000 + number, self.key(f"{self.code}-{number}"))

    def post(self, events, moment, secret=None):
        headers, body = self.make(events, secret or self.secret, moment)
        return Post({"Content-Type": "application/json", **headers}, body, tuple(event.key for event in events))


@dataclass(frozen=True)
class Post:
    headers: dict
    body: bytes
    keys: tuple = ()
    chunked: bool = False


@dataclass(frozen=True)
class Forgery:
    """A post that must be refused; ``statuses`` are the answers that are right."""

    kind: str
    party: Party  # at whose address it is thrown
    make: Callable = field(repr=False)  # moment → Post
    statuses: frozenset = frozenset({401})


def _body(event, **more):
    return {"id": event.key, "type": "payout.paid", "data": {"amount": event.amount, "note": "ünïcode"}, **more}


def _standard(events, secret, moment):
    (event,) = events
    body = json.dumps(_body(event)).encode()
    return maker.standard(body, event.key, int(moment), (secret,)), body


def _stripe(events, secret, moment):
    (event,) = events
    body = json.dumps(_body(event, object="event")).encode()
    return maker.stripe(body, int(moment), (secret,)), body


def _adyen(events, secret, moment):
    del moment
    items = [
        maker.adyen_item(event.key.split(":")[1], secret, amount={"value": event.amount, "currency": "EUR"})
        for event in events
    ]
    return {}, maker.adyen_body(*items)


def _gocardless(events, secret, moment):
    del moment
    rows = [
        {"id": event.key, "resource_type": "payments", "action": "paid_out", "details": {"amount": event.amount}}
        for event in events
    ]
    body = json.dumps({"events": rows, "meta": {"webhook_id": "WB"}}).encode()
    return maker.gocardless(body, secret), body


def _generic(events, secret, moment):
    (event,) = events
    body = json.dumps(_body(event)).encode()
    mark = maker.mac(secret.encode(), f"{int(moment)}.".encode() + body).hex()
    return {"X-Signature": f"sha256={mark}", "X-Time": str(int(moment))}, body


GENERIC = {
    "webhook_header": "X-Signature",
    "webhook_prefix": "sha256=",
    "webhook_timestamp_header": "X-Time",
    "webhook_signed": "{timestamp}.{body}",
    "webhook_id_path": "id",
    "webhook_kind_path": "type",
}


def _plain_key(event_id):
    return f"evt_{event_id}"


def _adyen_key(event_id):
    return f"AUTHORISATION:{event_id}:true"


def parties(seed):
    """Two accounts of each scheme with secrets of their own, the second of each to be confused with the first."""
    chance = random.Random(f"{seed} secrets")

    def text():
        return chance.randbytes(24)

    found = []
    for twin in "ab":
        found += [
            Party(f"standard_{twin}", "standard", "whsec_" + base64.b64encode(text()).decode(), _standard, _plain_key),
            Party(f"stripe_{twin}", "stripe", f"whsec_{text().hex()}", _stripe, _plain_key),
            Party(
                f"adyen_{twin}", "adyen", text().hex().upper(), _adyen, _adyen_key, timed=False, most_events=3,
            ),
            Party(
                f"gocardless_{twin}", "gocardless", text().hex(), _gocardless, _plain_key, timed=False, most_events=3,
            ),
            Party(f"generic_{twin}", "hmac", text().hex(), _generic, _plain_key, GENERIC),
        ]
    return found


def events(chosen, count):
    """``count`` events, spread over the parties."""
    return [chosen[number % len(chosen)].event(number) for number in range(count)]


def deliveries(found, times, seed):
    """Each event ``times`` times, in an order in which copies meet; providers that bundle send some neighbours along.

    :return: lists of events of one party, one list for each post
    """
    chance = random.Random(f"{seed} deliveries")
    neighbours = {}
    for event in found:
        neighbours.setdefault(event.party.code, []).append(event)
    posts = []
    for place, event in enumerate(found):
        for number in range(times):
            bundle = {event}
            while len(bundle) < event.party.most_events and chance.random() < 0.3:
                bundle.add(chance.choice(neighbours[event.party.code]))
            # Half of the copies come close together, the others at any time.
            moment = place + chance.random() * 20 if number < times // 2 else chance.random() * len(found)
            posts.append((moment, sorted(bundle, key=lambda one: chance.random())))
    posts.sort(key=lambda one: one[0])
    return [bundle for _moment, bundle in posts]


def conflicts(found, count, seed):
    """Events under known ids with other content, signed properly."""
    chance = random.Random(f"{seed} conflicts")
    return [event.with_amount(event.amount + 1_000_000) for event in chance.sample(found, count)]


def forgeries(found, chosen, count, seed):
    """``count`` posts that must be refused, every kind for every party that can be attacked so."""
    chance = random.Random(f"{seed} forgeries")
    twins = {party.code: next(other for other in chosen if other.scheme == party.scheme and other is not party)
             for party in chosen}
    by_party = {}
    for event in found:
        by_party.setdefault(event.party.code, []).append(event)

    def genuine(party):
        return chance.choice(by_party[party.code])

    kinds = {
        "wrong secret": lambda party: _by_secret(party, genuine(party), _other_secret(party, chance)),
        "secret of another connector": lambda party: _by_secret(party, genuine(party), twins[party.code].secret),
        "replayed at another address": lambda party: _moved(genuine(party), twins[party.code]),
        "bit flipped in the body": lambda party: _flipped_body(party, genuine(party), chance),
        "bit flipped in the signature": lambda party: _flipped_signature(party, genuine(party), chance),
        "signature of another event": lambda party: _swapped(party, chance.sample(by_party[party.code], 2)),
        "no signature": lambda party: _unsigned(party, genuine(party)),
        "too old": lambda party: _at(party, genuine(party), -WINDOW_SECONDS - 1),
        "too new": lambda party: _at(party, genuine(party), WINDOW_SECONDS + SLACK_SECONDS),
        "other time than signed": lambda party: _retimed(party, genuine(party)),
        "no secret stored": lambda party: _to_silent(genuine(party)),
        "unknown address": lambda party: _nowhere(party, genuine(party)),
        "oversized": lambda party: _oversized(party, genuine(party), chunked=False),
        "oversized in chunks": lambda party: _oversized(party, genuine(party), chunked=True),
        "form": lambda party: _form(party, genuine(party)),
        "forged in chunks": lambda party: _chunked(party, genuine(party), _other_secret(party, chance)),
    }
    pairs = [(kind, party) for kind in kinds for party in chosen if party.timed or kind not in TIMED]
    chance.shuffle(pairs)
    posts = []
    for number in range(count):
        kind, party = pairs[number % len(pairs)]
        at, post, *statuses = kinds[kind](party)
        posts.append(Forgery(kind, at, post, frozenset(statuses[0] if statuses else {401})))
    return posts


#: At an address that does not exist, and at a connector without a secret.
NOWHERE = Party("nowhere", "standard", "", _standard, _plain_key)
SILENT = Party("silent", "standard", "", _standard, _plain_key)


def _other_secret(party, chance):
    fresh = chance.randbytes(24)
    if party.scheme == "standard":
        return "whsec_" + base64.b64encode(fresh).decode()
    return fresh.hex().upper()


def _by_secret(party, event, secret):
    return party, lambda moment: party.post([event], moment, secret)


def _moved(event, other):
    return other, lambda moment: event.party.post([event], moment)


def _flip(data, place):
    return data[: place // 8] + bytes([data[place // 8] ^ 1 << place % 8]) + data[place // 8 + 1 :]


def _flipped_body(party, event, chance):
    """Inside what is signed; where bytes around it are free, the amount is."""
    spot, bit = str(event.amount).encode(), chance.randrange(3)

    def make(moment):
        post = party.post([event], moment)
        place = post.body.index(spot) * 8 + bit
        return Post(post.headers, _flip(post.body, place))

    return party, make, BROKEN


def _flipped_signature(party, event, chance):
    bit = chance.randrange(3)
    if party.scheme == "adyen":

        def make(moment):
            post = party.post([event], moment)
            start = post.body.index(b'"hmacSignature": "') + len(b'"hmacSignature": "')
            return Post(post.headers, _flip(post.body, (start + 3) * 8 + bit))

        return party, make, BROKEN

    def make(moment):
        post = party.post([event], moment)
        name = _signature_header(party)
        value = post.headers[name].encode()
        changed = _flip(value, (len(value) - 10) * 8 + bit).decode("latin-1")
        return Post({**post.headers, name: changed}, post.body)

    return party, make


def _signature_header(party):
    return {
        "standard": "webhook-signature", "stripe": "Stripe-Signature", "gocardless": "Webhook-Signature",
        "hmac": "X-Signature",
    }[party.scheme]


def _swapped(party, pair):
    one, other = pair

    def make(moment):
        post, lent = party.post([one], moment), party.post([other], moment)
        if party.scheme == "adyen":
            body, theirs = json.loads(post.body), json.loads(lent.body)
            body["notificationItems"][0]["NotificationRequestItem"]["additionalData"] = theirs["notificationItems"][0][
                "NotificationRequestItem"]["additionalData"]
            return Post(post.headers, json.dumps(body).encode())
        return Post({**lent.headers, **({"webhook-id": one.key} if party.scheme == "standard" else {})}, post.body)

    return party, make


def _unsigned(party, event):
    def make(moment):
        post = party.post([event], moment)
        if party.scheme == "adyen":
            body = json.loads(post.body)
            del body["notificationItems"][0]["NotificationRequestItem"]["additionalData"]
            return Post(post.headers, json.dumps(body).encode())
        headers = {name: value for name, value in post.headers.items() if name != _signature_header(party)}
        return Post(headers, post.body)

    return party, make


def _at(party, event, shift):
    return party, lambda moment: party.post([event], moment + shift)


def _retimed(party, event):
    """An old post with a new time: the time is signed, too."""
    def make(moment):
        post = party.post([event], moment - 3600)
        old, new = str(int(moment - 3600)), str(int(moment))
        return Post({name: value.replace(old, new) for name, value in post.headers.items()}, post.body)

    return party, make


def _to_silent(event):
    """Where no secret is stored nothing can be true, however it is signed, not even with an empty key."""
    empty = "whsec_" if event.number % 2 else "whsec_" + base64.b64encode(b"guess").decode()
    stand_in = SILENT.event(event.number)
    return SILENT, lambda moment: SILENT.post([stand_in], moment, empty)


def _nowhere(party, event):
    return NOWHERE, lambda moment: party.post([event], moment), {404}


def _oversized(party, event, chunked):
    """Signed properly, where a header does it, and yet too much to be read."""
    def make(moment):
        post = party.post([event], moment)
        return Post(post.headers, post.body + b" " * OVERSIZED, chunked=chunked)

    return party, make, {413}


def _form(party, event):
    def make(moment):
        post = party.post([event], moment)
        kind = "application/x-www-form-urlencoded" if event.number % 2 else "multipart/form-data; boundary=x"
        return Post({**post.headers, "Content-Type": kind}, post.body)

    return party, make, {415}


def _chunked(party, event, secret):
    def make(moment):
        post = party.post([event], moment, secret)
        return Post(post.headers, post.body, chunked=True)

    return party, make
