from . import finance_payment_control
