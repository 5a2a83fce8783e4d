from . import finance_cash_date, finance_connect
