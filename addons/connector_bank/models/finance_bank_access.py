from odoo import api, fields, models

from odoo.addons.finance_connector_base.transports.paging import read_json

from ..interfaces.interface import Account


class FinanceBankAccess(models.Model):
    """An account that a connector reads over the bank's interface, and how far it has been read."""

    _name = "finance.bank.access"
    _description = "Account read over an interface"
    _order = "connector_id, name, id"

    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True, string="Fetched", help="Accounts that are not ours to keep are switched off.")
    remote_id = fields.Char(required=True, readonly=True, string="Id at the interface")
    name = fields.Char(required=True)
    number = fields.Char(readonly=True, string="Account number")
    currency = fields.Char(readonly=True)
    owner = fields.Char(readonly=True, string="Account holder")
    journal_id = fields.Many2one("account.journal", compute="_compute_journal_id", string="Bank journal")
    until_on = fields.Date(readonly=True, string="Readable until")
    fetched_on = fields.Datetime(readonly=True, string="Last fetched")
    booked_on = fields.Date(readonly=True, string="Bookings until", help="The latest day of which bookings came in.")
    entry_reference = fields.Char(
        readonly=True, help="Entry after which the next fetch begins, where the bank can do so."
    )

    _remote_uniq = models.UniqueIndex("(connector_id, remote_id)")

    @api.depends("number", "currency", "remote_id", "company_id")
    def _compute_journal_id(self):
        for access in self:
            account = access.number or access.remote_id.rpartition("/")[2]
            found = self.env["account.journal"]._finance_for_account(access.company_id, account, access.currency)
            access.journal_id = found if len(found) == 1 else False

    @api.model
    def _found(self, connector, accounts):
        """Keep what the interface says may be read; what it no longer names keeps its history."""
        known = {one.remote_id: one for one in self.with_context(active_test=False)._of(connector)}
        for account in accounts:
            values = {
                "number": account.number,
                "currency": account.currency,
                "owner": account.owner,
                "until_on": account.until,
            }
            if account.id in known:
                known[account.id].write(values)
            else:
                name = account.name or account.number or account.id
                self.create({**values, "name": name, "connector_id": connector.id, "remote_id": account.id})

    @api.model
    def _of(self, connector):
        return self.search([("connector_id", "=", connector.id)], order="fetched_on nulls first, id")

    def _values(self):
        """What the transport needs of an account, as plain values; the one waiting longest comes first."""
        self.ensure_one()
        values = {
            "id": self.remote_id,
            "number": self.number or None,
            "currency": self.currency or None,
            "name": self.name,
            "owner": self.owner or None,
        }
        if self.booked_on:
            since = fields.Date.subtract(self.booked_on, days=self.connector_id.overlap_days)
            values["since"] = since.isoformat()
        if self.connector_id.reads_by_reference and self.entry_reference:
            values["reference"] = self.entry_reference
        return values

    @api.model
    def _fetched(self, connector, parcel):
        """A report of this account is stored; the first one makes the account known."""
        known = self.with_context(active_test=False)._of(connector)
        access = known.filtered(lambda one: one.remote_id == parcel.remote_id)
        if not access:
            facts = read_json(parcel.content)["report"]["account"]
            named = {name: facts.get(name) for name in ("number", "currency", "owner")}
            self._found(connector, [Account(parcel.remote_id, name=parcel.name, **named)])
            access = self._of(connector).filtered(lambda one: one.remote_id == parcel.remote_id)
        access.fetched_on = fields.Datetime.now()

    @api.model
    def _booked(self, message, statement):
        """A report of this account is in the ledger: the next fetch begins a few days before its end."""
        access = self._of(message.connector_id).filtered(lambda one: one.remote_id == message.remote_id)
        days = [entry.booked_on for entry in statement.booked if entry.booked_on]
        if not access or not days:
            return
        last = min(max(days), fields.Date.today())  # a wrong year at the bank must not stop the next fetch
        before = fields.Date.subtract(last, days=access.connector_id.overlap_days)
        older = [one for one in statement.booked if one.entry_ref and one.booked_on and one.booked_on <= before]
        values = {"booked_on": max(access.booked_on or last, last)}
        if older:
            values["entry_reference"] = max(older, key=lambda one: one.booked_on).entry_ref
        access.write(values)
