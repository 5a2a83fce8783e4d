from odoo import api, fields, models
from odoo.exceptions import UserError

from .finance_payment_run import URGENCIES


class FinancePaymentRunGroup(models.Model):
    """Lines of a run that become one payment order: same bank account, currency, day and urgency.

    Direct debits are grouped by scheme and sequence too, because a file tells these once for all of its payments.
    """

    _name = "finance.payment.run.group"
    _description = "Group of a payment run"
    _inherit = ["finance.access"]
    _order = "executed_on, journal_id, id"
    _check_company_auto = True

    run_id = fields.Many2one("finance.payment.run", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    run_state = fields.Selection(related="run_id.state", string="State of the run")
    journal_id = fields.Many2one("account.journal", required=True, readonly=True, string="Bank", check_company=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    executed_on = fields.Date(required=True, string="On")
    urgency = fields.Selection(URGENCIES, required=True, readonly=True, default="normal")
    scheme = fields.Selection([("CORE", "Core"), ("B2B", "B2B")], readonly=True)
    sequence = fields.Char(readonly=True)
    profile = fields.Selection("_selection_profile", required=True, string="Bank profile")
    flow_id = fields.Many2one(
        "finance.flow", check_company=True, string="Way to the bank",
        domain="[('kind', '=', 'payment_order'), ('direction', '=', 'out'), ('company_id', '=', company_id)]",
    )
    line_ids = fields.One2many("finance.payment.run.line", "group_id")
    count = fields.Integer(compute="_compute_totals", string="Lines")
    amount = fields.Monetary(compute="_compute_totals")
    gained = fields.Monetary(compute="_compute_totals", string="Discount gained")
    lost = fields.Monetary(compute="_compute_totals", string="Discount lost")
    flagged_count = fields.Integer(compute="_compute_totals", string="Warnings")
    available = fields.Monetary(compute="_compute_available", help="In the ledger, less payments under way.")
    remaining = fields.Monetary(compute="_compute_available", string="Left afterwards")
    too_low = fields.Boolean(compute="_compute_available")

    @api.model
    def _selection_profile(self):
        return self.env["finance.payment.order"]._selection_profile()

    @api.depends("line_ids.decision", "line_ids.amount", "line_ids.flags")
    def _compute_totals(self):
        rows = self.env["finance.payment.run.line"]._read_group(
            [("group_id", "in", self.ids), ("decision", "=", "pay")], ["group_id"],
            ["__count", "amount:sum", "gained:sum", "lost:sum", "flags:count"],
        )  # fmt: skip
        found = {group.id: values for group, *values in rows}
        for group in self:
            values = found.get(group._origin.id or group.id, (0, 0.0, 0.0, 0.0, 0))
            group.count, group.amount, group.gained, group.lost, group.flagged_count = values

    @api.depends("amount", "journal_id")
    def _compute_available(self):
        for group in self:
            sign = 1 if group.run_id.kind == "debit" else -1
            group.available = group.journal_id._finance_available(group.currency_id)
            group.remaining = group.available + sign * group.amount
            minimum = group.journal_id._finance_minimum(group.currency_id)
            group.too_low = group.currency_id.compare_amounts(group.remaining, minimum) < 0

    def write(self, vals):
        if {"executed_on", "profile", "flow_id"} & vals.keys() and not self.env.su:
            if self.filtered(lambda group: group.run_state in ("released", "cancelled")):
                raise UserError(self.env._("The run is closed."))
            self._check_day(vals)
            self.run_id._send_back(self.env._("Day or way of a group changed."))
        return super().write(vals)

    def _check_day(self, vals):
        day = fields.Date.to_date(vals.get("executed_on"))
        for group in self if day else ():
            if not group.journal_id._finance_days().is_open(day) or day < fields.Date.context_today(self):
                raise UserError(self.env._("The bank carries nothing out on %s.", day))

    def action_open_lines(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.payment_run_line_action")
        return {**action, "domain": [("group_id", "in", self.ids)], "context": {}}
