from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.finance_system import listed

STEPS = ("choose", "line", "test", "place", "summary", "done")


class FinanceConnect(models.TransientModel):
    """Connect a system step by step: what, how to reach it, whether that works, where it belongs.

    Nothing but this row exists until the last step, and it goes by itself within the hours that Odoo keeps
    assistants. Secrets are sealed as they are entered.
    """

    _name = "finance.connect"
    _description = "Connect a system"
    _check_company_auto = True

    step = fields.Selection(
        [
            ("choose", "System"),
            ("line", "Line"),
            ("test", "Test"),
            ("place", "Owner and times"),
            ("summary", "Summary"),
            ("done", "Connected"),
        ],
        default="choose",
        required=True,
    )
    system_id = fields.Many2one("finance.system")
    system_ids = fields.Many2many("finance.system", compute="_compute_system_ids", string="Systems")
    asks = fields.Char(compute="_compute_asks")
    text = fields.Text(related="system_id.text")
    hint = fields.Text(related="system_id.hint")
    transport = fields.Selection(related="system_id.transport")
    has_secrets = fields.Boolean(compute="_compute_asks")
    is_planned = fields.Boolean(compute="_compute_asks")

    # the line; names are those of the connector
    name = fields.Char(help="How your colleagues call it, e.g. House bank.")
    environment = fields.Selection(
        selection=lambda self: self._selection_of("environment"),
        default="sandbox",
        required=True,
        string="Other side",
        help="Their test system, or the real one. A live connector sends only from a server configured as live.",
    )
    address = fields.Char(
        help="As the other side gave it: https://… for interfaces, sftp://host:22/folder for SFTP, a folder name for "
        "folders on this server."
    )
    username = fields.Char(string="User or account", help="As the other side gave it.")
    auth_scheme = fields.Selection(
        selection=lambda self: self._selection_of("auth_scheme"),
        string="Signed in by",
        help="How the other side knows us; their manual says which.",
    )
    api_key_header = fields.Char(string="Header of the API key", help="As their manual says, often X-API-Key.")
    oauth_token_url = fields.Char(string="Token address", help="Where access tokens are asked for (OAuth2).")
    oauth_scope = fields.Char(string="Scope", help="What the token shall be good for; their manual says which.")
    folder_in = fields.Char(string="Folder with files for us", help="Below the address.")
    folder_out = fields.Char(string="Folder for our files", help="Below the address.")
    folder_archive = fields.Char(string="Archive folder", help="Where files go after they are safely stored here.")
    pattern = fields.Char(string="Only files", help="E.g. *.xml; * takes all.")
    push_path = fields.Char(string="Path for sending", help="Below the address, e.g. /payments.")
    ask_path = fields.Char(
        string="Path for asking",
        help="Tells the fate of what was sent; {key} stands for its key, e.g. /payments/{key}. Without it, an answer "
        "that got lost is a case for two people.",
    )
    pull_path = fields.Char(string="Path for fetching", help="Lists what there is for us, e.g. /statements.")
    items_path = fields.Char(
        string="Items at", help="Where the list stands in the answer, e.g. data. Empty: the answer is one item."
    )
    wsdl = fields.Binary(attachment=False, string="WSDL", help="The WSDL file, or a zip with it and its schemas.")
    wsdl_name = fields.Char()
    webhook_header = fields.Char(string="Signature header", help="Header of their posts that carries the signature.")
    webhook_prefix = fields.Char(string="Prefix", help="What stands before the signature, e.g. sha256=.")
    webhook_encoding = fields.Selection(
        selection=lambda self: self._selection_of("webhook_encoding"), string="Signature is written as"
    )
    webhook_timestamp_header = fields.Char(string="Time header", help="Empty: no time is signed.")
    webhook_signed = fields.Char(string="Signed text", help="E.g. {timestamp}.{body} where a time is signed.")
    webhook_id_path = fields.Char(string="Id in the body", help="E.g. data.id. Empty: the hash of the body.")
    webhook_audience = fields.Char(string="Application id", help="As the provider calls your application.")
    webhook_kind_path = fields.Char(string="Kind in the body", help="E.g. type; flows choose by it.")
    secret_ids = fields.One2many("finance.connect.secret", "connect_id", string="Secrets")

    # where it belongs
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', '=', company_id)]",
        string="Bank journal",
        help="Statements find their journal by its account number; further accounts are set on their journals.",
    )
    account_number = fields.Char(help="Of the journal's bank account, as the bank's files give it: IBAN or number.")
    owner_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, required=True, help="Gets the cases, and is told of trouble."
    )
    interval_number = fields.Integer(default=15, string="Fetched every")
    interval_unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")], default="minutes", required=True
    )
    cut_off = fields.Float(string="Cut-off", help="Time of day after which the other side works for the next day.")
    target_hours = fields.Float(default=8.0, string="Service target (hours)", help="A case is due after this time.")

    @api.model
    def _selection_of(self, name):
        return self.env["finance.connector"]._fields[name]._description_selection(self.env)

    @api.depends("step")
    def _compute_system_ids(self):
        self.system_ids = self.env["finance.system"].search([])

    @api.depends("system_id")
    def _compute_asks(self):
        for wizard in self:
            wizard.asks = f",{(wizard.system_id.asks or '').replace(' ', '')},"
            wizard.has_secrets = bool(listed(wizard.system_id.secrets))
            wizard.is_planned = any(flow._is_planned() for flow in wizard.system_id.flow_ids)

    @api.onchange("journal_id")
    def _onchange_journal_id(self):
        if self.journal_id.bank_account_id:
            self.account_number = self.journal_id.bank_account_id.acc_number

    # steps

    @api.model
    def action_start(self):
        """A fresh wizard, for those who may connect systems."""
        if not self.env.user.has_group("finance_connector_base.group_admin"):
            raise AccessError(self.env._("Systems are connected by administrators of the finance connectors."))
        return self.create({})._shown()

    def _shown(self):
        """This wizard as an action."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect a system"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _choose(self, system):
        """Take a kind of system; what a person has entered stays where the new kind asks for it, too."""
        if system != self.system_id:
            offered = self._offered(system)
            before = self._offered(self.system_id)
            fresh = {name: value for name, value in offered.items() if not self[name] or self[name] == before.get(name)}
            self.write({**fresh, "system_id": system.id, "health": "unknown", "health_text": False})
            self._set_secrets(system)
        self.step = "line"
        return self._shown()

    def _offered(self, system):
        """What a kind of system puts into the fields before a person does."""
        connector = self.env["finance.connector"].with_company(self.company_id)
        asked = [name for name in listed(system.asks) if self._is_plain(name)]
        values = connector.default_get(asked) if asked else {}
        values |= {name: value for name, value in (system.connector_values or {}).items() if name in self._fields}
        if system:
            values["name"] = system.name
        planned = system.flow_ids.filtered(lambda flow: flow._is_planned())[:1]
        if planned:
            values |= {name: planned[name] for name in ("interval_number", "interval_unit", "target_hours")}
        elif system.flow_ids:
            values["target_hours"] = system.flow_ids[0].target_hours
        return values

    def _set_secrets(self, system):
        """A line for each secret of the kind; those entered already are kept where they fit."""
        wanted = listed(system.secrets)
        self.secret_ids.filtered(lambda line: line.purpose not in wanted).unlink()
        for sequence, (purpose, required) in enumerate(wanted.items()):
            line = self.secret_ids.filtered(lambda line, purpose=purpose: line.purpose == purpose)
            values = {"purpose": purpose, "required": required, "sequence": sequence}
            if line:
                line.write(values)
            else:
                line.create({"connect_id": self.id, **values})

    def action_next(self):
        self.ensure_one()
        if self.step == "line":
            self._check_line()
        self.step = STEPS[STEPS.index(self.step) + 1]
        if self.step == "test" and self.health == "unknown":
            return self.action_test()
        return self._shown()

    def action_back(self):
        self.ensure_one()
        self.step = STEPS[STEPS.index(self.step) - 1]
        return self._shown()

    def _check_line(self):
        """Refuse to go on while something needed is missing, naming all of it at once."""
        asks = {"name": True, **listed(self.system_id.asks)}
        missing = [self._label(name) for name, needed in asks.items() if needed and not self[name]]
        missing += [line.label for line in self.secret_ids if line.required and not line.given]
        if missing:
            raise UserError(self.env._("Please fill in first: %s", ", ".join(missing)))
