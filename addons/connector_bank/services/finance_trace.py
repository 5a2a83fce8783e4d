from odoo import models

#: Of the payments of an order, and of what was answered, so many are followed.
MOST = 20


class FinanceTrace(models.AbstractModel):
    """The way of a payment through order, file, answers, decisions and statement."""

    _inherit = "finance.trace"

    def _near(self, records, first):
        yield from super()._near(records, first)
        name = records._name
        if name == "account.payment":
            yield records.finance_order_id
            yield records.finance_answer_ids[:MOST]
            about = [("payment_ids", "in", records.ids)]
            yield self.env["finance.payment.cancellation"].search(about, limit=MOST)
            yield self.env["finance.payee.check"].search([("payment_id", "in", records.ids)], limit=MOST)
            if first:
                yield records.invoice_ids[:MOST]
        elif name == "finance.payment.order":
            yield records.run_id
            if first:
                yield records.payment_ids[:MOST]
        elif name == "finance.payment.run" and first:
            yield records.order_ids[:MOST]

    def _stage(self, record):
        own = {"finance.payment.run": "payment", "finance.payment.order": "payment",
               "finance.payment.cancellation": "payment", "finance.payment.answer": "message",
               "finance.payee.check": "case"}  # fmt: skip
        return own.get(record._name) or super()._stage(record)

    def _made_step(self, record):
        """An answer is told by what it says, at the time the bank says."""
        step = super()._made_step(record)
        if record._name == "finance.payment.answer":
            words = record.words or record.status or self.env._("Answer")
            mood = "bad" if record.status in ("RJCT", "CANC", "BLCK", "RJCR") else "good"
            if record.note in ("late", "repeated", "mixed"):
                mood = "plain"
            told = dict(record._fields["note"]._description_selection(self.env)).get(record.note)
            step |= {"on": str(record.told_on), "title": words, "mood": mood, "by": self.env._("Bank"),
                     "text": f"{record.status or ''} · {record.payment_id.name} · {told}"}  # fmt: skip
        elif record._name == "finance.payment.order":
            step["title"] = self.env._("Put into a payment order")
        elif record._name == "finance.payment.run":
            step["title"] = self.env._("Proposed in a payment run")
        return step
