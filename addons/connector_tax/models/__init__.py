from . import (
    account_fiscal_position,
    account_move,
    finance_connector,
    finance_connector_remains,
    finance_tax_determination,
    finance_tax_determination_line,
    finance_tax_mapping,
    finance_tax_rate,
    product_category,
    product_template,
    res_partner,
    validate_account_move,
)

from . import (  # isort: skip
    finance_audited_models,
    finance_event_sources,
    finance_exception,
    finance_extract_kinds,
)
