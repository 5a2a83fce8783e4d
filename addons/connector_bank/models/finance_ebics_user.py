import re
from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.finance_connector_base.core.advice import advice
from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..ebics import keys as ebics_keys
from ..ebics.letter import letters
from ..ebics.requests import Subscriber

#: Form of host, partner and user ids in the schemas; blanks cost others days (the bank only says: invalid XML).
ID = re.compile(r"[A-Za-z0-9,=]{1,35}")
STATES = [
    ("new", "No keys yet"),
    ("keys", "Keys made"),
    ("ini", "INI sent"),
    ("sent", "INI and HIA sent"),
    ("letter", "Letter printed"),
    ("fetched", "Bank keys fetched"),
    ("ready", "Ready"),
]


class FinanceEbicsUser(models.Model):
    """A user of ours at an EBICS bank, from its first key to the day on which it may sign.

    Calls to the bank are made before anything is written here, and what they led to is kept at once in a transaction
    of its own: Odoo may run a request again, and a bank takes first keys only once.
    """

    _name = "finance.ebics.user"
    _description = "EBICS user"
    _inherit = ["mail.thread", "finance.access"]
    _order = "connector_id, sequence, id"

    name = fields.Char("User id", required=True, tracking=True, help="As the bank's letter gives it, without blanks.")
    holder = fields.Char("Who signs the letter", help="Stands below the line for the signature.")
    sequence = fields.Integer(default=10, help="The first one that is ready speaks to the bank; all of them sign.")
    connector_id = fields.Many2one(
        "finance.connector", required=True, index=True, ondelete="cascade", domain="[('transport', '=', 'ebics')]"
    )
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    bank_host = fields.Char("Host id", related="connector_id.ebics_host_id")
    bank_partner = fields.Char("Partner id", related="connector_id.ebics_partner_id")
    state = fields.Selection(STATES, default="new", required=True, readonly=True, copy=False, tracking=True)
    signature_hash = fields.Char("A006", readonly=True, copy=False)
    authentication_hash = fields.Char("X002", readonly=True, copy=False)
    encryption_hash = fields.Char("E002", readonly=True, copy=False)
    expires_on = fields.Date("Certificates end on", readonly=True, copy=False)
    sent_on = fields.Datetime("Keys sent", readonly=True, copy=False)
    told_authentication = fields.Char("X002 of the bank's letter", copy=False)
    told_encryption = fields.Char("E002 of the bank's letter", copy=False)
    trouble = fields.Char("What the bank said", readonly=True, copy=False)
    trouble_advice = fields.Char("What to do", readonly=True, copy=False)

    _name_uniq = models.UniqueIndex("(connector_id, name)", "The connector has this user already.")

    @api.constrains("name")
    def _check_name(self):
        for user in self:
            if not ID.fullmatch(user.name or ""):
                raise ValidationError(self.env._("A user id has letters and digits only, no blanks: %s", user.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_keys(self):
        for user in self:
            user.connector_id._ebics_forget(user.name)

    def write(self, vals):
        if "name" in vals and self.filtered(lambda user: user.state != "new" and user.name != vals["name"]):
            raise UserError(self.env._("The keys belong to this user id. Add another user."))
        return super().write(vals)

    # steps

    def _require_admin(self):
        self.ensure_one()
        if not (self.env.su or self.env.user.has_group("finance_connector_base.group_admin")):
            raise AccessError(self.env._("Only administrators of the finance connectors initialise EBICS users."))
        self.connector_id.check_access("write")

    def action_open(self):
        """The user's own page, where its steps are."""
        self.ensure_one()
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form",
                "views": [[False, "form"]]}  # fmt: skip

    def action_make_keys(self):
        """Three new key pairs. Those of before are gone: the bank has to reset the user first."""
        self._require_admin()
        connector = self.connector_id.sudo()
        keys = ebics_keys.make_keys(
            self.name, self.company_id.name, fields.Datetime.now().replace(tzinfo=UTC),
            bits=connector.ebics_key_bits, years=connector.ebics_certificate_years,
        )  # fmt: skip
        end = keys.signature.certificate.not_valid_after_utc.date()
        connector._ebics_keep(self.name, keys)
        hashes = [ebics_keys.shown_hash(ebics_keys.certificate_hash(pair.certificate)) for pair in keys.all()]
        self.sudo().write(
            {"state": "keys", "expires_on": end, "sent_on": False, "trouble": False, "trouble_advice": False,
             "signature_hash": hashes[0], "authentication_hash": hashes[1], "encryption_hash": hashes[2]}
        )  # fmt: skip
        connector._setup_changed()

    def action_send_keys(self):
        """INI and HIA, each once."""
        self._require_admin()
        client = self._client()
        if self.state == "keys":
            if not self._call(client.send_signature_key):
                return
            self._keep(state="ini")
        if self._call(client.send_other_keys):
            self._keep(state="sent", sent_on=fields.Datetime.now(), trouble=False, trouble_advice=False)

    def action_was_sent(self):
        """The bank has the keys, although its answer got lost."""
        self._require_admin()
        self.sudo().write({"state": "sent", "sent_on": fields.Datetime.now(), "trouble": False})

    def action_letter(self):
        """The letters to print and sign."""
        self._require_admin()
        if self.state == "sent":
            self.sudo().state = "letter"
        return self.env.ref("connector_bank.ebics_letter_report").report_action(self)

    def action_fetch_bank_keys(self):
        """HPB: works once the bank has activated the user."""
        self._require_admin()
        client = self._client()
        found = []
        if not self._call(lambda: found.append(client.fetch_bank_keys())):
            return
        connector = self.connector_id.sudo()
        text = ebics_keys.bank_keys_to_text(found[0])
        known = connector.ebics_bank_keys == text
        connector.ebics_bank_keys_found = False if known else text
        self.sudo().write({"state": "ready" if known else "fetched", "trouble": False, "trouble_advice": False})

    def action_confirm_bank_keys(self):
        """A person copied the hashes from the bank's letter; from now on only these keys are believed."""
        self._require_admin()
        connector = self.connector_id.sudo()
        if not connector.ebics_bank_keys_found:
            raise UserError(self.env._("Fetch the bank's keys first."))
        found = ebics_keys.bank_keys_from_text(connector.ebics_bank_keys_found)
        for told, certificate, version in (
            (self.told_authentication, found.authentication, "X002"),
            (self.told_encryption, found.encryption, "E002"),
        ):
            if ebics_keys.read_hash(told or "") != ebics_keys.certificate_hash(certificate):
                raise UserError(
                    self.env._(
                        "The hash of %s does not agree with the key that came. Copy it from the letter once more; if "
                        "it still differs, stop here and call the bank on a number you know.",
                        version,
                    )
                )
        connector.write({"ebics_bank_keys": connector.ebics_bank_keys_found, "ebics_bank_keys_found": False})
        self.sudo().write({"state": "ready", "trouble": False, "trouble_advice": False})
        self.message_post(body=self.env._("The bank's keys were compared with its letter and confirmed."))
        connector._setup_changed()
        connector._watch_expiries()

    def _client(self):
        try:
            return self.connector_id.sudo()._ebics_transport(speaker=self.name).client()
        except FinanceError as error:
            raise UserError(str(error)) from error

    def _call(self, call):
        """Call the bank; whether it went well. What went wrong is kept at once."""
        self.env.flush_all()
        try:
            call()
        except FinanceError as error:
            self._keep(trouble=str(error), trouble_advice=advice(error.code))
            return False
        return True

    def _keep(self, **values):
        """In a transaction of its own: the one of the request must not write this row as well, or it begins anew."""
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr)).sudo().write(values)
        self.invalidate_recordset()

    # letters

    def _letters(self):
        """The letters to INI and HIA as values, for the printed form."""
        self.ensure_one()
        connector = self.connector_id.sudo()
        keys = connector._ebics_keys().get(self.name)
        if keys is None:
            raise UserError(self.env._("Make the keys first."))
        who = Subscriber(connector.ebics_host_id, connector.ebics_partner_id, self.name, keys)
        return letters(who, self.company_id.name, fields.Datetime.now().replace(tzinfo=UTC))
