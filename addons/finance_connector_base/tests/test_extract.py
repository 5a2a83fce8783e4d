import gzip
import json

from odoo.tests import Form, tagged

from ..extracts.kinds import KINDS
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestExtract(FinanceCase):
    """Files of row versions: first everything, then what changed, then what is gone."""

    def setUp(self):
        super().setUp()
        self.line = self.connector("folder", "Warehouse", address="warehouse")
        self.extract = self.env["finance.extract"].create(
            {"name": "Cases", "kind": "case", "connector_id": self.line.id, "max_rows": 3}
        )

    def case(self, code):
        return self.env["finance.exception"]._report(self.line, code, "words")

    def run_all(self):
        self.env.flush_all()
        while self.env["finance.extract"]._step(self.extract.id):
            pass
        self.env.invalidate_all()

    def files(self):
        """``(manifest, rows)`` of each file."""
        messages = self.env["finance.message"].search([("flow_id", "=", self.extract.flow_id.id)], order="id")
        raws = {message.name: message._raw() for message in messages}
        found = []
        for name, raw in raws.items():
            if name.endswith(".manifest.json"):
                told = json.loads(raw)
                found.append((told, [json.loads(line) for line in gzip.decompress(raws[told["file"]]).splitlines()]))
        return found

    def test_made_on_the_screen(self):
        form = Form(self.env["finance.extract"].with_user(self.roles["admin"]))
        form.name, form.kind, form.connector_id = "By hand", "invoice", self.line
        made = form.save()
        self.assertEqual((made.flow_id.direction, made.flow_id.keeps_order), ("out", True))

    def test_pages_then_nothing_new(self):
        cases = [self.case(f"test.{number}") for number in range(7)]
        self.run_all()
        rows = [row for _told, part in self.files() for row in part]
        self.assertLessEqual({case.id for case in cases}, {row["id"] for row in rows})
        self.assertEqual(len(rows), len({row["id"] for row in rows}))
        manifests = [told for told, _part in self.files()]
        self.assertTrue(all(told["rows"] <= 3 for told in manifests))
        self.assertEqual([told["number"] for told in manifests], list(range(1, len(manifests) + 1)))
        self.assertEqual(manifests[1]["previous_sha256"], manifests[0]["sha256"])
        before = self.extract.number
        self.extract.last_full = False  # all are compared again
        self.run_all()
        self.assertEqual(self.extract.number, before, "what did not change is written once")

    def test_a_change_is_a_version_and_a_touch_is_none(self):
        case, other = self.case("test.one"), self.case("test.two")
        self.run_all()
        before = self.extract.number
        case._solve("done")
        other.write({"owner_id": self.roles["operator"].id})  # not among the columns
        self.extract.last_full = False
        self.run_all()
        self.assertEqual(self.extract.number, before + 1)
        told, rows = self.files()[-1]
        self.assertEqual([(row["id"], row["state"], row["deleted"]) for row in rows], [(case.id, "solved", False)])
        self.assertTrue(told["complete"])

    def test_what_is_gone_is_told_once(self):
        case = self.case("test.gone")
        self.run_all()
        number = case.id
        case.sudo().unlink()
        self.run_all()
        self.assertEqual([(row["id"], row["deleted"]) for row in self.files()[-1][1]], [(number, True)])
        before = self.extract.number
        self.run_all()
        self.assertEqual(self.extract.number, before)

    def test_every_kind_can_be_read(self):
        for code in KINDS:
            if code == "tax_determination" and "finance.tax.determination" not in self.env:
                continue
            self.extract.kind = code
            for full in (True, False):
                self.extract._candidates({"from": 1, "to": 5, "after": 0, "full": full})
            self.extract._gone()

    def test_another_database_is_compared_whole(self):
        self.run_all()
        self.extract.write({"watermark": str(2**60)})
        self.assertTrue(self.extract._open_window()["full"])
        self.extract.write({"watermark": "3", "full_days": 0})
        self.assertFalse(self.extract._open_window()["full"])
