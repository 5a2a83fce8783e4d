from . import (
    finance_process_tax,
    finance_tax_compare,
    finance_tax_determine,
    finance_tax_request,
    finance_tax_true_up,
    finance_trace,
)
