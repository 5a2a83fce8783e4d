from . import finance_deliver, finance_intake, finance_permit, finance_process, finance_process_file
