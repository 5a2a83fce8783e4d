"""What the demos of all finance connectors have in common. Pure: the same day gives the same values."""

from .rates import Rates, make_rates

COMPANY = "Nordquell Handels AG"

__all__ = ["COMPANY", "Rates", "make_rates"]
