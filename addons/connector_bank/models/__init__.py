from . import (
    account_bank_statement,
    account_bank_statement_line,
    account_journal,
    account_journal_dashboard,
    account_payment,
    account_reconcile_model,
    finance_bank_balance,
    finance_connector,
    finance_exception,
    finance_flow,
    finance_match_part,
    finance_match_proposal,
    finance_payer_memory,
    finance_payment_answer,
    finance_payment_control,
    finance_payment_order,
    finance_statement_profile,
    finance_text_memory,
    finance_writer_proof,
    res_company,
    res_config_settings,
)

from . import finance_match_followup  # isort: skip  (it extends the above)
from . import finance_audited_models  # isort: skip  (it extends the above)
