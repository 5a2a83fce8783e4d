from odoo import api, fields, models
from odoo.tools import SQL

from ..core.errors import BusinessError
from ..retention.classes import SENSITIVITIES, evidence_until


class FinanceMessageRetention(models.Model):
    """How sensitive a message is, whether its contents are still here, and until when the law keeps them."""

    _inherit = "finance.message"

    sensitivity = fields.Selection(
        SENSITIVITIES,
        readonly=True,
        string="Sensitivity of its own",
        help="Where it differs from that of its flow. It says which retention rule counts.",
    )
    erased_on = fields.Datetime(
        readonly=True, string="Contents erased", help="By a retention rule or on request; hash and facts stay."
    )

    _retention_idx = models.Index("(company_id, done_on, id) WHERE done_on IS NOT NULL AND erased_on IS NULL")

    def _raw(self):
        self._require_contents()
        return super()._raw()

    def _source(self):
        self._require_contents()
        return super()._source()

    def _require_contents(self):
        """:raise BusinessError: the contents were erased"""
        self.ensure_one()
        if self.sudo().erased_on:
            raise BusinessError(
                self.env._("The contents of “%s” were erased; only its hash and its facts are left.", self.name),
                code="payload.erased",
            )

    @api.model
    def _kept_by_law(self, message_ids):
        """Of these messages those that stand behind entries in the books, with the last day they are kept.

        :return: ``{message id: date}``
        """
        message_ids = list(message_ids)
        if not message_ids:
            return {}
        found = set()
        for name, field in self.sudo()._made_by():
            if name.startswith("account."):
                table, column = SQL.identifier(self.env[name]._table), SQL.identifier(field)
                query = SQL("SELECT DISTINCT %s FROM %s WHERE %s = ANY(%s)", column, table, column, message_ids)
                found |= {message_id for (message_id,) in self.env.execute_query(query)}
        rows = self.env.execute_query(
            SQL(
                "SELECT message_id FROM finance_link WHERE message_id = ANY(%(ids)s) AND res_model LIKE 'account.%%'"
                " UNION SELECT id FROM finance_message WHERE id = ANY(%(ids)s) AND res_model LIKE 'account.%%'"
                " UNION SELECT message_id FROM finance_message_item WHERE message_id = ANY(%(ids)s)"
                " AND res_model LIKE 'account.%%' AND res_id IS NOT NULL",
                ids=message_ids,
            )
        )
        found |= {message_id for (message_id,) in rows}
        today, until = fields.Date.today(), {}
        for message in self.sudo().browse(sorted(found)):
            years = message.company_id.finance_books_years
            last = evidence_until((message.done_on or message.create_date).date(), years)
            if last >= today:
                until[message.id] = last
        return until
