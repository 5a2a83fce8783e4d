from . import (
    test_alert,
    test_cash_at_date,
    test_cash_currency,
    test_cash_ledger,
    test_cash_position,
    test_cash_rights,
    test_checkpoints,
    test_figures,
    test_pure_difference,
    test_pure_freshness,
    test_pure_rates,
    test_pure_totals,
)
