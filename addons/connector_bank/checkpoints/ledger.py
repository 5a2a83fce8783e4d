"""Statement lines and what the ledger holds on the account of the bank."""

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import at, of, on, signed
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Pair, compared

from .statements import narrowed

#: Journals fed by connectors, each from its first line on: what was there before is history nobody declared. Looked
#: up once (materialized), or the first line would be looked for beside every other.
FED = SQL(
    """
    SELECT j.id, j.company_id, j.default_account_id, j.currency_id IS NOT NULL AND j.currency_id != c.currency_id
           AS is_foreign, coalesce(j.currency_id, c.currency_id) AS currency_id,
           (SELECT to_date(left(min(l.internal_index), 8), 'YYYYMMDD') FROM account_bank_statement_line l
             WHERE l.journal_id = j.id AND l.company_id = j.company_id AND l.internal_index > ''
               AND l.finance_fingerprint IS NOT NULL) AS first_on
      FROM account_journal j JOIN res_company c ON c.id = j.company_id
     WHERE j.type = 'bank' AND j.default_account_id IS NOT NULL
    """
)
#: Journal items on the account of a bank; one that several journals share counts for the journal of the entry.
ITEMS = SQL(
    """
    SELECT i.id, f.company_id, f.id AS journal_id, i.date, f.currency_id, i.name, v.name AS entry, v.id AS move_id,
           v.statement_line_id, CASE WHEN f.is_foreign THEN i.amount_currency ELSE i.balance END AS amount
      FROM account_move_line i
      JOIN account_move v ON v.id = i.move_id
      JOIN fed f ON f.default_account_id = i.account_id AND f.company_id = i.company_id AND i.date >= f.first_on
       AND f.id = CASE WHEN EXISTS (SELECT FROM fed o WHERE o.id = i.journal_id
                                       AND o.default_account_id = i.account_id) THEN i.journal_id
                       ELSE (SELECT min(o.id) FROM fed o WHERE o.default_account_id = i.account_id
                                AND o.company_id = i.company_id) END
     WHERE i.parent_state = 'posted'
    """
)
LINES = SQL(
    """
    SELECT l.id, f.company_id, f.id AS journal_id, v.date, f.currency_id, l.payment_ref AS name, l.amount
      FROM account_bank_statement_line l
      JOIN account_move v ON v.id = l.move_id
      JOIN fed f ON f.id = l.journal_id AND v.date >= f.first_on
     WHERE v.state != 'cancel'
    """
)


@CHECKPOINTS.add("bank.ledger", "Bank lines and ledger")
class Ledger(Pair):
    domain = "bank"
    sequence = 30
    help = "The ledger moves the account of the bank by exactly the statement lines of the day, and by nothing else."
    left_name = "Statement lines"
    right_name = "Ledger"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return self._sums(LINES, scope, SQL("TRUE"))

    def right(self, env, scope):
        return self._sums(ITEMS, scope, SQL("r.amount != 0"))

    def _sums(self, rows, scope, condition):
        return SQL(
            "WITH fed AS MATERIALIZED (%s) SELECT r.company_id, NULL::int, r.journal_id, r.date, r.currency_id,"
            " count(*), %s, %s, NULL, NULL, 0 FROM (%s) r WHERE %s AND %s AND %s GROUP BY 1, 3, 4, 5",
            FED,
            signed(SQL("r.amount"), 1),
            signed(SQL("r.amount"), -1),
            rows,
            on(scope, SQL("r.date")),
            of(scope, SQL("r.journal_id")),
            condition,
        )

    def narrow(self, env, scope):
        return narrowed(env, scope)

    def differences(self, env, place, limit):
        """Lines and items of the same entry are compared; items without a line are named by their entry."""
        rows = env.execute_query(
            SQL(
                """
                WITH fed AS MATERIALIZED (%s), lines AS (SELECT * FROM (%s) r WHERE %s),
                     items AS (SELECT statement_line_id, min(entry) AS entry, min(name) AS name, sum(amount) AS amount
                                 FROM (%s) r WHERE %s AND r.amount != 0
                                GROUP BY statement_line_id, CASE WHEN statement_line_id IS NULL THEN r.id END)
                SELECT coalesce(items.entry, '') || ' ' || left(coalesce(lines.name, items.name, ''), 60), lines.amount,
                       items.amount, lines.id
                  FROM lines FULL JOIN items ON items.statement_line_id = lines.id
                 WHERE lines.amount IS DISTINCT FROM items.amount AND coalesce(lines.amount, items.amount) != 0
                 ORDER BY lines.id, items.entry LIMIT %s
                """,
                FED,
                LINES,
                self._here(place),
                ITEMS,
                self._here(place),
                limit,
            )
        )
        currency = env["res.currency"].browse(place.currency)
        named = [(f"{name.strip()} #{line or ''}".rstrip(" #"), one, other) for name, one, other, line in rows]
        return list(
            compared(
                {name: one for name, one, _other in named if one is not None},
                {name: other for name, _one, other in named if other is not None},
                currency.format,
            )
        )

    def _here(self, place):
        return at(place, company=SQL("r.company_id"), journal=SQL("r.journal_id"), day=SQL("r.date"))

    def records(self, env, place, side):
        day = [("date", "=", place.day)]
        if side == "left":
            return "account.bank.statement.line", [("journal_id", "=", place.journal), *day]
        account = env["account.journal"].browse(place.journal).default_account_id
        return "account.move.line", [("account_id", "=", account.id), ("parent_state", "=", "posted"), *day]
