from odoo import fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

BREAKER_OPEN = ("open", "half_open")
#: Accountants without a role here read journals, but not what is behind the cards.
READER = "finance_connector_base.group_user"


class AccountJournal(models.Model):
    """What the card of a bank account says; each fact of all cards with one query."""

    _inherit = "account.journal"

    finance_last_message_id = fields.Many2one(
        "finance.message", compute="_compute_finance_source", string="Last import", groups=READER
    )
    finance_last_import_on = fields.Datetime(
        compute="_compute_finance_source", string="Imported", groups=READER
    )
    finance_connector_id = fields.Many2one(
        "finance.connector", compute="_compute_finance_source", string="Channel", groups=READER
    )
    finance_channel_text = fields.Char(
        compute="_compute_finance_channel", string="State of the channel", groups=READER
    )
    finance_channel_good = fields.Boolean(
        compute="_compute_finance_channel", groups=READER
    )
    finance_until_on = fields.Date(
        compute="_compute_finance_until", string="Evidence until", groups=READER
    )
    finance_late_case_id = fields.Many2one(
        "finance.exception", compute="_compute_finance_holes", string="Late statement", groups=READER
    )
    finance_gap_case_ids = fields.Many2many(
        "finance.exception", compute="_compute_finance_holes", string="Gaps", groups=READER
    )
    finance_open_line_count = fields.Integer(
        compute="_compute_finance_lines", string="Open lines", groups=READER
    )
    finance_proposed_count = fields.Integer(
        compute="_compute_finance_lines", string="Lines with a proposal", groups=READER
    )

    def _compute_finance_source(self):
        """The message of the newest statement or balance: of reports during the day there are only balances."""
        found = {}
        for model, field in (("account.bank.statement", "finance_message_id"), ("finance.bank.balance", "message_id")):
            for journal, message in self.env[model].sudo()._read_group(
                [("journal_id", "in", self.ids), (field, "!=", False)], ["journal_id"], [f"{field}:max"]
            ):
                found[journal.id] = max(message, found.get(journal.id, 0))
        for journal in self:
            message = self.env["finance.message"].browse(found.get(journal.id) or [])
            journal.finance_last_message_id = message
            journal.finance_last_import_on = message.sudo().create_date
            journal.finance_connector_id = message.sudo().connector_id

    def _compute_finance_channel(self):
        """What is wrong with the connector, or what its date and budget leave, in words."""
        connectors = self.finance_connector_id.sudo()
        stopped = {
            connector
            for (connector,) in self.env["finance.breaker"].sudo()._read_group(
                [("connector_id", "in", connectors.ids), ("state", "in", BREAKER_OPEN)], ["connector_id"]
            )
        }
        budgets = self.env["finance.quota"].sudo().search([("connector_id", "in", connectors.ids)])
        today = fields.Date.context_today(self)
        for journal in self:
            connector = journal.finance_connector_id.sudo()
            words = []
            good = bool(connector)
            if connector.state and connector.state != "active":
                good = False
                words.append(dict(connector._fields["state"]._description_selection(self.env))[connector.state])
            if connector in stopped:
                good = False
                words.append(self.env._("does not answer"))
            if connector.next_expiry_on:
                good = good and connector.next_expiry_on > today
                words.append(self.env._("valid until %s", format_date(self.env, connector.next_expiry_on)))
            words += [
                self.env._("%(left)s of %(all)s calls left", left=max(one._left(), 0), all=one.limit_calls)
                for one in budgets
                if one.connector_id == connector and journal._finance_owns_budget(one)
            ]
            journal.finance_channel_text = ", ".join(words)
            journal.finance_channel_good = good

    def _finance_owns_budget(self, budget):
        """Whether calls counted there are calls for this account."""
        return not budget.scope or budget.scope == self.bank_account_id.sanitized_acc_number

    def _compute_finance_until(self):
        until = dict(
            self.env["finance.bank.balance"]._read_group(
                [("journal_id", "in", self.ids), ("kind", "in", ("closing", "interim"))],
                ["journal_id"],
                ["balance_on:max"],
            )
        )
        for journal in self:
            journal.finance_until_on = until.get(journal)

    def _compute_finance_holes(self):
        """Open cases about missing evidence; the reader sees those of own companies."""
        cases = self.env["finance.exception"]
        still_open = Domain("state", "=", "open")
        late = cases.search(
            still_open
            & Domain([("code", "=", "statement.late"), ("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        gaps = cases.search(still_open & Domain("code", "=", "statement.gap"))
        statements = self.env["account.bank.statement"].browse(gaps.mapped("res_id")).exists()
        journal_of = {statement.id: statement.journal_id for statement in statements}
        for journal in self:
            journal.finance_late_case_id = late.filtered(lambda case, journal=journal: case.res_id == journal.id)[:1]
            journal.finance_gap_case_ids = gaps.filtered(
                lambda case, journal=journal: journal_of.get(case.res_id) == journal
            )

    def _compute_finance_lines(self):
        """Open lines by the index of open lines; those with a proposal by their best one."""
        still_open = dict(
            self.env["account.bank.statement.line"]._read_group(
                [("journal_id", "in", self.ids), ("is_reconciled", "=", False), ("state", "=", "posted")],
                ["journal_id"],
                ["__count"],
            )
        )
        proposed = dict(
            self.env["finance.match.proposal"]._read_group(
                [("journal_id", "in", self.ids), ("state", "=", "proposed"), ("rank", "=", 1)],
                ["journal_id"],
                ["__count"],
            )
        )
        for journal in self:
            journal.finance_open_line_count = still_open.get(journal, 0)
            journal.finance_proposed_count = proposed.get(journal, 0)

    def action_finance_holes(self):
        """The cases about evidence that is missing."""
        self.ensure_one()
        cases = self.finance_late_case_id | self.finance_gap_case_ids
        action = self.env["ir.actions.act_window"]._for_xml_id("finance_connector_base.finance_exception_action")
        return {**action, "domain": [("id", "in", cases.ids)], "context": {}}

    def action_finance_last_message(self):
        """The file or report that came last."""
        return self.finance_last_message_id.get_formview_action()

    def action_finance_statements(self):
        """The statements of this account."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.statement_action")
        return {**action, "domain": [("journal_id", "in", self.ids)], "context": {}}
