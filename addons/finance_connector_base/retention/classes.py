"""How sensitive contents are: who may see them, and which retention rule they fall under."""

SENSITIVITIES = [
    ("public", "Public"),
    ("internal", "Internal"),
    ("personal", "Personal"),
    ("bank", "Bank"),
    ("secret", "Secret"),
]
#: Of a message without a flow, and of flows that say nothing else.
USUAL = "bank"


def evidence_until(day, years):
    """The last day on which evidence of ``day`` is kept: periods for books run from the end of the calendar year.

    Source: e.g. § 147 (4) AO, art. 958f OR; ``years`` is the company's.
    """
    return day.replace(year=day.year + years, month=12, day=31)
