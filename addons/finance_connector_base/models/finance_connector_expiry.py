from urllib.parse import urlsplit

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import FinanceError
from ..crypto.expiry import certificates_end, dated_pins
from ..steps.pgp import key_end

#: What is written here may end some day.
DATED = {"ca_pem", "tls_pins", "pgp_public_key", "pgp_fingerprints", "owner_id"}


class FinanceConnector(models.Model):
    """What of a connector ends some day, and that no password stands in an address."""

    _inherit = "finance.connector"

    expiry_ids = fields.One2many("finance.expiry", "connector_id", readonly=True)
    next_expiry_on = fields.Date(
        compute="_compute_next_expiry_on", store=True, string="Next expiry", help="The first of its dates to come."
    )

    @api.depends("expiry_ids.expires_on")
    def _compute_next_expiry_on(self):
        for connector in self:
            connector.next_expiry_on = min(connector.expiry_ids.mapped("expires_on"), default=False)

    @api.constrains("address", "oauth_token_url")
    def _check_no_password_in_address(self):
        for connector in self:
            for address in filter(None, (connector.address, connector.oauth_token_url)):
                try:
                    hidden = urlsplit(address).password
                except ValueError:
                    continue  # the transport says what is wrong with it
                if hidden:
                    raise ValidationError(
                        _(
                            "Leave the password out of the address: everybody who sees the connector would read it. "
                            "Enter it under Secrets."
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        connectors = super().create(vals_list)
        connectors.filtered(lambda one: one.ca_pem or one.tls_pins or one.pgp_public_key)._watch_expiries()
        return connectors

    def write(self, vals):
        done = super().write(vals)
        if DATED & vals.keys():
            self._watch_expiries()
        return done

    def _watch_expiries(self):
        """Take up dates that were entered or changed; what is renewed closes its case at once."""
        self.env["finance.expiry"]._follow(self)

    def _expiries(self):
        """Everything of this connector that ends some day: yields ``(label, day, owner)``.

        Addons add their own, a consent for example: ``yield from super()._expiries()``, then theirs.
        Labels of one connector tell its dates apart.
        """
        self.ensure_one()
        owner = self.owner_id
        for credential in self.sudo().credential_ids:
            if credential.expires_on and not credential.valid_until:
                yield credential._label(), credential.expires_on, owner
        if day := certificates_end(self.ca_pem):
            yield _("Trusted certificate"), day, owner
        for pin, day in dated_pins(self.tls_pins):
            yield _("Certificate pin %s…", pin[:14]), day, owner
        if self.pgp_public_key and (day := self._pgp_end()):
            yield _("PGP key of the other side"), day, owner

    def _pgp_end(self):
        try:
            return key_end(self.pgp_public_key, self.pgp_fingerprints)
        except FinanceError:  # the key or the program is missing: the test of the connection tells
            return None
