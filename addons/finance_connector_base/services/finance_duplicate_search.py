import io
import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..duplicates.normal import account_key, address_key, email_key, name_tokens, phone_key, tax_key
from ..duplicates.score import LIKE, THRESHOLD, Party, found_pairs, keys

CHUNK = 10_000


class FinanceDuplicateSearch(models.AbstractModel):
    """Looks for duplicates in the whole master file: keys in SQL, scores for the few pairs that share one."""

    _name = "finance.duplicate.search"
    _description = "Search for duplicates"

    @api.model
    def _cron_search(self):
        self._search_partners()
        self._search_banks()

    @api.model
    def _search_partners(self):
        """Compare all partners that are not contacts of others.

        :return: number of pairs found
        """
        parties = {party.id: party for party in self._parties()}
        pairs = self._pairs(parties.values())
        setting = self.env.company._finance_setting
        threshold, like = setting("duplicate_score", THRESHOLD), setting("duplicate_like", LIKE)
        return self._keep("res.partner", found_pairs(pairs, parties, threshold, like))

    def _parties(self):
        """Read by SQL in one go: a hundred thousand records would fill the cache."""
        for model in ("res.partner", "res.partner.bank"):
            self.env[model].flush_model()
        self.env.cr.execute(
            """
            SELECT p.id, p.name, p.vat, p.email, p.phone, p.zip, p.street, c.code,
                   (SELECT array_agg(b.sanitized_acc_number) FROM res_partner_bank b
                     WHERE b.partner_id = p.id AND b.active)
              FROM res_partner p LEFT JOIN res_country c ON c.id = p.country_id
             WHERE p.active AND p.commercial_partner_id = p.id AND p.name IS NOT NULL
               AND NOT EXISTS (SELECT FROM res_users u WHERE u.partner_id = p.id)
               AND NOT EXISTS (SELECT FROM res_company o WHERE o.partner_id = p.id)
            """
        )
        while rows := self.env.cr.fetchmany(CHUNK):
            for record, name, vat, email, phone, zip_code, street, country, accounts in rows:
                yield Party(
                    record,
                    name_tokens(name),
                    tax_key(vat, country),
                    frozenset(filter(None, map(account_key, accounts or ()))),
                    email_key(email),
                    phone_key(phone),
                    address_key(zip_code, street),
                    country,
                )

    def _pairs(self, parties):
        """Pairs of parties that share a key, the lower id first."""
        cr, setting = self.env.cr, self.env.company._finance_setting
        cr.execute("DROP TABLE IF EXISTS finance_duplicate_key")
        cr.execute("CREATE TEMP TABLE finance_duplicate_key (party integer, key bigint, strong boolean) ON COMMIT DROP")
        rows = io.StringIO()
        for party in parties:
            for strong, key in keys(party):
                rows.write(f"{party.id}\t{key}\t{'t' if strong else 'f'}\n")
        rows.seek(0)
        cr.copy_from(rows, "finance_duplicate_key", columns=("party", "key", "strong"))
        cr.execute(
            """
            CREATE TEMP TABLE finance_duplicate_block ON COMMIT DROP AS
            SELECT key FROM finance_duplicate_key
             GROUP BY key
            HAVING count(*) BETWEEN 2 AND CASE WHEN bool_or(strong) THEN %s ELSE %s END
            """,
            # more with one weak key are a switchboard or a common word, with a strong one a placeholder
            [setting("duplicate_strong_block", 200), setting("duplicate_weak_block", 25)],
        )
        cr.execute("ANALYZE finance_duplicate_key")
        cr.execute("ANALYZE finance_duplicate_block")
        cr.execute(
            """
            SELECT DISTINCT a.party, b.party
              FROM finance_duplicate_block k
              JOIN finance_duplicate_key a ON a.key = k.key
              JOIN finance_duplicate_key b ON b.key = k.key AND a.party < b.party
            """
        )
        pairs = cr.fetchall()
        cr.execute("DROP TABLE finance_duplicate_key, finance_duplicate_block")
        return pairs

    @api.model
    def _search_banks(self):
        """Banks with the same BIC: with and without its branch, it is one bank master."""
        self.env["res.bank"].flush_model()
        self.env.cr.execute(
            """
            SELECT a.id, b.id FROM res_bank a JOIN res_bank b ON a.id < b.id AND a.active AND b.active
               AND upper(left(trim(a.bic), 8)) = upper(left(trim(b.bic), 8))
               AND (coalesce(nullif(substr(upper(trim(a.bic)), 9), 'XXX'), '')
                    = coalesce(nullif(substr(upper(trim(b.bic)), 9), 'XXX'), ''))
             WHERE length(trim(a.bic)) >= 8
            """
        )
        return self._keep("res.bank", [(left, right, 90, (("bic", 100),)) for left, right in self.env.cr.fetchall()])

    def _keep(self, model, found):
        """Store what was found; what people decided stays, what is no longer alike goes."""
        now, kept, found = fields.Datetime.now(), [], list(found)
        table = self.env[model]._table
        for start in range(0, len(found), CHUNK):
            part = found[start : start + CHUNK]
            kept += self.env.cr.execute_values(
                """
                INSERT INTO finance_duplicate (res_model, left_id, right_id, score, reasons, state, found_on,
                                               create_date, create_uid)
                VALUES %s
                ON CONFLICT (res_model, left_id, right_id)
                DO UPDATE SET score = excluded.score, reasons = excluded.reasons, found_on = excluded.found_on
                RETURNING id
                """,
                [
                    (model, left, right, points, json.dumps(reasons), "open", now, now, self.env.uid)
                    for left, right, points, reasons in part
                ],
                fetch=True,
            )
        ids = [row[0] for row in kept]
        company = SQL("coalesce(a.company_id, b.company_id)") if model == "res.partner" else SQL("NULL::integer")
        self.env.cr.execute(
            SQL(
                """
                UPDATE finance_duplicate d SET left_name = a.name, right_name = b.name, company_id = %s
                  FROM %s a, %s b
                 WHERE d.res_model = %s AND d.id = ANY(%s) AND a.id = d.left_id AND b.id = d.right_id
                """,
                company,
                SQL.identifier(table),
                SQL.identifier(table),
                model,
                ids,
            )
        )
        self.env.cr.execute(
            "DELETE FROM finance_duplicate WHERE res_model = %s AND state = 'open' AND NOT id = ANY(%s)", [model, ids]
        )
        self.env["finance.duplicate"].invalidate_model()
        return len(ids)
