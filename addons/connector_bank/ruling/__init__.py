"""Matching rules and known texts: what fits a line, and how a rule splits the amount. Plain values, no Odoo."""

from .fitting import Facts, Rule, checked_pattern, missed
from .known_texts import Known, KnownTexts, pattern_of
from .shares import Portion, shares

__all__ = ["Facts", "Known", "KnownTexts", "Portion", "Rule", "checked_pattern", "missed", "pattern_of", "shares"]
