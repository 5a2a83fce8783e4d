import re
import unicodedata

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.finance_system import listed

#: What a person may have entered besides the fields that the kind of system asks for.
TRUST = ("host_keys", "tls_pins", "ca_pem")


class FinanceConnect(models.TransientModel):
    """The end: what will be there, making it in one transaction, and what remains to be done."""

    _inherit = "finance.connect"

    summary = fields.Html(compute="_compute_summary", sanitize=False)
    remains = fields.Html(compute="_compute_remains", sanitize=False)
    connector_id = fields.Many2one("finance.connector", readonly=True)
    connector_state = fields.Selection(related="connector_id.state")
    webhook_url = fields.Char(related="connector_id.webhook_url")

    @api.depends("step")
    def _compute_summary(self):
        for wizard in self:
            rows = wizard._summary() if wizard.step == "summary" else []
            body = Markup().join(Markup("<tr><th class='pe-3'>%s</th><td>%s</td></tr>") % row for row in rows)
            wizard.summary = body and Markup("<table class='table table-sm mb-0'>%s</table>") % body

    def _summary(self):
        """``[(what, value)]`` of what will be made; never a secret."""
        _ = self.env._
        asked = [name for name in listed(self.system_id.asks) if name in self.env["finance.connector"]._fields]
        rows = [
            (_("Connector"), f"{self.name} ({self.system_id.name})"),
            (self._label("environment"), self._words("environment")),
            *((self._label(name), self._words(name)) for name in asked if self[name] and name != "wsdl"),
            (_("Trusted"), self.host_keys or self.tls_pins or (self.ca_pem and _("the certificate entered"))),
            (_("Secrets"), ", ".join(self.secret_ids.filtered("given").mapped("label"))),
            (_("Test"), self._words("health")),
            (self._label("company_id"), self.company_id.name),
            (self._label("journal_id"), self.journal_id.display_name),
            (self._label("owner_id"), self.owner_id.name),
        ]
        for flow in self.system_id.flow_ids:
            words = _("due within %s hours", self.target_hours)
            if flow._is_planned():
                every = _("every %(number)s %(unit)s", number=self.interval_number, unit=self._words("interval_unit"))
                words = f"{every.lower()}, {words}"
            rows.append((_("Flow"), f"{flow.name}: {words}"))
        return [(what, value) for what, value in rows if value]

    def _label(self, name):
        return self._fields[name]._description_string(self.env)

    def _words(self, name):
        field = self._fields[name]
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(self[name], "")
        return ", ".join(self[name].mapped("display_name")) if field.relational else self[name]

    @api.depends("step")
    def _compute_remains(self):
        for wizard in self:
            wizard.remains = wizard.connector_id.remains if wizard.step == "done" else False

    def action_create(self):
        """Make connector, secrets and flows; as a draft, so that nothing moves before a person says so."""
        self.ensure_one()
        if self.connector_id:
            raise UserError(self.env._("%s is connected already.", self.connector_id.name))
        self._check_line()
        connector = self._make()
        connector._set_health(self.health, self.health_text, self.health_code)
        self._settle(connector)
        self.secret_ids.unlink()
        self.write({"connector_id": connector.id, "step": "done"})
        return self._shown()

    def _make(self):
        """The connector with its secrets and flows, as entered."""
        connectors = self.env["finance.connector"].with_company(self.company_id)
        connector = connectors.create(self._connector_values())
        self.env["finance.credential"].create(
            [
                {"connector_id": connector.id, "purpose": line.purpose, "secret": line._reveal()}
                for line in self.secret_ids.filtered("given")
            ]
        )
        flows = self.env["finance.flow"].with_company(self.company_id)
        flows.create([self._flow_values(connector, flow) for flow in self.system_id.flow_ids])
        return connector

    def _connector_values(self):
        asked = [*listed(self.system_id.asks), *TRUST]
        entered = {name: self._plain(name) for name in asked if self._is_plain(name) and self[name]}
        if "wsdl" in entered:
            entered["wsdl_name"] = self.wsdl_name
        return {
            **(self.system_id.connector_values or {}),
            **entered,
            "name": self.name,
            "code": self._code(),
            "company_id": self.company_id.id,
            "domain": self.system_id.domain,
            "transport": self.system_id.transport,
            "environment": self.environment,
            "owner_id": self.owner_id.id,
        }

    def _is_plain(self, name):
        """Whether a field is one of the connector's own columns."""
        field = self.env["finance.connector"]._fields.get(name)
        return field is not None and field.type not in ("one2many", "many2many")

    def _plain(self, name):
        """A value as ``create`` takes it."""
        value = self.with_context(bin_size=False)[name]
        return value.id if self._fields[name].type == "many2one" else value

    def _code(self):
        """A short stable name that is free: the name in plain letters, numbered where it is taken."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        code = re.sub(r"[^a-z0-9]+", ".", plain).strip(".") or "connector"
        of_company = [("company_id", "=", self.company_id.id)]
        found = self.env["finance.connector"].sudo().with_context(active_test=False).search(of_company)
        taken, number, free = set(found.mapped("code")), 1, code
        while free in taken:
            number += 1
            free = f"{code}.{number}"
        return free

    def _flow_values(self, connector, flow):
        values = {
            **(flow.flow_values or {}),
            "name": flow.name,
            "connector_id": connector.id,
            "kind": flow.kind,
            "direction": flow.direction,
            "mode": flow.mode,
            "sequence": flow.sequence,
            "owner_id": self.owner_id.id,
            "target_hours": self.target_hours,
            "cut_off": self.cut_off,
        }
        if flow._is_planned():
            values |= {"interval_number": self.interval_number, "interval_unit": self.interval_unit}
        return values

    def _settle(self, connector):
        """What belongs to it elsewhere in the company; addons add what their area needs."""
        if self.journal_id and self.account_number and not self.journal_id.bank_account_id:
            self.journal_id.set_bank_account(self.account_number)

    def action_activate(self):
        """Let it work at once; only for test systems. Live ones are activated on their form."""
        self.ensure_one()
        if self.connector_id.environment != "sandbox":
            raise UserError(self.env._("A live connector is activated on its form, once all that remains is done."))
        self.connector_id.action_activate()
        return self._shown()

    def action_open_connector(self):
        self.ensure_one()
        return self.connector_id.get_formview_action()
