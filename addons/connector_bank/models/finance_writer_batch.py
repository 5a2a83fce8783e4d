from collections import Counter
from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.finance_connector_base import server

#: Days that a batch is remembered where the server does not say otherwise.
DAYS = 30
#: So many reasons are told in words; the others are one number.
TOLD = 4


class FinanceWriterBatch(models.Model):
    """How many lines or pairs of a batch were written at once, and how many were Odoo's, for which reason.

    Rows are only added, never changed: batches that run side by side do not wait for each other.
    """

    _name = "finance.writer.batch"
    _description = "Batch of quick writing"
    _order = "id desc"
    _rec_name = "journal_id"

    journal_id = fields.Many2one("account.journal", readonly=True, required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="journal_id.company_id", store=True, index=True)
    what = fields.Selection(
        [("lines", "Statement lines"), ("counterparts", "Counterparts"), ("reconciliation", "Reconciliations")],
        required=True, readonly=True,
    )
    number = fields.Integer(readonly=True)
    reason = fields.Char(readonly=True, string="Left to Odoo because", help="Empty: written at once.")

    @api.model
    def _add(self, what, numbers):
        """:param numbers: ``{(journal id, reason or None): number}``; without reason they were written at once"""
        return self.sudo().create(
            [
                {"what": what, "journal_id": journal, "reason": reason, "number": number}
                for (journal, reason), number in numbers.items() if number
            ]
        )  # fmt: skip

    @api.model
    def _last(self):
        """The last batch so far, for ``_words``."""
        return self.sudo().search([], limit=1).id or 0

    @api.model
    def _words(self, domain):
        """What was left to Odoo in these batches, and why; ``""`` where nothing was."""
        names = dict(self._fields["what"]._description_selection(self.env))
        totals, reasons = Counter(), {}
        for what, reason, number in self.sudo()._read_group(domain, ["what", "reason"], ["number:sum"]):
            totals[what] += number
            if reason:
                reasons.setdefault(what, Counter())[reason] += number
        return "; ".join(
            self.env._(
                "%(left)s of %(all)s %(what)s one by one (%(reasons)s)", left=sum(found.values()), all=totals[what],
                what=names[what].lower(), reasons=self._listed(found),
            )
            for what, found in reasons.items()
        )  # fmt: skip

    def _listed(self, reasons):
        told = [f"{number}: {reason}" for reason, number in reasons.most_common(TOLD)]
        others = sum(number for _reason, number in reasons.most_common()[TOLD:])
        return ", ".join([*told, self.env._("%s: other reasons", others)] if others else told)

    @api.autovacuum
    def _forget(self):
        days = float(server.option("bulk_batch_days", DAYS))
        old = self.sudo().search([("create_date", "<", fields.Datetime.now() - timedelta(days=days))], limit=10_000)
        old.unlink()
        return len(old), int(len(old) == 10_000)
