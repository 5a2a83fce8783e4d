from . import (
    finance_deliver,
    finance_demo,
    finance_drain,
    finance_hook,
    finance_intake,
    finance_permit,
    finance_process,
    finance_process_file,
    finance_process_webhook,
    finance_standing,
    finance_token,
    finance_wire,
)
