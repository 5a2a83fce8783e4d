from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from .. import server
from ..core.transport import TRANSPORTS

#: Who may bring a connector to rest; only administrators let it go again.
MAY_PAUSE = "finance_connector_base.group_operator,finance_connector_base.group_approver"


class FinanceConnector(models.Model):
    """The link to one outside party, in one environment, for one company."""

    _name = "finance.connector"
    _inherit = ["mail.thread", "mail.activity.mixin", "finance.access"]
    _description = "Finance connector"
    _order = "sequence, name"
    _check_company_auto = True
    _given_at_creation = ("state",)  # who connects a system may also activate it

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(required=True, copy=False, help="Short stable name, used on the command line and in logs.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, tracking=True
    )
    domain = fields.Selection(
        [
            ("bank", "Bank"),
            ("tax", "Tax"),
            ("treasury", "Treasury"),
            ("close", "Close"),
            ("other", "Other"),
        ],
        required=True,
        default="bank",
        string="Area",
    )
    environment = fields.Selection(
        [("sandbox", "Sandbox"), ("live", "Live")],
        required=True,
        default="sandbox",
        tracking=True,
        help="Live connectors send only from a server that is configured as live.",
    )
    transport = fields.Selection(selection="_selection_transport", required=True, default="upload", tracking=True)
    owner_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        tracking=True,
        help="Who is told when the connector needs a person.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("paused", "Paused")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    pause_reason = fields.Char(copy=False, readonly=True)
    address = fields.Char(help="URL of the other side, or the folder below the server's exchange root.", tracking=True)
    username = fields.Char(tracking=True)
    credential_ids = fields.One2many("finance.credential", "connector_id", copy=False)
    flow_ids = fields.One2many("finance.flow", "connector_id", copy=True)
    folder_in = fields.Char(default="in", help="Where files for us are laid down.")
    folder_out = fields.Char(default="out", help="Where our files are laid down.")
    folder_archive = fields.Char(default="archive", help="Where files go after they are safely stored here.")
    pattern = fields.Char(default="*", help="Only files with such names are taken, e.g. *.xml.")
    timeout_seconds = fields.Integer(
        default=30,
        string="Time limit (seconds)",
        help="Total time for one call; must stay below half of the server's time limit.",
    )
    max_bytes = fields.Integer(
        default=64 * 1024 * 1024, string="Largest file (bytes)", help="Larger files and answers are refused."
    )
    push_path = fields.Char(default="/files", help="Path to which messages are posted.")
    ask_path = fields.Char(help="Path that tells the fate of a message; {key} stands for its key.")
    pull_path = fields.Char(help="Path that lists what there is to fetch.")
    auth_scheme = fields.Selection(
        [("none", "None"), ("basic", "User and password"), ("bearer", "Bearer token"), ("api_key", "API key header")],
        default="none",
        required=True,
    )
    message_count = fields.Integer(compute="_compute_counts", string="Traffic")
    permit_text = fields.Char(compute="_compute_permit_text", string="Not from here")
    case_count = fields.Integer(compute="_compute_counts", string="Open cases")
    last_message_on = fields.Datetime(compute="_compute_counts", string="Last traffic")

    _code_uniq = models.UniqueIndex("(company_id, code)", "This company already has a connector with this code.")

    @api.model
    def _selection_transport(self):
        return TRANSPORTS.names(self._loaded_addons())

    @api.model
    def _loaded_addons(self):
        """Addons loaded in this database; the registries of the process may know more."""
        return self.env.registry._init_modules

    def _compute_permit_text(self):
        permit = self.env["finance.permit"].sudo()
        refusals = {environment: permit._refusal(environment) for environment in set(self.mapped("environment"))}
        for connector in self:
            connector.permit_text = refusals.get(connector.environment)

    def _compute_counts(self):
        messages = self.env["finance.message"]._read_group(
            [("connector_id", "in", self.ids)], ["connector_id"], ["__count", "create_date:max"]
        )
        by_connector = {connector.id: (count, last) for connector, count, last in messages}
        cases = dict(
            self.env["finance.exception"]._read_group(
                [("connector_id", "in", self.ids), ("state", "=", "open")], ["connector_id"], ["__count"]
            )
        )
        for connector in self:
            count, last = by_connector.get(connector.id, (0, False))
            connector.message_count = count
            connector.last_message_on = last
            connector.case_count = cases.get(connector, 0)

    def _transport(self, message=None):
        """The transport of this connector, ready to use; it holds plain values, never records.

        :param message: the one to be sent, where people do a part of it by hand
        """
        self.ensure_one()
        settings = self._transport_settings()
        if message:
            settings["hand"] = message._hand()
            settings["reference"] = (message.options or {}).get("reference")
        return TRANSPORTS.get(self.transport)(settings, self._secrets())

    def _transport_settings(self):
        """Plain values for a transport; every line to the outside is made with them.

        :raise ConfigurationError: this database may not send or fetch from here
        """
        self.ensure_one()
        self.env["finance.permit"]._demand(self.environment)
        return {
            "address": self.address or "",
            "username": self.username or "",
            "root": str(server.folder_root()),
            "in": self.folder_in or "in",
            "out": self.folder_out or "out",
            "archive": self.folder_archive or "archive",
            "pattern": self.pattern or "*",
            "timeout_seconds": self.timeout_seconds,
            "max_bytes": self.max_bytes,
            "push_path": self.push_path or "",
            "ask_path": self.ask_path or "",
            "pull_path": self.pull_path or "",
            "auth_scheme": self.auth_scheme,
            "environment": self.environment,
        }

    def _secrets(self):
        """Decrypted secrets by purpose, for the transport only."""
        credentials = self.sudo().credential_ids.filtered(lambda one: one.purpose != "webhook")
        return {credential.purpose: credential._reveal() for credential in credentials}

    def _flow(self, kind, direction):
        """The active flow of this kind, or an empty recordset."""
        return self.flow_ids.filtered(lambda f: f.kind == kind and f.direction == direction and f.active)[:1]

    @api.model
    def _upload_connector(self, company, domain="bank"):
        """The connector that stands for files a person brings, one for each company and area."""
        code = f"upload.{domain}"
        found = self.sudo().search([("company_id", "=", company.id), ("code", "=", code)], limit=1)
        if found:
            return found.sudo(False)
        # of two who bring the first file at the same time, the later one starts anew and finds it
        self.env.cr.execute("UPDATE res_company SET write_date = write_date WHERE id = %s", [company.id])
        return (
            self.sudo()
            .create(
                {
                    "name": _("Files by hand (%s)", dict(self._fields["domain"].selection)[domain]),
                    "code": code,
                    "company_id": company.id,
                    "domain": domain,
                    "transport": "upload",
                    "state": "active",
                    "environment": server.environment(),
                }
            )
            .sudo(False)
        )

    def action_activate(self):
        """Resume, or begin: administrators alone, because from then on messages move."""
        self.check_access("write")
        self.sudo().write({"state": "active", "pause_reason": False})
        self.env["finance.message"]._wake(self)

    def action_pause(self):
        """Pausing is the safe direction: operators and approvers may do it, too."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_groups(MAY_PAUSE)):
            raise AccessError(_("Connectors are paused by operators, approvers and administrators."))
        self._pause(_("Paused by %s", self.env.user.name))

    def _pause(self, reason):
        self.env["finance.standing"]._shut(self)
        self.sudo().write({"state": "paused", "pause_reason": reason})

    def action_pull(self):
        """Fetch now, without waiting for the schedule."""
        self._check_operator()
        flows = self.flow_ids._fetching()
        if not flows:
            raise UserError(_("This connector has no flow that fetches yet. Add one first."))
        flows._enqueue_pull(planned=False)

    def action_open_messages(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Messages"),
            "res_model": "finance.message",
            "view_mode": "list,form",
            "domain": [("connector_id", "in", self.ids)],
        }

    def action_open_cases(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Cases"),
            "res_model": "finance.exception",
            "view_mode": "list,form",
            "domain": [("connector_id", "in", self.ids)],
            "context": {"search_default_open": 1},
        }
