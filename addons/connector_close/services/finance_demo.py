from dateutil.relativedelta import relativedelta

from odoo import Command, api, models
from odoo.tools import SQL

XML_ID = "connector_close.demo_{}"
#: Months before that of the story: closed, closed and then changed, open.
CLOSED, CHANGED, OPEN = 3, 2, 1
REOPENED = "Entries came in after the close"
#: What the approver says to a check that stands in the way of a month to be closed.
ALLOWED = {
    "bank.unreconciled": "Each line has a proposal or a case, to be decided next month",
    "bank.statements_incomplete": "The bank was asked for the booking its statement lacks",
}
ALLOWED_OTHERWISE = "Agreed for this month"


class FinanceDemo(models.AbstractModel):
    """Three months of the demo company on their way to the close, and the entries closing makes."""

    _inherit = "finance.demo"

    @api.model
    def _build_close(self):
        """The demo company with its periods, made where they are not there yet."""
        company = self._build()
        if self._kept(f"period_{OPEN}"):
            return company
        self = self._inside(company)
        self._create_archive()
        self._create_approver()
        self._create_entries()
        closed, changed, last = (self._create_period(back) for back in (CLOSED, CHANGED, OPEN))
        self._close(closed)
        self._close(changed)
        self._keep(XML_ID.format("entry_late"), self._create_late_entry(changed)).action_post()
        last._take(last.next_milestone_id)
        self._create_draft(last)
        self._look()
        return company

    @api.model
    def _round_off(self):
        """Whoever adds entries to a month that is closed has it closed again; the late bill stays late."""
        super()._round_off()
        if not self._kept(f"period_{OPEN}"):
            return
        self = self._inside(self._company())
        late = self._kept("entry_late")
        closed, changed, last = (self._period(back) for back in (CLOSED, CHANGED, OPEN))
        if self._is_changed(closed):
            self._close_again(closed)
        if self._is_changed(changed, late):
            late.button_cancel()
            self._close_again(changed)
            late.button_draft()
            late.action_post()
        if self._is_changed(last):
            last.action_take_again()
        self._look()

    def _look(self):
        """What the nightly job would find."""
        for back in (CLOSED, CHANGED, OPEN):
            self._period(back)._latest_snapshot()._look_for_late_entries()
        self._period(OPEN)._check_now()

    def _kept(self, name):
        return self.env.ref(XML_ID.format(name), raise_if_not_found=False)

    # who and where

    def _create_archive(self):
        """Where frozen trial balances go: a folder, as a close platform would watch it."""
        flow = {"name": "Frozen trial balances", "kind": "close.snapshot", "direction": "out", "mode": "event"}
        connector = self.env["finance.connector"].create(
            {
                "name": "Close archive (folder)",
                "code": "close.archive",
                "company_id": self.env.company.id,
                "domain": "close",
                "transport": "folder",
                "environment": "sandbox",
                "address": "close",
                "owner_id": self.env.ref("base.user_admin").id,
                "state": "active",
                "flow_ids": [Command.create(flow)],
            }
        )
        self._keep(XML_ID.format("archive"), connector)

    def _create_approver(self):
        groups = self.env.ref("base.group_user") + self.env.ref("finance_connector_base.group_approver")
        approver = self.env["res.users"].create(
            {
                "name": "Clara Controller",
                "login": "approver",
                "password": "approver",
                "company_id": self.env.company.id,
                "company_ids": [Command.set(self.env.company.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )
        self._keep(XML_ID.format("approver"), approver)

    # entries

    def _month(self, back):
        """First and last day of the month so many months before that of the story."""
        first = self._day() + relativedelta(day=1, months=-back)
        return first, first + relativedelta(day=31)

    def _create_entries(self):
        """What no invoice brings: the capital, and each month's depreciation and wages."""
        first, _last = self._month(CLOSED + 1)
        entries = self._entry(first, "Opening", "Warehouse and equipment", "fixed_assets", "capital", 126_000)
        for back in range(CLOSED + 1, 0, -1):
            _first, last = self._month(back)
            entries += self._entry(last, "Depreciation", "Depreciation", "expense", "fixed_assets", 1_050)
            entries += self._entry(last, "Payroll", "Wages of the month", "expense_salary", "salary_payable", 18_640)
        entries.action_post()

    def _create_late_entry(self, period):
        day = period.date_to + relativedelta(days=-1)
        return self._entry(day, "Rent, invoice came late", "Rent", "expense_rent", "current_liabilities", 1_250)

    def _create_draft(self, period):
        self._entry(
            period.date_to, "Accrual for electricity, to be checked", "Electricity", "expense", "current_liabilities",
            480,
        )  # fmt: skip

    def _entry(self, day, ref, words, debit, credit, amount):
        """A draft; accounts by their names in the chart of accounts."""
        chart = self.env["account.chart.template"]
        amounts = ((debit, amount), (credit, -amount))
        lines = [{"name": words, "account_id": chart.ref(name).id, "balance": balance} for name, balance in amounts]
        journal = self._own("account.journal", [("type", "=", "general")])
        return self.env["account.move"].create(
            {"journal_id": journal.id, "date": day, "ref": ref, "line_ids": [Command.create(line) for line in lines]}
        )

    # periods

    def _create_period(self, back):
        first, last = self._month(back)
        owner = self.env.ref("base.user_admin")
        values = {"company_id": self.env.company.id, "date_from": first, "date_to": last, "owner_id": owner.id}
        self._keep(XML_ID.format(f"period_{back}"), self.env["finance.close.period"].create(values))
        return self._period(back)

    def _period(self, back):
        """The period, in the hands of its owner."""
        return self._kept(f"period_{back}").with_env(self.env).with_user(self.env.ref("base.user_admin"))

    def _close(self, period):
        while milestone := period.next_milestone_id:
            self._allow(period, milestone)
            snapshot = period._take(milestone)
        self._publish(snapshot)

    def _close_again(self, period):
        period.with_user(self._kept("approver"))._reopen(REOPENED)
        self._allow(period, period.milestone_id)
        period.action_take_again()
        self._publish(period._latest_snapshot())

    def _allow(self, period, milestone):
        """The approver lets failing checks pass, each with a reason."""
        period._check_now()
        for result in period._results_before(milestone)._blocking():
            reason = ALLOWED.get(result.gate_id.figure, ALLOWED_OTHERWISE)
            result.with_user(self._kept("approver"))._waive(reason)

    def _publish(self, snapshot):
        """Handed over by a job, also where the caller does its jobs at once."""
        snapshot.with_context(queue_job__no_delay=False).action_publish()

    def _is_changed(self, period, late=None):
        """Whether the books read otherwise than in the latest snapshot, but for the late entry."""
        snapshot, ledger = period._latest_snapshot().sudo(), self.env["finance.close.ledger"].sudo()
        left_out = late.line_ids.ids if late else [0]
        differing = ledger._differing(snapshot, ledger._now(snapshot))
        query = SQL("SELECT 1 FROM (%s) d WHERE line_id NOT IN %s LIMIT 1", differing, tuple(left_out))
        return bool(self.env.execute_query(query))
