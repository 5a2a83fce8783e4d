import json
import re

from odoo import api, fields, models

from ..answers.codes import CAUSES, STATUSES
from ..answers.standing import LEVELS, Standing
from ..matching.candidates import account_key

_WORD = re.compile(r"[\w/+-]+")
WAY = [
    ("initiated", "Initiated"),
    ("acknowledged", "Acknowledged"),
    ("reconciled", "Reconciled"),
    ("rejected", "Rejected"),
    ("reversed", "Reversed"),
]


class AccountPayment(models.Model):
    """Where a payment is on its way, by what was answered and by what the statement shows."""

    _inherit = "account.payment"

    finance_end_to_end = fields.Char(
        "End-to-end id", copy=False, readonly=True, index="btree_not_null",
        help="The id of ours that every bank on the way hands on. Empty: the payment's number or reference.",
    )
    finance_order_ref = fields.Char(
        "Order", copy=False, readonly=True, index="btree_not_null", help="The message it was handed over with."
    )
    finance_batch_ref = fields.Char("Batch of the order", copy=False, readonly=True)
    finance_told_state = fields.Selection(WAY, "Told", copy=False, readonly=True)
    finance_told_code = fields.Char("Status code", copy=False, readonly=True)
    finance_told_level = fields.Selection(
        [(level, level.capitalize()) for level in LEVELS], "Answered by", copy=False, readonly=True
    )
    finance_told_reasons = fields.Char("Reason codes", copy=False, readonly=True)
    finance_decide = fields.Char("To be decided", copy=False, readonly=True)
    finance_way = fields.Selection(WAY, "Way", compute="_compute_finance_way", store=True)
    finance_told_text = fields.Char("What the bank said", compute="_compute_finance_told_text")
    finance_answer_ids = fields.One2many(
        "finance.payment.answer", "payment_id", readonly=True, groups="finance_connector_base.group_user"
    )

    @api.depends("finance_told_state", "is_matched", "state")
    def _compute_finance_way(self):
        """Only a statement line that is reconciled with the payment proves that money moved."""
        for payment in self:
            told = payment.finance_told_state
            if payment.is_matched and told != "reversed":
                payment.finance_way = "reconciled"
            else:
                payment.finance_way = told or ("initiated" if payment.state in ("in_process", "paid") else False)

    @api.depends("finance_told_code", "finance_told_reasons", "finance_told_state")
    def _compute_finance_told_text(self):
        for payment in self:
            status = STATUSES.get(payment.finance_told_code)
            words = [status.words if status else payment.finance_told_code or ""]
            if payment.finance_told_state == "reversed" and payment.finance_told_reasons:
                words = []  # what was said before the money came back says nothing any more
            for code in (payment.finance_told_reasons or "").split():
                cause = CAUSES.get(code)
                words.append(f"{code}: {cause.words}" if cause else code)
            payment.finance_told_text = " · ".join(filter(None, words)) or False

    def _finance_standing(self):
        self.ensure_one()
        state = "reconciled" if self.is_matched else self.finance_told_state or "initiated"
        return Standing(
            state,
            self.finance_told_code or None,
            self.finance_told_level or None,
            tuple((self.finance_told_reasons or "").split()),
            self.finance_decide or None,
        )

    def _finance_tell(self, standing):
        """Keep what is known now."""
        self.sudo().write(
            {
                "finance_told_state": standing.state,
                "finance_told_code": standing.code,
                "finance_told_level": standing.level,
                "finance_told_reasons": " ".join(standing.reasons) or False,
                "finance_decide": standing.decide,
            }
        )

    def _finance_keys(self):
        """By what an answer may know the payment."""
        self.ensure_one()
        ids = (self.finance_end_to_end, self.name, self.payment_reference)
        return {account_key(one) for one in ids if one}

    def _finance_is_named(self, lines):
        """Whether these statement lines carry an id that we gave it: its own, or that of its batch or file."""
        self.ensure_one()
        given = (self._finance_own_id(), self.finance_batch_ref, self.finance_order_ref)
        ids = {account_key(one) for one in given if one}
        for line in lines:
            texts = [line.payment_ref or "", json.dumps(line.transaction_details or {}, ensure_ascii=False)]
            if any(account_key(word) in ids for text in texts for word in _WORD.findall(text)):
                return True
        return False

    @api.model
    def _finance_answered(self, company, ids, orders):
        """Payments of the company that such ids or orders are about, in one query."""
        domain = [
            ("company_id", "child_of", company.id),
            "|", "|", "|",
            ("finance_end_to_end", "in", ids),
            ("name", "in", ids),
            ("payment_reference", "in", ids),
            ("finance_order_ref", "in", orders),
        ]  # fmt: skip
        return self.sudo().search(domain)
