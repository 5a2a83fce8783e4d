from . import (
    finance_demo,
    finance_line_writer,
    finance_matching,
    finance_pair_writer,
    finance_payment_file,
    finance_process_payment_answer,
    finance_process_payment_order,
    finance_process_statement,
    finance_settle,
    finance_statement_sorter,
    finance_statement_writer,
    finance_unmatched,
)
