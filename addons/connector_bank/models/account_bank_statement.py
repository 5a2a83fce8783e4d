from dataclasses import replace
from decimal import Decimal

from odoo import _, api, fields, models
from odoo.tools import SQL

from ..importing.chain import Link, exact, ordered


class AccountBankStatement(models.Model):
    """A bank's statement, with where it came from and what the bank calls it."""

    _inherit = "account.bank.statement"

    finance_message_id = fields.Many2one("finance.message", string="Message", readonly=True, index="btree_not_null")
    finance_journal_id = fields.Many2one(
        "account.journal", readonly=True, help="Odoo takes the journal from the lines; a statement may have none."
    )
    finance_identity = fields.Char(readonly=True, copy=False, string="Identity at the bank")
    finance_content_hash = fields.Char(readonly=True, copy=False)
    finance_sequence = fields.Integer(readonly=True, copy=False, string="Number at the bank")
    finance_from_on = fields.Date(readonly=True, copy=False, string="From")
    finance_to_on = fields.Date(readonly=True, copy=False, string="To")
    finance_opening = fields.Monetary(readonly=True, copy=False, string="Opening at the bank")
    finance_without_balance = fields.Boolean(
        readonly=True, copy=False, help="The bank said neither opening nor closing balance: nothing proves its lines."
    )
    finance_balance_ids = fields.One2many(
        "finance.bank.balance", "statement_id", string="Reported balances",
        groups="finance_connector_base.group_user",
    )  # fmt: skip
    finance_coming = fields.Boolean(
        readonly=True, copy=False, string="Being imported",
        help="Only some of its lines are in. It takes no part in continuity and matching until all are.",
    )
    finance_coming_words = fields.Char(
        related="finance_message_id.coming_words", string="How far", groups="finance_connector_base.group_user"
    )
    finance_line_count = fields.Integer(compute="_compute_finance_counts", string="Lines")
    finance_open_count = fields.Integer(compute="_compute_finance_counts", string="Open lines")

    _finance_identity_uniq = models.UniqueIndex(
        "(journal_id, finance_identity) WHERE finance_identity IS NOT NULL",
        "This statement was imported before.",
    )
    _finance_coming_idx = models.Index("(journal_id) WHERE finance_coming")
    _finance_period_idx = models.Index("(journal_id, finance_from_on, finance_to_on)")

    _event_columns = frozenset({"finance_coming"})

    def _event_of_new(self):
        """It is imported once its last line is in."""
        return None if self.finance_coming else super()._event_of_new()

    def _event_of_change(self, before, after):
        return "statement.imported" if before["finance_coming"] else None

    @api.depends("finance_journal_id")
    def _compute_journal_id(self):
        without_lines = self.filtered(lambda statement: not statement.line_ids and statement.finance_journal_id)
        for statement in without_lines:
            statement.journal_id = statement.finance_journal_id
        return super(AccountBankStatement, self - without_lines)._compute_journal_id()

    @api.depends("finance_identity")
    def _compute_is_complete(self):
        """A bank's statement without bookings is complete if its balance did not move."""
        without_lines = self.filtered(lambda statement: not statement.line_ids and statement.finance_identity)
        for statement in without_lines:
            statement.is_complete = statement.currency_id.is_zero(
                statement.balance_end_real - statement.balance_start
            )
        return super(AccountBankStatement, self - without_lines)._compute_is_complete()

    @api.model
    def _finance_chain(self, journal):
        """The bank's statements of a journal, each after the one it continues."""
        found = self.search([("journal_id", "=", journal.id), ("finance_identity", "!=", False)], order="id")
        return self.browse([link.id for link in ordered(found._finance_links())])

    def _finance_link(self, with_amounts=False):
        """The statement as a link of the chain of balances; of those it is compared with, all amounts."""
        self.ensure_one()
        places = self.currency_id.decimal_places
        day = self.date or self.create_date.date()
        return Link(
            self.finance_from_on or day,
            self.finance_to_on or day,
            exact(self.balance_start, places),
            exact(self.balance_end_real, places),
            tuple(exact(amount, places) for amount in self._finance_amounts()) if with_amounts else (),
            self.finance_sequence or None,
            self.id,
        )

    def _finance_links(self):
        """Links for ``chain.joins``: of statements without a balance of the bank, what their lines move."""
        without = self.filtered("finance_without_balance")
        moved = dict(
            self.env["account.bank.statement.line"]._read_group(
                [("statement_id", "in", without.ids)], ["statement_id"], ["amount:sum"]
            )
        )
        return [
            replace(
                one._finance_link(), opening=Decimal(0), proved=False,
                closing=exact(moved.get(one, 0.0), one.currency_id.decimal_places),
            )
            if one in without
            else one._finance_link()
            for one in self
        ]  # fmt: skip

    def _finance_amounts(self):
        """Amounts of all lines in the order they came; read bare, for there may be a hundred thousand."""
        lines = self.env["account.bank.statement.line"]
        lines.flush_model(["statement_id", "amount"])
        query = SQL("SELECT amount FROM account_bank_statement_line WHERE statement_id = %s ORDER BY id", self.id)
        return [float(amount) for (amount,) in self.env.execute_query(query)]

    def _compute_finance_counts(self):
        counts = {
            (statement.id, reconciled): count
            for statement, reconciled, count in self.env["account.bank.statement.line"]._read_group(
                [("statement_id", "in", self.ids)], ["statement_id", "is_reconciled"], ["__count"]
            )
        }
        for statement in self:
            still_open = counts.get((statement.id, False), 0)
            statement.finance_open_count = still_open
            statement.finance_line_count = still_open + counts.get((statement.id, True), 0)

    def action_finance_lines(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Statement lines"),
            "res_model": "account.bank.statement.line",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("connector_bank.statement_line_view_list").id, "list"),
                (self.env.ref("connector_bank.statement_line_view_form").id, "form"),
            ],
            "domain": [("statement_id", "in", self.ids)],
        }

    def action_finance_message(self):
        """The file that brought this statement."""
        return self.finance_message_id.get_formview_action()

    def action_finance_match(self):
        """Match the open lines of these statements now."""
        return self.line_ids.action_finance_match()
