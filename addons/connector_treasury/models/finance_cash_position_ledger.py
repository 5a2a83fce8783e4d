"""What the books say beside the bank: ledger balance, difference and its reason, unmatched lines."""

from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..position import difference as reasons
from .finance_cash_position import AS_OF


class FinanceCashPosition(models.Model):
    _inherit = "finance.cash.position"

    ledger_amount = fields.Monetary(
        compute="_compute_ledger",
        string="Ledger",
        help="Posted entries of the journal's account up to the balance date, in the account's currency.",
    )
    difference = fields.Monetary(compute="_compute_ledger", help="Bank balance less ledger balance.")
    difference_reason = fields.Selection(
        [
            (reasons.AGREES, "Agrees"),
            (reasons.INTERIM, "Intraday"),
            (reasons.OPENING, "Opening not booked"),
            (reasons.MANUAL, "Manual entries"),
            (reasons.OPENING_AND_MANUAL, "Opening and manual"),
            (reasons.UNEXPLAINED, "Unexplained"),
        ],
        compute="_compute_ledger",
        search="_search_difference_reason",
        string="Compared",
        help="Intraday: the balance runs ahead of the statements. Opening not booked: the difference is the "
        "balance before the first statement. Manual: the difference is what was booked by hand. "
        "Unexplained: statements are missing, or something was booked twice or wrongly.",
    )
    unmatched_count = fields.Integer(compute="_compute_unmatched", string="Unmatched lines")
    unmatched_amount = fields.Monetary(compute="_compute_unmatched", string="Unmatched")

    @api.depends("journal_id", "balance_id")
    @api.depends_context(*AS_OF)
    def _compute_ledger(self):
        books = self._read_books()
        for position in self:
            ledger, manual, opening = books.get(position.id, (Decimal(0),) * 3)
            position.ledger_amount = float(ledger)
            position.difference, position.difference_reason = 0.0, False
            if position.evidence == "none" or position.currency_id != position._account_currency():
                continue
            bank = position._exact_amount()
            position.difference = float(bank - ledger)
            position.difference_reason = reasons.explain(
                bank, ledger, manual, opening, position.evidence == "closing"
            )

    def _search_difference_reason(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.search([("company_id", "in", self.env.companies.ids), ("evidence", "!=", "none")])
        return Domain("id", "in", found.filtered(lambda position: position.difference_reason in value).ids)

    @api.depends("journal_id")
    @api.depends_context(*AS_OF)
    def _compute_unmatched(self):
        lines = self.env["account.bank.statement.line"]._read_group(
            self._unmatched_domain(), ["journal_id"], ["__count", "amount:sum"]
        )
        found = {journal: (count, amount) for journal, count, amount in lines}
        for position in self:
            position.unmatched_count, position.unmatched_amount = found.get(position.journal_id, (0, 0.0))

    def _unmatched_domain(self):
        _on, last_on, _moment = self._as_of()
        return [
            ("journal_id", "in", self.journal_id.ids),
            ("is_reconciled", "=", False),
            ("state", "=", "posted"),
            ("date", "<=", last_on),
        ]

    def _account_currency(self):
        return self.journal_id.currency_id or self.company_id.currency_id

    def _read_books(self):
        """``{id: (ledger balance, its part from no bank line, balance before the first statement)}``.

        The last is what the bank said first: versions before this one kept no opening balance of some formats, so
        that the first kept may be of a later statement than the first.
        """
        accounts = [
            SQL(
                "(%s, %s, %s, %s, %s, %s::date)",
                position.id,
                position.journal_id.default_account_id.id,
                position.company_id.parent_path + "%",
                position._account_currency().id,
                position._account_currency() != position.company_id.currency_id,
                position.balance_on or position.position_on,
            )
            for position in self
            if position.journal_id.default_account_id
        ]
        if not accounts:
            return {}
        self.env["account.move.line"].flush_model()
        self.env["finance.bank.balance"].flush_model()
        self.env["account.bank.statement"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id, sum(x.amount)::text,
                       sum(x.amount) FILTER (WHERE x.statement_line_id IS NULL)::text,
                       (SELECT o.amount FROM (
                          SELECT amount, balance_on AS day, 0 AS rank, id FROM finance_bank_balance
                           WHERE journal_id = p.id AND kind = 'opening' AND currency_id = p.currency_id
                          UNION ALL
                          SELECT balance_start, coalesce(finance_from_on, date), 1, id FROM account_bank_statement
                           WHERE journal_id = p.id AND finance_identity IS NOT NULL
                             AND finance_without_balance IS NOT TRUE
                        ) o ORDER BY o.day, o.rank, o.id LIMIT 1)::text
                  FROM (VALUES %s) p (id, account_id, companies, currency_id, is_foreign, day)
                  LEFT JOIN LATERAL (
                       SELECT l.statement_line_id,
                              CASE WHEN p.is_foreign THEN l.amount_currency ELSE l.balance END AS amount
                         FROM account_move_line l
                         JOIN res_company c ON c.id = l.company_id AND c.parent_path LIKE p.companies
                        WHERE l.account_id = p.account_id AND l.date <= p.day AND l.parent_state = 'posted'
                          AND (NOT p.is_foreign OR l.currency_id = p.currency_id)
                       ) x ON TRUE
                 GROUP BY p.id, p.currency_id
                """,
                SQL(", ").join(accounts),
            )
        )
        return {key: tuple(Decimal(value or 0) for value in values) for key, *values in rows}

    def action_open_ledger(self):
        """The entries behind the ledger balance."""
        self.ensure_one()
        domain = [
            ("account_id", "=", self.journal_id.default_account_id.id),
            ("company_id", "child_of", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", "<=", self.balance_on or self.position_on),
        ]
        return self._open(self.env._("Ledger"), "account.move.line", domain)

    def action_open_unmatched(self):
        """The bank lines nobody matched yet."""
        context = {
            "list_view_ref": "connector_bank.statement_line_view_list",
            "form_view_ref": "connector_bank.statement_line_view_form",
        }
        domain = self._unmatched_domain()
        return self._open(self.env._("Unmatched lines"), "account.bank.statement.line", domain, context)
