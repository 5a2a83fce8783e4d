from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEEP_DAYS = 90

REFUSALS = [
    ("hook.signature", "Signature does not fit"),
    ("hook.stale", "Too old or too new"),
    ("hook.malformed", "Contents cannot be read"),
    ("hook.secret_missing", "No valid secret stored"),
    ("hook.content_type", "Content type not accepted"),
]


class FinanceWebhookTally(models.Model):
    """How many posts were refused in one hour, and why. Nothing of the posts themselves is kept.

    One row for each connector, reason and hour: whoever floods an address makes a number grow, not a table.
    """

    _name = "finance.webhook.tally"
    _description = "Refused webhook posts"
    _order = "hour desc, id desc"

    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    code = fields.Selection(REFUSALS, required=True, readonly=True, string="Why")
    hour = fields.Datetime(required=True, readonly=True, help="Beginning of the hour.")
    times = fields.Integer(required=True, readonly=True, string="Posts")

    _hour_uniq = models.UniqueIndex("(connector_id, code, hour)")

    @api.model
    def _add(self, connector, code):
        """Count one more; whether it is the first of this hour.

        Call it first in a transaction of its own. The lock comes before the snapshot (PostgreSQL, LOCK),
        so that posts refused at the same moment wait for each other instead of failing.
        """
        self.env.cr.execute(SQL("LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", SQL.identifier(self._table)))
        ((times,),) = self.env.execute_query(
            SQL(
                "INSERT INTO finance_webhook_tally (connector_id, company_id, code, hour, times) "
                "VALUES (%s, %s, %s, date_trunc('hour', now() AT TIME ZONE 'UTC'), 1) "
                "ON CONFLICT (connector_id, code, hour) DO UPDATE SET times = finance_webhook_tally.times + 1 "
                "RETURNING times",
                connector.id,
                connector.company_id.id,
                code,
            )
        )
        return times == 1

    @api.autovacuum
    def _gc_old(self):
        days = self.env.company._finance_setting("tally_days", KEEP_DAYS)
        self.search([("hour", "<", fields.Datetime.now() - timedelta(days=days))]).unlink()
