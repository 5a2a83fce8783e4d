import uuid
from decimal import Decimal

import psycopg2
from markupsafe import Markup

from odoo import Command, api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..matching.stored import Stored, StoredPart, StoredWriteOff
from .finance_desk import LINE, PROPOSAL

READ_AHEAD = 2  # the line that is shown next, and the one after it


class FinanceDesk(models.AbstractModel):
    """What a person decides at the desk. Every decision looks first whether the line is still as it was seen."""

    _inherit = "finance.desk"

    # the line and the proposal, as they are now

    def _open_line(self, line_id):
        """The line, readable and still open; otherwise an error that says what happened to it meanwhile."""
        line = self.env[LINE].browse(line_id).exists()
        if not line:
            raise UserError(self.env._("This line no longer exists. Reload the list."))
        line.check_access("read")
        if line.is_reconciled:
            who = line.finance_proposal_ids.filtered(lambda p: p.state == "accepted")[-1:].decided_by_id
            if who and who != self.env.user:
                raise UserError(self.env._("%s reconciled this line meanwhile.", who.name))
            raise UserError(self.env._("This line was reconciled meanwhile."))
        if line.statement_id.finance_coming:
            raise UserError(self.env._("The file of this line is still being imported. Decide once it is in."))
        return line

    def _line_to_decide(self, line_id):
        self._check_operator()
        line = self._open_line(line_id)
        line.check_access("write")
        if not line.try_lock_for_update():
            raise UserError(self.env._("A colleague or a job works on this line right now. Try again in a moment."))
        return line

    def _proposal_of(self, line, proposal_id):
        proposal = self.env[PROPOSAL].browse(proposal_id).exists()
        if proposal.line_id != line or proposal.state != "proposed":
            raise UserError(
                self.env._("This proposal no longer stands; the line was matched again meanwhile. Look at it anew.")
            )
        return proposal

    def _rivals(self, lines, items):
        """Ids of other lines with proposals for these items: what was shown of them may not be true any more."""
        domain = [("state", "=", "proposed"), ("part_ids.item_id", "in", items.ids), ("line_id", "not in", lines.ids)]
        return self.env[PROPOSAL].search(domain).line_id.ids

    def _answer(self, line, next_ids=(), words=None):
        """What changed for the line, and the next ones ready to show."""
        details = self.read_lines([line.id, *next_ids[:READ_AHEAD]])
        return {"line_id": line.id, "open": line.id in details, "details": details, "words": words or ""}

    # proposals

    @api.model
    def accept(self, line_id, proposal_id, next_ids=()):
        """Accept a proposal; the answer brings the next lines as they are now, so that nobody waits for them."""
        line = self._line_to_decide(line_id)
        proposal = self._proposal_of(line, proposal_id)
        words = self.env._("Accepted: %(what)s with %(documents)s",
                           what=_spoken(line), documents=proposal.documents or "")
        rivals = self._rivals(line, proposal.part_ids.item_id)
        proposal.action_accept()
        return {**self._answer(line, next_ids, words), "changed": rivals}

    @api.model
    def accept_many(self, choices):
        """Accept ``[[line id, proposal id], …]``; each stands for itself, what is refused says why.

        :return: ``{"done": line ids, "refused": [{"line_id", "words"}], "changed": ids of other lines}``
        """
        self._check_operator()
        most = self.env.company.finance_desk_batch
        if len(choices) > most:
            raise UserError(self.env._("At most %s lines are accepted at once.", most))
        chosen, refused = {}, []
        for line_id, proposal_id in choices:
            try:
                chosen[line_id] = self._proposal_of(self._line_to_decide(line_id), proposal_id)
            except (AccessError, UserError) as error:
                refused.append(self._refusal(line_id, error))
        items = self.env[PROPOSAL].concat(*chosen.values()).part_ids.item_id
        rivals = self._rivals(self.env[LINE].browse(chosen), items)
        done = self._accept_together(chosen, refused)
        accepted = self.env[PROPOSAL].concat(*(chosen[line_id] for line_id in done))
        accepted.sudo().taken_together = uuid.uuid4().hex
        return {"done": done, "refused": refused, "changed": rivals}

    def _accept_together(self, chosen, refused):
        """Ids of the lines that are done: all in one go, or where Odoo refuses one, each by itself.

        :param chosen: ``{line id: proposal}``; a proposal may have gone with one that was accepted before it
        """
        try:
            with self.env.cr.savepoint():
                for line_id, proposal in chosen.items():
                    self._proposal_of(self.env[LINE].browse(line_id), proposal.id)
                self.env[PROPOSAL].concat(*chosen.values()).action_accept()
            return list(chosen)
        except psycopg2.OperationalError:  # another transaction was faster: Odoo runs the whole call again
            raise
        except (AccessError, UserError) as error:
            if len(chosen) == 1:
                refused.append(self._refusal(*chosen, error))
                return []
        return [done for one in chosen.items() for done in self._accept_together(dict([one]), refused)]

    def _refusal(self, line_id, error):
        line = self.env[LINE].browse(line_id).exists()
        return {"line_id": line_id, "words": f"{_spoken(line)}: {error}" if line else str(error)}

    @api.model
    def reject(self, line_id, proposal_id):
        """The proposal is wrong and does not come back for this line."""
        line = self._line_to_decide(line_id)
        proposal = self._proposal_of(line, proposal_id)
        what = proposal.display_name
        proposal.action_reject()
        if not line.finance_proposal_ids.filtered(lambda one: one.state == "proposed"):
            line._tell_why_not(self.env._("You rejected %s, and nothing else was found", what))
        return self._answer(line, words=self.env._("Rejected: %s; it is not proposed again for this line", what))

    @api.model
    def match_again(self, line_id):
        """Let the matching look at this line once more, with what is open now."""
        line = self._line_to_decide(line_id)
        line.action_finance_match()
        if not line.is_reconciled and line.finance_why_not:
            line._tell_why_not(line.finance_why_not)
        return self._answer(line, words=self.env._("Matched again"))

    # by hand

    @api.model
    def settle(self, line_id, seen, parts, write_offs, next_ids=()):
        """Settle the line with chosen items and accounts; what is not explained stays open on the line.

        :param seen: the open amount the person saw; another one now is an error
        :param parts: ``[{"item_id", "amount"}]``, amounts in the currency of the line, signed like the line
        :param write_offs: ``[{"account_id", "amount", "label"}]``, the same
        """
        line = self._line_to_decide(line_id)
        currency = line.finance_open_currency_id
        if currency.compare_amounts(line.finance_open_amount, seen):
            raise UserError(
                self.env._("Meanwhile %s of this line is open. Look at it anew.",
                           currency.format(line.finance_open_amount))
            )
        chosen = [self._chosen_part(line, part) for part in parts]
        offs = [self._chosen_write_off(line, off) for off in write_offs]
        if not chosen and not offs:
            raise UserError(self.env._("Choose a document or an account first."))
        left = _exact(currency, line.finance_open_amount) - sum((x.amount for x in (*chosen, *offs)), Decimal(0))
        if left and (left > 0) != (line.finance_open_amount > 0):
            raise UserError(self.env._("That is %s more than the line has.", currency.format(abs(float(left)))))
        stored = Stored(line.id, tuple(chosen), tuple(offs), left)
        items = self.env["account.move.line"].browse([part.item_id for part in chosen])
        rivals = self._rivals(line, items)
        self.env["finance.settle"].with_company(line.company_id)._apply([stored])
        proposal = self.env[PROPOSAL].sudo()._keep_by_hand(stored)
        proposal._drop_obsolete()
        proposal._remember()
        self.env["finance.settle"]._solve_refused(line.ids)
        against = ", ".join([*items.move_id.mapped("name"), *self._account_names(line, offs)])
        words = self.env._("Settled: %(what)s with %(against)s", what=_spoken(line), against=against)
        if left:
            words = self.env._("Settled in part with %(against)s; %(left)s stays open on the line",
                               against=against, left=currency.format(float(left)))
        return {**self._answer(line, next_ids, words), "changed": rivals}

    def _account_names(self, line, write_offs):
        ids = [off.account_id for off in write_offs]
        return self.env["account.account"].with_company(line.company_id).browse(ids).mapped("display_name")

    def _chosen_part(self, line, part):
        item = self.env["account.move.line"].search(
            self._items_domain(line) & Domain("id", "=", int(part["item_id"]))
        )
        if not item:
            raise UserError(self.env._("A chosen document is settled or gone meanwhile. Choose again."))
        currency = line.finance_open_currency_id
        amount, whole = _exact(currency, part["amount"]), self._in_line_currency(line, item)
        if not amount or (amount > 0) != (item.amount_residual_currency > 0):
            raise UserError(self.env._("%s needs an amount of the other sign.", item.move_id.display_name))
        if item.currency_id == currency:
            own = amount
        elif not whole:
            raise UserError(self.env._("%s is worth nothing in the currency of the line.", item.move_id.display_name))
        elif currency.compare_amounts(float(amount), whole) == 0:
            own = _exact(item.currency_id, item.amount_residual_currency)
        else:
            own = _exact(item.currency_id, item.amount_residual_currency * float(amount) / whole)
        return StoredPart(item.id, amount, own)

    def _chosen_write_off(self, line, off):
        domain = self._accounts_domain(line.company_id) & Domain("id", "=", int(off["account_id"]))
        account = self.env["account.account"].with_company(line.company_id).search(domain)
        if not account:
            raise UserError(self.env._("This account cannot be used here. Choose another one."))
        amount = _exact(line.finance_open_currency_id, off["amount"])
        if not amount:
            raise UserError(self.env._("%s needs an amount.", account.display_name))
        label = (off.get("label") or "").strip() or line.payment_ref or account.name
        return StoredWriteOff("by_hand", amount, label, account.id)

    # undo

    @api.model
    def undo_last(self):
        """Take back this person's last decision, all lines accepted in one go; they stand there again as proposals."""
        self._check_operator()
        last = self.env[PROPOSAL].search(
            [
                ("decided_by_id", "=", self.env.uid),
                ("automatic", "=", False),
                ("state", "in", ("accepted", "rejected")),
                ("company_id", "in", self.env.companies.ids),
            ],
            order="decided_on desc, write_date desc, id desc",
            limit=1,
        )
        if not last:
            raise UserError(self.env._("There is no decision of yours to undo."))
        line = last.line_id
        if last.state == "rejected":
            self._line_to_decide(line.id)
            last._propose_again()
            return self._back(line, self.env._("Proposed again: %s", last.display_name))
        together = last
        if last.taken_together:
            together = last.search([("taken_together", "=", last.taken_together), ("state", "=", "accepted")])
        together.action_undo()
        for proposal in together:
            proposal._propose_again()
        if len(together) > 1:
            return self._back(together.line_id, self.env._("Undone: %s lines accepted together", len(together)))
        return self._back(line, self.env._("Undone: %s", _spoken(line)))

    def _back(self, lines, words):
        """The lines that stand open again, the oldest first, with the facts of that one."""
        lines = lines.sorted("internal_index")
        return {"words": words, "back": self._rows(lines), "details": self.read_lines(lines[:1].ids)}

    # around the line

    @api.model
    def set_partner(self, line_id, partner_id):
        """The line belongs to this partner from now on."""
        line = self._line_to_decide(line_id)
        if line._seek_for_lines()[2]:
            raise UserError(self.env._("Part of this line is settled already; undo that first."))
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        line.partner_id = partner
        if line.finance_why_not:
            line._tell_why_not(self.env._("The partner was assigned after the matching: M looks at the line again"))
        return self._answer(line, words=self.env._("Partner: %s. M matches the line again.", partner.display_name))

    @api.model
    def add_note(self, line_id, text):
        """A note in the chatter of the line's entry."""
        line = self._line_to_decide(line_id)
        if not (text or "").strip():
            raise UserError(self.env._("The note is empty."))
        line.move_id.message_post(body=text.strip(), message_type="comment", subtype_xmlid="mail.mt_note")
        return self._answer(line, words=self.env._("Note kept"))

    @api.model
    def hand_over(self, line_id, user_id, text=""):
        """Ask a colleague by an activity on the line's entry."""
        line = self._line_to_decide(line_id)
        if user_id not in [found["id"] for found in self.find_colleagues(line_id, "")]:
            raise UserError(self.env._("This person does not work on the lines of this company."))
        summary = (text or "").strip() or self.env._("Bank line %s: please decide", _spoken(line))
        way = Markup('<a href="/odoo/finance-desk">%s</a>') % self.env._("To the matching desk, filter For me")
        line.move_id.activity_schedule("mail.mail_activity_data_todo", user_id=user_id, summary=summary, note=way)
        name = self.env["res.users"].browse(user_id).name
        return self._answer(line, words=self.env._("Handed to %s", name))

    @api.model
    def rule_action(self, line_id):
        """The form of a new reconciliation model, filled in from this line."""
        line = self._open_line(line_id)
        self.env["account.reconcile.model"].check_access("create")
        who = line.partner_id.display_name or line.partner_name
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New rule from this line"),
            "res_model": "account.reconcile.model",
            "views": [(self.env.ref("account.view_account_reconcile_model_form").id, "form")],
            "target": "new",
            "context": {
                "default_name": who or line.payment_ref,
                "default_company_id": line.company_id.id,
                "default_match_journal_ids": [Command.set(line.journal_id.ids)],
                "default_match_label": "contains" if line.payment_ref else False,
                "default_match_label_param": line.payment_ref,
                "default_match_partner_ids": [Command.set(line.partner_id.ids)],
                "default_finance_direction": "in" if line.finance_open_amount > 0 else "out",
            },
            "newest": self._newest_rule().id,
        }

    def _newest_rule(self):
        return self.env["account.reconcile.model"].search([("create_uid", "=", self.env.uid)], order="id desc", limit=1)

    @api.model
    def use_new_rule(self, line_id, newest):
        """Match the line again if this person has made a rule since ``newest``, as ``rule_action`` gave it."""
        line = self._line_to_decide(line_id)
        rule = self._newest_rule()
        if rule.id == newest:
            return self._answer(line, words=self.env._("No rule was made."))
        alike = {"state": "open", "journal": line.journal_id.id, "text": rule.match_label_param}
        candidates = line | self.env[LINE].search(self._domain(alike), limit=self.env.company.finance_desk_batch)
        found, why_not = self.env["finance.line.rule"].with_company(line.company_id)._find(candidates)
        fitting = line.browse({each.line_id for each in found if each.plan["rule"] == rule.id})
        self.env["finance.matching"]._match(line | fitting)
        words = self.env._("Rule “%(rule)s” is kept; it fits %(count)s of the open lines",
                           rule=rule.name, count=len(fitting))
        words = "\n".join([words, *why_not.get(line.id, ())])
        return {**self._answer(line, words=words), "changed": (fitting - line).ids}


def _spoken(line):
    return f"{line.currency_id.format(line.amount)} {line.partner_id.display_name or line.partner_name or ''}".strip()


def _exact(currency, amount):
    return Decimal(f"{float(amount):.{currency.decimal_places}f}")
