import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..core.table import csv_bytes
from .common import at_the_screen
from .test_canonical_file import HEAD, FileCase


@tagged("post_install", "-at_install")
class TestCorrection(FileCase):
    """A person corrects what was refused; what came stays, and who did it why is kept."""

    def correct(self, message, reason="Asked payroll", role="operator", **texts):
        case = message.exception_ids.filtered(lambda one: one.state == "open" and one.correctable)[:1]
        action = case.with_user(self.roles[role]).action_correct()
        found = self.env["finance.correction"].with_user(self.roles[role]).browse(action["res_id"])
        for pointer, text in texts.items():
            found.line_ids.filtered(lambda line, p=pointer: line.pointer == f"/{p}").after = text
        found.reason = reason
        with at_the_screen():
            found.action_request()
        return found

    def bad_file(self):
        rows = [[*row[:3], "787878", row[4]] if row[4] == "10.00" else row for row in self.rows("E-2")]
        return self.take(csv_bytes([HEAD, *self.rows("E-1"), *rows]))

    def test_corrected_and_posted(self):
        message = self.bad_file()
        raw, first = message._raw(), self.accounts[0].code
        found = self.correct(message, **{"lines/0/account": first})
        self.assertEqual((found.state, found.outcome), ("done", "Written"))
        self.assertEqual((message.state, len(self.moves(message)), message._raw()), ("processed", 2, raw))
        self.assertEqual(message.exception_ids.mapped("state"), ["solved"])
        self.assertEqual(found.changes_text, f"row 1: account: 787878 → {first}")
        self.assertEqual((found.made_by_id, found.original["lines"][0]["account"]), (self.roles["operator"], "787878"))
        noted = self.env["finance.audit.event"].search([("kind", "=", "correction.done")])
        self.env["finance.audit"]._flush()
        self.env.cr.execute("SELECT count(*) FROM finance_audit_event WHERE kind = 'correction.done'")
        self.assertEqual(self.env.cr.fetchone()[0], 1, noted)

    def test_wrong_form_of_a_row(self):
        message = self.take(csv_bytes([HEAD, *self.rows("E-1", day="31.01.2026")]))
        with self.assertRaises(ValidationError) as wrong:
            self.correct(message, dated_on="2026-02-30")
        self.assertIn("dated on", str(wrong.exception))
        self.correct(message, dated_on="2026-01-31")
        self.assertEqual((message.state, len(self.moves(message))), ("processed", 1))

    def test_request_over_http(self):
        answer = self.send("journal-entries", self.entry(), self.entry("E-2", lines=[
            {"account": "787878", "amount": "1"}, {"account": self.accounts[0].code, "amount": "-1"}]))  # fmt: skip
        message = self.message(answer)
        self.correct(message, **{"lines/0/account": self.accounts[1].code})
        self.assertEqual(message.state, "processed")
        status = self.call("GET", answer.headers["Location"].removeprefix("/finance/api/v1/"))
        self.assertEqual(status.body["counts"], {"done": 2})

    def test_control_total_follows(self):
        message = self.take(csv_bytes([HEAD, *self.rows("E-1", amount="12.00", other="-10.00")]))
        self.correct(message, **{"lines/0/amount": "10.00"})
        item = self.env["finance.message.item"].search([("message_id", "=", message.id)])
        self.assertEqual((item.state, item.amount, self.moves(message).amount_total), ("done", 10, 10))

    def test_still_refused(self):
        message = self.bad_file()
        found = self.correct(message, **{"lines/0/account": "888888"})
        self.assertEqual((found.state, message.state), ("done", "refused"))
        self.assertIn("888888", found.outcome)
        self.correct(message, **{"lines/0/account": self.accounts[0].code})
        self.assertEqual(message.state, "processed")
        self.assertEqual(len(self.env["finance.correction"].search([("message_id", "=", message.id)])), 2)

    def test_money_needs_a_second_person(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme"})
        payment = {"external_id": "P-1", "direction": "in", "partner": "C-9", "amount": "5.00", "paid_on": "2026-01-31"}
        message = self.message(self.send("payments", payment, mode="all"))
        found = self.correct(message, partner="C-1")
        self.assertEqual((found.state, message.state), ("asked", "refused"))
        approval = found.approval_id
        with self.assertRaises(AccessError), at_the_screen():
            approval.with_user(self.roles["operator"]).action_approve()
        with at_the_screen():
            approval.with_user(self.roles["approver"]).action_approve()
        self.assertEqual(found.state, "done")
        message.process_job()
        self.assertEqual(message.state, "processed")

    def test_not_without_reason_or_change(self):
        message = self.bad_file()
        with self.assertRaises(UserError):
            self.correct(message, reason=" ", **{"lines/0/account": self.accounts[0].code})
        with self.assertRaises(UserError):
            self.correct(message)

    def test_what_was_asked_for_stays(self):
        message = self.bad_file()
        found = self.correct(message, **{"lines/0/account": self.accounts[0].code})
        user = self.roles["operator"]
        for change in (lambda: found.write({"reason": "other"}),
                       lambda: found.line_ids[0].with_user(user).write({"after": "x"}),
                       lambda: found.unlink()):  # fmt: skip
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(UserError):
            found.sudo().unlink()
        fresh = self.bad_file_of_another_name()
        with self.assertRaises(AccessError):
            self.correct(fresh, role="user", **{"lines/0/account": "1"})

    def bad_file_of_another_name(self):
        row = [[*one[:3], "787878", one[4]] for one in self.rows("E-7")]
        return self.take(json.dumps({"external_id": "E-7", "dated_on": "2026-01-31", "lines": [
            {"account": one[3], "amount": one[4]} for one in row]}).encode(), "e7.jsonl")  # fmt: skip

    def test_only_what_is_refused(self):
        message = self.bad_file()
        items = self.env["finance.message.item"].search([("message_id", "=", message.id), ("state", "=", "done")])
        with self.assertRaises(UserError):
            items.with_user(self.roles["operator"]).action_correct()
