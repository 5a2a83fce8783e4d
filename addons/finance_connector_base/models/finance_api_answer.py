from datetime import timedelta

from odoo import api, fields, models

from .. import server


class FinanceApiAnswer(models.Model):
    """What was answered to a request with an idempotency key, so that the same request gets the same answer."""

    _name = "finance.api.answer"
    _description = "Stored answer"
    _order = "id desc"

    connector_id = fields.Many2one("finance.connector", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="connector_id.company_id")
    key = fields.Char(required=True, readonly=True, string="Idempotency key")
    fingerprint = fields.Char(required=True, readonly=True, help="SHA-256 of what was asked for.")
    message_id = fields.Many2one("finance.message", readonly=True, index="btree_not_null", ondelete="cascade")
    status = fields.Integer(readonly=True)
    location = fields.Char(readonly=True)
    body = fields.Json(readonly=True, prefetch=False)

    _key_uniq = models.UniqueIndex("(connector_id, key)")

    @api.autovacuum
    def _gc_answers(self):
        """Forget answers after the host's retention; the objects themselves stay known by their identifiers."""
        limit = fields.Datetime.now() - timedelta(hours=server.api_answer_hours())
        old = self.search([("create_date", "<", limit)], limit=10_000)
        old.unlink()
        return len(old), self.search_count([("create_date", "<", limit)], limit=1)
