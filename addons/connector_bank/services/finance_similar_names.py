from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

#: Payers looked at for one name, the most similar first.
SHOWN = 5


class FinanceSimilarNames(models.AbstractModel):
    """Partners whose names are similar to those on bank lines, by PostgreSQL's ``pg_trgm`` where it is installed."""

    _name = "finance.similar.names"
    _description = "Similar names"

    def init(self):
        if self.env.registry.has_trigram:
            self.env.cr.execute(
                "CREATE INDEX IF NOT EXISTS res_partner_finance_name_trgm ON res_partner USING gin (name gin_trgm_ops)"
            )

    @api.model
    def _search_of(self, company):
        """``_find`` for ``company`` where names can be and are to be compared; else None."""
        wanted = company.finance_similar_names and self.env.registry.has_trigram
        return (lambda names: self._find(company, names)) if wanted else None

    @api.model
    def _find(self, company, names):
        """``{name: commercial partners, the most similar first}``; of too many names the first in the alphabet."""
        chosen = sorted(names)[: company.finance_similar_most]
        self.env["res.partner"].flush_model(["name", "active", "commercial_partner_id", "company_id"])
        likeness = str(min(max(company.finance_similar_from, 1), 100) / 100)
        self.env.execute_query(SQL("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", likeness))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT wanted.name, p.commercial_partner_id, max(similarity(p.name, wanted.name)) AS likeness
                  FROM unnest(%s::varchar[]) wanted(name)
                  JOIN res_partner p ON p.name %% wanted.name
                 WHERE p.active AND p.commercial_partner_id IS NOT NULL
                   AND (p.company_id IS NULL OR p.company_id = ANY(%s))
              GROUP BY 1, 2
              ORDER BY 1, 3 DESC, 2
                """,
                chosen, company._accessible_branches().ids or company.ids,
            )
        )
        found = defaultdict(list)
        for name, partner, _likeness in rows:
            if len(found[name]) < SHOWN:
                found[name].append(partner)
        return found
