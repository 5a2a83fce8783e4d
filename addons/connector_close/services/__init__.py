from . import finance_close_ledger, finance_process_close_snapshot
