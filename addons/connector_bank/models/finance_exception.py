from odoo import api, fields, models

#: Cases a person may settle by saying that the lines are new.
FORCEABLE = ("statement.doubtful", "statement.conflict")


class FinanceException(models.Model):
    _inherit = "finance.exception"

    can_force_import = fields.Boolean(compute="_compute_can_force_import")

    def _compute_can_force_import(self):
        for case in self:
            case.can_force_import = case.state == "open" and case.code in FORCEABLE and bool(case.message_id)

    def action_force_import(self):
        """A person looked: the lines of this statement are new. Import them too; what is there stays."""
        self.check_access("write")
        for case in self.filtered("can_force_import"):
            message = case.message_id
            options = message.options or {}
            message.sudo().options = {**options, "force": sorted({*options.get("force", ()), case.place})}
            message.action_process_now()

    @api.model
    def _cause_checks(self):
        return {
            **super()._cause_checks(),
            "match.failed": "_still_unreconciled",
            "statement.gap": "_still_a_gap",
        }

    @api.model
    def _cause_changes(self):
        accounts = ("account.journal", "res.partner.bank")
        return {
            **super()._cause_changes(),
            "statement.account_unknown": accounts,
            "statement.account_ambiguous": accounts,
            "statement.account_mismatch": accounts,
            "statement.currency_mismatch": accounts,
            "statement.precision": ("res.currency",),
            "statement.locked": ("res.company", "account.lock_exception"),
        }

    def _still_a_gap(self):
        """A statement that was deleted or corrected by hand closes a gap, too."""
        statements = self.env["account.bank.statement"].sudo().browse(self.mapped("res_id")).exists()
        writer, holes = self.env["finance.statement.writer"].sudo(), set()
        for journal in statements.journal_id:
            holes |= {after.id for _before, after in writer._holes(journal)}
        return self.filtered(lambda case: case.res_id in holes)

    def _still_unreconciled(self):
        lines = self.env["account.bank.statement.line"].sudo().browse(self.mapped("res_id")).exists()
        waiting = set(lines.filtered(lambda line: not line.is_reconciled)._ids)
        return self.filtered(lambda case: case.res_id in waiting)
