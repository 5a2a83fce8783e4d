from . import finance_bank_balance
