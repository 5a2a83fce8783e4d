import secrets
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from odoo.addons.finance_connector_base.core.errors import FinanceError

#: Consents looked at in one run of the daily look.
MOST = 500


class FinanceBankConsent(models.Model):
    """What the owner of the accounts allowed at the bank: who may read, until when.

    It is given on a page of the bank. Whether it was given, the bank is asked; what comes with the way back is only
    a hint. Its last day stands in the calendar of expiry dates, where the owner of the connector is warned in time.
    """

    _name = "finance.bank.consent"
    _description = "Consent to read accounts"
    _order = "id desc"
    _rec_name = "connector_id"

    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    owner_id = fields.Many2one(related="connector_id.owner_id")
    state = fields.Selection(
        [
            ("asked", "Waits for the account's owner"),
            ("valid", "Valid"),
            ("replaced", "Replaced by a newer one"),
            ("rejected", "Refused"),
            ("revoked", "Withdrawn"),
            ("expired", "Ended"),
        ],
        default="asked",
        required=True,
        readonly=True,
        index=True,
    )
    remote_id = fields.Char(readonly=True, string="Id at the bank")
    until_on = fields.Date(readonly=True, string="Ends on")
    given_on = fields.Datetime(readonly=True, string="Given on")
    looked_on = fields.Datetime(readonly=True, string="Last asked about")
    text = fields.Char(readonly=True, string="What the bank says")
    token = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    link = fields.Char(readonly=True, copy=False, groups="finance_connector_base.group_operator")

    _token_uniq = models.UniqueIndex("(token)")

    @api.model
    def _ask(self, connector, customer_ip=None):
        """Begin a consent at the bank; the address of the page on which it is given.

        Repeated after a conflict in the database, it leaves a consent at the bank that nobody gives: no harm.
        """
        token = secrets.token_urlsafe(24)
        back = f"{connector.get_base_url()}/finance/consent/{token}"
        until = fields.Date.add(fields.Date.today(), days=connector.consent_days)
        try:
            asked = connector._checked_transport().ask_consent(back, until, token[:12], customer_ip)
        except FinanceError as error:
            raise UserError(self.env._("No consent can be asked for: %s", error)) from error
        parts = urlsplit(asked.link)
        allowed = ("https",) if connector.environment == "live" else ("https", "http")
        if not parts.hostname or parts.scheme not in allowed:
            raise UserError(self.env._("The bank names a page that is not safe to open: %s", asked.link[:200]))
        return self.sudo().create(
            {
                "connector_id": connector.id,
                "remote_id": asked.id,
                "until_on": asked.until or until,
                "token": token,
                "link": asked.link,
            }
        )

    def _look(self):
        """Ask the bank how the consent stands, and do what follows from it."""
        self.ensure_one()
        consent = self.sudo()
        connector = consent.connector_id.with_context(finance_consent=consent.remote_id)
        try:
            transport = connector._checked_transport()
            found = transport.consent(consent.remote_id)
            accounts = transport.accounts() if found.state == "valid" else ()
        except FinanceError as error:
            consent.write({"text": str(error), "looked_on": fields.Datetime.now()})
            return
        consent._stands(found.state, found.until)
        if found.state == "valid":
            self.env["finance.bank.access"].sudo()._found(consent.connector_id, accounts)
            consent.connector_id._watch_expiries()

    def _stands(self, state, until=None, text=False):
        before = self.state
        values = {"state": state, "looked_on": fields.Datetime.now(), "text": text}
        if until:
            values["until_on"] = until
        if state == "valid" and before != "valid":
            values["given_on"] = fields.Datetime.now()
        self.write(values)
        if state == "valid" and before != "valid":
            valid = self.connector_id.consent_ids.filtered(lambda one: one.state == "valid")
            (valid - self).state = "replaced"
            self.env["finance.audit"]._note("consent.given", self.connector_id, facts={"until": str(self.until_on)})
            self.connector_id._consent_given()
        self.connector_id._watch_expiries()

    def action_look(self):
        """Ask the bank now."""
        self.connector_id._check_operator()
        for consent in self:
            consent._look()

    def action_open_link(self):
        """Go to the bank's page once more."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.link, "target": "self"}

    @api.model
    def _cron_look(self):
        """Once a day: consents are withdrawn at the bank without a word to us."""
        waiting = self.search(
            [
                ("state", "in", ("asked", "valid")),
                ("connector_id.active", "=", True),
                "|",
                ("state", "=", "valid"),
                ("create_date", ">=", "-2d"),
            ],
            limit=MOST,
        )
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for consent in waiting:
            consent._look()
            if not self.env["ir.cron"]._commit_progress(1):
                break
