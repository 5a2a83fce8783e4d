"""Whether the evidence of a bank account is without holes, day by day. Pure, never Odoo."""
