from . import finance_consent, finance_payment_control, finance_payment_return
