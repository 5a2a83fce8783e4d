"""Ledger rows written set-based: a few exemplars by Odoo, the others after their pattern."""
