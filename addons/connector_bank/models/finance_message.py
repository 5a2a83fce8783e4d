from odoo import api, fields, models
from odoo.exceptions import UserError

STATEMENT, LINE = "account.bank.statement", "account.bank.statement.line"


class FinanceMessage(models.Model):
    """From a bank's file to what it brought."""

    _inherit = "finance.message"

    statement_count = fields.Integer(compute="_compute_statement_counts", string="Statements")
    statement_line_count = fields.Integer(compute="_compute_statement_counts", string="Statement lines")

    long_import_ids = fields.One2many("finance.long.import", "message_id", readonly=True)
    coming_words = fields.Char(compute="_compute_coming", string="How far")
    coming_percent = fields.Float(compute="_compute_coming", string="Lines that are in")
    coming_stopped = fields.Boolean(compute="_compute_coming")

    @api.depends("long_import_ids.piece_ids.done", "long_import_ids.stop_user_id")
    def _compute_coming(self):
        for message in self:
            coming = message.sudo().long_import_ids
            message.coming_words = coming._words() if coming else False
            message.coming_percent = 100 * coming._progress()[0] / coming.total if coming.total else 0
            message.coming_stopped = bool(coming.stop_user_id)

    def action_stop_import(self):
        """No further piece is begun; the one under way still comes in. Nobody waits for it."""
        self.check_access("write")
        self.sudo().long_import_ids.stop_user_id = self.env.user

    def action_resume_import(self):
        """Go on where it was."""
        self.check_access("write")
        not_yet_held = self.filtered(lambda message: not message.hold)
        self._release(self.env._("The import goes on."))
        not_yet_held._enqueue()

    def _release(self, reason):
        """Whoever releases a file that was stopped resumes it."""
        self.sudo().long_import_ids.stop_user_id = False
        return super()._release(reason)

    def action_refresh(self):
        """Show how far it is."""

    def action_cancel(self):
        """A file that is half in is not given up: its lines would stand for a statement that nobody can prove."""
        half_in = self.env[STATEMENT].sudo().search(
            [("finance_message_id", "in", self.ids), ("finance_coming", "=", True)], limit=1
        )
        if half_in:
            raise UserError(
                self.env._(
                    "Some lines of %s are in already. Resume it, or delete its statement with its lines first.",
                    half_in.finance_message_id.name,
                )
            )
        result = super().action_cancel()
        given_up = self.sudo().long_import_ids
        for message in given_up.message_id:
            self.env["finance.long.statement"]._let_in(message)
        given_up.unlink()
        return result

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
