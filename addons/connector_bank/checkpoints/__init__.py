from . import ledger, payments, statements
