from decimal import Decimal

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..snapshot.rows import AMOUNTS, Row

#: What of a journal item makes the trial balance; anything else may change freely.
VALUES = SQL("company_id, account_id, currency_id, date, debit, credit, amount_currency, yearly")


class FinanceCloseLedger(models.AbstractModel):
    """Reads the ledger in sets: records what is posted, and sums up what was recorded.

    What belongs to a snapshot is recorded item by item (``finance.close.item``) and not inferred from
    numbers or times: a lower id may be committed later, and a posted entry may be changed.
    """

    _name = "finance.close.ledger"
    _description = "Ledger as snapshots read it"

    # recording

    @api.model
    def _record(self, companies, version):
        """Bring the record of what is posted up to now; ``version`` is the number of the snapshot.

        Only differences are written. Two snapshots of one company at the same time: PostgreSQL lets
        the second fail as serialization failure, and Odoo repeats its request.
        """
        self.env.flush_all()
        self._claim(companies, version)
        live = self._live(companies)
        self.env.cr.execute(
            SQL(
                """
                UPDATE finance_close_item i
                   SET until = %(version)s
                 WHERE i.company_id IN %(companies)s AND i.until IS NULL
                   AND NOT EXISTS (
                       SELECT FROM (%(live)s) l
                        WHERE l.line_id = i.line_id
                          AND (l.company_id, l.account_id, l.currency_id, l.date,
                               l.debit, l.credit, l.amount_currency, l.yearly)
                              IS NOT DISTINCT FROM
                              (i.company_id, i.account_id, i.currency_id, i.date,
                               i.debit, i.credit, i.amount_currency, i.yearly))
                """,
                version=version,
                companies=tuple(companies.ids),
                live=live,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO finance_close_item (line_id, %(values)s, since)
                SELECT l.line_id, %(values)s, %(version)s
                  FROM (%(live)s) l
                 WHERE NOT EXISTS (
                       SELECT FROM finance_close_item i WHERE i.line_id = l.line_id AND i.until IS NULL)
                """,
                values=VALUES,
                version=version,
                live=live,
            )
        )

    @api.model
    def _claim(self, companies, version):
        """Serialise snapshots of the same company through a row that each of them must change."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO finance_close_mark (company_id, version)
                SELECT id, %s FROM res_company WHERE id IN %s ORDER BY id
                    ON CONFLICT (company_id) DO UPDATE SET version = EXCLUDED.version
                 WHERE finance_close_mark.version < EXCLUDED.version
             RETURNING company_id
                """,
                version,
                tuple(companies.ids),
            )
        )
        if len(rows) != len(companies):
            raise UserError(_("A later snapshot of these books was taken meanwhile. Try again."))

    # sources: journal items as rows of VALUES

    @api.model
    def _live(self, companies, date_to=None):
        """What is posted now."""
        return SQL(
            """
            SELECT l.id AS line_id, l.company_id, l.account_id, l.currency_id, l.date,
                   l.debit, l.credit, l.amount_currency,
                   (a.account_type LIKE 'income%%' OR a.account_type LIKE 'expense%%') AS yearly
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
             WHERE l.parent_state = 'posted' AND l.company_id IN %s AND l.date <= %s
            """,
            tuple(companies.ids),
            date_to or fields.Date.to_date("9999-12-31"),
        )

    @api.model
    def _recorded(self, snapshot, later=None):
        """What was posted when the snapshot was taken, with the values of that time.

        :param later: as another snapshot of the same period found it
        """
        version = (later or snapshot).id
        return SQL(
            """
            SELECT line_id, %s
              FROM finance_close_item
             WHERE company_id IN %s AND date <= %s AND since <= %s AND (until IS NULL OR until > %s)
            """,
            VALUES,
            tuple(snapshot.company_ids.ids),
            snapshot.period_id.date_to,
            version,
            version,
        )

    @api.model
    def _restricted(self, snapshot):
        """What was posted when the snapshot was taken, with the values of now."""
        return SQL(
            "SELECT * FROM (%s) l WHERE l.line_id IN (SELECT line_id FROM (%s) r)",
            self._live(snapshot.company_ids),
            self._recorded(snapshot),
        )

    @api.model
    def _now(self, snapshot):
        """What a snapshot of the same days would hold now."""
        self.env.flush_all()
        return self._live(snapshot.company_ids, snapshot.period_id.date_to)

    # sums

    def _placed(self, snapshot, source):
        """Journal items under the account that carries them.

        Income and expenses of earlier fiscal years stand on undistributed profits, as in every
        trial balance, in the currency of the books.
        """
        return SQL(
            """
            SELECT line_id, date, debit, credit, s.company_id,
                   CASE WHEN past THEN %(earnings)s ELSE account_id END AS account_id,
                   CASE WHEN past THEN %(books)s ELSE currency_id END AS currency_id,
                   CASE WHEN past THEN debit - credit ELSE amount_currency END AS amount_currency
              FROM (SELECT *, yearly AND date < %(fiscal_start)s AS past FROM (%(source)s) t) s
            """,
            source=source,
            earnings=snapshot.earnings_account_id.id,
            books=snapshot.currency_id.id,
            fiscal_start=snapshot.fiscal_start,
        )

    @api.model
    def _sums(self, snapshot, source):
        """``[(company id, account id, currency id, *amounts as Decimal)]``: the trial balance of a source."""
        places = snapshot.currency_id.decimal_places
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, account_id, currency_id,
                       opening::text, debit::text, credit::text, (opening + debit - credit)::text,
                       round(in_currency, c.decimal_places)::text
                  FROM (SELECT company_id, account_id, currency_id,
                               round(coalesce(sum(debit - credit) FILTER (WHERE date < %(first)s), 0), %(places)s)
                                   AS opening,
                               round(coalesce(sum(debit) FILTER (WHERE date >= %(first)s), 0), %(places)s) AS debit,
                               round(coalesce(sum(credit) FILTER (WHERE date >= %(first)s), 0), %(places)s) AS credit,
                               coalesce(sum(amount_currency), 0) AS in_currency
                          FROM (%(placed)s) p
                      GROUP BY company_id, account_id, currency_id) t
                  JOIN res_currency c ON c.id = t.currency_id
                 WHERE (opening, debit, credit, in_currency) IS DISTINCT FROM (0, 0, 0, 0)
                """,
                places=places,
                first=snapshot.period_id.date_from,
                placed=self._placed(snapshot, source),
            )
        )
        return [(*row[:3], *map(Decimal, row[3:])) for row in rows]

    @api.model
    def _rows(self, snapshot, source):
        """Sums as ``{(company id, account id, currency id): Row}``, labelled as the snapshot labels them."""
        sums = self._sums(snapshot, source)
        labels = snapshot._labels({(company, account) for company, account, *_rest in sums})
        codes = {currency.id: currency.name for currency in self.env["res.currency"].browse({r[2] for r in sums})}
        return {
            (company, account, currency): Row(
                *labels[company, account], codes[currency], **dict(zip(AMOUNTS, amounts, strict=True))
            )
            for company, account, currency, *amounts in sums
        }

    @api.model
    def _count(self, source):
        return self.env.execute_query(SQL("SELECT count(*) FROM (%s) s", source))[0][0]

    # causes

    def _differing(self, snapshot, source):
        """Journal items that read otherwise in ``source``, under each account they stand or stood on."""
        return SQL(
            """
            SELECT line_id, company_id, account_id, currency_id
              FROM ((SELECT * FROM (%(recorded)s) a EXCEPT SELECT * FROM (%(other)s) b)
                    UNION ALL
                    (SELECT * FROM (%(other)s) c EXCEPT SELECT * FROM (%(recorded)s) d)) x
          GROUP BY line_id, company_id, account_id, currency_id
            """,
            recorded=self._placed(snapshot, self._recorded(snapshot)),
            other=self._placed(snapshot, source),
        )

    @api.model
    def _causes(self, snapshot, source):
        """``{(company id, account id, currency id): (items that read otherwise, of them deleted)}``"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT d.company_id, d.account_id, d.currency_id, count(*), count(*) FILTER (WHERE l.id IS NULL)
                  FROM (%s) d
             LEFT JOIN account_move_line l ON l.id = d.line_id
              GROUP BY d.company_id, d.account_id, d.currency_id
                """,
                self._differing(snapshot, source),
            )
        )
        return {tuple(key): (items, gone) for *key, items, gone in rows}

    @api.model
    def _cause_ids(self, snapshot, source, company, account, currency):
        """Ids of the journal items behind the late change of one account."""
        rows = self.env.execute_query(
            SQL(
                "SELECT line_id FROM (%s) d WHERE (company_id, account_id, currency_id) = (%s, %s, %s)",
                self._differing(snapshot, source), company.id, account.id, currency.id,
            )
        )
        return [line for (line,) in rows]
