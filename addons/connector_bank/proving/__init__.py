"""Proof of payments: the content of one proof, and its workbook. Pure: plain values in, bytes out."""

from .content import STAGES, canonical, stages
from .workbook import workbook

__all__ = ["STAGES", "canonical", "stages", "workbook"]
