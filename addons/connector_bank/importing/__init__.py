"""From parsed statements to what the ledger shall hold: identity, doubles, labels. Pure, never Odoo."""
