"""Interfaces (APIs) of banks and payment providers as transports.

Those of banks fetch reports of accounts and ask for the consent to do so (``interface.BankInterface``), those of
payment providers fetch payouts (``provider.PayoutProvider``). A new interface is one module here, and one in
``formats/`` that reads what it fetches.
"""

from . import bank_account_data, berlin_group, ponto, stripe, wise

__all__ = ["bank_account_data", "berlin_group", "ponto", "stripe", "wise"]
