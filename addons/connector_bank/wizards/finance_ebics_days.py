from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class FinanceEbicsDays(models.TransientModel):
    """Ask the bank for days that were fetched before: after a gap, or when files got lost here."""

    _name = "finance.ebics.days"
    _description = "Fetch days again"

    flow_id = fields.Many2one("finance.flow", required=True, readonly=True)
    since = fields.Date("From", required=True, default=fields.Date.context_today)
    until = fields.Date(required=True, default=fields.Date.context_today)

    @api.constrains("since", "until")
    def _check_days(self):
        for wizard in self:
            if wizard.since > wizard.until:
                raise ValidationError(self.env._("The last day is before the first one."))

    def action_fetch(self):
        self.ensure_one()
        flow = self.flow_id
        flow.connector_id._check_operator()
        if flow.direction != "in" or flow.connector_id.transport != "ebics":
            raise UserError(self.env._("Only what comes over EBICS can be fetched by days."))
        flow.with_delay(
            identity_key=f"finance.flow.ebics_days:{flow.id}:{self.since}:{self.until}",
            description=self.env._("Fetch %(name)s again: %(since)s to %(until)s", name=flow.name, since=self.since,
                                   until=self.until),
            channel=flow._lane(),
        ).ebics_days_job(self.since.isoformat(), self.until.isoformat())  # fmt: skip
        words = self.env._("The days are fetched by a worker; what comes stands under Operations, Messages.")
        done = {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": words, "next": done},
        }
