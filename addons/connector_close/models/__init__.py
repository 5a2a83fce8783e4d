from . import finance_close_protected  # what the other models inherit comes first

# isort: split
from . import (
    finance_close_delta,
    finance_close_gate,
    finance_close_gate_result,
    finance_close_item,
    finance_close_mark,
    finance_close_milestone,
    finance_close_period,
    finance_close_reason,
    finance_close_snapshot,
    finance_close_snapshot_line,
)

from . import finance_audited_models, finance_event_sources  # isort: skip  (they extend the above)
