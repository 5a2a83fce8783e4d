from collections import defaultdict
from itertools import count

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.finance_connector_base import server

#: rule of a proposal → the service that finds and books it, in the order they are asked.
FINDERS = {
    "return": "finance.return",
    "payout": "finance.payout",
    "settlement": "finance.payout.settlement",
    "arrival": "finance.payout.arrival",
    "transfer": "finance.own.transfer",
    "intercompany": "finance.intercompany",
    "rule": "finance.line.rule",
    "text": "finance.known.text",
}
#: Those that are asked only about lines without any proposal.
LAST = ("intercompany", "rule", "text")


class FinanceFollowup(models.AbstractModel):
    """What is looked for on lines that no invoice settled; each finder answers with decisions.

    A finder has ``_find(lines)`` (decisions, ``{line id: words why nothing}``), ``_apply(proposal)`` and
    ``_undone(proposal)``.
    """

    _name = "finance.followup"
    _description = "Matching beside invoices"

    @api.model
    def _run(self, lines, shown, why_not):
        """Book what is sure of ``lines``, propose the rest.

        :param shown: ids of lines that have proposals already; only what is certain comes before these
        :param why_not: ``{line id: [words]}``, extended here
        :return: ids of lines booked, ids of lines with a new proposal
        """
        booked, proposed = set(), set()
        refused = self._refused(lines)
        for rule, name in FINDERS.items():
            done = booked | proposed | (shown if rule in LAST else set())
            waiting = lines.filtered(lambda line, done=done: line.id not in done and not line.is_reconciled)
            decisions, words = self.env[name]._find(waiting)
            decisions = [each for each in decisions if self._signature(each) not in refused[each.line_id]]
            undone = {line for line, signatures in refused.items() if "undone" in signatures}
            rows = self._store(decisions)
            booked |= self._book_many(name, decisions, rows, undone)
            for decision, proposal in zip(decisions, rows, strict=True):
                if proposal.exists().state == "accepted":
                    continue
                if decision.line_id in booked:
                    proposal.exists().unlink()
                elif decision.sure and decision.line_id not in undone and self._book(proposal):
                    booked.add(decision.line_id)
                    booked |= set(proposal.other_line_id.filtered("is_reconciled").ids)
            proposed |= {each.line_id for each in decisions} - booked
            for line_id, more in words.items():
                why_not[line_id] = [*more, *why_not.get(line_id, ())]  # what is nearly done first
        return booked, proposed

    def _refused(self, lines):
        found = defaultdict(set)
        for old in self.env["finance.match.proposal"].search(
            [("line_id", "in", lines.ids), ("state", "in", ("rejected", "undone"))]
        ):
            found[old.line_id.id].add("undone" if old.state == "undone" else old.signature)
        return found

    def _signature(self, decision):
        return self.env["finance.match.proposal"]._signature_of_plan(
            decision.line_id, decision.rule, decision.other_line_id, decision.plan
        )

    def _store(self, decisions):
        ranks = defaultdict(lambda: count(1))
        return self.env["finance.match.proposal"].sudo().create(
            [
                {
                    "line_id": each.line_id,
                    "rule": each.rule,
                    "score": each.score,
                    "rank": next(ranks[each.line_id]),
                    "reasons": "\n".join(each.reasons),
                    "doubts": "\n".join(each.doubts),
                    "other_line_id": each.other_line_id,
                    "plan": each.plan,
                    "signature": self._signature(each),
                }
                for each in decisions
            ]
        )

    def _book_many(self, finder, decisions, proposals, undone):
        """Ids of the lines whose sure decision the finder books at once; what is left goes one by one."""
        sure = [
            proposal.id for decision, proposal in zip(decisions, proposals, strict=True)
            if decision.sure and decision.line_id not in undone
        ]  # fmt: skip
        if not hasattr(self.env[finder], "_apply_many") or len(sure) < int(server.option("bulk_pairs", 40)):
            return set()
        try:
            with self.env.cr.savepoint():
                done = self.env[finder]._apply_many(proposals.browse(sure))
                self._accepted(done, automatic=True)
                self.env.flush_all()
        except UserError:  # one by one it is said which
            return set()
        return set(done.line_id.ids)

    def _book(self, proposal):
        """Book one decision without a person; ``False``, with a case, where Odoo refuses."""
        try:
            with self.env.cr.savepoint():
                self._accept(proposal, automatic=True)
                self.env.flush_all()
        except psycopg2.OperationalError:  # another transaction was faster: the queue runs us again
            raise
        except UserError as error:
            self.env["finance.settle"]._refused(proposal._stored(), error)
            return False
        return True

    @api.model
    def _accept(self, proposal, *, automatic=False):
        """Put a proposal of a finder into the ledger."""
        line = self.env["account.bank.statement.line"].browse(proposal.line_id.id)
        if line.is_reconciled:
            raise UserError(self.env._("This line is reconciled already."))
        self.env[FINDERS[proposal.rule]]._apply(proposal)
        self._accepted(proposal, automatic=automatic)

    def _accepted(self, proposals, *, automatic):
        """What follows where proposals are in the ledger."""
        proposals.sudo().write(
            {
                "state": "accepted",
                "automatic": automatic,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )
        proposals._drop_obsolete()
        done = proposals.line_id | proposals.other_line_id.filtered("is_reconciled")
        self.env["finance.settle"]._solve_refused(done.ids)
        for proposal in proposals:
            self.env["finance.audit"]._note("reconciliation.made", proposal.line_id, {"rule": proposal.rule})

    @api.model
    def _replace_whole(self, line, account, partner):
        """Book what is open of ``line`` to ``account``; a line that has another partner keeps it."""
        suspense = line._seek_for_lines()[1]
        values = {
            "account_id": account.id,
            "partner_id": partner.id,
            "name": line.payment_ref,
            "currency_id": suspense.currency_id.id,
            "balance": sum(suspense.mapped("balance")),
            "amount_currency": sum(suspense.mapped("amount_currency")),
        }
        return self._replace_suspense(line, [values])

    @api.model
    def _replace_suspense(self, line, counterparts, partner=None):
        """Give ``line`` these counterparts instead of its suspense; their journal items, in their order.

        The suspense item itself becomes the first: Odoo needs half the time for that. Where taxes are concerned it is
        replaced, for Odoo works out taxes of new items from what they are given.
        """
        _liquidity, suspense, other = line._seek_for_lines()
        if other or not suspense:
            raise UserError(self.env._("A part of this line is reconciled already: decide by hand."))
        taxed = any(name.startswith("tax_") for values in counterparts for name in values)
        became = suspense[:0] if taxed else suspense[:1]
        commands = [Command.update(item.id, values) for item, values in zip(became, counterparts, strict=False)]
        commands += [Command.create(values) for values in counterparts[len(became) :]]
        commands += [Command.delete(item.id) for item in suspense - became]
        return became + self.env["finance.counterpart.writer"]._change_entry(line, commands, partner)
