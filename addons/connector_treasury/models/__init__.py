from . import (
    account_journal,
    finance_cash_position,
    finance_cash_position_ledger,
    finance_connector,
    res_company,
    res_config_settings,
)
