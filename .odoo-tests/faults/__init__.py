"""The fault campaign: real Odoo, PostgreSQL and banks, broken on purpose, then checked; see README.md."""
