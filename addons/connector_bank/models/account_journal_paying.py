from datetime import datetime, time, timedelta

import pytz

from odoo import fields, models
from odoo.tools import SQL

from ..runs.bank_days import BankDays

#: Days for which closing days of the bank's calendar are read.
AHEAD = timedelta(days=400)


class AccountJournal(models.Model):
    """What a payment run has to know of a bank account: its days, its cut-off, what must stay on it."""

    _inherit = "account.journal"

    finance_minimum = fields.Float(
        "Minimum balance", digits="Account", help="In the currency of the account; payment runs do not go below it."
    )
    finance_calendar_id = fields.Many2one(
        "resource.calendar", "Closing days of the bank", help="Its time off counts as days on which nothing is paid."
    )
    finance_target_days = fields.Boolean(
        "Closed with T2", default=True, help="1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December."
    )
    finance_payment_flow_id = fields.Many2one(
        "finance.flow", "Way to the bank", ondelete="restrict", groups="finance_connector_base.group_user",
        domain="[('kind', '=', 'payment_order'), ('direction', '=', 'out'), ('company_id', '=', company_id)]",
        help="Payment orders of this account leave over it. Empty: the only way that the company has.",
    )  # fmt: skip
    finance_lead_days = fields.Integer(
        "Lead time in bank days", help="So many days the bank needs from the file to the day of the payment."
    )

    finance_cancel_refused = fields.Boolean(
        "Cancel refused payments",
        help="A payment that the bank refuses for good is cancelled by itself, and its bill is open again.",
    )

    def _finance_days(self):
        self.ensure_one()
        leaves = self.sudo().finance_calendar_id.global_leave_ids
        today = fields.Date.today()
        closed = set()
        for leave in leaves.filtered(lambda one: one.date_to.date() >= today and one.date_from.date() <= today + AHEAD):
            zone = pytz.timezone(leave.calendar_id.tz or "UTC")
            start, end = (pytz.utc.localize(at).astimezone(zone).date() for at in (leave.date_from, leave.date_to))
            closed |= {start + timedelta(days=count) for count in range(min((end - start).days, AHEAD.days) + 1)}
        return BankDays(frozenset(closed), self.finance_target_days)

    def _finance_earliest(self, flow):
        """The first day that the bank can still keep, by the cut-off of the way to it."""
        self.ensure_one()
        zone = pytz.timezone(self.company_id.sudo().resource_calendar_id.tz or self.env.user.tz or "UTC")
        now = pytz.utc.localize(fields.Datetime.now()).astimezone(zone)
        local = datetime.combine(now.date(), time(now.hour, now.minute))
        return self._finance_days().earliest(local, flow.sudo().cut_off, self.finance_lead_days)

    def _finance_minimum(self, currency):
        own = self._finance_currency()
        return own._convert(self.finance_minimum, currency, self.company_id, fields.Date.today())

    def _finance_available(self, currency):
        """In the ledger, without the payments that are under way and not at the bank yet."""
        self.ensure_one()
        own = self._finance_currency()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT coalesce(sum(CASE WHEN l.currency_id = %(own)s THEN l.amount_currency
                                                 ELSE l.balance END), 0)
                          FROM account_move_line l
                         WHERE l.account_id = %(account)s AND l.parent_state = 'posted'),
                       (SELECT coalesce(sum(p.amount), 0) FROM account_payment p
                         WHERE p.journal_id = %(journal)s AND p.payment_type = 'outbound' AND p.currency_id = %(own)s
                           AND p.state IN ('in_process', 'paid') AND p.is_matched IS NOT TRUE)
                """,
                own=own.id, account=self.default_account_id.id, journal=self.id,
            )
        )  # fmt: skip
        ledger, under_way = rows[0]
        return own._convert(float(ledger) - float(under_way), currency, self.company_id, fields.Date.today())
