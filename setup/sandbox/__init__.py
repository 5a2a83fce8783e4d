"""Loopback sandboxes: servers that play outside parties, with faults on demand and a ledger of effects.

Standard library only, but for the EBICS bank. Start one with ``python setup/sandbox/serve.py``, or in a test::

    with Sandbox() as sandbox:
        sandbox.url("avatax")      # base address of one party
        sandbox.effects("bank")    # what really happened there

A party is one module with a ``Party`` class, named in ``PARTIES``. All names, accounts and tax rates are
invented.
"""

from .adyen import Adyen
from .avatax import AvaTax
from .bank import Bank
from .bank_account_data import BankAccountData
from .faults import Fault
from .gocardless import GoCardless
from .hub import Hub
from .paypal import PayPal
from .ponto import Ponto
from .psd2 import Psd2
from .server import Sandbox
from .shopify import Shopify
from .stripe import Stripe
from .treasury import Treasury
from .wise import Wise

try:
    from .ebics import Ebics
except ImportError:  # it needs lxml and cryptography; a bare Python plays the others
    Ebics = None

#: Parties every sandbox plays; the name is the first part of the path.
_ALL = (
    *(Adyen, AvaTax, Bank, BankAccountData, Ebics, GoCardless),
    *(Hub, PayPal, Ponto, Psd2, Shopify, Stripe, Treasury, Wise),
)
PARTIES = tuple(party for party in _ALL if party)

__all__ = ["PARTIES", "Fault", "Sandbox"]
