"""Answers to our orders: read, understood, and laid over where each payment stands."""

from .answer import BatchAnswer, GroupAnswer, ItemAnswer, Reason
from .codes import CAUSES, DOUBLES, STATUSES

__all__ = ["CAUSES", "DOUBLES", "STATUSES", "BatchAnswer", "GroupAnswer", "ItemAnswer", "Reason"]
