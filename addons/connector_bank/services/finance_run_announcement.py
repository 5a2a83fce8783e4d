from odoo import api, fields, models
from odoo.exceptions import UserError


class FinanceRunAnnouncement(models.AbstractModel):
    """Debtors are told in time what will be collected, when, and by which mandate."""

    _name = "finance.run.announcement"
    _description = "Announcement of direct debits"

    @api.model
    def _announce(self, run):
        """Mail each debtor who has an address; ``(announced, without address)``."""
        template = self.env.ref("connector_bank.mail_direct_debit_notice")
        todo = run.line_ids.filtered(lambda line: line.decision == "pay" and not line.notified_on and line.group_id)
        mailed = todo.filtered("partner_id.email")
        for line in mailed:
            template.send_mail(line.id, email_layout_xmlid="mail.mail_notification_light")
        self._announced(run, mailed)
        return len(mailed), len(todo - mailed)

    @api.model
    def _announced(self, run, lines):
        lines.sudo().write({"notified_on": fields.Date.context_today(run)})
        self.env["finance.run.warnings"]._mark(run)


class FinancePaymentRun(models.Model):
    _inherit = "finance.payment.run"

    def action_announce(self):
        """Mail the announcements; who has no address gets a letter (Print)."""
        for run in self:
            run.check_access("write")
            if run.kind != "debit":
                raise UserError(self.env._("Only direct debits are announced."))
            mailed, others = self.env["finance.run.announcement"]._announce(run)
            run.message_post(
                body=self.env._(
                    "%(mailed)s debtors were told by mail; %(others)s have no address: print their letters.",
                    mailed=mailed, others=others,
                )
            )  # fmt: skip


class FinancePaymentRunLine(models.Model):
    _inherit = "finance.payment.run.line"

    def action_announced(self):
        """Letters were sent by hand."""
        self.check_access("write")
        for run, lines in self.filtered(lambda line: line.run_kind == "debit").grouped("run_id").items():
            self.env["finance.run.announcement"]._announced(run, lines)
