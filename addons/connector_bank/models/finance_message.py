from odoo import fields, models

STATEMENT, LINE = "account.bank.statement", "account.bank.statement.line"


class FinanceMessage(models.Model):
    """From a bank's file to what it brought."""

    _inherit = "finance.message"

    statement_count = fields.Integer(compute="_compute_statement_counts", string="Statements")
    statement_line_count = fields.Integer(compute="_compute_statement_counts", string="Statement lines")

    def _compute_statement_counts(self):
        of_bank = self.filtered(lambda message: message.direction == "in")
        counts = {
            model: dict(
                self.env[model]._read_group(
                    [("finance_message_id", "in", of_bank.ids)], ["finance_message_id"], ["__count"]
                )
            )
            if of_bank and self.env[model].has_access("read")
            else {}
            for model in (STATEMENT, LINE)
        }
        for message in self:
            message.statement_count = counts[STATEMENT].get(message, 0)
            message.statement_line_count = counts[LINE].get(message, 0)

    def action_statements(self):
        """The statements that this file brought."""
        return self._brought("connector_bank.statement_action")

    def action_statement_lines(self):
        """The lines that this file brought."""
        return self._brought("connector_bank.statement_line_action")

    def _brought(self, action):
        found = self.env["ir.actions.act_window"]._for_xml_id(action)
        return {**found, "domain": [("finance_message_id", "in", self.ids)], "context": {}}
