"""Returns and reversals: which earlier booking a line undoes. Plain values, no Odoo."""

from .originals import Answer, Booking, is_return, is_taken_back, judge, read

__all__ = ["Answer", "Booking", "is_return", "is_taken_back", "judge", "read"]
