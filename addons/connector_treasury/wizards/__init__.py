from . import finance_cash_date
