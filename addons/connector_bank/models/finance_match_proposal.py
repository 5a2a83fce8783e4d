from decimal import Decimal

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.canonical import sha256
from odoo.addons.finance_connector_base.core.money import plain

from ..matching.reasons import because
from ..matching.stored import Stored, StoredPart, StoredWriteOff

RULES = [
    ("end_to_end", "Our own payment"),
    ("reference", "Payment reference"),
    ("number", "Document number"),
    ("batch", "Batch booking"),
    ("payer_amount", "Payer and amount"),
    ("combination", "Several documents"),
    ("amount", "Amount alone"),
    ("return", "Return or reversal"),
    ("payout", "Payment provider"),
    ("settlement", "All that a payout settles"),
    ("arrival", "Payout arrived"),
    ("transfer", "Transfer between own accounts"),
    ("by_hand", "Chosen by hand"),
    ("intercompany", "Between companies"),
    ("rule", "Matching rule"),
    ("text", "Remembered text"),
]


class FinanceMatchProposal(models.Model):
    """One way to settle a statement line, with the reasons in words; a person accepts or rejects it."""

    _name = "finance.match.proposal"
    _description = "Match proposal"
    _order = "line_id, rank, id"
    _check_company_auto = True

    line_id = fields.Many2one(
        "account.bank.statement.line", required=True, index=True, readonly=True, ondelete="cascade",
        string="Statement line",
    )
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    journal_id = fields.Many2one(related="line_id.journal_id", store=True, index=True)
    date = fields.Date(related="line_id.date")
    payment_ref = fields.Char(related="line_id.payment_ref", string="Label")
    partner_name = fields.Char(related="line_id.partner_name", string="Counterparty")
    amount = fields.Monetary(related="line_id.amount", string="Line amount")
    currency_id = fields.Many2one(related="line_id.currency_id")
    part_ids = fields.One2many("finance.match.part", "proposal_id", readonly=True, string="Parts")
    documents = fields.Char(compute="_compute_documents")
    partner_id = fields.Many2one("res.partner", compute="_compute_documents")
    rule = fields.Selection(RULES, required=True, readonly=True)
    score = fields.Float(readonly=True, aggregator="avg")
    rank = fields.Integer(readonly=True, default=1, index=True, help="1 is the best proposal for its line.")
    alternatives = fields.Integer(
        compute="_compute_alternatives", string="Others", help="Other proposals for the line."
    )
    summary = fields.Char(compute="_compute_summary", string="Why", help="What speaks for it, and what to look at.")
    reasons = fields.Text(readonly=True, string="What speaks for it")
    doubts = fields.Text(readonly=True, string="What a person should look at")
    write_offs = fields.Json(readonly=True)
    difference = fields.Monetary(readonly=True, help="Booked as difference, fee or discount.")
    rest = fields.Monetary(readonly=True, help="Stays open on the line.")
    signature = fields.Char(readonly=True, index=True)
    automatic = fields.Boolean(readonly=True, help="Reconciled without a person.")
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("undone", "Undone"),
        ],
        default="proposed", required=True, readonly=True, index=True,
    )
    matched_on = fields.Datetime(readonly=True, help="What is said of other documents is as of then.")
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    taken_together = fields.Char(
        readonly=True, copy=False, index="btree_not_null",
        help="The same for proposals that one person accepted in one go.",
    )

    @api.depends("part_ids.item_id")
    def _compute_documents(self):
        for proposal in self:
            items = proposal.part_ids.item_id
            proposal.documents = ", ".join(move.name or "/" for move in items.move_id)
            proposal.partner_id = items.partner_id[:1]

    @api.depends("reasons", "doubts")
    def _compute_summary(self):
        for proposal in self:
            words = (proposal.doubts or proposal.reasons or "").splitlines()
            proposal.summary = "; ".join(words[:2])

    def _compute_alternatives(self):
        counts = dict(
            self._read_group(
                [("line_id", "in", self.line_id.ids), ("state", "=", "proposed")], ["line_id"], ["__count"]
            )
        )
        for proposal in self:
            proposal.alternatives = max(counts.get(proposal.line_id, 1) - 1, 0)

    @api.depends("documents", "rule")
    def _compute_display_name(self):
        for proposal in self:
            proposal.display_name = proposal.documents or dict(RULES)[proposal.rule]

    @api.model
    def _signature(self, proposal):
        """What makes a proposal the same again: its line, documents and amounts."""
        parts = sorted((part.item_id, plain(part.amount)) for part in proposal.parts)
        rules = [off.rule_id for off in proposal.write_offs if off.rule_id]
        return sha256([proposal.line_id, parts, *rules])[:32]

    @api.model
    def _values(self, proposal, state="proposed", automatic=False, rank=1):
        """Values of a row for a proposal of the matching engine."""
        decided = {"decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()} if state == "accepted" else {}
        return {
            "line_id": proposal.line_id,
            "rule": proposal.rule,
            "score": proposal.score,
            "rank": rank,
            "reasons": "\n".join(reason.words for reason in proposal.reasons),
            "doubts": "\n".join(reason.words for reason in proposal.doubts),
            "write_offs": [
                {"kind": off.kind, "amount": plain(off.amount), "label": off.label}
                | ({"account_id": off.account_id, "rule_id": off.rule_id} if off.account_id else {})
                for off in proposal.write_offs
            ],
            "difference": float(sum((off.amount for off in proposal.write_offs), Decimal(0))),
            "rest": float(proposal.rest),
            "signature": self._signature(proposal),
            "matched_on": fields.Datetime.now(),
            "state": state,
            "automatic": automatic,
            "part_ids": [
                fields.Command.create(
                    {
                        "item_id": part.item_id,
                        "amount": plain(part.amount),
                        "item_amount": plain(part.item_amount),
                    }
                )
                for part in proposal.parts
            ],
            **decided,
        }

    @api.model
    def _keep_by_hand(self, stored):
        """Record what a person chose, as an accepted proposal: it counts, can be undone and teaches."""
        return self.create(
            {
                "line_id": stored.line_id,
                "rule": "by_hand",
                "score": 1.0,
                "reasons": _("Chosen by hand"),
                "write_offs": [{**off._asdict(), "amount": plain(off.amount)} for off in stored.write_offs],
                "difference": float(sum((off.amount for off in stored.write_offs), Decimal(0))),
                "rest": float(stored.rest),
                "signature": self._signature(stored),
                "state": "accepted",
                "part_ids": [
                    fields.Command.create(
                        {"item_id": p.item_id, "amount": plain(p.amount), "item_amount": plain(p.item_amount)}
                    )
                    for p in stored.parts
                ],
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )

    def _propose_again(self):
        """What was rejected or undone stands before the person again, as the first proposal of its line.

        The undone one stays as it is: it keeps the line from being reconciled without a person.
        """
        for proposal in self.sudo():
            others = proposal.line_id.finance_proposal_ids.filtered(lambda p: p.state == "proposed").sorted("rank")
            open_again = {"state": "proposed", "rank": 1, "decided_by_id": False, "decided_on": False}
            if proposal.state == "undone":
                words = [*(proposal.doubts or "").splitlines(), because("undone").words]
                parts = [part.copy_data({"proposal_id": False})[0] for part in proposal.part_ids]
                stored, currency = proposal._stored(), proposal.line_id.finance_open_currency_id
                settled = sum((one.amount for one in (*stored.parts, *stored.write_offs)), Decimal(0))
                proposal.copy(
                    {
                        **open_again,
                        "automatic": False,
                        "matched_on": proposal.matched_on or proposal.create_date,
                        # of a line settled in several steps all of it is open again
                        "rest": currency.round(proposal.line_id.finance_open_amount - float(settled)),
                        "doubts": "\n".join(dict.fromkeys(words)),
                        "part_ids": [fields.Command.create(part) for part in parts],
                    }
                )
            else:
                proposal.write(open_again)
            for rank, other in enumerate(others - proposal, start=2):
                other.rank = rank

    def _stored(self):
        """The proposal as plain values, for ``finance.settle``."""
        self.ensure_one()
        return Stored(
            self.line_id.id,
            tuple(
                StoredPart(part.item_id.id, Decimal(part.amount), Decimal(part.item_amount)) for part in self.part_ids
            ),
            tuple(
                StoredWriteOff(
                    off["kind"], Decimal(off["amount"]), off["label"], off.get("account_id"), off.get("rule_id")
                )
                for off in self.write_offs or ()
            ),
            Decimal(str(self.rest)),
        )

    def action_accept(self):
        """Reconcile the lines as proposed; other proposals of the lines and for the same documents go."""
        self.check_access("write")
        for proposals in self._rounds():
            if proposals.exists() != proposals or set(proposals.mapped("state")) != {"proposed"}:
                raise UserError(_("This proposal was decided already."))
            stored = [proposal._stored() for proposal in proposals]
            settle = self.env["finance.settle"].with_company(proposals.company_id)
            if any(settle._accounts(each) is None for each in stored):
                raise UserError(
                    _("Set the account for differences in the settings first, or reconcile the line by hand.")
                )
            settle._apply(stored)
            proposals.sudo().write(
                {"state": "accepted", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()}
            )
            proposals._drop_obsolete()
            settle._solve_refused(proposals.line_id.ids)

    def _rounds(self):
        """Proposals that may be written together: of one company, no line and no document twice.

        What is left of a document is looked at before a round is written, so two for one document follow each other.
        """
        for left in self.grouped("company_id").values():
            while left:
                taken, now = set(), []
                for proposal in left:
                    own = {proposal.line_id, *proposal.part_ids.item_id}
                    if not own & taken:
                        taken |= own
                        now.append(proposal.id)
                yield self.browse(now)
                left -= self.browse(now)

    def _drop_obsolete(self):
        """Proposals that cannot be accepted any more because this one was."""
        settled = self.part_ids.item_id.filtered("reconciled")
        self.sudo().search(
            [
                ("state", "=", "proposed"),
                "|", ("line_id", "in", self.line_id.ids), ("part_ids.item_id", "in", settled.ids),
            ]
        ).unlink()

    def action_reject(self):
        """Remember that this is wrong; it is not proposed again for this line."""
        self.check_access("write")
        self.filtered(lambda p: p.state == "proposed").sudo().write(
            {"state": "rejected", "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()}
        )
        for _line, others in self.line_id.finance_proposal_ids.sudo().grouped("line_id").items():
            for rank, proposal in enumerate(others.filtered(lambda p: p.state == "proposed").sorted("rank"), start=1):
                proposal.rank = rank

    def action_undo(self):
        """Undo what was reconciled here; the line is open again."""
        self.check_access("write")
        for proposal in self.filtered(lambda p: p.state == "accepted"):
            proposal.line_id.action_finance_undo()

    def action_open_line(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.bank.statement.line",
            "res_id": self.line_id.id,
            "views": [(self.env.ref("connector_bank.statement_line_view_form").id, "form")],
        }
