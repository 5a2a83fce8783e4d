from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FinanceFlow(models.Model):
    """A second channel of the same accounts that fetches only while the first one is down."""

    _inherit = "finance.flow"

    standby_for_id = fields.Many2one(
        "finance.flow", string="Stands by for", index="btree_not_null", ondelete="set null", tracking=True,
        domain="[('direction', '=', 'in'), ('id', '!=', id), ('company_id', '=', company_id)]",
        help="This flow fetches only while that one brings nothing. What both bring is booked once and compared.",
    )
    standby_ids = fields.One2many("finance.flow", "standby_for_id", string="Stand-ins")
    standby_hours = fields.Float(
        default=12.0, string="Down after (hours)",
        help="So long after its last success a flow counts as down, and those that stand by for it fetch.",
    )

    @api.constrains("standby_for_id")
    def _check_standby(self):
        if self._has_cycle("standby_for_id"):
            raise ValidationError(self.env._("Two channels cannot stand by for each other."))

    def _is_down(self):
        """Why this flow brings nothing, in words, or ``None``."""
        self.ensure_one()
        flow = self.sudo()
        if not flow.active or flow.connector_id.state != "active":
            return flow.connector_id.pause_reason or self.env._("the connector is not active")
        broken = flow.connector_id.breaker_ids.filtered(lambda one: one.operation == "pull" and one.state != "closed")
        if broken:
            return broken[0].text or self.env._("the line is left alone")
        since = flow.last_success or flow.create_date
        if since < fields.Datetime.now() - timedelta(hours=flow.standby_hours):
            return self.env._("nothing was fetched since %s", since)
        return None

    def _put_off(self, planned):
        first = self.standby_for_id
        if planned and first:
            why = first._is_down()
            self._note_standby(first, why)
            if not why:
                words = self.env._("Stands by for %s", first.display_name)
                if self.put_off_text != words:
                    self.sudo().put_off_text = words
                return words
        return super()._put_off(planned)

    def _note_standby(self, first, why):
        """Tell once that the other channel is in use, and take it back when the first one works again."""
        cases = self.env["finance.exception"].sudo()
        about = [("code", "=", "channel.standby"), ("res_model", "=", first._name), ("res_id", "=", first.id)]
        found = cases.search([*about, ("state", "=", "open")])
        if not why:
            found._solve(self.env._("Solved by itself: the first channel works again."))
        elif not found:
            cases._report(
                first,
                "channel.standby",
                self.env._("%(first)s is down (%(why)s); %(other)s is fetched instead.",
                           first=first.name, why=why, other=self.name),
                blocking=False,
                connector_id=first.connector_id.id,
                domain=first.domain,
                owner_id=(first.owner_id or first.connector_id.owner_id).id,
            )  # fmt: skip
