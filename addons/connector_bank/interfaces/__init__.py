"""Bank interfaces (APIs) as transports: they fetch reports of accounts and ask for the consent to do so.

A new interface is one module here with a class of ``interface.BankInterface`` and one in ``formats/`` that reads
its reports.
"""

from . import bank_account_data, berlin_group, ponto, wise

__all__ = ["bank_account_data", "berlin_group", "ponto", "wise"]
