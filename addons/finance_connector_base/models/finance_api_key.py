import hashlib
import hmac
import ipaddress
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.orm.models import NO_ACCESS

from ..canonical.objects import OBJECTS
from ..core.errors import AuthError
from ..core.masking import remember

#: Bytes of chance: the first part only finds the row, the second one proves who calls.
PREFIX_BYTES, SECRET_BYTES = 6, 32
#: The stored time of the last use is at most so much behind.
USED_SECONDS = 60
#: Compared where there is no such key, so that both refusals take the same time.
NO_DIGEST = hashlib.sha256(b"no key").hexdigest()


class FinanceApiScope(models.Model):
    """What a key may do with one kind of object."""

    _name = "finance.api.scope"
    _description = "Scope of an API key"
    _order = "id"

    name = fields.Char(required=True, readonly=True, help="E.g. invoice:write.")

    _name_uniq = models.UniqueIndex("(name)", "This scope exists already.")

    @api.model
    def _complete(self):
        """Add the scopes of objects that came with this version."""
        wanted = [
            f"{registered.name}:{right}"
            for registered in OBJECTS.values()
            for sign, right in (("r", "read"), ("w", "write"))
            if sign in registered.access
        ]
        known = set(self.search([]).mapped("name"))
        self.create([{"name": name} for name in wanted if name not in known])


class FinanceApiKey(models.Model):
    """A key with which another system calls the canonical interface; only its hash is kept."""

    _name = "finance.api.key"
    _description = "API key"
    _order = "id desc"

    name = fields.Char(required=True, help="Who uses it, e.g. payroll, production.")
    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    prefix = fields.Char(readonly=True, copy=False, string="Begins with")
    digest = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    scope_ids = fields.Many2many("finance.api.scope", string="May do", required=True)
    expires_on = fields.Date(required=True, help="The last day on which the key is accepted.")
    networks = fields.Char(
        string="Only from", help="Addresses or networks, separated by commas, e.g. 192.0.2.7, 10.1.0.0/16; empty: any."
    )
    last_used_on = fields.Datetime(readonly=True, copy=False)
    revoked_on = fields.Datetime(readonly=True, copy=False)
    state = fields.Selection(
        [("new", "Not made"), ("valid", "Valid"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
    )

    _prefix_uniq = models.UniqueIndex("(prefix)", "This key exists already.")

    @api.depends("digest", "expires_on", "revoked_on")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for key in self:
            if key.revoked_on:
                key.state = "revoked"
            elif not key.sudo().digest:
                key.state = "new"
            else:
                key.state = "expired" if key.expires_on and key.expires_on < today else "valid"

    @api.constrains("networks")
    def _check_networks(self):
        for key in self:
            try:
                key._networks()
            except ValueError as error:
                raise ValidationError(self.env._("This is no address or network: %s", error)) from error

    def _networks(self):
        parts = (part.strip() for part in (self.networks or "").split(","))
        return [ipaddress.ip_network(part) for part in parts if part]

    def action_make(self):
        """Make the secret and show it, this one time."""
        self.ensure_one()
        self.check_access("write")
        if self.sudo().digest:
            raise UserError(self.env._("This key has its secret already; revoke it and make a new one."))
        return self._shown(self._make())

    def _make(self):
        """Give the key its secret; what is returned is kept nowhere."""
        prefix = secrets.token_hex(PREFIX_BYTES)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        remember(secret)
        self.sudo().write({"prefix": prefix, "digest": _digest(secret)})
        return f"fck_{prefix}_{secret}"

    def _shown(self, text):
        wizard = self.env["finance.api.key.shown"].create({"key_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Your new key"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"default_key_text": text},
        }

    def action_revoke(self):
        """Refuse the key from now on."""
        self.check_access("write")
        self.sudo().filtered(lambda key: not key.revoked_on).revoked_on = fields.Datetime.now()

    @api.model
    def _verified(self, text, remote):
        """The key behind a bearer token.

        :param remote: address the call comes from
        :return: ``(key, None)``, or ``(None, AuthError)``: not valid (``api.key``), not from there (``api.network``)
        """
        prefix, _sign, secret = (text or "").removeprefix("fck_").partition("_")
        key = self.sudo().search([("prefix", "=", prefix)], limit=1) if prefix else self.sudo()
        same = hmac.compare_digest(_digest(secret), key.digest or NO_DIGEST)
        if not (same and key.state == "valid" and key.connector_id.active and key.connector_id.state != "draft"):
            return None, AuthError(self.env._("The key is not valid."), code="api.key")
        allowed = key._networks()
        if allowed and not any(ipaddress.ip_address(remote) in network for network in allowed):
            return None, AuthError(self.env._("The key may not be used from here."), code="api.network")
        return key, None

    def _may(self, name, right):
        return f"{name}:{right}" in self.scope_ids.mapped("name")

    def _touch(self):
        """Keep when the key was used last; never waits for another call that does the same."""
        self.env.cr.execute(
            "UPDATE finance_api_key SET last_used_on = now() AT TIME ZONE 'UTC' WHERE id = "
            "(SELECT id FROM finance_api_key WHERE id = %s AND (last_used_on IS NULL OR last_used_on < "
            "(now() AT TIME ZONE 'UTC') - %s * interval '1 s') FOR UPDATE SKIP LOCKED)",
            [self.id, USED_SECONDS],
        )


class FinanceApiKeyShown(models.TransientModel):
    """Shows a new key once; the key itself travels in the answer and is not stored."""

    _name = "finance.api.key.shown"
    _description = "New API key"

    key_id = fields.Many2one("finance.api.key", required=True, readonly=True)
    key_text = fields.Char(compute="_compute_key_text", string="To be copied")

    @api.depends_context("default_key_text")
    def _compute_key_text(self):
        for shown in self:
            shown.key_text = self.env.context.get("default_key_text")


def _digest(secret):
    """Plain SHA-256: the secret is 256 bits of chance, which no dictionary holds."""
    return hashlib.sha256(secret.encode()).hexdigest()
