from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..ebics.service import Service, common_services

#: Field of the flow → part of the BTF.
PARTS = {
    "ebics_service": "name",
    "ebics_scope": "scope",
    "ebics_option": "option",
    "ebics_container": "container",
    "ebics_message": "message",
    "ebics_version": "version",
}
#: Kind of flow → administrative order type that it fetches.
ADMINISTRATIVE = {"ebics_protocol": "HAC", "ebics_signatures": "HVZ"}
BTF = {"compute": "_compute_ebics_parts", "store": True, "readonly": False, "precompute": True}


class FinanceFlow(models.Model):
    """What a flow fetches or sends over EBICS, in the bank's words (BTF)."""

    _inherit = "finance.flow"

    transport = fields.Selection(related="connector_id.transport")
    ebics_preset = fields.Selection("_selection_ebics_preset", "Usual format", help="Fills in the parts below.")
    ebics_service = fields.Char("Service", help="E.g. EOP statements, STM intraday, SCT credit transfers.", **BTF)
    ebics_scope = fields.Char("Scope", help="Country, e.g. DE or CH. Empty: the standard itself.", **BTF)
    ebics_option = fields.Char("Option", help="As agreed, e.g. XDCI or SCT. Mostly empty.", **BTF)
    ebics_container = fields.Char("Container", help="ZIP where several files come together.", **BTF)
    ebics_message = fields.Char("Message name", help="E.g. camt.053, pain.001, mt940.", **BTF)
    ebics_version = fields.Char("Version", help="E.g. 08. Empty: what the bank offers.", **BTF)

    @api.model
    def _selection_ebics_preset(self):
        return [(code, row["label"]) for code, row in common_services().items()]

    @api.depends("ebics_preset")
    def _compute_ebics_parts(self):
        known = common_services()
        for flow in self:
            row = known.get(flow.ebics_preset)
            for field, part in PARTS.items():
                flow[field] = (row[part] or False) if row else flow[field]

    @api.constrains("ebics_service", "ebics_scope", "ebics_option", "ebics_container", "ebics_message", "ebics_version")
    def _check_ebics_parts(self):
        for flow in self.filtered("ebics_service"):
            try:
                flow._ebics_service()
            except FinanceError as error:
                raise ValidationError(str(error)) from error

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        flows.filtered("ebics_service").connector_id._setup_changed()
        return flows

    def write(self, vals):
        done = super().write(vals)
        if PARTS.keys() & vals.keys() or "ebics_preset" in vals:
            self.connector_id._setup_changed()
        return done

    def _ebics_parts(self):
        return {part: self[field] or "" for field, part in PARTS.items()}

    def _ebics_service(self):
        return Service(**self._ebics_parts())

    def _ebics_words(self):
        return str(self._ebics_service()) if self.ebics_service else ""

    def _ebics_settings(self):
        """What the transport needs to know of this flow."""
        if self.kind in ADMINISTRATIVE:
            return {"ebics_order": ADMINISTRATIVE[self.kind]}
        order = "BTD" if self.direction == "in" else "BTU"
        since, until = self.env.context.get("ebics_days") or (None, None)
        return {
            "ebics_order": order,
            "ebics_service": self._ebics_parts(),
            "ebics_since": fields.Date.to_date(since),
            "ebics_until": fields.Date.to_date(until),
        }

    def _pull_transport(self):
        if self.connector_id.transport != "ebics":
            return super()._pull_transport()
        return self._stepped(self.connector_id._ebics_transport(self))

    def action_ebics_days(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Fetch days again"),
            "res_model": "finance.ebics.days",
            "view_mode": "form",
            "target": "new",
            "context": {"default_flow_id": self.id},
        }

    def ebics_days_job(self, since, until):
        """Fetch days again that were fetched before; what is known already counts as seen."""
        self.ensure_one()
        return self.with_context(ebics_days=(since, until)).pull_job(planned=False)
