from . import finance_export, finance_hook, finance_job, finance_raw
