from . import (
    finance_case_bulk,
    finance_case_try,
    finance_connect,
    finance_connect_make,
    finance_connect_secret,
    finance_connect_try,
    finance_hand_confirm,
    finance_mapping_import,
    finance_object_file,
    finance_subscription_replay,
)
