from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

STATES = [
    ("unchecked", "Not looked at"),
    ("passed", "Passed"),
    ("failed", "Failed"),
    ("waived", "Allowed"),
    ("not_installed", "Not installed"),
]


class FinanceCloseGateResult(models.Model):
    """How one check stands for one period: the number, whether it passes, who let it pass."""

    _name = "finance.close.gate.result"
    _description = "Check of a period"
    _order = "milestone_sequence, sequence, id"
    _rec_name = "gate_id"

    period_id = fields.Many2one("finance.close.period", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="period_id.company_id", store=True, index=True)
    gate_id = fields.Many2one(
        "finance.close.gate", required=True, readonly=True, ondelete="cascade", string="Check"
    )
    milestone_id = fields.Many2one(related="gate_id.milestone_id", store=True)
    milestone_sequence = fields.Integer(related="gate_id.milestone_sequence", store=True, string="Milestone order")
    sequence = fields.Integer(related="gate_id.sequence", store=True)
    level = fields.Selection(related="gate_id.level", store=True)
    advice = fields.Char(related="gate_id.advice")
    value = fields.Float(readonly=True)
    state = fields.Selection(STATES, required=True, default="unchecked", readonly=True, index=True)
    checked_on = fields.Datetime(readonly=True, string="Looked at")
    words = fields.Char(compute="_compute_words", string="Finding")
    waived_by_id = fields.Many2one("res.users", readonly=True)
    waived_value = fields.Float(readonly=True, help="The waiver falls when the number gets worse than this.")
    waive_reason = fields.Char(readonly=True)

    _gate_uniq = models.UniqueIndex("(period_id, gate_id)")

    @api.depends("state", "value", "waive_reason", "waived_by_id", "gate_id.comparison", "gate_id.threshold")
    def _compute_words(self):
        for result in self:
            result.words = result._finding()

    def _finding(self):
        gate = self.gate_id
        if self.state == "unchecked":
            return _("Not looked at yet")
        if self.state == "not_installed":
            return _("The module that knows this number is not installed; skipped")
        number = self._shown(self.value)
        if self.state == "waived":
            return _("%(number)s, allowed by %(who)s: %(why)s",
                     number=number, who=self.waived_by_id.name, why=self.waive_reason)
        if gate.comparison == "zero":
            return _("None") if self.state == "passed" else _("%s; must be 0", number)
        return _("%(number)s; at most %(limit)s", number=number, limit=self._shown(gate.threshold))

    def _shown(self, number):
        """A number as its figure counts it: pieces, or money of the company."""
        figure = self.gate_id._figure()
        if figure and figure.unit == "amount":
            return formatLang(self.env, number, currency_obj=self.company_id.currency_id)
        return formatLang(self.env, number, digits=0 if number == int(number) else 2)

    # looking

    def _look(self):
        """Ask the figures, as they stand at the end of each period, whoever is looking."""
        board = self.env["finance.board"].sudo()
        now = fields.Datetime.now()
        for result in self.sudo():
            figure = result.gate_id._figure()
            if figure is None:
                result.write({"state": "not_installed", "value": 0, "checked_on": now})
                continue
            period = result.period_id
            value = float(board.value(figure.code, on=period.date_to, companies=period._companies()) or 0)
            result.write({"value": value, "state": result._judge(value), "checked_on": now})

    def _judge(self, value):
        if self.gate_id._passes(value):
            return "passed"
        return "waived" if self.waived_by_id and abs(value) <= abs(self.waived_value) else "failed"

    def _blocking(self):
        return self.filtered(lambda r: r.level == "blocking" and r.state in ("failed", "unchecked"))

    def action_look(self):
        self.period_id.check_access("write")
        self._look()

    def action_open_figure(self):
        """The records behind the number."""
        self.ensure_one()
        companies = self.period_id._companies() & self.env.user.company_ids
        board = self.env["finance.board"].with_context(allowed_company_ids=companies.ids)
        return board.open_figure(self.gate_id.figure, on=self.period_id.date_to)

    # waiving

    def action_waive(self):
        self.ensure_one()
        return self.env["finance.close.reason"]._ask("waive", _("Allow: %s", self.gate_id.name), result_id=self.id)

    def _waive(self, reason):
        """An approver lets a failed check pass, for the number as it is and no worse."""
        self.ensure_one()
        if self.env.su or not self.env.user.has_group("finance_connector_base.group_approver"):
            raise AccessError(_("Only an approver can allow a failed check."))
        self.check_access("read")
        if self.state != "failed":
            raise UserError(_("%s does not fail; there is nothing to allow.", self.gate_id.name))
        self.sudo().write(
            {"state": "waived", "waived_by_id": self.env.uid, "waived_value": self.value, "waive_reason": reason}
        )
        self.period_id._log(
            _("%(check)s (%(number)s) allowed: %(reason)s",
              check=self.gate_id.name, number=self._shown(self.value), reason=reason)
        )
