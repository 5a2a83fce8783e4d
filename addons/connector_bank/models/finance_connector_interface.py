from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.transport import TRANSPORTS

from ..interfaces.interface import BankInterface


class FinanceConnector(models.Model):
    """What a connector to a bank's interface needs besides its line: consent, accounts, how far back it reads."""

    _inherit = "finance.connector"

    is_bank_interface = fields.Boolean(compute="_compute_is_bank_interface")
    asks_consent = fields.Boolean(compute="_compute_is_bank_interface")
    access_ids = fields.One2many("finance.bank.access", "connector_id", string="Accounts")
    consent_ids = fields.One2many("finance.bank.consent", "connector_id", string="Consents")
    consent_until = fields.Date(compute="_compute_consent_until", string="Consent until")
    institution = fields.Char(help="The bank as the interface calls it, e.g. SPARKASSE_BERLIN_BELADEBEXXX.")
    consent_days = fields.Integer(
        default=90, string="Consent for (days)", help="As the bank allows: 90 days, in the European Union mostly 180."
    )
    calls_a_day = fields.Integer(
        default=4, string="Reads a day", help="How often each account may be read a day without its owner (PSD2: four)."
    )
    history_days = fields.Integer(
        default=90, string="Read back (days)", help="How far the first fetch of an account goes back."
    )
    overlap_days = fields.Integer(
        default=7, string="Overlap (days)", help="Each fetch reads so many days again: bookings come late and change."
    )
    sync_seconds = fields.Integer(
        default=20, string="Wait for a synchronization (seconds)", help="What is ready later is read the next time."
    )
    reads_by_reference = fields.Boolean(
        string="Read by entry reference", help="Ask for what came after an entry instead of after a day."
    )

    @api.depends("transport")
    def _compute_is_bank_interface(self):
        for connector in self:
            found = TRANSPORTS.get(connector.transport) if connector.transport in TRANSPORTS else object
            connector.is_bank_interface = issubclass(found, BankInterface)
            connector.asks_consent = connector.is_bank_interface and found.asks_consent

    @api.depends("consent_ids.state", "consent_ids.until_on")
    def _compute_consent_until(self):
        for connector in self:
            connector.consent_until = connector._consent().until_on

    def _consent(self):
        """The consent in force, or an empty recordset."""
        return self.sudo().consent_ids.filtered(lambda one: one.state == "valid")[:1]

    def _transport_settings(self):
        settings = super()._transport_settings()
        if not self.is_bank_interface:
            return settings
        accesses = self.env["finance.bank.access"].sudo()
        known = accesses.with_context(active_test=False)._of(self)
        return {
            **settings,
            "accounts": [one._values() for one in accesses._of(self)] if known else None,
            "since": fields.Date.subtract(fields.Date.today(), days=self.history_days).isoformat(),
            "consent": self.env.context.get("finance_consent") or self._consent().remote_id,
            **{name: self[name] for name in ("institution", "calls_a_day", "history_days", "sync_seconds")},
        }

    def _expiries(self):
        yield from super()._expiries()
        owner = self.owner_id
        if (consent := self._consent()) and consent.until_on:
            yield self.env._("Consent to read accounts"), consent.until_on, owner
        for access in self.sudo().access_ids.filtered("until_on"):
            if not self.asks_consent or self.transport == "ponto":
                yield self.env._("Access to account %s", access.name), access.until_on, owner

    def _remains(self):
        found = super()._remains()
        if self.asks_consent and not self.only_pays and not self._consent() and self.transport != "ponto":
            found.insert(-1, self.env._("Press Give consent: the account's owner allows the reading at the bank."))
        return found

    def _check_interface(self):
        self.ensure_one()
        self._check_operator()
        if not self.is_bank_interface:
            raise UserError(self.env._("This connector does not read accounts over an interface."))

    def action_give_consent(self):
        """Begin a consent and go to the bank's page; coming back, the bank is asked whether it was given."""
        self._check_interface()
        if not self.asks_consent:
            raise UserError(self.env._("This interface needs no consent: the key decides what may be read."))
        consent = self.env["finance.bank.consent"]._ask(self.sudo())
        return {"type": "ir.actions.act_url", "url": consent.link, "target": "self"}

    def action_find_accounts(self):
        """Ask the interface which accounts may be read."""
        self._check_interface()
        accounts = self.sudo()._checked_transport().accounts()
        self.env["finance.bank.access"].sudo()._found(self, accounts)
        self._watch_expiries()

    def _consent_given(self):
        """The cause of a pause is gone: what it had stopped goes on."""
        for connector in self.sudo():
            cases = self.env["finance.exception"].sudo().search(
                [("connector_id", "=", connector.id), ("code", "=like", "consent.%"), ("state", "=", "open")]
            )
            resumes = connector.state == "paused" and connector.pause_reason in cases.mapped("text")
            cases._solve(self.env._("Solved by itself: a consent was given."))
            if resumes:
                connector.write({"state": "active", "pause_reason": False})
                connector.flow_ids._fetching()._enqueue_pull(planned=False)
