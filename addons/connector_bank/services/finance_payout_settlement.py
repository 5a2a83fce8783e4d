from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..formats.payout import CHARGEBACK_REVERSAL, PAYMENT, REFUND, RESERVE
from ..importing.payouts import CHARGED, SETTLEMENT
from ..matching import Line, LineReference, match
from ..returning import is_taken_back
from .decision import Decision
from .settled import Settled

ITEM = "account.move.line"
#: Kinds whose single transactions may belong to documents.
_DOCUMENTED = frozenset({PAYMENT, REFUND, CHARGEBACK_REVERSAL})


class FinancePayoutSettlement(models.AbstractModel):
    """One entry for all that a payout settles: each payment on its invoice, each kind of charge on its account."""

    _name = "finance.payout.settlement"
    _description = "Settlements of payment providers"

    @api.model
    def _find(self, lines):
        decisions, why_not = [], {}
        for line in lines.filtered(lambda each: each.transaction_type == SETTLEMENT and each.journal_id.finance_payout):
            if line._seek_for_lines()[2]:
                why_not[line.id] = [self.env._("A part is booked; what is left open is for a person")]
            else:
                decisions.append(self._decision(Settled(line)))
        return decisions, why_not

    def _decision(self, settled):
        plan = self._plan(settled)
        counted = [
            (self.env._("%(count)s payments and refunds with their documents: %(amount)s"), plan["parts"]),
            (self.env._("%(count)s payments taken back, their invoices open again: %(amount)s"), plan["reopen"]),
            (self.env._("%(count)s payments without invoice, on their account: %(amount)s"), plan["clearing"]),
            (self.env._("%(count)s charges and reserves on their accounts: %(amount)s"), plan["accounts"]),
            (self.env._("%(count)s payments and their whole refunds, without document: %(amount)s"), plan["offset"]),
        ]
        reasons = [self._counted(settled, words, found) for words, found in counted if found]
        doubts = []
        if plan["left"]:
            words = self.env._("%(count)s parts that nothing explains stay open: %(amount)s")
            doubts.append(self._counted(settled, words, plan["left"]))
        if plan["reopen"] and not settled.company.finance_sure_return:
            doubts.append(self.env._("Undoing without a person is switched off"))
        if not settled.company.finance_sure_payout:
            doubts.append(self.env._("Booking for payment providers by itself is switched off"))
        score = 0.5 if plan["left"] else 0.9
        return Decision(
            settled.line.id, "settlement", not doubts, score, tuple(reasons), tuple(doubts), None, plan
        )

    def _counted(self, settled, words, found):
        """``found``: places of details, alone or first in a list."""
        places = {each[0] if isinstance(each, list) else each for each in found}
        total = sum(settled.amount(place) for place in places)
        return words % {"count": len(places), "amount": settled.currency.format(float(total))}

    # what is booked against what

    def _plan(self, settled):
        """Places of the details by what they are booked against; plain values.

        ``parts``: ``[place, open item, amount, amount of the item]``; ``reopen``: ``[place, item that was paid]``;
        ``clearing``, ``accounts``, ``left``: places; ``offset``: those that come to nothing in pairs.
        """
        plan = {"parts": self._parts(settled), "reopen": [], "clearing": [], "accounts": [], "left": []}
        done = {place for place, *_rest in plan["parts"]}
        plan["offset"] = self._offset(settled, done)
        done |= set(plan["offset"])
        for place in range(len(settled.details)):
            if place not in done:
                kind, found = self._explained(settled, place, plan["parts"])
                plan[kind].append(found)
        return plan

    def _offset(self, settled, done):
        """Payments that the same payout refunds whole, where neither has an open document."""
        paid = {}
        for place, detail in enumerate(settled.details):
            name = detail.get("transaction_id")
            if place not in done and name and detail.get("code") == PAYMENT:
                paid.setdefault((name, settled.amount(place)), place)
        found = []
        for place, detail in enumerate(settled.details):
            if place not in done and detail.get("code") == REFUND:
                other = paid.pop((detail.get("transaction_id"), -settled.amount(place)), None)
                found += [] if other is None else [other, place]
        return sorted(found)

    def _explained(self, settled, place, parts):
        """``(name in the plan, what stands there)`` for a detail that the engine is not sure of.

        :param parts: what is settled with documents so far
        """
        journal, code, amount = settled.journal, settled.details[place].get("code"), settled.amount(place)
        if (code in CHARGED and journal._finance_fee_account()) or (
            code == RESERVE and journal.finance_payout_reserve_account_id
        ):
            return "accounts", place
        if code == REFUND and (note := self._note(settled, place, parts)):
            return "parts", [place, note.id, str(amount), str(amount)]
        if is_taken_back(code, amount) and (paid := self._paid(settled, place)):
            return "reopen", [place, paid.id]
        if code == PAYMENT and amount > 0 and journal.finance_payout_clearing_account_id:
            return "clearing", place
        return "left", place

    def _parts(self, settled):
        """What the matching engine is sure of, each transaction as if it were a line."""
        service = self.env["finance.matching"].with_company(settled.company)
        lines = [
            self._as_line(settled, place)
            for place, detail in enumerate(settled.details)
            if detail.get("code") in _DOCUMENTED and not is_taken_back(detail["code"], settled.amount(place))
        ]
        items = service._items(settled.company)
        result = match(lines, items, service._settings(settled.company), service._settled_numbers)
        return [
            [proposal.line_id, part.item_id, str(part.amount), str(part.item_amount)]
            for proposal in result.sure
            if not proposal.write_offs and not proposal.rest
            for part in proposal.parts
        ]

    def _as_line(self, settled, place):
        line, detail = settled.line, settled.details[place]
        amount, currency = settled.paid_in(place)
        return Line(
            id=place,
            company_id=settled.company.root_id.id,
            journal_id=settled.journal.id,
            amount=amount,
            currency=currency.name,
            company_amount=Decimal(str(settled.balance(settled.amount(place)))),
            booked_on=line.finance_booked_on or line.date,
            partner_name=(detail.get("counterparty") or {}).get("name"),
            texts=tuple(detail.get("remittance", ())),
            references=tuple(
                LineReference(found["value"], found.get("kind")) for found in detail.get("references") or ()
            ),
        )

    def _paid(self, settled, place, whole=True):
        """The item that settled the invoice of a payment, in an earlier entry or line.

        :param whole: only one of exactly this amount
        """
        detail = settled.details[place]
        others = [other.get("value") for other in detail.get("other_references") or ()]
        names = [name for name in (detail.get("transaction_id"), *others) if name]
        if not names:
            return None
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT i.id FROM account_move_line i
                  JOIN account_move m ON m.id = i.move_id
                  JOIN account_account a ON a.id = i.account_id
                  JOIN account_bank_statement_line s ON s.id = m.statement_line_id
                 WHERE s.journal_id = %(journal)s AND i.parent_state = 'posted' AND a.account_type = 'asset_receivable'
                   AND (i.name = ANY(%(names)s) OR s.transaction_type = %(kind)s
                        AND s.transaction_details->'details'->0->>'transaction_id' = ANY(%(names)s))
                   AND i.balance < 0 AND i.full_reconcile_id IS NOT NULL
                """,
                journal=settled.journal.id, names=names, kind=PAYMENT,
            )
        )  # fmt: skip
        found = self.env[ITEM].browse([row[0] for row in rows])
        if whole:
            amount, currency = settled.paid_in(place)
            found = found.filtered(
                lambda item: item.currency_id == currency
                and currency.compare_amounts(item.amount_currency, float(amount)) == 0
            )
        return found if len(found) == 1 else None

    def _note(self, settled, place, parts):
        """The open item of the credit note that this refund settles; its invoice may be paid by the same payout."""
        name = settled.details[place].get("transaction_id")
        here = {item for other, item, *_amounts in parts if settled.details[other].get("transaction_id") == name}
        paid = self._paid(settled, place, whole=False)
        invoices = self.env[ITEM].browse(here if name else ()).move_id
        if paid:
            invoices |= self.env["finance.return"]._matched(paid).move_id
        note = self.env["finance.payout"]._credit_note(invoices, float(settled.amount(place)), settled.currency)
        item = note.line_ids.filtered(lambda each: each.display_type == "payment_term" and not each.reconciled)
        used = {part[1] for part in parts}  # another refund of this payout settles it
        return item if len(item) == 1 and item.id not in used else None

    # the ledger

    @api.model
    def _apply(self, proposal):
        settled = Settled(self.env["account.bank.statement.line"].browse(proposal.line_id.id))
        plan = proposal.plan
        values, items, opened = self._documents(settled, plan)
        values += self._accounts(settled, plan["accounts"])
        journal = settled.journal
        for places, account in (
            (plan["clearing"], journal.finance_payout_clearing_account_id),
            (plan["left"], journal.suspense_account_id),
        ):
            if places:
                values.append(self._sum(settled, places, account))
        self._give_rounding(settled, values)
        new = self.env["finance.followup"]._replace_suspense(settled.line, values)
        self.env[ITEM]._reconcile_plan([counter + item for counter, item in zip(new, items, strict=False)])
        proposal.sudo().plan = {**plan, "opened": opened}

    def _documents(self, settled, plan):
        """Counterparts on documents, the items they stand against, and what was opened for them."""
        wanted = [row[1] for row in (*plan["parts"], *plan["reopen"])]
        by_id = {item.id: item for item in self.env[ITEM].browse(wanted).exists()}
        closed = [item for _place, item, *_amounts in plan["parts"] if item not in by_id or by_id[item].reconciled]
        if closed or len(by_id) < len(set(wanted)):
            raise UserError(self.env._("Documents were changed since. Match the line again."))
        values, items, opened = [], [], []
        for place, item_id, amount, item_amount in plan["parts"]:
            values.append(self._part(settled, place, by_id[item_id], Decimal(amount), item_amount))
            items.append(by_id[item_id])
        for place, item_id in plan["reopen"]:
            item = by_id[item_id]
            opened += self._open_again(settled, place, item)
            values.append(self._part(settled, place, item, settled.paid_in(place)[0], item.amount_currency))
            items.append(item)
        return values, items, opened

    def _open_again(self, settled, place, item):
        """Open the documents that ``item`` settled, and tell them why; ``[[item, document's item]]``."""
        returns, detail = self.env["finance.return"], settled.details[place]
        others = returns._matched(item)
        item.remove_move_reconcile()
        documents = others.move_id.filtered(lambda move: move.is_invoice(include_receipts=True))
        words = self.env._("Open again: the payment provider took the payment back on %(day)s. %(text)s")
        evidence = {"code": detail["code"], "details": [detail]}
        returns._tell_documents(documents, words, settled.line.date, evidence, settled.line.payment_ref)
        return [[item.id, other.id] for other in others]

    def _part(self, settled, place, item, amount, item_amount):
        balance = -settled.balance(settled.amount(place) * amount / settled.paid_in(place)[0])
        same = item.currency_id == settled.company.currency_id
        return {
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "name": settled.details[place].get("transaction_id") or settled.line.payment_ref,
            "currency_id": item.currency_id.id,
            "balance": balance,
            "amount_currency": balance if same else -float(item_amount),
        }

    def _sum(self, settled, places, account):
        amount = sum(settled.amount(place) for place in places)
        balance, currency = -settled.balance(amount), settled.currency
        return {
            "account_id": account.id,
            "name": f"{len(places)} × {settled.line.payment_ref}",
            "currency_id": currency.id,
            "balance": balance,
            "amount_currency": balance if currency == settled.company.currency_id else -float(amount),
        }

    def _accounts(self, settled, places):
        """Charges by kind with their tax, and reserves."""
        stated = any(settled.details[place]["code"] == "tax" for place in places)
        values = []
        for place in places:
            detail, amount = settled.details[place], settled.amount(place)
            if detail["code"] == RESERVE:
                values.append(self._sum(settled, [place], settled.journal.finance_payout_reserve_account_id))
                continue
            label = f"{settled.line.payment_ref}: {detail.get('own_code') or detail['code']}"
            values += self.env["finance.payout.fee"]._items(
                settled.journal, detail["code"], -float(amount), -settled.balance(amount), settled.currency, label,
                net=stated,
            )  # fmt: skip
        return values

    def _give_rounding(self, settled, values):
        """What rounding at the rate left over goes to the last counterpart."""
        left = settled.left_of(values)
        if left:
            values[-1]["balance"] += left
            if values[-1]["currency_id"] == settled.company.currency_id.id:
                values[-1]["amount_currency"] = values[-1]["balance"]

    @api.model
    def _undone(self, proposal):
        """What was opened is settled again, where both sides are still open."""
        self.env["finance.return"]._undone(proposal)
