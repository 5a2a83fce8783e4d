#!/usr/bin/env python3
"""Verify an export of the audit trail: python3 verify.py FOLDER [--anchors FOLDER] [--trust FINGERPRINT] …

One file that needs Python's standard library and ``cryptography``, nothing of Odoo: the export carries it along,
and the hub seals and verifies with the same definitions (``docs/decisions/audit.md`` explains them).

- An event has one byte form (``event_bytes``); readable details hang on it by a salted digest and may be erased.
- A chain links events by SHA-256: link = H(link before, chain, number, event). Each link bears an HMAC of the hub.
- A checkpoint names the head of every chain and its Merkle root, and the checkpoint before it; it is signed with
  Ed25519 by keys outside the database. Copies of checkpoints kept elsewhere ("anchors") show what was cut off.

Exit code 0: everything fits. 1: it was tampered with, or something is missing. 2: it cannot be read at all.
"""

import argparse
import hashlib
import hmac
import json
import sys
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VERSION = 1
ZERO = "0" * 64
COLUMNS = (
    "id", "version", "kind", "origin", "user_id", "uid", "company_id", "connector_id", "correlation_id",
    "res_model", "res_id", "facts", "before_sha256", "after_sha256", "detail_sha256", "node", "occurred_on",
)  # fmt: skip
#: Kind of the event that names the events whose details were erased.
ERASED = "audit.erased"
#: Findings told one by one; the rest is counted.
MOST_TOLD = 200


# definitions


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(content):
    """UTF-8 JSON with sorted keys and no blanks; numbers are whole."""
    return _encode(content).encode()


def sha256(raw):
    return hashlib.sha256(raw).hexdigest()


def event_bytes(event):
    """The bytes of an event that are sealed: all columns, absent ones as null."""
    return canonical({name: event.get(name) for name in COLUMNS})


def detail_digest(salt, content):
    """Digest of readable details: without the salt nobody finds them by trying."""
    return sha256(b"finance audit detail 1\0" + bytes.fromhex(salt) + canonical(content))


def chain_of(event):
    """Which chain an event belongs to: its connector's, else its company's, else the database's."""
    if event.get("connector_id"):
        return f"connector-{event['connector_id']}"
    return f"company-{event['company_id']}" if event.get("company_id") else "database"


def link(before, chain, number, event):
    """The next link of a chain, from the one before it (hex) and the event's bytes."""
    parts = b"\0".join((b"finance audit link 1", bytes.fromhex(before), chain.encode(), b"%d" % number))
    return sha256(parts + b"\0" + hashlib.sha256(event).digest())


def seal(key, link_hex):
    """HMAC of a link under a sealing key (bytes), which is not in the database."""
    return hmac.digest(key, bytes.fromhex(link_hex), "sha256").hex()


def root(heads):
    """Merkle root (RFC 6962) over the heads ``{chain: [number, link]}``, in the order of chains."""
    level = [hashlib.sha256(b"\0" + canonical([chain, *heads[chain]])).digest() for chain in sorted(heads)]
    if not level:
        return sha256(b"")
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex()


def fingerprint(public_hex):
    """How people compare a public key."""
    return sha256(bytes.fromhex(public_hex))[:16]


def signed_by(raw, signers, signatures):
    """Fingerprints of the keys that signed ``raw``; empty where one that is named did not, or others did."""
    if set(signers) != set(signatures):
        return set()
    good = set()
    for name, public in signers.items():
        try:
            if signatures[name] != signatures[name].lower():
                return set()
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signatures[name]), raw)
        except (InvalidSignature, ValueError, TypeError, AttributeError):
            return set()
        if fingerprint(public) != name:
            return set()
        good.add(name)
    return good


# findings


class Report:
    """What was found: faults speak against the trail, remarks do not."""

    def __init__(self):
        self.faults, self.remarks = [], []
        self.fault_count = self.events = self.chains = self.checkpoints = self.erased = self.unsealed = 0
        self.sealed_with = {}

    def fault(self, code, place, words):
        self.fault_count += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append({"code": code, "place": place, "text": words})

    def remark(self, words):
        self.remarks.append(words)

    @property
    def ok(self):
        return not self.fault_count

    def plain(self):
        return {"ok": self.ok, **{name: getattr(self, name) for name in (
            "events", "chains", "checkpoints", "unsealed", "erased", "fault_count", "faults", "remarks")}}  # fmt: skip

    def words(self):
        lines = [
            f"{self.events} sealed events in {self.chains} chains, {self.checkpoints} signed checkpoints, "
            f"{self.unsealed} events not sealed yet, details of {self.erased} events erased."
        ]
        lines += [f"Note: {words}" for words in self.remarks]
        lines += [f"FAULT {fault['code']} at {fault['place']}: {fault['text']}" for fault in self.faults]
        if self.fault_count > len(self.faults):
            lines.append(f"… and {self.fault_count - len(self.faults)} more.")
        wrong = f"{self.fault_count} faults: this trail is not as it was written."
        lines.append("Everything fits." if self.ok else wrong)
        return "\n".join(lines)


# examination


class Examination:
    """Goes through a source once, with constant memory but for erased details and the heads of checkpoints.

    A source has ``database``, ``checkpoints()``, ``chains()``, ``lines(chain)``, ``unsealed()``, ``strays()``; a
    line is ``{"seq", "link", "mac", "key", "event", "detail"}``, a stray ``(code, place, words)``.
    """

    def __init__(self, source, trusted=(), seal_keys=None, anchors=None):
        self.source, self.trusted, self.seal_keys = source, set(trusted), seal_keys or {}
        self.anchors = anchors
        self.report = Report()
        self._missing, self._erased, self._unknown_keys = {}, set(), set()

    def run(self):
        checkpoints = list(self.source.checkpoints())
        wanted = {}
        for body in self._check_checkpoints(checkpoints):
            for chain, (number, found) in body["heads"].items():
                wanted.setdefault(chain, {}).setdefault(number, set()).add(found)
        names = list(self.source.chains())
        for chain in names:
            self._check_chain(chain, wanted.get(chain, {}))
        for chain in sorted(wanted.keys() - set(names)):
            self.report.fault("chain.missing", chain, "a signed checkpoint names this chain; it is gone")
        self.report.chains = len(names)
        for code, place, words in self.source.strays():
            self.report.fault(code, place, words)
        self.report.unsealed = self.source.unsealed()
        self._check_details()
        self._check_anchors(checkpoints)
        if self._unknown_keys:
            self.report.remark(
                f"seals under the keys {', '.join(sorted(self._unknown_keys))} were not checked (their keys were not "
                "given); links and signed checkpoints were."
            )
        return self.report

    # chains

    def _check_chain(self, chain, wanted):
        before, number = ZERO, 0
        for line in self.source.lines(chain):
            number += 1
            place = f"{chain} #{number}"
            if not isinstance(line, dict):
                self.report.fault("line.unreadable", place, str(line))
                continue
            try:
                before = self._check_line(chain, number, before, line, place)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.report.fault("line.unreadable", place, f"{type(error).__name__}: {error}")
            for signed in wanted.pop(number, ()):
                if signed != before:
                    self.report.fault("head.changed", place, "the chain is not the one that was signed in a checkpoint")
        for left in wanted:
            words = f"a checkpoint was signed here; the chain ends at {number}"
            self.report.fault("chain.cut", f"{chain} #{left}", words)

    def _check_line(self, chain, number, before, line, place):
        """:return: the link from which the chain goes on"""
        if line["seq"] != number:
            self.report.fault("number.gap", place, f"number {line['seq']} stands where {number} has to")
        event = line["event"]
        if event is None:
            self.report.fault("event.missing", place, "sealed, but the event is gone")
            return line["link"]
        self.report.events += 1
        expected = link(before, chain, number, event_bytes(event))
        if line["link"] != expected:
            self.report.fault("event.changed", place, f"event {event['id']} or what stands before it was changed")
        key = self.seal_keys.get(line["key"])
        if key is None:
            self._unknown_keys.add(str(line["key"]))
        elif not hmac.compare_digest(str(line["mac"]), seal(key, line["link"])):
            self.report.fault("seal.forged", place, f"the seal of event {event['id']} was not made by this hub")
        if chain_of(event) != chain:
            self.report.fault("event.moved", place, f"event {event['id']} belongs to {chain_of(event)}")
        if event["kind"] == ERASED:
            self._erased.update((event["facts"] or {}).get("events", ()))
        self._check_detail(event, line.get("detail"), place)
        return line["link"]

    def _check_detail(self, event, detail, place):
        promised = event["detail_sha256"]
        if detail is None:
            if promised:
                self._missing[event["id"]] = place
        elif not promised or detail_digest(detail["salt"], detail["content"]) != promised:
            self.report.fault("detail.changed", place, f"the readable details of event {event['id']} were changed")

    def _check_details(self):
        self.report.erased = len(self._missing.keys() & self._erased)
        for event_id, place in self._missing.items():
            if event_id not in self._erased:
                self.report.fault(
                    "detail.missing", place, f"readable details of event {event_id} are gone, and no erasure names them"
                )

    # checkpoints

    def _check_checkpoints(self, checkpoints):
        """Check numbers, links, signatures and roots; the bodies that count are returned."""
        bodies, before, heads = [], ZERO, {}
        for number, checkpoint in enumerate(checkpoints, start=1):
            place = f"checkpoint {number}"
            try:
                body = json.loads(checkpoint["body"])
                raw = checkpoint["body"].encode()
                if canonical(body) != raw or body["version"] != VERSION:
                    raise ValueError("not in its one form")
                self._check_checkpoint(body, number, before, heads, place)
                self._check_signatures(body, raw, checkpoint["signatures"], place)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                self.report.fault("checkpoint.unreadable", place, f"{type(error).__name__}: {error}")
                before = sha256(str(checkpoint).encode())
                continue
            bodies.append(body)
            before, heads = sha256(raw), body["heads"]
        self.report.checkpoints = len(bodies)
        if not bodies:
            self.report.remark("There is no checkpoint yet: what is cut off the end of a chain cannot be seen.")
        return bodies

    def _check_checkpoint(self, body, number, before, heads, place):
        if body["number"] != number:
            self.report.fault("checkpoint.gap", place, f"checkpoint {body['number']} stands here")
        if body["previous"] != before:
            self.report.fault("checkpoint.order", place, "it does not follow the checkpoint before it")
        if body["database"] != self.source.database:
            self.report.fault("checkpoint.foreign", place, "it was made for another database")
        if body["root"] != root(body["heads"]):
            self.report.fault("checkpoint.root", place, "its root does not belong to its heads")
        for chain, (earlier, _link) in heads.items():
            if body["heads"].get(chain, [0])[0] < earlier:
                self.report.fault("checkpoint.back", place, f"{chain} was longer before")

    def _check_signatures(self, body, raw, signatures, place):
        """A key counts if it was given as trusted, or was handed over to by a checkpoint that a trusted key signed."""
        good = signed_by(raw, body["signers"], signatures)
        if not self.trusted and body["number"] == 1 and good:
            self.trusted = set(good)
            self.report.remark(
                f"No trusted key was given: the first checkpoint's own ({', '.join(sorted(good))}) was believed. "
                "Compare it with the fingerprint that was noted when the hub was set up."
            )
        if good & self.trusted:
            self.trusted |= good
        else:
            self.report.fault("checkpoint.signature", place, "no trusted key has signed this checkpoint as it stands")

    def _check_anchors(self, checkpoints):
        if self.anchors is None:
            self.report.remark("No copies kept elsewhere were compared: a trail set back as a whole cannot be seen.")
            return
        count = 0
        for name, anchor in self.anchors:
            count += 1
            try:
                number = json.loads(anchor["body"])["number"]
                here = checkpoints[number - 1]["body"] if 0 < number <= len(checkpoints) else None
            except (KeyError, TypeError, ValueError) as error:
                self.report.fault("anchor.unreadable", name, f"{type(error).__name__}: {error}")
                continue
            if here is None:
                self.report.fault("anchor.ahead", name, f"checkpoint {number} was kept elsewhere and is missing here")
            elif here != anchor["body"]:
                self.report.fault("anchor.differs", name, f"checkpoint {number} is another one here")
        self.report.remark(f"{count} copies of checkpoints kept elsewhere were compared.")


# an export in a folder


class Folder:
    """An export as ``odoo finance audit export`` writes it; what cannot be read is a finding, not a crash."""

    def __init__(self, path):
        self.path = Path(path)
        self.manifest = json.loads((self.path / "manifest.json").read_bytes())
        self.database = self.manifest["database"]

    def chains(self):
        return [name.removeprefix("chains/").removesuffix(".jsonl") for name in self._names("chains/")]

    def _names(self, prefix):
        found = (path.relative_to(self.path).as_posix() for path in sorted(self.path.rglob("*.jsonl")))
        return [name for name in found if name.startswith(prefix)]

    def _read(self, name):
        path = self.path / name
        if not path.is_file():
            return
        with path.open("rb") as stream:
            for raw in stream:
                try:
                    content = json.loads(raw)
                    if canonical(content) + b"\n" != raw:
                        raise ValueError("the line is not in its one form")
                except (ValueError, RecursionError) as error:
                    content = f"{name}: {error}"
                yield content

    def lines(self, chain):
        return self._read(f"chains/{chain}.jsonl")

    def checkpoints(self):
        return self._read("checkpoints.jsonl")

    def unsealed(self):
        return sum(1 for _line in self._read("unsealed.jsonl"))

    def strays(self):
        """Files that are not as the signed manifest says."""
        raw = (self.path / "manifest.json").read_bytes()
        try:
            signatures = json.loads((self.path / "manifest.sig").read_bytes())
            files = self.manifest["files"]
            if not signed_by(raw, self.manifest["signers"], signatures):
                yield "manifest.signature", "manifest.json", "it is not signed by the keys it names"
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
            yield "manifest.unreadable", "manifest.json", f"{type(error).__name__}: {error}"
            return
        here = set(self._names(""))
        for name in sorted(here | files.keys()):
            if name not in here or name not in files:
                yield "file.set", name, "missing" if name in files else "not named in the manifest"
            elif self._sha256(name) != files[name]:
                yield "file.changed", name, "not as it was exported"

    def _sha256(self, name):
        digest = hashlib.sha256()
        with (self.path / name).open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def read_anchors(path):
    """``(name, checkpoint)`` of each copy in a folder."""
    for each in sorted(Path(path).glob("checkpoint-*.json")):
        try:
            yield each.name, json.loads(each.read_bytes())
        except ValueError:
            yield each.name, None


def verify_folder(path, trusted=(), seal_keys=None, anchors=None):
    """Examine an export; ``Report``.

    :raise OSError, ValueError, KeyError: there is no readable manifest
    """
    folder = Folder(path)
    examination = Examination(folder, trusted, seal_keys, read_anchors(anchors) if anchors else None)
    report = examination.run()
    named = set(folder.manifest["signers"]) if isinstance(folder.manifest.get("signers"), dict) else set()
    if not named & examination.trusted:
        report.fault("manifest.foreign", "manifest.json", "it is signed, but not by a key that signed the checkpoints")
    return report


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="the export")
    parser.add_argument("--anchors", metavar="FOLDER", help="copies of checkpoints kept outside the hub")
    parser.add_argument("--trust", metavar="FINGERPRINT", action="append", default=[], help="known signing key")
    parser.add_argument("--seal-keys", metavar="FILE", help='sealing keys in escrow: {"id": "hex", …}')
    parser.add_argument("--json", action="store_true", help="the report as JSON")
    options = parser.parse_args(arguments)
    try:
        given = json.loads(Path(options.seal_keys).read_text()) if options.seal_keys else {}
        keys = {name: bytes.fromhex(text) for name, text in given.items()}
        report = verify_folder(options.folder, options.trust, keys, options.anchors)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"This cannot be read: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - a command
        return 2
    print(json.dumps(report.plain(), ensure_ascii=False) if options.json else report.words())  # noqa: T201
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
