import base64

from odoo import api, fields, models

#: Cases a person may settle by saying that the lines are new.
FORCEABLE = ("statement.doubtful", "statement.conflict", "channel.differs", "channel.corrected")
#: Cases of tables that a profile of their own would read.
WITHOUT_PROFILE = ("profile.unknown", "profile.number_form", "profile.status", "profile.header")


class FinanceException(models.Model):
    _inherit = "finance.exception"

    can_force_import = fields.Boolean(compute="_compute_can_force_import")
    can_choose_journal = fields.Boolean(compute="_compute_can_force_import")
    can_make_profile = fields.Boolean(compute="_compute_can_force_import")

    def _compute_can_force_import(self):
        for case in self:
            waits = case.state == "open" and bool(case.message_id)
            case.can_force_import = waits and case.code in FORCEABLE
            case.can_choose_journal = waits and case.code == "payout.account_unknown"
            case.can_make_profile = waits and case.code in WITHOUT_PROFILE

    def action_make_profile(self):
        """The wizard, with a profile proposed from the file of this case."""
        self.ensure_one()
        self.check_access("write")
        message = self.message_id
        maker = self.env["finance.statement.profile.make"].create(
            {
                "company_id": message.company_id.id,
                "sample": base64.b64encode(message._raw()),
                "sample_name": message.name,
            }
        )
        return maker.action_propose()

    def action_choose_journal(self):
        """Ask which journals the accounts in the file of this case belong to."""
        self.ensure_one()
        self.check_access("write")
        question = self.env["finance.account.key.choose"]._of_message(self.message_id)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Choose journals"),
            "res_model": question._name,
            "res_id": question.id,
            "view_mode": "form",
            "target": "new",
        }

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
            "statement.late": "_still_late",
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
            "payout.account_unknown": ("finance.account.key",),
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

    def _still_late(self):
        """The first day without statement ends the place of the case; another case tells of the next."""
        journals = self.env["account.journal"].sudo().browse(self.mapped("res_id")).exists()
        late = self.env["finance.continuity"].sudo()._late(journals)
        days = {journal.id: str(proof.late_since) for journal, proof in late.items()}
        return self.filtered(lambda case: case.res_id in days and case.place.endswith(days[case.res_id]))

    def _still_unreconciled(self):
        lines = self.env["account.bank.statement.line"].sudo().browse(self.mapped("res_id")).exists()
        waiting = set(lines.filtered(lambda line: not line.is_reconciled)._ids)
        return self.filtered(lambda case: case.res_id in waiting)
