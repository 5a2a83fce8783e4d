"""Matching of statement lines with open items: plain values in, reasoned proposals out."""

from .engine import match
from .items import (
    Discount,
    Line,
    LineDetail,
    LineReference,
    Open,
    OpenItem,
    Part,
    Proposal,
    Result,
    Settings,
    WriteOff,
)
from .reasons import Reason
from .withholding import Withholding

__all__ = [
    "Discount",
    "Line",
    "LineDetail",
    "LineReference",
    "Open",
    "OpenItem",
    "Part",
    "Proposal",
    "Reason",
    "Result",
    "Settings",
    "Withholding",
    "WriteOff",
    "match",
]
