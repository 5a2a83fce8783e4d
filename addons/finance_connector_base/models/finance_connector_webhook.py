from datetime import timedelta
from fnmatch import fnmatchcase

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..core.webhook import WEBHOOKS, WINDOW_SECONDS, HookSettings

ADMIN = "finance_connector_base.group_admin"


class FinanceConnector(models.Model):
    """What comes in by itself: how the other side signs, and where it posts to."""

    _inherit = "finance.connector"

    webhook_scheme = fields.Selection(
        selection="_selection_webhook_scheme", string="Webhook signed as", tracking=True, groups=ADMIN
    )
    webhook_address_ids = fields.One2many("finance.webhook.address", "connector_id", copy=False, groups=ADMIN)
    webhook_url = fields.Char(compute="_compute_webhook_url", string="Address for the provider", groups=ADMIN)
    webhook_window_seconds = fields.Integer(
        default=WINDOW_SECONDS,
        groups=ADMIN,
        string="Time window (seconds)",
        help="How far the signed time of a post may be away from now.",
    )
    webhook_overlap_hours = fields.Integer(
        default=24,
        groups=ADMIN,
        string="Overlap (hours)",
        help="How long a replaced secret or address is still accepted.",
    )
    webhook_header = fields.Char(groups=ADMIN, string="Signature header", help="E.g. X-Hub-Signature-256.")
    webhook_algorithm = fields.Selection(
        [("sha256", "SHA-256"), ("sha384", "SHA-384"), ("sha512", "SHA-512")],
        default="sha256",
        groups=ADMIN,
        string="Algorithm",
    )
    webhook_encoding = fields.Selection(
        [("hex", "Hexadecimal"), ("base64", "Base64")], default="hex", groups=ADMIN, string="Signature is written as"
    )
    webhook_prefix = fields.Char(groups=ADMIN, string="Prefix", help="What stands before the signature, e.g. sha256=.")
    webhook_key_format = fields.Selection(
        [("text", "Text"), ("hex", "Hexadecimal"), ("base64", "Base64")],
        default="text",
        groups=ADMIN,
        string="Secret is written as",
    )
    webhook_timestamp_header = fields.Char(groups=ADMIN, string="Time header", help="Empty: no time is signed.")
    webhook_signed = fields.Char(
        default="{body}", groups=ADMIN, string="Signed text", help="E.g. {timestamp}.{body} where a time is signed."
    )
    webhook_padding = fields.Selection(
        [("pkcs1v15", "PKCS #1 v1.5"), ("pss", "PSS")], default="pkcs1v15", groups=ADMIN, string="Padding"
    )
    webhook_id_path = fields.Char(
        groups=ADMIN, string="Id in the body", help="E.g. data.id. Empty: the hash of the body stands for it."
    )
    webhook_kind_path = fields.Char(groups=ADMIN, string="Kind in the body", help="E.g. type; flows choose by it.")
    webhook_time_path = fields.Char(groups=ADMIN, string="Time in the body", help="When it happened, e.g. created_at.")
    webhook_audience = fields.Char(
        groups=ADMIN,
        string="Application id",
        help="Whom the posts are for, as the provider calls your application. Tokens for others are refused.",
    )
    webhook_last_on = fields.Datetime(compute="_compute_webhook_traffic", groups=ADMIN, string="Last event")
    webhook_refused = fields.Integer(
        compute="_compute_webhook_traffic", groups=ADMIN, string="Refused in 7 days"
    )

    @api.model
    def _selection_webhook_scheme(self):
        return WEBHOOKS.names(self._loaded_addons())

    @api.constrains("webhook_scheme", "webhook_header", "webhook_timestamp_header", "webhook_signed")
    def _check_webhook(self):
        for connector in self.sudo():
            if connector.webhook_scheme not in ("hmac", "rsa"):
                continue
            if not connector.webhook_header:
                raise ValidationError(_("Name the header that carries the signature."))
            signed = connector.webhook_signed or ""
            if connector.webhook_scheme == "hmac" and "{body}" not in signed:
                raise ValidationError(_("The signed text must contain {body}: what is not signed can be changed."))
            if bool(connector.webhook_timestamp_header) != ("{timestamp}" in signed):
                raise ValidationError(
                    _(
                        "Name the time header and put {timestamp} into the signed text, or neither: "
                        "a time that is not signed can be changed."
                    )
                )

    @api.depends("webhook_address_ids.valid_until", "webhook_scheme")
    def _compute_webhook_url(self):
        for connector in self:
            current = connector.webhook_address_ids.filtered(lambda address: not address.valid_until)[:1]
            connector.webhook_url = current.url if connector.webhook_scheme else False

    def _compute_webhook_traffic(self):
        events = dict(
            self.env["finance.message"]._read_group(
                [("connector_id", "in", self.ids), ("event_kind", "!=", False)], ["connector_id"], ["create_date:max"]
            )
        )
        since = fields.Datetime.now() - timedelta(days=7)
        refused = dict(
            self.env["finance.webhook.tally"]._read_group(
                [("connector_id", "in", self.ids), ("hour", ">=", since)], ["connector_id"], ["times:sum"]
            )
        )
        for connector in self:
            connector.webhook_last_on = events.get(connector, False)
            connector.webhook_refused = refused.get(connector, 0)

    @api.model_create_multi
    def create(self, vals_list):
        connectors = super().create(vals_list)
        connectors._open_webhook()
        return connectors

    def write(self, vals):
        done = super().write(vals)
        if vals.get("webhook_scheme"):
            self._open_webhook()
        return done

    def _open_webhook(self):
        """Give those that take webhooks their first address."""
        for connector in self.sudo():
            if connector.webhook_scheme and not connector.webhook_address_ids:
                self.env["finance.webhook.address"].sudo()._renew(connector)

    def _webhook(self):
        """The scheme of this connector, ready to use; it holds plain values, never records."""
        self.ensure_one()
        settings = HookSettings(
            window_seconds=self.webhook_window_seconds,
            header=self.webhook_header or "",
            algorithm=self.webhook_algorithm,
            encoding=self.webhook_encoding,
            prefix=self.webhook_prefix or "",
            key_format=self.webhook_key_format,
            timestamp_header=self.webhook_timestamp_header or "",
            signed=self.webhook_signed or "",
            padding=self.webhook_padding,
            id_path=self.webhook_id_path or "",
            kind_path=self.webhook_kind_path or "",
            time_path=self.webhook_time_path or "",
            audience=self.webhook_audience or "",
        )
        return WEBHOOKS.get(self.webhook_scheme)(settings)

    def _webhook_secrets(self):
        """Every webhook secret that is valid now, in clear, for checking a signature only."""
        stored = self.env["finance.credential"].sudo().search_fetch(
            [("connector_id", "=", self.id), ("purpose", "=", "webhook")],
            ["connector_id", "purpose", "valid_from", "valid_until", "sealed"],
        )
        return [secret for one in stored if one._is_valid() and (secret := one._reveal())]

    def _solve_webhook_cases(self):
        """A secret is there now: what asked for one is settled."""
        self.env["finance.exception"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("code", "=", "hook.secret_missing"),
                ("state", "=", "open"),
            ]
        )._solve(_("Solved by itself: a secret was entered."))

    def _event_flow(self, kind):
        """The flow that takes events of this kind; an empty one where none does."""
        return self.flow_ids.filtered(
            lambda flow: (
                flow.active
                and flow.direction == "in"
                and flow.mode == "event"
                and any(fnmatchcase(kind, pattern.strip()) for pattern in (flow.event_pattern or "*").split(","))
            )
        )[:1]

    def action_webhook_renew(self):
        """A new address, because the old one became known to others; it stays open for the overlap."""
        self.check_access("write")
        for connector in self:
            self.env["finance.webhook.address"].sudo()._renew(connector)

    def action_webhook_refused(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Refused posts"),
            "res_model": "finance.webhook.tally",
            "view_mode": "list,graph",
            "domain": [("connector_id", "in", self.ids)],
        }
