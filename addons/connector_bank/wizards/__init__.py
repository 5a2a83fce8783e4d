from . import (
    finance_account_key_choose,
    finance_connect,
    finance_connect_ebics,
    finance_ebics_days,
    finance_payment_list,
    finance_statement_import,
    finance_statement_profile_make,
)
