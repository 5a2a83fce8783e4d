from odoo import api, fields, models

from .. import server


class FinanceCredential(models.Model):
    """One secret of a connector. It can be written and used, never read back."""

    _name = "finance.credential"
    _description = "Finance credential"
    _order = "connector_id, purpose"

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    purpose = fields.Selection(
        [
            ("password", "Password or licence key"),
            ("token", "Bearer token"),
            ("api_key", "API key"),
            ("webhook", "Webhook secret"),
        ],
        required=True,
        default="password",
    )
    secret = fields.Char(
        compute="_compute_secret",
        inverse="_inverse_secret",
        string="New secret",
        help="Type a new secret to replace the stored one. It is encrypted at once and never shown again.",
    )
    sealed = fields.Char(copy=False, readonly=True, groups="base.group_no_one", prefetch=False)
    ending = fields.Char(copy=False, readonly=True, help="The last characters of the stored secret.")
    rotated_on = fields.Datetime(copy=False, readonly=True)
    expires_on = fields.Date(help="When the other side stops accepting this secret.")

    _purpose_uniq = models.UniqueIndex("(connector_id, purpose)", "The connector already has such a secret.")

    @api.depends("sealed")
    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for credential in self.filtered("secret"):
            secret = credential.secret
            credential.sudo().write(
                {
                    "sealed": server.key_ring().seal(secret, credential._associated()),
                    "ending": secret[-2:] if len(secret) >= 12 else "",
                    "rotated_on": fields.Datetime.now(),
                }
            )

    def _associated(self):
        """What a stored secret is bound to: database, connector's environment, record, purpose."""
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{uuid}|{self.connector_id.environment}|finance.credential|{self.id}|{self.purpose}|1"

    def _reveal(self):
        """The secret in clear, for transports only; ``None`` where none is stored."""
        self.ensure_one()
        sealed = self.sudo().sealed
        return server.key_ring().open(sealed, self._associated()) if sealed else None
