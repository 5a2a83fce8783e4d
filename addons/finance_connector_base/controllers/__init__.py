from . import (
    finance_api,
    finance_export,
    finance_hook,
    finance_job,
    finance_mapping,
    finance_monitor,
    finance_object_file,
    finance_raw,
    finance_sign_in,
)
