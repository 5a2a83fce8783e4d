"""Bills, refunds and invoices of a company that pays in runs."""

from odoo import fields

from .order_case import OrderCase


class RunCase(OrderCase):
    def setUp(self):
        super().setUp()
        self.first.action_draft()
        self.second.action_draft()
        (self.first | self.second).action_cancel()
        self.day = fields.Date.today()
        self.journal.finance_minimum = 0
        self.fund(100_000)

    def fund(self, amount):
        """Money on the bank account."""
        equity = self.env["account.account"].search(
            [("account_type", "=", "equity"), ("company_ids", "in", self.company.ids)], limit=1
        )
        move = self.env["account.move"].create(
            {"journal_id": self.env["account.journal"].search(
                [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1).id,
             "line_ids": [(0, 0, {"account_id": self.journal.default_account_id.id, "balance": amount}),
                          (0, 0, {"account_id": equity.id, "balance": -amount})]}
        )  # fmt: skip
        move.action_post()

    def bill(self, amount, *, days=-1, **values):
        """A bill that is due so many days from now."""
        due = fields.Date.add(self.day, days=days)
        number = len(self.env["account.move"].search([("move_type", "=", "in_invoice")])) + 1
        return self.invoice(
            amount, move_type=values.pop("move_type", "in_invoice"), day=values.pop("day", min(due, self.day)),
            invoice_date_due=due, ref=values.pop("ref", f"B-{number}"), **values,
        )  # fmt: skip

    def run_of(self, kind="vendor", *, propose=True, user=None, **values):
        values.setdefault("journal_ids", self.journal.ids)
        run = self.env["finance.payment.run"].with_user(user or self.env.user).create({"kind": kind, **values})
        if propose:
            run.action_propose()
        return run

    def agreed(self, run):
        """Asked for, agreed by the approver; the job was queued."""
        run.action_request()
        run.approval_id.with_user(self.approver).action_approve()
        self.assertEqual(run.state, "approved")
        return run

    def released(self, run):
        self.agreed(run)
        run.release_job()
        self.assertEqual(run.state, "released", run.message_ids.mapped("body"))
        return run

    def lines(self, run=None, **_values):
        if not isinstance(run, type(self.env["finance.payment.run"])):
            return super().lines(run)
        return run.line_ids.sorted("id")
