"""Answers to our orders: read, understood, and laid over where each payment stands."""

from .answer import BatchAnswer, GroupAnswer, ItemAnswer, Reason
from .codes import CAUSES, STATUSES

__all__ = ["CAUSES", "STATUSES", "BatchAnswer", "GroupAnswer", "ItemAnswer", "Reason"]
