"""What is noted about each upload before it can take effect, so that it can be asked about by its order number."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Transfer:
    """One upload as we know it."""

    transaction_id: str
    order_id: str
    started_at: datetime


@dataclass
class MemoryJournal:
    """A journal that lives as long as the process, for tests; the hub keeps its own in the database."""

    rows: list = field(default_factory=list)

    def note(self, key, transfer):
        """Called after the bank gave the transaction its number, before the last segment leaves."""
        self.rows.append((key, transfer))

    def of(self, key):
        """The transfers of one message, in order."""
        return [transfer for known, transfer in self.rows if known == key]

    def order_ids(self):
        """All order numbers known here: what else the bank shows is not ours, or was forgotten."""
        return {transfer.order_id for _key, transfer in self.rows}
