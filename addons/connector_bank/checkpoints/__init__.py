from . import ledger, orders, payments, statements
