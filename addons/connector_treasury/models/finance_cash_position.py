"""Cash position: a view over the reported balances, at one date and in one reporting currency."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..position.freshness import spoken, stale_before
from ..position.rates import Quote, cross_rates
from ..position.totals import Line, totals

#: What a row depends on besides its id: the reporting company, and the date of the position.
AS_OF = ("company", "finance_on")

#: What totals can be made by.
GROUPS = {
    "bank": attrgetter("bank_name"),
    "entity": attrgetter("company_id.name"),
    "currency": attrgetter("currency_id.name"),
}


class FinanceCashPosition(models.Model):
    """What is on one bank account: the newest balance the bank reported, its age and its evidence.

    The context key ``finance_on`` asks for the position at the end of a date; without it, for now.
    Amounts nobody reported, or nobody gave a rate for, are empty in the database and 0.0 in Python:
    look at ``evidence`` and ``valuation`` before using them.
    """

    _name = "finance.cash.position"
    _description = "Cash position"
    _auto = False
    _rec_name = "journal_id"
    _order = "company_id, journal_id, id"
    _depends = {
        "finance.bank.balance": [
            "journal_id", "kind", "amount", "currency_id", "balance_on", "reported_on", "statement_id",
            "message_id",
        ],
        "account.journal": [
            "type", "active", "company_id", "currency_id", "bank_account_id", "cash_stale_hours",
        ],
        "res.company": ["currency_id", "cash_stale_hours", "cash_rate_days"],
        "res.currency.rate": ["name", "rate", "currency_id", "company_id"],
        "res.bank": ["name"],
        "res.partner.bank": ["acc_number", "bank_id"],
    }  # fmt: skip

    journal_id = fields.Many2one("account.journal", readonly=True, string="Account")
    company_id = fields.Many2one("res.company", readonly=True, string="Entity")
    bank_account_id = fields.Many2one("res.partner.bank", readonly=True, string="Bank account")
    account_number = fields.Char(readonly=True)
    bank_id = fields.Many2one("res.bank", readonly=True)
    bank_name = fields.Char(readonly=True, string="Bank name", depends_context=("lang",))
    position_on = fields.Date(readonly=True, string="Position at", depends_context=AS_OF)

    evidence = fields.Selection(
        [("closing", "Statement"), ("interim", "Intraday"), ("none", "No balance")],
        readonly=True,
        depends_context=AS_OF,
        help="Statement: a closing balance, confirmed. Intraday: the bank may still change it. "
        "No balance: nothing was ever reported.",
    )
    balance_id = fields.Many2one(
        "finance.bank.balance", readonly=True, string="Evidence record", depends_context=AS_OF
    )
    statement_id = fields.Many2one("account.bank.statement", readonly=True, depends_context=AS_OF)
    message_id = fields.Many2one("finance.message", readonly=True, depends_context=AS_OF)
    amount = fields.Monetary(readonly=True, string="Balance", depends_context=AS_OF)
    available_amount = fields.Monetary(
        readonly=True, string="Available", aggregator=False, depends_context=AS_OF
    )
    has_available = fields.Boolean(readonly=True, depends_context=AS_OF)
    currency_id = fields.Many2one("res.currency", readonly=True, depends_context=AS_OF)
    last_statement_on = fields.Date(readonly=True, string="Last statement", depends_context=AS_OF)

    balance_on = fields.Date(readonly=True, string="Balance date", depends_context=AS_OF)
    held_at = fields.Datetime(
        readonly=True,
        string="Balance time",
        depends_context=AS_OF,
        help="A closing balance holds at the end of its day, an intraday one when the bank reported it.",
    )
    age_hours = fields.Float(readonly=True, string="Age (hours)", aggregator="max", depends_context=AS_OF)
    age = fields.Char(compute="_compute_age")
    freshness = fields.Selection(
        [("fresh", "Up to date"), ("stale", "Stale"), ("none", "No balance")],
        readonly=True,
        depends_context=AS_OF,
    )

    reporting_currency_id = fields.Many2one("res.currency", readonly=True, depends_context=AS_OF)
    reporting_amount = fields.Monetary(
        readonly=True,
        string="Value",
        currency_field="reporting_currency_id",
        depends_context=AS_OF,
        help="In the currency of the company you work in, at the last exchange rate on or before the date.",
    )
    rate = fields.Float(readonly=True, digits=(16, 6), aggregator=False, depends_context=AS_OF)
    rate_on = fields.Date(readonly=True, string="Rate of", depends_context=AS_OF)
    rate_text = fields.Char(compute="_compute_rate_text", string="Exchange rate")
    valuation = fields.Selection(
        [
            ("valued", "Valued"),
            ("old_rate", "Old rate"),
            ("no_rate", "No rate"),
            ("no_balance", "No balance"),
        ],
        readonly=True,
        depends_context=AS_OF,
    )
    left_out = fields.Integer(
        readonly=True,
        string="Left out",
        depends_context=AS_OF,
        help="Accounts the total does not hold, for want of a balance or of an exchange rate.",
    )

    @api.depends("age_hours", "evidence")
    @api.depends_context(*AS_OF)
    def _compute_age(self):
        for position in self:
            if position.evidence == "none":
                position.age = False
                continue
            number, unit = spoken(position.age_hours)
            if unit == "hours":
                position.age = self.env._("%s h", number)
            else:
                position.age = self.env._("%s days", number)

    @api.depends("rate", "rate_on", "valuation")
    @api.depends_context(*AS_OF, "lang")
    def _compute_rate_text(self):
        for position in self:
            position.rate_text = False
            if position.valuation == "no_balance" or position.currency_id == position.reporting_currency_id:
                continue
            if position.valuation == "no_rate":
                position.rate_text = self.env._("No rate")
            else:
                day = format_date(self.env, position.rate_on)
                position.rate_text = f"{position.rate:.6g} · {day}"

    # ------------------------------------------------------------------ the view

    @property
    def _table_query(self):
        on, last_on, moment = self._as_of()
        return SQL(
            """
            SELECT j.id, j.id AS journal_id, j.company_id, j.bank_account_id,
                   a.acc_number AS account_number, a.bank_id, COALESCE(b.name, %(no_bank)s) AS bank_name,
                   %(on)s::date AS position_on,
                   COALESCE(e.kind, 'none') AS evidence,
                   e.id AS balance_id, e.statement_id, e.message_id, e.amount, e.balance_on,
                   COALESCE(e.currency_id, j.currency_id, c.currency_id) AS currency_id,
                   (%(available)s) AS available_amount,
                   (%(available)s) IS NOT NULL AS has_available,
                   (SELECT max(s.balance_on) FROM finance_bank_balance s
                     WHERE s.journal_id = j.id AND s.kind = 'closing'
                       AND s.balance_on <= %(last_on)s) AS last_statement_on,
                   e.held_at,
                   GREATEST(0, extract(epoch FROM %(moment)s::timestamp - e.held_at) / 3600) AS age_hours,
                   CASE WHEN e.id IS NULL THEN 'none' WHEN e.held_at < l.stale_before THEN 'stale'
                        ELSE 'fresh' END AS freshness,
                   %(reporting)s AS reporting_currency_id,
                   round(e.amount * r.rate, %(places)s) AS reporting_amount,
                   r.rate, r.rate_on,
                   CASE WHEN e.id IS NULL THEN 'no_balance' WHEN r.rate IS NULL THEN 'no_rate'
                        WHEN r.rate_on < %(old_before)s THEN 'old_rate' ELSE 'valued' END AS valuation,
                   CASE WHEN e.id IS NULL OR r.rate IS NULL THEN 1 ELSE 0 END AS left_out
              FROM account_journal j
              JOIN res_company c ON c.id = j.company_id
              LEFT JOIN res_partner_bank a ON a.id = j.bank_account_id
              LEFT JOIN res_bank b ON b.id = a.bank_id
              LEFT JOIN LATERAL (%(newest)s) e ON TRUE
              LEFT JOIN (VALUES %(rates)s) r (currency_id, rate, rate_on)
                ON r.currency_id = COALESCE(e.currency_id, j.currency_id, c.currency_id)
              LEFT JOIN (VALUES %(limits)s) l (hours, stale_before)
                ON l.hours = COALESCE(NULLIF(j.cash_stale_hours, 0), c.cash_stale_hours)
             WHERE %(listed)s
            """,
            on=on,
            last_on=last_on,
            moment=moment,
            available=self._available_sql(last_on),
            newest=self._newest_sql(last_on, moment),
            rates=self._rates_sql(on),
            limits=self._limits_sql(moment),
            listed=self._listed_sql(),
            no_bank=self.env._("No bank entered"),
            reporting=self.env.company.currency_id.id,
            places=self.env.company.currency_id.decimal_places,
            old_before=on - timedelta(days=self.env.company.cash_rate_days),
        )

    @api.model
    def _as_of(self):
        """``(date of the position, last balance date that counts, moment ages are measured at)``.

        East of us a balance may rightly carry tomorrow's date; one further ahead is an error of the
        bank and must not hide all balances to come.
        """
        now = fields.Datetime.now()
        on = fields.Date.to_date(self.env.context.get("finance_on"))
        if not on:
            return now.date(), now.date() + timedelta(days=1), now
        return on, on, min(now, datetime.combine(on + timedelta(days=1), time.min))

    @api.model
    def _listed_sql(self):
        """Which journals are listed: bank and card accounts always, cash boxes if a bank reports on them.

        An archived account counts at past dates for as long as its bank reported on it.
        """
        listed = SQL(
            """(j.type IN ('bank', 'credit')
                OR j.type = 'cash' AND (j.bank_account_id IS NOT NULL OR e.id IS NOT NULL))"""
        )
        on = fields.Date.to_date(self.env.context.get("finance_on"))
        if not on:
            return SQL("%s AND j.active", listed)
        return SQL(
            """%s AND (j.active OR EXISTS (
                SELECT FROM finance_bank_balance f WHERE f.journal_id = j.id AND f.balance_on >= %s))""",
            listed,
            on,
        )

    @api.model
    def _newest_sql(self, last_on, moment):
        """The balance that counts for journal ``j``: the newest; of one day, the closing one.

        One query per kind, for each then reads a single entry of the index on balances.
        """
        of_kind = [
            SQL(
                """(SELECT b.* FROM finance_bank_balance b
                     WHERE b.journal_id = j.id AND b.kind = %s AND b.balance_on <= %s
                     ORDER BY b.balance_on DESC, b.reported_on DESC NULLS LAST, b.id DESC LIMIT 1)""",
                kind,
                last_on,
            )
            for kind in ("closing", "interim")
        ]
        return SQL(
            """SELECT n.*,
                      LEAST(%s::timestamp, n.balance_on + interval '1 day',
                            CASE WHEN n.kind = 'interim' THEN COALESCE(n.reported_on, n.balance_on) END
                      ) AS held_at
                 FROM (%s) n ORDER BY n.balance_on DESC, n.kind = 'closing' DESC LIMIT 1""",
            moment,
            SQL(" UNION ALL ").join(of_kind),
        )

    @api.model
    def _available_sql(self, last_on):
        """What the bank said can be drawn, if it said so with or after the balance shown."""
        return SQL(
            """SELECT v.amount FROM finance_bank_balance v
                WHERE v.journal_id = j.id AND v.kind = 'available' AND v.balance_on <= %s
                  AND v.balance_on >= e.balance_on AND v.currency_id = e.currency_id
                ORDER BY v.balance_on DESC, v.reported_on DESC NULLS LAST, v.id DESC LIMIT 1""",
            last_on,
        )

    @api.model
    def _limits_sql(self, moment):
        """For every limit in use, the moment before which a balance is stale, as rows of VALUES."""
        found = self.env.execute_query(
            SQL(
                """SELECT cash_stale_hours FROM res_company
                    UNION SELECT cash_stale_hours FROM account_journal WHERE cash_stale_hours > 0"""
            )
        )
        rows = [SQL("(%s, %s::timestamp)", hours, stale_before(moment, hours)) for (hours,) in found if hours]
        return SQL(", ").join(rows or [SQL("(0, NULL::timestamp)")])

    @api.model
    def _rates_sql(self, on):
        """The rates of the day, as rows of VALUES."""
        return SQL(", ").join(
            SQL("(%s, %s::numeric, %s::date)", currency, str(rate.rate), rate.on)
            for currency, rate in self._rates(on).items()
        )

    @api.model
    def _rates(self, on):
        """``{currency id: Rate}`` into the reporting currency, from the rates of the reporting company.

        Its own rates go before those all companies share, as everywhere in Odoo.
        """
        rates = self.env["res.currency.rate"]
        rates.flush_model(["name", "rate", "currency_id", "company_id"])
        found = self.env.execute_query(
            SQL(
                """SELECT u.id, r.rate::text, r.name
                     FROM (SELECT currency_id AS id FROM res_company
                            UNION SELECT currency_id FROM account_journal WHERE currency_id IS NOT NULL) u
                    CROSS JOIN LATERAL (
                          SELECT q.rate, q.name FROM res_currency_rate q
                           WHERE q.currency_id = u.id AND q.name <= %s
                             AND (q.company_id IS NULL OR q.company_id = %s)
                           ORDER BY q.company_id, q.name DESC LIMIT 1) r""",
                on,
                self.env.company.root_id.id,
            )
        )
        quotes = {currency: Quote(Decimal(units), day) for currency, units, day in found}
        return cross_rates(quotes, self.env.company.currency_id.id, on)

    def _read_group_select(self, aggregate_spec, query):
        # Lists and pivots ask for this where a group mixes currencies. The standard answer takes a
        # missing rate as 1:1 and knows nothing of the position date.
        if aggregate_spec in ("amount:sum_currency", "reporting_amount:sum_currency"):
            aggregate_spec = "reporting_amount:sum"
        return super()._read_group_select(aggregate_spec, query)

    # ------------------------------------------------------------------ totals

    @api.model
    def read_totals(self, by="bank", on=None):
        """Totals of the selected companies as plain values, for interfaces and the command line.

        :param by: what totals are made by: ``bank``, ``entity`` or ``currency``
        :param on: the date at whose end the position holds; now where None
        :return: the reporting currency, the date, and a list of groups: name, accounts, amounts by
            currency, value, and the accounts the value does not hold
        """
        return self._totals(by, on, self.env.companies)

    def _totals(self, by, on, companies):
        view = self.with_context(finance_on=on) if on else self
        found = view.search([("company_id", "in", companies.ids)])
        currency = self.env.company.currency_id
        at, _last_on, _moment = view._as_of()
        names = {record.id: record.name for record in found.currency_id | currency}
        rates = {names[key]: rate for key, rate in view._rates(at).items() if key in names}
        lines = [
            Line(
                account=position.journal_id.display_name,
                group=GROUPS[by](position),
                currency=position.currency_id.name,
                amount=position._exact_amount(),
            )
            for position in found
        ]
        return {
            "currency": currency.name,
            "on": fields.Date.to_string(at),
            "groups": [
                {
                    "name": name,
                    "accounts": total.accounts,
                    "amounts": {code: str(amount) for code, amount in total.amounts.items()},
                    "value": str(total.value),
                    "no_rate": total.no_rate,
                    "no_balance": total.no_balance,
                }
                for name, total in totals(lines, rates, currency.decimal_places).items()
            ],
        }

    def _exact_amount(self):
        """The balance as exact decimal in the places of its currency; None without evidence."""
        if self.evidence == "none":
            return None
        return Decimal(f"{self.amount:.{self.currency_id.decimal_places}f}")

    # ------------------------------------------------------------------ drill-down

    def action_open_balances(self):
        """The balances the bank reported, newest first."""
        domain = [("journal_id", "in", self.journal_id.ids)]
        if self.env.context.get("finance_on"):
            domain.append(("balance_on", "<=", self.env.context["finance_on"]))
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.finance_bank_balance_action")
        return {**action, "domain": domain, "context": {}}

    def action_open_statement(self):
        """The statement the balance stands on."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.bank.statement",
            "res_id": self.statement_id.id,
            "views": [[self.env.ref("connector_bank.statement_view_form").id, "form"]],
        }

    def action_open_message(self):
        """The message the balance came in with."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "finance.message",
            "res_id": self.message_id.id,
            "views": [[False, "form"]],
        }

    def _open(self, name, model, domain, context=None):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [[False, "list"], [False, "form"]],
            "domain": domain,
            "context": context or {},
        }
