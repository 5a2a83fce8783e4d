"""What is found for a line beside invoices: the carrier between the finders and the proposals."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Decision:
    """One way to settle a line: a return, a transfer, a rule."""

    line_id: int
    rule: str
    sure: bool
    score: float
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    other_line_id: int | None = None
    plan: dict = field(default_factory=dict)  # what its finder needs to book it; plain values
