"""Matching rules: whether one fits a line, and how it splits the amount. Plain values, no Odoo."""

from .fitting import Facts, Rule, checked_pattern, missed
from .shares import Portion, shares

__all__ = ["Facts", "Portion", "Rule", "checked_pattern", "missed", "shares"]
