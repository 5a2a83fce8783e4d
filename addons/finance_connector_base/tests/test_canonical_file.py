import base64
import json
from io import BytesIO

from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, tagged

from ..canonical.table import ERRORS, FORMS
from ..core.table import cells, csv_bytes, xlsx_bytes
from .canonical_case import CanonicalCase
from .common import server_option

HEAD = ["external_id", "dated_on", "reference", "lines.account", "lines.amount"]


class FileCase(CanonicalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = cls.env["finance.flow"].create(
            {"name": "Entries as files", "connector_id": cls.client.id, "kind": "canonical_file",
             "object_name": "journal-entry", "object_post": True}
        )  # fmt: skip

    def rows(self, name="E-1", amount="10.00", day="2026-01-31", other=None):
        first, second = self.accounts.mapped("code")
        return [
            [name, day, f"Payroll {name}", first, amount],
            [name, "", "", second, other or f"-{amount}"],
        ]

    def take(self, content, name="entries.csv", flow=None):
        flow = flow or self.files
        message, _new = self.env["finance.intake"]._store(flow.connector_id, flow.kind, content, name=name, flow=flow)
        message.action_process_now()
        return message

    def moves(self, message):
        items = self.env["finance.message.item"].search([("message_id", "=", message.id), ("state", "=", "done")])
        return self.env["account.move"].browse(items.mapped("res_id"))


@tagged("post_install", "-at_install")
class TestCanonicalFiles(FileCase):
    """The same objects come as files; what is bad comes back and can be mended."""

    def test_all_forms(self):
        whole = {"external_id": "E-3", "dated_on": "2026-01-31", "lines": self.entry()["lines"]}
        for content, name in (
            (csv_bytes([HEAD, *self.rows("E-1")]), "one.csv"),
            (xlsx_bytes({"x": [HEAD, *self.rows("E-2")]}), "two.xlsx"),
            (json.dumps(whole).encode(), "three.jsonl"),
        ):
            message = self.take(content, name)
            self.assertEqual((message.state, message.result_text), ("processed", "1 done"), name)
            self.assertEqual((self.moves(message).state, self.moves(message).amount_total), ("posted", 10))

    def test_control_totals(self):
        """What a file holds and what became of it are compared like requests; a refused row waits."""
        wrong = [[*row[:3], "999999999", row[4]] for row in self.rows("E-2", amount="7.00")]
        message = self.take(csv_bytes([HEAD, *self.rows("E-1"), *wrong]))
        self.env.flush_all()
        self.env["finance.checkpoint.check"]._cron_all()
        rows = self.env["finance.checkpoint"].search(
            [("connector_id", "=", self.client.id), ("code", "=", "canonical.written")], order="currency_id NULLS FIRST"
        )
        self.assertEqual(rows.mapped("state"), ["waiting", "agree"])
        self.assertEqual((rows[0].left_count, rows[1].right_balance), (2, 17.0))
        self.env.cr.execute("DELETE FROM account_move WHERE id = %s", [self.moves(message).id])
        self.env.invalidate_all()
        self.env["finance.checkpoint.check"]._cron_all()
        self.assertEqual(rows.mapped("state"), ["break", "break"])

    def test_good_rows_are_written_and_bad_ones_come_back(self):
        bad_form = self.rows("E-2", day="31.01.2026")
        unknown = [[*row[:3], "999999999", row[4]] for row in self.rows("E-3")]
        content = csv_bytes([HEAD, *self.rows("E-1"), *bad_form, *unknown, *self.rows("E-4", other="-9.00")])
        message = self.take(content)
        self.assertEqual((message.state, len(self.moves(message))), ("refused", 1))
        name, back, _type = message._part("refused")
        self.assertEqual(name, "entries.refused.csv")
        rows = [texts for _number, texts in cells(BytesIO(back))]
        self.assertEqual(rows[0], [*HEAD, *ERRORS])
        self.assertEqual(
            [(row[0], row[-3], row[-2]) for row in rows[1::2]],
            [("E-2", "schema.day", "row 4, column dated_on"),
             ("E-3", "unknown.account", "row 6, column lines.account"),
             ("E-4", "entry.unbalanced", "row 8, column lines")],
        )  # fmt: skip
        places = {case.code: case.place for case in message.exception_ids}
        self.assertEqual(places["unknown.account"], "row 6, column lines.account")
        mended = self.take(csv_bytes([rows[0], *[[*row, "", "", ""] for row in self.rows("E-2")]]), "mended.csv")
        self.assertEqual(mended.state, "processed")
        item = self.env["finance.message.item"].search([("message_id", "=", message.id), ("external_id", "=", "E-2")])
        self.assertEqual(item.state, "superseded")

    def test_whole_file_or_nothing(self):
        self.files.object_mode = "all"
        message = self.take(csv_bytes([HEAD, *self.rows("E-1"), *self.rows("E-2", other="-9.00")]))
        self.assertEqual((message.state, len(self.moves(message))), ("refused", 0))
        rows = [texts for _number, texts in cells(BytesIO(message._part("refused")[1]))]
        self.assertEqual([row[0] for row in rows[1:]], ["E-2", "E-2"])

    def test_wrong_columns_refuse_the_file(self):
        message = self.take(csv_bytes([["External id", *HEAD[1:]], *self.rows()]))
        self.assertEqual((message.state, message.exception_ids.mapped("code")), ("refused", ["file.columns"]))
        self.assertFalse(self.moves(message))

    def test_too_many_objects(self):
        with server_option(api_max_items="1"):
            message = self.take(csv_bytes([HEAD, *self.rows("E-1"), *self.rows("E-2")]))
        self.assertEqual(message.exception_ids.mapped("code"), ["file.too_many"])
        message.action_process_now()
        self.assertEqual((message.state, len(self.moves(message))), ("processed", 2))

    def test_same_objects_in_another_file(self):
        self.take(csv_bytes([HEAD, *self.rows()]))
        again = self.take(csv_bytes([HEAD, *self.rows(), *self.rows("E-2")]))
        self.assertEqual((again.state, again.result["counts"]), ("processed", {"done": 1, "unchanged": 1}))

    def test_a_retry_does_the_rest(self):
        code = "987654"
        rows = [[*row[:3], code if row[4] == "10.00" else row[3], row[4]] for row in self.rows("E-2")]
        message = self.take(csv_bytes([HEAD, *self.rows("E-1"), *rows]))
        self.assertEqual((message.state, len(self.moves(message))), ("refused", 1))
        self.env["account.account"].create(
            {"code": code, "name": "New", "account_type": "expense", "company_ids": self.company.ids}
        )
        message.action_process_now()
        self.assertEqual((message.state, len(self.moves(message))), ("processed", 2))

    def test_reversed_as_a_batch(self):
        message = self.take(csv_bytes([HEAD, *self.rows("E-1"), *self.rows("E-2")]))
        answer = self.send(
            "reversals",
            {"external_id": "R-1", "request": message.correlation_id, "dated_on": "2026-02-01", "reason": "Wrong run"},
        )
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(len(self.moves(message).reversal_move_ids), 2)

    def test_refused_rows_are_sent_back_once(self):
        back = self.env["finance.flow"].create(
            {"name": "Refused", "connector_id": self.client.id, "kind": "file", "direction": "out"}
        )
        self.files.reject_flow_id = back
        for form, name in ((csv_bytes, "e.csv"), (lambda rows: xlsx_bytes({"x": rows}), "e.xlsx")):
            message = self.take(form([HEAD, *self.rows(f"E-{name}", other="-9.00")]), name)
            message.action_process_now()
            sent = self.env["finance.message"].search([("flow_id", "=", back.id), ("parent_id", "=", message.id)])
            self.assertEqual(len(sent), 1)
            self.assertIn("refused", sent.name)

    def test_flow_says_what_it_holds(self):
        with self.assertRaises(ValidationError):
            self.files.object_name = False
        with self.assertRaises(ValidationError):
            self.files.direction = "out"

    def test_who_leads_must_be_approved(self):
        day = self.files.create_date.date()
        self.assertEqual(self.files._lacks(day)[1], ())
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        other = self.connector("upload", "Other", company_id=elsewhere.id)
        values = {"name": "F", "connector_id": other.id, "kind": "canonical_file", "object_name": "journal-entry"}
        self.assertEqual(self.env["finance.flow"].create(values)._lacks(day)[1], ("entry",))


@tagged("post_install", "-at_install")
class TestByHand(FileCase, HttpCase):
    """A person takes a template and brings a file."""

    def wizard(self, role, **values):
        return self.env["finance.object.file"].with_user(self.roles[role]).create(values)

    def test_bring_a_file(self):
        content = base64.b64encode(csv_bytes([HEAD, *self.rows()]))
        values = {"flow_id": self.files.id, "file": content, "filename": "entries.csv"}
        action = self.wizard("operator", **values).action_take()
        self.assertEqual(self.env["finance.message"].browse(action["res_id"]).state, "processed")
        with self.assertRaises(UserError):
            self.wizard("user", **values).action_take()

    def test_templates(self):
        self.authenticate("admin", "admin")
        for form in FORMS:
            answer = self.url_open(f"/finance/template/invoice.{form}")
            self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, FORMS[form]))
        self.assertEqual(self.url_open("/finance/template/nothing.csv").status_code, 404)
        self.assertIn("lines.unit_price", self.wizard("user", object_name="invoice").columns_table)
