"""What the other side says about our orders: about the whole message, a batch of it, or one payment."""

from datetime import date, datetime
from decimal import Decimal

from odoo.addons.finance_connector_base.core.record import record, tagged


@record
class Reason:
    """Why, as the other side says it."""

    code: str | None  # of a standard's list, ``reasons.csv``
    own: str | None = None  # the bank's own code
    text: str | None = None


@tagged
class GroupAnswer:
    """About the whole message that we sent."""

    message_id: str | None  # of the answer
    original_message_id: str | None
    status: str | None
    reasons: tuple[Reason, ...] = ()
    original_kind: str | None = None  # pain.001.001.09 …
    created_at: datetime | None = None
    counts: tuple[tuple[str, int], ...] = ()  # how many payments have which status
    place: str | None = None
    case_id: str | None = None  # of our request that is answered, where no payment is named
    level: str | None = None  # who says so, where the status alone does not tell: hub, treasury, bank, scheme


@tagged
class BatchAnswer:
    """About one payment information block, or one batch of a file."""

    original_message_id: str | None
    batch_id: str | None
    status: str | None
    reasons: tuple[Reason, ...] = ()
    place: str | None = None


@tagged
class ItemAnswer:
    """About one payment."""

    original_message_id: str | None
    batch_id: str | None
    status: str | None  # a code of ``statuses.csv``
    instruction_id: str | None = None
    end_to_end_id: str | None = None
    uetr: str | None = None
    reasons: tuple[Reason, ...] = ()
    amount: Decimal | None = None
    currency: str | None = None
    bank_ref: str | None = None
    clearing_ref: str | None = None
    accepted_at: datetime | None = None
    settled_on: date | None = None
    name: str | None = None  # of the beneficiary as the other side knows him
    corrected: tuple[tuple[str, str], ...] = ()  # what to change from now on (notification of change)
    account: str | None = None  # of the beneficiary, where payments are known by nothing better
    place: str | None = None
    level: str | None = None  # who says so, where the status alone does not tell
