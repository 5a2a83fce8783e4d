"""Account reports of GoCardless Bank Account Data: NextGenPSD2 objects with an id that GoCardless gives."""

from odoo.addons.finance_connector_base.core.statement import FORMATS

from .berlin_group import BerlinGroup


@FORMATS.add("bank_account_data", "GoCardless Bank Account Data")
class BankAccountData(BerlinGroup):
    source = "bank_account_data"
    #: The bank's own id may change from day to day; GoCardless's stays.
    ids = ("internalTransactionId", "transactionId", "entryReference")
