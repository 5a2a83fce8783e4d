from odoo import api, fields, models
from odoo.exceptions import UserError

#: Setting → model and field whose default it is, for the company that is worked in.
DEFAULTS = {
    f"finance_{part}_{name}": (f"finance.{part}", name)
    for part, names in {
        "connector": (
            *("timeout_seconds", "max_bytes", "settle_seconds", "overlap_minutes", "page_size", "calls_at_once"),
            *("breaker_failures", "breaker_seconds", "webhook_window_seconds", "webhook_overlap_hours"),
        ),
        "flow": (
            *("max_tries", "first_wait_seconds", "factor", "longest_wait_seconds", "quiet_seconds", "lease_seconds"),
            *("give_up_hours", "target_hours", "drain_messages", "drain_seconds", "interval_number", "interval_unit"),
            *("blocking", "sensitivity"),
        ),
        "quota": ("limit_calls", "period"),
    }.items()
    for name in names
}


class ResConfigSettings(models.TransientModel):
    """What new connectors, flows and call budgets of the company begin with; those that exist keep theirs."""

    _inherit = "res.config.settings"

    finance_connector_timeout_seconds = fields.Integer(string="Time limit of a call")
    finance_connector_max_bytes = fields.Integer(string="Largest file or answer")
    finance_connector_settle_seconds = fields.Integer(string="Time between two looks at a file")
    finance_connector_overlap_minutes = fields.Integer(string="Overlap of fetched lists")
    finance_connector_page_size = fields.Integer(string="Items on a page")
    finance_connector_calls_at_once = fields.Integer(string="Calls at once")
    finance_connector_breaker_failures = fields.Integer(string="Failures in a row")
    finance_connector_breaker_seconds = fields.Integer(string="Left alone for")
    finance_connector_webhook_window_seconds = fields.Integer(string="Time window of webhooks")
    finance_connector_webhook_overlap_hours = fields.Integer(string="Overlap of webhook secrets")
    finance_flow_max_tries = fields.Integer(string="Tries")
    finance_flow_first_wait_seconds = fields.Integer(string="First wait")
    finance_flow_factor = fields.Float(string="Factor")
    finance_flow_longest_wait_seconds = fields.Integer(string="Longest wait")
    finance_flow_quiet_seconds = fields.Integer(string="Quiet time")
    finance_flow_lease_seconds = fields.Integer(string="Lease")
    finance_flow_give_up_hours = fields.Float(string="Too late after")
    finance_flow_target_hours = fields.Float(string="Service target")
    finance_flow_drain_messages = fields.Integer(string="Batch of")
    finance_flow_drain_seconds = fields.Integer(string="Batch time")
    finance_flow_interval_number = fields.Integer(string="Fetched every")
    finance_flow_interval_unit = fields.Selection(
        selection=lambda self: self._choices("finance.flow", "interval_unit"), string="Unit"
    )
    finance_flow_blocking = fields.Selection(
        selection=lambda self: self._choices("finance.flow", "blocking"), string="On a case"
    )
    finance_flow_sensitivity = fields.Selection(
        selection=lambda self: self._choices("finance.flow", "sensitivity"), string="Sensitivity"
    )
    finance_quota_limit_calls = fields.Integer(string="Calls allowed")
    finance_quota_period = fields.Selection(
        selection=lambda self: self._choices("finance.quota", "period"), string="In a"
    )

    @api.model
    def _choices(self, model, name):
        return self.env[model]._fields[name]._description_selection(self.env)

    @api.model
    def get_values(self):
        return {**super().get_values(), **self._finance_defaults()}

    @api.model
    def _finance_defaults(self):
        """What new records of this company begin with now."""
        found = {}
        for setting, (model, name) in DEFAULTS.items():
            found[setting] = self.env[model].sudo().default_get([name]).get(name, False)
        return found

    def set_values(self):
        """Keep what was changed; what was not stays the measured default, and follows it when that improves."""
        known = self._finance_defaults()
        defaults = self.env["ir.default"].sudo()
        for setting, (model, name) in DEFAULTS.items():
            value = self[setting]
            if value == known[setting]:
                continue
            if not isinstance(value, str) and value < 0:
                label = self._fields[setting]._description_string(self.env)
                raise UserError(self.env._("“%s” cannot be negative.", label))
            defaults.set(model, name, value, company_id=self.env.company.id)
        return super().set_values()
