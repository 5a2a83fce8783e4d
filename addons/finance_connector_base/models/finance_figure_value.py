import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.figure import FIGURES

_logger = logging.getLogger(__name__)

#: Days shown as trend; the last of them is compared as "a month ago".
TREND_DAYS = 30
#: Days for which every hour is kept; of older days the first value remains.
HOURLY_DAYS = 14


class FinanceFigureValue(models.Model):
    """What a figure was at some hour, for one company. Kept as it was then; never changed afterwards."""

    _name = "finance.figure.value"
    _description = "Figure at an hour"
    _order = "at desc, id"
    _rec_name = "code"

    code = fields.Char(required=True, readonly=True, string="Figure code")
    label = fields.Char(compute="_compute_label", string="Figure")
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="cascade", help="Empty: the same for all companies."
    )
    at = fields.Datetime(required=True, readonly=True, help="The hour in which it was counted.")
    daily = fields.Boolean(readonly=True, string="First of its day")
    value = fields.Float(required=True, readonly=True, digits=False, help="Amounts in the company's currency.")

    _at_uniq = models.UniqueIndex("(code, (coalesce(company_id, 0)), at)")
    _daily_idx = models.Index("(at) WHERE daily")
    _hourly_idx = models.Index("(at) WHERE NOT daily")

    @api.depends("code")
    def _compute_label(self):
        labels = dict(FIGURES.names())
        for row in self:
            row.label = self.env._(labels[row.code]) if row.code in labels else row.code

    def write(self, vals):
        if vals:
            raise UserError(self.env._("What a figure was is not changed afterwards."))
        return super().write(vals)

    @api.model
    def _cron_keep(self):
        """Keep every figure of every company, once an hour however often this runs."""
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        for company in self.env["res.company"].sudo().search([]):
            self._keep(company, hour)

    def _keep(self, company, hour):
        env = self.sudo().with_company(company).with_context(allowed_company_ids=company.ids).env
        for figure in env["finance.board"]._figures():
            try:
                with env.cr.savepoint():
                    value = figure.value(env, company.with_env(env))
                    self._insert(figure, company.id if figure.company_field else None, hour, float(value or 0))
            except Exception:  # pylint: disable=broad-except
                _logger.exception("figure %s of company %s cannot be kept", figure.code, company.id)

    def _insert(self, figure, company_id, hour, value):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_figure_value (code, company_id, at, value, daily)
                SELECT %(code)s, %(company)s, %(hour)s, %(value)s,
                       NOT EXISTS (SELECT FROM finance_figure_value
                                    WHERE code = %(code)s AND coalesce(company_id, 0) = %(key)s
                                      AND at >= %(day)s AND at < %(day)s + interval '1 day')
                    ON CONFLICT (code, coalesce(company_id, 0), at) DO NOTHING
                """,
                code=figure.code,
                company=company_id,
                key=company_id or 0,
                hour=hour,
                day=hour.replace(hour=0),
                value=value,
            )
        )

    @api.model
    def _trends(self, figures):
        """For each figure the values of the last days, oldest first, and what it was a day and a month ago.

        :return: ``{code: {"trend": [..], "yesterday": number or False, "month_ago": number or False}}``
        """
        today = fields.Datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
        since = today - timedelta(days=TREND_DAYS)
        one_currency = len(self.env.companies.currency_id) == 1
        days = {}
        rows = self.env.execute_query(
            SQL(
                "SELECT code, at::date, array_agg(value) FROM finance_figure_value"
                " WHERE daily AND at >= %s AND (company_id IS NULL OR company_id IN %s) GROUP BY code, at::date",
                since,
                tuple(self.env.companies.ids),
            )
        )
        for code, day, values in rows:
            days.setdefault(code, {})[day] = values
        found = {}
        for figure in figures:
            if figure.code not in days or (figure.unit == "amount" and not one_currency):
                continue
            line = {day: figure.together(values) for day, values in days[figure.code].items()}
            found[figure.code] = {
                "trend": [line[day] for day in sorted(line)],
                "yesterday": line.get(today.date(), False),
                "month_ago": line.get(since.date(), False),
            }
        return found

    @api.autovacuum
    def _gc_hours(self):
        """Of days long past only the first value is kept."""
        before = fields.Datetime.now() - timedelta(days=HOURLY_DAYS)
        self.search([("daily", "=", False), ("at", "<", before)], limit=10_000).unlink()
