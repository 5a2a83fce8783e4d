import base64

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import server
from ..crypto.envelope import key_id_of


class FinanceConnectSecret(models.TransientModel):
    """A secret that is entered in the wizard: sealed at once, and handed to the connector at the end."""

    _name = "finance.connect.secret"
    _description = "Secret of a new connection"
    _order = "sequence, id"

    connect_id = fields.Many2one("finance.connect", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer()
    purpose = fields.Selection(
        selection=lambda self: self.env["finance.credential"]._fields["purpose"]._description_selection(self.env),
        required=True,
        readonly=True,
    )
    label = fields.Char(compute="_compute_label", string="Secret")
    required = fields.Boolean(readonly=True, string="Needed")
    secret = fields.Char(compute="_compute_secret", inverse="_inverse_secret", string="Type it")
    secret_file = fields.Binary(compute="_compute_secret", inverse="_inverse_secret_file", string="or choose a file")
    file_name = fields.Char()
    sealed = fields.Char(copy=False, readonly=True, groups="base.group_no_one", prefetch=False)
    given = fields.Boolean(compute="_compute_given", compute_sudo=True, string="Entered")

    @api.depends("purpose")
    def _compute_label(self):
        labels = dict(self._fields["purpose"]._description_selection(self.env))
        for line in self:
            line.label = labels.get(line.purpose, line.purpose)

    @api.depends("sealed")
    def _compute_secret(self):
        self.secret = False
        self.secret_file = False

    @api.depends("sealed")
    def _compute_given(self):
        for line in self:
            line.given = bool(line.sealed)

    def _inverse_secret(self):
        for line in self.filtered("secret"):
            line._seal(line.secret)

    def _inverse_secret_file(self):
        for line in self.filtered("secret_file"):
            try:
                secret = base64.b64decode(line.secret_file).decode()
            except UnicodeDecodeError as error:
                raise ValidationError(
                    self.env._("The file is no text: keys are expected as PEM or ASCII armor.")
                ) from error
            line._seal(secret)

    def _seal(self, secret):
        self.sudo().sealed = server.sealing_ring().seal(secret, self._associated())
        self.connect_id.health = "unknown"
        self.invalidate_recordset(["secret", "secret_file"], flush=False)

    def _associated(self):
        """What the sealed secret is bound to: database, this row, purpose."""
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{uuid}|finance.connect.secret|{self.id}|{self.purpose}"

    def _reveal(self):
        """The secret in clear, to hand it to the connector's own credential; ``None`` where none was entered."""
        self.ensure_one()
        sealed = self.sudo().sealed
        return server.key_ring(key_id_of(sealed)).open(sealed, self._associated()) if sealed else None
