import base64
import contextlib
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.orm.models import NO_ACCESS

from .. import server
from ..core.errors import FinanceError
from ..core.masking import remember
from ..crypto.envelope import key_id_of
from ..crypto.expiry import certificates_end
from ..steps.pgp import key_end

#: Purposes that no person enters: they change all day, and nobody decides about it.
KEPT_BY_ITSELF = ("oauth_token", "oauth_refresh")

#: Changes that may move a date.
DATED = {"expires_on", "purpose", "connector_id", "valid_until"}


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
            ("private_key", "Private key (SSH)"),
            ("passphrase", "Passphrase of the private key"),
            ("client_certificate", "Client certificate (TLS)"),
            ("client_key", "Private key of the client certificate"),
            ("client_secret", "Client secret (OAuth2)"),
            ("oauth_token", "Access token, kept by itself"),
            ("oauth_refresh", "Refresh token, kept by itself"),
            ("signing_key", "Key for signing requests"),
            ("pgp_key", "Our PGP key"),
            ("pgp_passphrase", "Passphrase of our PGP key"),
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
    secret_file = fields.Binary(
        compute="_compute_secret",
        inverse="_inverse_secret_file",
        string="From a file",
        help="Keys and certificates of several lines come from a file; it is encrypted at once and not kept.",
    )
    sealed = fields.Char(copy=False, readonly=True, groups=NO_ACCESS, prefetch=False)
    ending = fields.Char(copy=False, readonly=True, help="The last characters of the stored secret.")
    rotated_on = fields.Datetime(copy=False, readonly=True)
    refreshing_until = fields.Datetime(copy=False, readonly=True, groups=NO_ACCESS)
    expires_on = fields.Date(help="When the other side stops accepting this secret.")

    valid_from = fields.Datetime(string="Accepted from", help="Webhook secrets; empty: at once.")
    valid_until = fields.Datetime(
        string="Accepted until",
        help="Webhook secrets: refused from then on. Set by itself when a newer one is added, after the overlap.",
    )

    _purpose_uniq = models.UniqueIndex(
        "(connector_id, purpose) WHERE purpose != 'webhook'", "The connector already has such a secret."
    )

    @api.model_create_multi
    def create(self, vals_list):
        credentials = super().create(vals_list)
        credentials.filtered(lambda one: one.purpose == "webhook")._relieve()
        credentials.filtered("expires_on").connector_id._watch_expiries()
        return credentials

    def write(self, vals):
        """The date belongs to the secret: a new one without a date has none yet."""
        replaced = vals.get("secret") or vals.get("secret_file")
        if replaced and "expires_on" not in vals and any(self.mapped("rotated_on")):
            vals = {**vals, "expires_on": False}
        done = super().write(vals)
        if DATED & vals.keys():
            self.connector_id._watch_expiries()
        return done

    def unlink(self):
        connectors = self.filtered("expires_on").connector_id
        done = super().unlink()
        connectors._watch_expiries()
        return done

    @api.depends("sealed")
    def _compute_secret(self):
        self.secret = False
        self.secret_file = False

    def _inverse_secret(self):
        for credential in self.filtered("secret"):
            credential._seal(credential.secret)

    def _seal(self, secret):
        """Keep a secret, encrypted for this record alone."""
        self.ensure_one()
        remember(secret)
        self.sudo().write(
            {
                "sealed": server.sealing_ring().seal(secret, self._associated()),
                "ending": secret[-2:] if len(secret) >= 12 else "",
                "rotated_on": fields.Datetime.now(),
                **self._dated(secret),
            }
        )
        self.invalidate_recordset(["secret", "secret_file"], flush=False)  # not even in this transaction's memory

    def _dated(self, secret):
        """The day a certificate or key names itself as its last one."""
        day = None
        if self.purpose == "client_certificate":
            day = certificates_end(secret)
        elif self.purpose == "pgp_key":
            with contextlib.suppress(FinanceError):  # the test of the connection tells what is wrong with it
                day = key_end(secret)
        return {"expires_on": day} if day else {}

    def _is_valid(self):
        """Whether a webhook secret is accepted now."""
        now = fields.Datetime.now()
        return (not self.valid_from or self.valid_from <= now) and (not self.valid_until or now < self.valid_until)

    def _relieve(self):
        """Let the webhook secrets before these end after the connector's overlap, and close what waited for one."""
        for credential in self:
            connector = credential.connector_id.sudo()
            begins = credential.valid_from or fields.Datetime.now()
            older = connector.credential_ids.filtered(
                lambda one: one.purpose == "webhook" and one not in self and not one.valid_until
            )
            older.valid_until = begins + timedelta(hours=connector.webhook_overlap_hours)
            connector._solve_webhook_cases()

    def _inverse_secret_file(self):
        for credential in self.filtered("secret_file"):
            try:
                secret = base64.b64decode(credential.secret_file).decode()
            except UnicodeDecodeError as error:
                raise ValidationError(_("The file is no text: keys are expected as PEM or ASCII armor.")) from error
            credential._seal(secret)

    def _label(self):
        """The purpose in the language of the environment."""
        self.ensure_one()
        return dict(self._fields["purpose"]._description_selection(self.env))[self.purpose]

    def _words(self):
        """How a person finds this secret: company, connector and purpose."""
        return f"{self.company_id.name} / {self.connector_id.name}: {self._label()}"

    def _associated(self):
        """What a stored secret is bound to: database, connector's environment, record, purpose."""
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{uuid}|{self.connector_id.environment}|finance.credential|{self.id}|{self.purpose}|1"

    def _reveal(self):
        """The secret in clear, for transports only; ``None`` where none is stored."""
        self.ensure_one()
        sealed = self.sudo().sealed
        if not sealed:
            return None
        secret = server.key_ring(key_id_of(sealed)).open(sealed, self._associated())
        remember(secret)
        return secret
