"""Interfaces (APIs) of banks and payment providers as transports.

Those of banks fetch reports of accounts and ask for the consent to do so (``interface.BankInterface``), those of
payment providers fetch payouts (``provider.PayoutProvider``), those that pay are also ``paying.Paying``. A new
interface is one module here, one in ``formats/`` that reads what it fetches, and where it pays its words in
``answers/interface_statuses.csv``.
"""

from . import (
    adyen,
    bank_account_data,
    berlin_group,
    gocardless,
    modern_treasury,
    paypal,
    ponto,
    shopify,
    stripe,
    wise,
)

__all__ = [
    "adyen",
    "bank_account_data",
    "berlin_group",
    "gocardless",
    "modern_treasury",
    "paypal",
    "ponto",
    "shopify",
    "stripe",
    "wise",
]
