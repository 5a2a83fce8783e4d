import functools
import io
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from ..audit import seal, verify
from ..core.errors import ConfigurationError
from ..crypto.envelope import KeyRing, new_key
from .audit_trail import MadeTrail, Tamperer, naive
from .pure import PureCase

TRIALS = 1000


class TestPureAudit(PureCase):
    """An export of the audit trail proves itself to a script that needs no Odoo; whatever is changed is found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.base = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.trail = MadeTrail()
        cls.export, cls.anchors = cls.base / "export", cls.base / "anchors"
        cls.trail.write(cls.export)
        cls.trail.anchors(cls.anchors)
        first = json.loads(cls.trail.checkpoints()[0]["body"])
        cls.trusted = tuple(first["signers"])

    def examine(self, folder, **options):
        options = {"trusted": self.trusted, "seal_keys": self.trail.seal_keys(), "anchors": self.anchors, **options}
        return verify.verify_folder(folder, **options)

    def test_untouched(self):
        """What was written is believed, across a new key and an erasure."""
        report = self.examine(self.export)
        self.assertEqual(report.faults, [])
        self.assertEqual((report.chains, report.checkpoints, report.erased), (3, 5, 1))
        self.assertEqual(report.events, 41)
        self.assertTrue(naive(self.export))

    def test_script_alone(self):
        """The script in the export runs by itself: words and exit codes."""
        call = [sys.executable, "-I", str(self.export / "verify.py"), str(self.export)]
        run = functools.partial(subprocess.run, capture_output=True, text=True, timeout=60, check=False)
        good = run([*call, "--trust", *self.trusted])
        self.assertEqual((good.returncode, good.stderr), (0, ""))
        self.assertIn("Everything fits.", good.stdout)
        bad = run([*call, "--trust", "0" * 16])
        self.assertEqual(bad.returncode, 1)
        self.assertIn("FAULT checkpoint.signature", bad.stdout)

    def test_seals_need_the_key(self):
        """Without the sealing key the links and signatures are checked; with a wrong one every seal is a fault."""
        self.assertTrue(self.examine(self.export, seal_keys={}).ok)
        wrong = dict.fromkeys(self.trail.seal_keys(), b"x" * 32)
        self.assertEqual(self.examine(self.export, seal_keys=wrong).fault_count, 41)

    def test_tamperings(self):
        """A thousand changes are all found; a verifier that only follows the links is blind to many of them."""
        tamperer = Tamperer(11, self.trail)
        missed, blind, why = [], {}, {}
        for trial in range(TRIALS):
            way = tamperer.ways[trial % len(tamperer.ways)]
            folder = self.base / "tampered"
            shutil.copytree(self.export, folder)
            tamperer.tamper(folder, way)
            try:
                report = self.examine(folder)
                if report.ok:
                    missed.append((trial, way))
                why.setdefault(way, set()).update(fault["code"] for fault in report.faults)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):  # the script: exit code 2
                why.setdefault(way, set()).add("unreadable")
            if naive(folder):
                blind[way] = blind.get(way, 0) + 1
            shutil.rmtree(folder)
        self.assertEqual(missed, [])
        self.assertEqual(set(why), set(tamperer.ways))
        self.assertGreater(sum(blind.values()), TRIALS // 4)
        for way in ("cut_tail", "recompute", "sign_anew", "set_back", "take_chain", "swap_checkpoints"):
            self.assertIn(way, blind)

    def test_what_finds_what(self):
        """Each means finds what the others cannot: without it the tampering would pass."""
        tamperer = Tamperer(3, self.trail)
        for way, without in (
            ("sign_anew", {"trusted": (), "anchors": None, "seal_keys": {}}),
            ("set_back", {"anchors": None}),
        ):
            with self.subTest(way):
                folder = self.base / way
                shutil.copytree(self.export, folder)
                tamperer.tamper(folder, way)
                self.assertTrue(self.examine(folder, **without).ok)
                self.assertFalse(self.examine(folder).ok)

    def test_unreadable(self):
        """No manifest: words and exit code 2, no traceback."""
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
            self.assertEqual(verify.main([str(self.base / "nowhere")]), 2)
        self.assertIn("cannot be read", said.getvalue())

    def test_not_into_a_used_folder(self):
        with self.assertRaises(ConfigurationError):
            self.trail.write(self.export)

    def test_root(self):
        """The root of RFC 6962 over the heads; another order or number gives another one."""
        heads = {f"connector-{number}": [number, f"{number:064x}"] for number in range(1, 6)}
        self.assertEqual(verify.root(heads), verify.root(dict(reversed(heads.items()))))
        for chain in heads:
            self.assertNotEqual(verify.root(heads), verify.root({**heads, chain: [9, heads[chain][1]]}))
        self.assertEqual(verify.root({}), verify.sha256(b""))

    def test_key_in_escrow_cannot_sign(self):
        """The sealing key tells nothing about the signing key."""
        ring = KeyRing([new_key()])
        self.assertNotEqual(ring.derived(ring.current, seal.SEALING), ring.derived(ring.current, seal.SIGNING))
