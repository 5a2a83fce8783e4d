from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .finance_desk import LINE
from .finance_desk_line import FOUND

RECENT = 500  # lines looked back at for what is usual
USUAL = 5  # accounts of one kind offered before all others


class FinanceDesk(models.AbstractModel):
    """The accounts a line may be written off to, those that people used for such lines before first."""

    _inherit = "finance.desk"

    @api.model
    def find_accounts(self, line_id, text=""):
        """Accounts a difference may be written off to: own, active, neither bank nor off balance.

        :return: ``[{"id", "name", "reference": why it stands before the others, or ""}]``
        """
        line = self._open_line(line_id)
        usual = self._usual_accounts(line)
        model = self.env["account.account"].with_company(line.company_id)
        domain = self._accounts_domain(line.company_id)
        accounts = model
        if text:  # those that begin with it come first
            domain &= Domain("display_name", "ilike", text)
            begin = Domain("code", "=ilike", f"{text}%") | Domain("name", "=ilike", f"{text}%")
            accounts = model.search(domain & begin, limit=FOUND)
        known = model.search(domain & Domain("id", "in", list(usual)))
        known = known.sorted(key=lambda account, order=list(usual): order.index(account.id))
        accounts = (known | accounts | model.search(domain, limit=FOUND))[:FOUND]
        return [
            {"id": account.id, "name": account.display_name, "reference": usual.get(account.id, "")}
            for account in accounts
        ]

    def _accounts_domain(self, company):
        suspense = self.env["account.journal"].search([("company_id", "=", company.id)]).suspense_account_id
        return Domain(self.env["account.account"]._check_company_domain(company)) & Domain(
            [
                ("active", "=", True),
                ("account_type", "not in", ("asset_cash", "liability_credit_card", "off_balance")),
                ("id", "not in", suspense.ids),
            ]
        )

    def _usual_accounts(self, line):
        """``{account id: why it is usual}``: remembered for the text, used for the payer, often in the journal."""
        _t, memory = self.env._, self.env["finance.text.memory"]
        remembered = memory
        if line.company_id.finance_text_memory:
            remembered = memory._fitting(line, *memory._of(line.company_id))
        found = dict.fromkeys(remembered.account_id.ids, _t("such a text before"))
        for account in self._booked_to(line, self._moves_of_payer(line)):
            found.setdefault(account, _t("this payer before"))
        for account in self._booked_to(line, self._moves_of_journal(line)):
            found.setdefault(account, _t("often in this journal"))
        return found

    def _moves_of_payer(self, line):
        """Entries of the latest reconciled lines of the partner, or of the name the bank gives."""
        own = SQL("l.company_id = %s AND l.is_reconciled", line.company_id.id)
        if partner := line.partner_id.id:
            return SQL(
                """SELECT DISTINCT l.move_id, l.internal_index
                     FROM account_move_line i JOIN account_bank_statement_line l ON l.id = i.statement_line_id
                    WHERE i.partner_id = %s AND %s ORDER BY l.internal_index DESC LIMIT %s""",
                partner, own, RECENT,
            )  # fmt: skip
        return SQL(
            """SELECT l.move_id, l.internal_index FROM account_bank_statement_line l
                WHERE l.partner_name = %s AND %s ORDER BY l.internal_index DESC LIMIT %s""",
            line.partner_name or None, own, RECENT,
        )  # fmt: skip

    def _moves_of_journal(self, line):
        """Entries of the latest reconciled lines of the journal that move money the same way."""
        return SQL(
            """SELECT l.move_id, l.internal_index FROM account_bank_statement_line l
                WHERE l.journal_id = %s AND l.company_id = %s AND l.is_reconciled AND sign(l.amount) = %s
             ORDER BY l.internal_index DESC LIMIT %s""",
            line.journal_id.id, line.company_id.id, 1 if line.amount > 0 else -1, RECENT,
        )  # fmt: skip

    def _booked_to(self, line, moves):
        """Ids of accounts the lines were booked to, the most frequent first; settled documents do not count."""
        self.env[LINE].flush_model()
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.account_id
                  FROM (%s) AS recent
                  JOIN account_move_line i ON i.move_id = recent.move_id
                  JOIN account_account a ON a.id = i.account_id
                 WHERE a.account_type NOT IN ('asset_receivable', 'liability_payable', 'asset_cash',
                                              'liability_credit_card', 'off_balance')
                   AND i.full_reconcile_id IS NULL AND i.tax_line_id IS NULL AND a.id <> %s
              GROUP BY i.account_id ORDER BY count(*) DESC, max(recent.internal_index) DESC LIMIT %s
                """,
                moves, line.journal_id.suspense_account_id.id or 0, USUAL,
            )
        )
        return [account for (account,) in rows]
