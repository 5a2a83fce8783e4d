from . import (
    finance_attempt,
    finance_board,
    finance_connector,
    finance_credential,
    finance_exception,
    finance_flow,
    finance_link,
    finance_message,
    res_company,
    res_config_settings,
)
