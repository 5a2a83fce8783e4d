"""Trial balances as frozen content: one byte form, its hash, differences and files. Never imports Odoo."""
