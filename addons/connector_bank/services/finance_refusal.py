from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..answers import CAUSES, DOUBLES, STATUSES, ItemAnswer


class FinanceRefusal(models.AbstractModel):
    """A payment that the bank refused for good is cancelled, where its journal wants that, and its bill is open again.

    For good: the bank says so of this very payment, never announced it, and no statement speaks of it. Whatever
    leaves a doubt stays with people.
    """

    _name = "finance.refusal"
    _description = "Refused payment"

    @api.model
    def _close(self, payment, answer, why):
        """Cancel the payment by Odoo's own way and tell its documents.

        :param why: the reason in words
        :return: what was done, or why it was not, in words; ``None`` where people do it
        """
        payment = payment.sudo()
        if not payment.journal_id.finance_cancel_refused or not self._is_for_good(payment, answer):
            return None
        documents = payment.reconciled_invoice_ids | payment.reconciled_bill_ids | payment.invoice_ids
        try:
            with self.env.cr.savepoint():
                payment.action_cancel()
        except UserError as error:  # a locked period, an entry that may not change
            return self.env._("It could not be cancelled: %s", error)
        words = self.env._("Open again: the bank refused the payment %(name)s. %(why)s", name=payment.name, why=why)
        for document in documents:
            document.message_post(body=words)
            person = document.invoice_user_id or payment.finance_order_id.flow_id.owner_id
            document.activity_schedule(
                "mail.mail_activity_data_todo", user_id=(person or self.env.user).id,
                summary=self.env._("Refused by the bank: put the reason right and pay anew"),
            )  # fmt: skip
        named = ", ".join(documents.mapped("name"))
        return self.env._("The payment was cancelled; open again: %s", named or self.env._("no document"))

    def _is_for_good(self, payment, answer):
        codes = {reason.code for reason in answer.reasons}
        if not isinstance(answer, ItemAnswer) or STATUSES[answer.status].means != "rejected" or codes & DOUBLES:
            return False
        returned = any(code in CAUSES and CAUSES[code].list == "nacha_return" for code in codes)
        if returned and payment.finance_order_id.executed_on <= fields.Date.today():
            return False  # the whole batch was debited; the return is a line of the statement
        if payment.state not in ("in_process", "paid") or payment.is_matched or payment.reconciled_statement_line_ids:
            return False
        told = payment.finance_answer_ids.mapped("status")
        return not any(
            code in STATUSES and STATUSES[code].means == "announced" for code in told
        ) and not self._on_statements(payment)

    def _on_statements(self, payment):
        """Whether a line of its bank that nobody matched carries an id of the payment."""
        lines = self.env["account.bank.statement.line"].sudo()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id FROM account_bank_statement_line s JOIN account_move m ON m.id = s.move_id
                 WHERE s.journal_id = %(journal)s AND m.date >= %(since)s
                   AND (position(upper(%(id)s) IN upper(s.transaction_details::text)) > 0
                        OR position(upper(%(id)s) IN upper(s.payment_ref)) > 0)
                """,
                journal=payment.journal_id.id,
                since=min(payment.date, payment.create_date.date()),
                id=payment._finance_own_id(),
            )
        )
        return payment._finance_is_named(lines.browse([row[0] for row in rows]))
