"""A small trail as an export, without Odoo, and whoever tampers with it."""

import json
import random
import shutil
from pathlib import Path

from ..audit import export, seal, verify
from ..crypto.envelope import KeyRing, new_key

DATABASE = "8f0c6f2e-database-of-the-test"
KINDS = ("message.received", "message.sent", "connector.changed", "approval.approved", "bank_change.done")


class MadeTrail:
    """Events of three chains, five checkpoints, a new key after the third, and one erasure."""

    def __init__(self, seed=7, rounds=5, each=8):
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.keys = [new_key()]
        self.database = DATABASE
        self._lines, self._checkpoints, self._ids = {}, [], 0
        self.history = []
        for round_ in range(rounds):
            if round_ == 3:
                self.keys.insert(0, new_key())
            for _number in range(each):
                self.add(self.event())
            if round_ == 1:
                self.erase()
            self.checkpoint(f"round {round_}")

    @property
    def ring(self):
        return KeyRing(self.keys)

    def event(self, **values):
        connector = self.random.choice((None, 3, 4))
        return {
            "kind": self.random.choice(KINDS), "origin": "web", "user_id": 7, "uid": 1, "company_id": 1,
            "connector_id": connector, "correlation_id": "c1", "res_model": "finance.message", "res_id": 12,
            "facts": {"state": "sent", "attempt": 1}, "node": "node-1",
            "occurred_on": f"2026-11-22T09:00:{self._ids % 60:02d}.000123", **values,
        }  # fmt: skip

    def add(self, event, detail=True):
        self._ids += 1
        line = {"detail": None}
        event = dict.fromkeys(verify.COLUMNS) | {"id": self._ids, "version": 1} | event
        if detail and self._ids % 2:
            line["detail"] = {"salt": f"{self._ids:032x}", "content": {"changes": [["name", "a", f"b{self._ids}"]]}}
            event["detail_sha256"] = verify.detail_digest(line["detail"]["salt"], line["detail"]["content"])
        chain = verify.chain_of(event)
        lines = self._lines.setdefault(chain, [])
        before = lines[-1]["link"] if lines else verify.ZERO
        key_id, key = next(iter(seal.seal_keys(self.ring).items()))
        ((_id, number, link, mac, key),) = seal.sealed(chain, len(lines), before, [event], key_id, key)
        lines.append({"seq": number, "link": link, "mac": mac, "key": key, "event": event, **line})

    def erase(self):
        line = next(line for lines in self._lines.values() for line in lines if line["detail"])
        line["detail"] = None
        self.add(self.event(kind=verify.ERASED, facts={"events": [line["event"]["id"]]}), detail=False)

    def checkpoint(self, reason):
        heads = {chain: [lines[-1]["seq"], lines[-1]["link"]] for chain, lines in self._lines.items()}
        previous = self._checkpoints[-1]["body"] if self._checkpoints else None
        made = seal.checkpoint(seal.Signers(self.ring), DATABASE, previous, heads, "2026-11-22T09:10:00", reason)
        self._checkpoints.append(made)
        self.history.append({chain: len(lines) for chain, lines in self._lines.items()})

    # a source

    def chains(self):
        return sorted(self._lines)

    def lines(self, chain):
        return self._lines[chain]

    def checkpoints(self):
        return self._checkpoints

    def waiting(self):
        return []

    def write(self, folder):
        return export.export(folder, self, seal.Signers(self.ring), "2026-11-22T10:00:00")

    def anchors(self, folder):
        """Copies of the checkpoints, as they are kept elsewhere."""
        Path(folder).mkdir()
        for number, checkpoint in enumerate(self._checkpoints, start=1):
            (Path(folder) / f"checkpoint-{number:06d}.json").write_text(json.dumps(checkpoint))

    def seal_keys(self):
        return seal.seal_keys(self.ring)

    def earlier(self, folder):
        """The export as it truly was two checkpoints ago: every signature in it is good."""
        past = MadeTrail.__new__(MadeTrail)
        past.keys, past.database, counts = self.keys, DATABASE, self.history[-3]
        past._lines = {chain: self._lines[chain][: counts[chain]] for chain in counts}
        past._checkpoints = self._checkpoints[:-2]
        past.write(folder)


class Tamperer:
    """Changes an export in one of many ways; ``clever`` ways also mend what they can reach without the keys."""

    def __init__(self, seed, trail):
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.trail = trail
        self.own = KeyRing([new_key()])
        self.ways = [name.removeprefix("way_") for name in dir(self) if name.startswith("way_")]

    def tamper(self, folder, way):
        self.folder = Path(folder)
        before = self._bytes()
        for _try in range(20):
            getattr(self, f"way_{way}")()
            if self._bytes() != before:
                return
        raise AssertionError(f"{way} changed nothing")

    def _bytes(self):
        return {path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    def _files(self):
        return [path for path in sorted(self.folder.rglob("*.jsonl")) if path.stat().st_size]

    def _chain(self):
        return self.random.choice([path for path in self._files() if path.parent.name == "chains"])

    def _load(self, path):
        return [json.loads(line) for line in path.read_bytes().splitlines()]

    def _save(self, path, lines, mend):
        path.write_bytes(b"".join(verify.canonical(line) + b"\n" for line in lines))
        if mend:
            self._mend_manifest()

    def _mend_manifest(self):
        """New hashes, signed with a key of the tamperer's own."""
        path = self.folder / "manifest.json"
        manifest = json.loads(path.read_bytes())
        names = {each.relative_to(self.folder).as_posix(): each for each in self.folder.rglob("*.jsonl")}
        manifest["files"] = {name: verify.sha256(each.read_bytes()) for name, each in names.items()}
        signers = seal.Signers(self.own)
        manifest["signers"] = signers.public
        path.write_bytes(verify.canonical(manifest))
        (self.folder / "manifest.sig").write_bytes(verify.canonical(signers.sign(path.read_bytes())))

    def _relink(self, path, lines):
        """Links that fit again from the start; seals as they can be made without the key."""
        chain, before = path.stem, verify.ZERO
        for number, line in enumerate(lines, start=1):
            before = verify.link(before, chain, number, verify.event_bytes(line["event"]))
            line |= {"seq": number, "link": before, "mac": verify.seal(self.own.derived(self.own.current, "x"), before)}
        return lines

    # ways

    def way_bit_flip(self):
        path = self.random.choice([*self._files(), self.folder / "manifest.json", self.folder / "manifest.sig"])
        raw = bytearray(path.read_bytes())
        raw[self.random.randrange(len(raw))] ^= 1 << self.random.randrange(8)
        path.write_bytes(raw)

    def way_change(self):
        path = self._chain()
        lines = self._load(path)
        line = self.random.choice(lines)
        name = self.random.choice(("kind", "user_id", "res_id", "occurred_on", "facts", "node"))
        line["event"][name] = {"facts": {"state": "refused"}, "user_id": 8, "res_id": 99}.get(name, "other")
        self._save(path, lines, self.random.random() < 0.7)

    def way_change_detail(self):
        path = self._chain()
        lines = self._load(path)
        line = self.random.choice([line for line in lines if line["detail"]])
        line["detail"]["content"]["changes"][0][1] = "something else"
        self._save(path, lines, True)

    def way_take_detail(self):
        path = self._chain()
        lines = self._load(path)
        self.random.choice([line for line in lines if line["detail"]])["detail"] = None
        self._save(path, lines, True)

    def way_delete(self):
        path = self._chain()
        lines = self._load(path)
        del lines[self.random.randrange(len(lines))]
        self._save(path, lines, self.random.random() < 0.7)

    def way_swap(self):
        path = self._chain()
        lines = self._load(path)
        one, other = self.random.sample(range(len(lines)), 2)
        if self.random.random() < 0.5:
            lines[one], lines[other] = lines[other], lines[one]
        else:  # the events only, under numbers and seals that stay
            lines[one]["event"], lines[other]["event"] = lines[other]["event"], lines[one]["event"]
            lines[one]["detail"], lines[other]["detail"] = lines[other]["detail"], lines[one]["detail"]
        self._save(path, lines, self.random.random() < 0.7)

    def way_insert(self):
        path = self._chain()
        lines = self._load(path)
        lines.insert(self.random.randrange(len(lines) + 1), json.loads(json.dumps(self.random.choice(lines))))
        self._save(path, self._relink(path, lines) if self.random.random() < 0.5 else lines, True)

    def way_cut_tail(self):
        path = self._chain()
        lines = self._load(path)
        self._save(path, lines[: -self.random.randint(1, 3)], True)

    def way_take_chain(self):
        self._chain().unlink()
        self._mend_manifest()

    def way_recompute(self):
        path = self._chain()
        lines = self._load(path)
        event = self.random.choice(lines)["event"]
        event["user_id"] = 9
        self._save(path, self._relink(path, lines), True)

    def way_swap_checkpoints(self):
        path = self.folder / "checkpoints.jsonl"
        lines = self._load(path)
        one, other = self.random.sample(range(len(lines)), 2)
        key = self.random.choice(("body", "signatures", None))
        if key:
            lines[one][key], lines[other][key] = lines[other][key], lines[one][key]
        else:
            lines[one], lines[other] = lines[other], lines[one]
        self._save(path, lines, True)

    def way_cut_checkpoints(self):
        """Chain and checkpoints are cut together, so that they fit each other."""
        path = self.folder / "checkpoints.jsonl"
        lines = self._load(path)[: -self.random.randint(1, 2)]
        heads = json.loads(lines[-1]["body"])["heads"]
        for each in [path for path in self._files() if path.parent.name == "chains"]:
            kept = self._load(each)[: heads.get(each.stem, [0])[0]]
            self._save(each, kept, False)
        self._save(path, lines, True)

    def way_sign_anew(self):
        """A changed chain, links that fit, every checkpoint made anew and signed: with another key."""
        path = self._chain()
        lines = self._load(path)
        self.random.choice(lines)["event"]["user_id"] = 9
        self._save(path, self._relink(path, lines), False)
        own, made = seal.Signers(self.own), []
        for old in self._load(self.folder / "checkpoints.jsonl"):
            body = json.loads(old["body"])
            heads = body["heads"]
            if path.stem in heads:
                number = heads[path.stem][0]
                heads[path.stem] = [number, lines[number - 1]["link"]]
            previous = made[-1]["body"] if made else None
            made.append(seal.checkpoint(own, DATABASE, previous, heads, body["taken_on"], body["reason"]))
        self._save(self.folder / "checkpoints.jsonl", made, True)

    def way_set_back(self):
        """The whole export replaced by a true one of an earlier day."""
        shutil.rmtree(self.folder)
        self.trail.earlier(self.folder)


def naive(folder):
    """What a verifier sees that only follows the links: True where nothing strikes it."""
    for path in (Path(folder) / "chains").glob("*.jsonl"):
        before = verify.ZERO
        for number, raw in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                line = json.loads(raw)
                before = verify.link(before, path.stem, number, verify.event_bytes(line["event"]))
            except (ValueError, KeyError, TypeError):
                return False
            if line.get("link") != before:
                return False
    return True
