from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.finance_connector_base.core.advice import advice
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS

from ..ebics import keys as ebics_keys
from ..ebics.transport import PURPOSE
from .ebics_journal import EbicsJournal
from .finance_ebics_user import ID

#: What another person has to agree with on a live connector.
SETUP = {"ebics_host_id", "ebics_partner_id", "ebics_bank_keys", "ebics_distributed"}


class FinanceCredential(models.Model):
    _inherit = "finance.credential"

    purpose = fields.Selection(
        selection_add=[(PURPOSE, "EBICS keys, made by itself")], ondelete={PURPOSE: "cascade"}
    )


class FinanceConnector(models.Model):
    """EBICS: who we are at the bank, which of its keys we believe, and how keys and orders are made."""

    _inherit = "finance.connector"

    ebics_host_id = fields.Char("Host id", tracking=True, help="The bank's name in EBICS, from its letter.")
    ebics_partner_id = fields.Char("Partner id", tracking=True, help="Our number as a customer, from its letter.")
    ebics_user_ids = fields.One2many("finance.ebics.user", "connector_id", string="EBICS users")
    ebics_user_id = fields.Char(
        "EBICS user id", compute="_compute_ebics_user_id", inverse="_inverse_ebics_user_id",
        help="The user that speaks, from the bank's letter.",
    )  # fmt: skip
    ebics_bank_keys = fields.Text("Bank keys", readonly=True, copy=False)
    ebics_bank_keys_found = fields.Text("Bank keys found", readonly=True, copy=False)
    ebics_bank_hashes = fields.Char("Bank keys confirmed", compute="_compute_ebics_bank_hashes")
    ebics_agreed = fields.Text(
        "Agreed with the bank", readonly=True, copy=False,
        help="Order type, business transaction format and class of signature (E alone, A and B two together, T only "
        "for the transport), as the bank lists them for the user that speaks.",
    )  # fmt: skip
    ebics_key_bits = fields.Integer(
        "Length of new keys (bits)", default=3072, help="From 2048 to 4096; banks take all of them."
    )
    ebics_certificate_years = fields.Integer("New certificates end after (years)", default=5)
    ebics_segment_bytes = fields.Integer(
        "Largest segment (bytes)", default=1 << 20, help="1 MiB is what the standard allows; some banks want less."
    )
    ebics_distributed = fields.Boolean(
        "Signed further at the bank", tracking=True,
        help="Orders wait at the bank for the signatures of others (distributed signature). Without it, an order that "
        "lacks a signature is refused.",
    )  # fmt: skip

    @api.depends("ebics_user_ids.name", "ebics_user_ids.sequence")
    def _compute_ebics_user_id(self):
        for connector in self:
            connector.ebics_user_id = connector.ebics_user_ids[:1].name

    def _inverse_ebics_user_id(self):
        for connector in self.filtered("ebics_user_id"):
            first = connector.ebics_user_ids[:1]
            if first:
                first.name = connector.ebics_user_id
            else:
                connector.ebics_user_ids.create({"name": connector.ebics_user_id, "connector_id": connector.id})

    @api.depends("ebics_bank_keys")
    def _compute_ebics_bank_hashes(self):
        for connector in self:
            connector.ebics_bank_hashes = "; ".join(connector._ebics_bank_rows()) or False

    def _ebics_bank_rows(self):
        if not self.sudo().ebics_bank_keys:
            return []
        found = ebics_keys.bank_keys_from_text(self.sudo().ebics_bank_keys)
        return [
            f"{version} {ebics_keys.certificate_hash(certificate).hex().upper()[:16]}…"
            for version, certificate in (("X002", found.authentication), ("E002", found.encryption))
        ]

    @api.constrains("ebics_host_id", "ebics_partner_id")
    def _check_ebics_ids(self):
        for connector in self.filtered(lambda one: one.transport == "ebics"):
            for value in (connector.ebics_host_id, connector.ebics_partner_id):
                if value and not ID.fullmatch(value):
                    raise ValidationError(
                        self.env._("Host and partner ids have letters and digits only, no blanks: “%s”", value)
                    )

    def write(self, vals):
        done = super().write(vals)
        if SETUP & vals.keys():
            self.sudo()._setup_changed()
        return done

    # keys

    def _ebics_keys(self):
        """``{user id: UserKeys}`` of the sealed secret."""
        credential = self.sudo().credential_ids.filtered(lambda one: one.purpose == PURPOSE)
        return ebics_keys.users_from_text(credential[:1]._reveal() or "{}") if credential else {}

    def _ebics_keep(self, user_id, keys):
        """Seal the keys of a user beside those of the others."""
        self._ebics_seal({**self._ebics_keys(), user_id: keys})

    def _ebics_forget(self, user_id):
        kept = self._ebics_keys()
        if kept.pop(user_id, None):
            self._ebics_seal(kept)

    def _ebics_seal(self, kept):
        ends = [pair.certificate.not_valid_after_utc.date() for keys in kept.values() for pair in keys.all()]
        credential = self.sudo().credential_ids.filtered(lambda one: one.purpose == PURPOSE)
        if not credential:
            credential = credential.create({"connector_id": self.id, "purpose": PURPOSE})
        credential.write({"secret": ebics_keys.users_to_text(kept), "expires_on": min(ends, default=False)})

    # the line

    def _transport_settings(self):
        settings = super()._transport_settings()
        if self.transport != "ebics":
            return settings
        ready = self.ebics_user_ids.filtered(lambda user: user.state == "ready")
        return {
            **settings,
            "ebics_host": self.ebics_host_id or "",
            "ebics_partner": self.ebics_partner_id or "",
            "ebics_users": tuple(ready.mapped("name")),
            "ebics_bank_keys": self.sudo().ebics_bank_keys or "",
            "ebics_distributed": self.ebics_distributed,
            "ebics_segment_bytes": self.ebics_segment_bytes,
            "ebics_order": "",
            "ebics_service": {},
            "ebics_journal": EbicsJournal(self.env.registry, self.id),
        }

    def _ebics_transport(self, flow=None, message=None, speaker=None):
        """The transport for one flow, one message or one user."""
        self.ensure_one()
        settings = self._transport_settings()
        if flow:
            settings |= flow._ebics_settings()
        if message:
            settings["ebics_born"] = message.create_date.replace(tzinfo=UTC)
        if speaker:
            settings["ebics_users"] = (speaker,)
        return TRANSPORTS.get(self.transport)(settings, self._secrets())

    def action_ebics_agreed(self):
        """HTD: what the bank's own list says decides about the formats of the flows."""
        self.ensure_one()
        self._check_operator()
        try:
            found = self.sudo()._ebics_transport().agreed()
        except FinanceError as error:
            raise UserError("\n".join(filter(None, (str(error), advice(error.code))))) from error
        self.sudo().ebics_agreed = "\n".join(map(str, found)) or self.env._("The bank lists nothing.")

    # around it

    def _remains(self):
        found = super()._remains()
        if self.transport == "ebics" and "ready" not in self.ebics_user_ids.mapped("state"):
            words = self.env._("Initialise an EBICS user: keys, letter, the bank's keys (page EBICS).")
            found.insert(max(len(found) - 1, 0), words)
        return found

    def _setup_parts(self):
        if self.transport != "ebics":
            return super()._setup_parts()
        rows = [["", self.ebics_host_id or "", self.ebics_partner_id or "", str(bool(self.ebics_distributed))]]
        rows += [[user.name, user.signature_hash or ""] for user in self.ebics_user_ids]
        rows += [[row] for row in self._ebics_bank_rows()]
        rows += [[flow.name, flow._ebics_words()] for flow in self.with_context(active_test=False).flow_ids]
        return {**super()._setup_parts(), "ebics": (self.env._("EBICS"), rows)}

    def _expiries(self):
        yield from super()._expiries()
        if self.transport == "ebics" and self.sudo().ebics_bank_keys:
            try:
                found = ebics_keys.bank_keys_from_text(self.sudo().ebics_bank_keys)
            except FinanceError:
                return
            ends = min(found.authentication.not_valid_after_utc, found.encryption.not_valid_after_utc)
            yield self.env._("EBICS keys of the bank"), ends.date(), self.owner_id
