"""A made-up trading company for demonstration and tests: one plan, its documents and its bank's files.

Pure: the same day gives the same plan to the last byte. ``finance.demo`` enters the documents into a
database; ``odoo finance demo`` imports the files and matches them.
"""

from .plan import Plan, make_plan

__all__ = ["Plan", "make_plan"]
