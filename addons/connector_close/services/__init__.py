from . import finance_close_ledger, finance_demo, finance_process_close_snapshot
