from odoo import _, api, models

from .finance_credential import KEPT_BY_ITSELF

#: Which line this is and how both sides prove who they are.
ENDPOINT = (
    *("company_id", "environment", "transport", "address", "username", "auth_scheme", "api_key_header"),
    *("folder_in", "folder_out", "push_path", "ask_path", "pull_path"),
    *("host_keys", "ca_pem", "tls_pins", "oauth_token_url", "oauth_scope", "sign_scheme", "sign_key_id"),
    *("wsdl_binding", "pgp_public_key", "pgp_fingerprints"),
)
#: What a flow may do with money and content.
FLOW = ("kind", "direction", "active", "needs_approval", "moves_money", "resend", "steps", "object_name", "object_post")


class FinanceConnector(models.Model):
    """A live connector works with exactly the set-up that another person agreed with.

    Whoever changes its address, secrets, pins or flows pauses it; it goes on when the change is approved.
    """

    _name = "finance.connector"
    _inherit = ["finance.connector", "finance.approval.mixin"]

    _approval_protected = ENDPOINT
    _approval_stands = True

    def _is_guarded(self):
        return self.environment == "live" and self.transport != "upload"

    def _approval_kind(self):
        return "connector"

    def _approval_content(self):
        connector = self.sudo()
        secrets = connector.credential_ids.filtered(lambda one: one.purpose not in KEPT_BY_ITSELF)
        flows = connector.with_context(active_test=False).flow_ids
        return {
            **super()._approval_content(),
            "secrets": sorted([one.purpose, str(one.rotated_on or "")] for one in secrets),
            "flows": [[flow.id, *(flow[name] or None for name in FLOW)] for flow in flows.sorted("id")],
            **{name: rows for name, (_label, rows) in connector._setup_parts().items()},
        }

    def _setup_parts(self):
        """What addons keep beside it that nobody changes alone: ``{name: (label, rows of plain values)}``, if any."""
        return {}

    def _approval_facts(self):
        before = self._latest_approved()
        after = self._approval_content()
        rows = [
            [self._fields[name]._description_string(self.env), self._told(before, name), self._told(after, name)]
            for name in ENDPOINT
            if self._told(before, name) != self._told(after, name)
        ]
        labels = {"secrets": self.env._("Secrets"), "flows": self.env._("Flows")}
        labels |= {name: label for name, (label, _rows) in self.sudo()._setup_parts().items()}
        for name, label in labels.items():
            if before.get(name) != after[name]:
                rows.append([label, self._listed(before.get(name)), self._listed(after[name])])
        return {"name": self.env._("Set-up of %s", self.name), "changes": rows}

    def _latest_approved(self):
        """The content that others agreed with last, to be shown beside the new one."""
        domain = [("res_model", "=", self._name), ("res_id", "=", self.id), ("approved_on", "!=", False)]
        return self.env["finance.approval"].sudo().search(domain, limit=1).content or {}

    def _told(self, content, name):
        value = content.get(name)
        if isinstance(value, list):
            return ", ".join(self.env[self._fields[name].comodel_name].sudo().browse(value).mapped("display_name"))
        return str(value or "")

    def _listed(self, rows):
        return "; ".join(", ".join(str(cell) for cell in row if cell) for row in rows or [])

    @api.model_create_multi
    def create(self, vals_list):
        """A live connector begins paused, until its set-up is approved."""
        made = super().create(
            [{**values, "state": "draft"} if self._begins_live(values) else values for values in vals_list]
        )
        for connector, values in zip(made, vals_list, strict=True):
            if self._begins_live(values):
                connector._ask_for_setup()
        return made

    def _begins_live(self, values):
        live = values.get("environment") == "live" and values.get("transport") != "upload"
        return live and values.get("state") == "active"

    def write(self, vals):
        changing = set(ENDPOINT) & vals.keys()
        if not changing and vals.get("state") != "active":
            return super().write(vals)
        for connector in self:
            values = dict(vals)
            live = values.get("environment", connector.environment) == "live"
            live = live and values.get("transport", connector.transport) != "upload"
            running = values.get("state", connector.state) == "active"
            differs = any(
                (connector[name].id if name == "company_id" else connector[name]) != vals[name] for name in changing
            )
            pausing = live and running and (differs or not connector._is_approved())
            if pausing:
                values = {name: value for name, value in values.items() if name not in ("state", "pause_reason")}
                waiting = {"state": "paused", "pause_reason": _("Its set-up waits for approval")}
                super(FinanceConnector, connector.sudo()).write(waiting)  # first: it never runs with what is new
            super(FinanceConnector, connector).write(values)
            if pausing:
                connector._ask_for_setup()
        return True

    def _ask_for_setup(self):
        """Put the set-up as it is now before another person, once."""
        if self.approval_id.state != "waiting":
            self._request_approval()

    def _setup_changed(self):
        """Secrets or flows of it changed: what was approved is void, and it waits."""
        for connector in self:
            connector._void_changed()
            if connector._is_guarded() and connector.state == "active" and not connector._is_approved():
                connector.sudo().write({"state": "paused", "pause_reason": _("Its set-up waits for approval")})
                connector._ask_for_setup()

    def _approved(self, approval):
        connector = self.sudo()
        connector.write({"state": "active", "pause_reason": False})
        self.env["finance.message"]._wake(connector)
