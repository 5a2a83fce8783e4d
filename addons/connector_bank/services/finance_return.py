from dataclasses import replace
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..answers import CAUSES
from ..answers.standing import returned
from ..formats.payout import CHARGEBACK
from ..returning import Answer, Booking, is_return, judge, read
from .decision import Decision

LINE = "account.bank.statement.line"
#: Bookings looked at for one return, the latest first; and proposals shown for it.
LOOKED_AT, SHOWN = 20, 3
_SCORES = {"end_to_end": 0.6, "bank_reference": 0.5, "account": 0.2, "name": 0.1, "correction": 0.2}


class FinanceReturn(models.AbstractModel):
    """Returned payments and the bank's own reversals: they undo what they return, and nothing else."""

    _name = "finance.return"
    _description = "Returns and reversals"

    @api.model
    def _returns(self, lines):
        """Those of ``lines`` that are, as a whole, a return or a reversal."""
        return lines.filtered(lambda line: is_return(line.transaction_details or {}))

    @api.model
    def _find(self, lines):
        returns = self._returns(lines)
        if not returns:
            return [], {}
        decisions, why_not = [], {}
        bookings = {line: self._booking(line) for line in returns}
        taken = set()
        for line, candidates in self._candidates(bookings).items():
            answers = judge(bookings[line], [self._booking(found) for found in candidates - self._returns(candidates)])
            found = [decision for answer in answers if (decision := self._decision(line, bookings[line], answer))]
            certain = [each for each in found if each.sure]
            if certain and certain[0].other_line_id in taken:
                found = [self._unsure(each) for each in found]
            taken |= {each.other_line_id for each in certain}
            decisions += found[:SHOWN]
            if not found:
                why_not[line.id] = [self.env._("No booking is found that this line returns")]
        return decisions, why_not

    # what may be returned

    def _booking(self, line):
        evidence = line.transaction_details or {}
        amount = Decimal(f"{line.amount:.{line.currency_id.decimal_places}f}")
        return read(
            line.id, amount, line.finance_booked_on or line.date, evidence, account=line.account_number or None,
            name=line.partner_name or None, bank_ref=line.finance_bank_ref or None,
        )

    def _candidates(self, bookings):
        """``{return: lines it may undo}``: the same journal, the amount the other way round, something in common."""
        self.env.flush_all()
        days = self.env.company.finance_return_days
        model = self.env[LINE]
        found = {}
        for line, booking in bookings.items():
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT s.id
                      FROM account_bank_statement_line s JOIN account_move m ON m.id = s.move_id
                     WHERE s.journal_id = %(journal)s AND m.state = 'posted' AND s.id <> %(line)s
                       AND m.date BETWEEN %(day)s - %(days)s AND %(day)s
                       AND (s.amount = %(amount)s
                            AND (s.account_number = %(account)s OR s.partner_name = %(name)s
                                 OR s.finance_bank_ref = ANY(%(bank)s::text[]) OR %(reversal)s
                                 OR upper(s.transaction_details->'details'->0->>'end_to_end_id') = ANY(%(ids)s::text[])
                                 OR upper(s.transaction_details->'details'->0->>'transaction_id')
                                    = ANY(%(bank)s::text[]))
                            OR abs(s.amount) > abs(%(amount)s) AND cardinality(%(ids)s::text[]) > 0
                            AND s.transaction_details->'details'->1 IS NOT NULL
                            AND jsonb_path_query_array(
                                s.transaction_details::jsonb, '$.details[*].end_to_end_id') ?| %(ids)s::text[])
                  ORDER BY m.date DESC, s.id DESC LIMIT %(limit)s
                    """,
                    journal=line.journal_id.id,
                    line=line.id,
                    day=line.date,
                    days=days,
                    amount=-booking.amount,
                    account=booking.account,
                    name=booking.name,
                    bank=list(booking.bank_ids),
                    reversal=booking.reversal,
                    ids=list(booking.ids),
                    limit=LOOKED_AT,
                )
            )
            found[line] = model.browse([row[0] for row in rows])
        return found

    def _decision(self, line, booking: Booking, answer):
        original = self.env[LINE].browse(answer.original)
        doubts, plan = [], {"charges": str(booking.charges)}
        if original.is_reconciled:
            items = self._returned_items(original, booking, answer)
            if items is None:
                return None
            plan.update(items=items.ids, both=False)
        elif original._seek_for_lines()[2] or answer.part:
            return None
        else:
            plan.update(items=[], both=True)
        if not answer.certain:
            doubts.append(self.env._("Neither an end-to-end id nor a bank reference proves which booking is returned"))
        if answer.part:
            doubts.append(self.env._("Only a part of that batch booking is returned"))
        if booking.charges:
            doubts.append(self.env._("The bank's charges of %s would be booked with it", abs(booking.charges)))
        if not line.company_id.finance_sure_return:
            doubts.append(self.env._("Undoing without a person is switched off"))
        return Decision(
            line.id, "return", answer.certain and not doubts, min(sum(_SCORES[code] for code in answer.evidence), 1.0),
            tuple(self._words(original, booking, answer)), tuple(doubts), original.id, plan,
        )  # fmt: skip

    def _unsure(self, decision):
        words = self.env._("Another line returns the same booking: returned twice?")
        return replace(decision, sure=False, doubts=(*decision.doubts, words))

    def _words(self, original, booking, answer):
        yield self.env._(
            "Returns %(entry)s of %(day)s%(reason)s",
            entry=original.move_id.name, day=original.date, reason=f" ({booking.reason})" if booking.reason else "",
        )  # fmt: skip
        words = {
            "end_to_end": self.env._("The end-to-end id is that of the original"),
            "bank_reference": self.env._("The bank's reference is that of the original"),
            "account": self.env._("The counterparty's account is that of the original"),
            "name": self.env._("The counterparty's name is that of the original"),
            "correction": self.env._("The bank takes back a booking of its own"),
        }
        for code in answer.evidence:
            yield words[code]
        documents = self._documents(original)
        if documents:
            yield self.env._("Opens again: %s", ", ".join(documents.mapped("name")))

    def _documents(self, original):
        """Invoices and bills that ``original`` settles, also through a payment."""
        matched = self._matched(original._seek_for_lines()[2])
        through = self._matched(matched.payment_id.move_id.line_ids.filtered(self._is_open_account) - matched)
        return (matched | through).move_id.filtered(lambda move: move.is_invoice(include_receipts=True))

    def _matched(self, items):
        return items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id

    @staticmethod
    def _is_open_account(item):
        return item.account_id.account_type in ("asset_receivable", "liability_payable")

    def _returned_items(self, original, booking, answer):
        """The journal items that the return stands against, or ``None`` where that cannot be told.

        Of a payment of ours that is under way, the item of the payee: the payment did leave, and came back.
        """
        items = original._seek_for_lines()[2]
        if original._seek_for_lines()[1]:
            return None
        payments = self._matched(items).payment_id
        if answer.part:
            own = payments.filtered(lambda pay: {(pay.name or "").upper(), (pay.payment_reference or "").upper()}
                                    & booking.ids)
            if own:
                items = own.move_id.line_ids.filtered(self._is_open_account) if len(own) == 1 else items.browse()
            else:
                items = items.filtered(lambda item: self._is_amount(item.amount_currency, booking.amount))
            fits = len(items) == 1 and self._is_amount(items.amount_currency, booking.amount)
        else:
            behind = items.browse()
            for item in items:
                pay = self._matched(item).payment_id
                behind |= pay.move_id.line_ids.filtered(self._is_open_account) if pay else item
            items = behind
            fits = bool(items)
        again = self._matched(items).move_id.statement_line_id - original
        return None if again or not fits else items

    @staticmethod
    def _is_amount(amount, returned):
        return round(amount, 4) == round(float(returned), 4)

    @api.model
    def _of_refund(self, line, original):
        """A refund without a credit note: against a payment that settled nothing; else a person says what it is."""
        booking = self._booking(line)
        if booking.amount != -self._booking(original).amount:
            return None
        found = self._decision(line, booking, Answer(original.id, True, ("bank_reference",)))
        words = self.env._("A refund without a credit note of its amount: make one, or the invoice is open again")
        if found and found.plan["both"]:
            return found
        return found and replace(found, sure=False, doubts=(*found.doubts, words))

    # the ledger

    @api.model
    def _apply(self, proposal):
        """Open again what the original settled, and stand against the original."""
        line = self.env[LINE].browse(proposal.line_id.id)
        original = self.env[LINE].browse(proposal.other_line_id.id)
        plan, charges = proposal.plan, Decimal(proposal.plan["charges"])
        if plan["both"]:
            self._settle_each_other(line, original, charges)
            return
        items = self.env["account.move.line"].browse(plan["items"]).exists()
        again = self._matched(items).move_id.statement_line_id - original
        if len(items) != len(plan["items"]) or not original.is_reconciled or again:
            raise UserError(self.env._("The original booking was changed since. Match the line again."))
        if items.tax_ids or items.tax_line_id:
            raise UserError(self.env._("The original booking holds taxes: reverse it by hand."))
        documents = self._matched(items).move_id.filtered(lambda move: move.is_invoice(include_receipts=True))
        opened = [[item.id, other.id] for item in items for other in self._matched(item)]
        items.remove_move_reconcile()
        partner = items.partner_id.commercial_partner_id
        made = self.env["finance.followup"]._replace_suspense(
            line,
            [*self._mirrored(line, items, charges), *self._charges(line, charges)],
            partner if len(partner) == 1 else None,
        )
        pairs = [new + item for new, item in zip(made, items, strict=False) if item.account_id.reconcile]
        if pairs:
            self.env["account.move.line"]._reconcile_plan(pairs)
        booking = self._booking(line)
        proposal.sudo().plan = {**plan, "opened": opened, "told": self._reverse(line, items, booking)}
        self._tell(line, documents, booking.reason)

    def _reverse(self, line, items, booking):
        """Payments of ours that came back learn why.

        :return: ``{payment id: how it stood}``, for undoing
        """
        payments = items.payment_id | self.env["account.payment"]._finance_answered(
            line.company_id, sorted(booking.ids), []
        ).filtered(lambda one: one.payment_type == "outbound" and self._is_amount(one.amount, abs(booking.amount)))
        before = {}
        for payment in payments:
            standing = payment._finance_standing()
            before[payment.id] = [payment.finance_told_state or "", payment.finance_told_reasons or ""]
            payment._finance_tell(returned(standing, (booking.reason,) if booking.reason else ()).standing)
        return before

    def _mirrored(self, line, items, charges):
        """Counterparts the other way round, at the rate of the return itself."""
        currency = line.company_id.currency_id
        total = sum(line._seek_for_lines()[0].mapped("balance"))
        share = float(1 - charges / Decimal(str(line.amount)))
        needed = -currency.round(total * share)
        whole = sum(items.mapped("balance"))
        given = 0.0
        for item in items:
            balance = currency.round(needed * item.balance / whole) if item != items[-1] else needed - given
            balance = currency.round(balance)
            given += balance
            yield {
                "account_id": item.account_id.id,
                "partner_id": item.partner_id.id,
                "name": line.payment_ref,
                "currency_id": item.currency_id.id,
                "balance": balance,
                "amount_currency": balance if item.currency_id == currency else -item.amount_currency,
                "analytic_distribution": item.analytic_distribution,
            }

    def _charges(self, line, charges):
        if not charges:
            return []
        account = line.company_id.finance_fee_account_id
        if not account:
            raise UserError(self.env._("Set the account for bank charges in the settings first."))
        company = line.company_id.currency_id
        total = sum(line._seek_for_lines()[0].mapped("balance"))
        share = float(1 - charges / Decimal(str(line.amount)))
        balance = -company.round(total - company.round(total * share))
        return [
            {
                "account_id": account.id,
                "name": self.env._("Charges of the return: %s", line.payment_ref),
                "currency_id": line.currency_id.id,
                "balance": balance,
                "amount_currency": balance if line.currency_id == company else -float(charges),
            }
        ]

    def _settle_each_other(self, line, original, charges):
        """Neither is explained otherwise: both go over the transfer account, where they come to nothing."""
        if original.is_reconciled:
            raise UserError(self.env._("The original booking was changed since. Match the line again."))
        account = line.company_id.transfer_account_id
        if not account:
            raise UserError(self.env._("Set the internal transfer account in the accounting settings first."))
        follow = self.env["finance.followup"]
        first = follow._replace_suspense(original, [self._whole(original, account)])
        values = self._whole(line, account)
        fees = self._charges(line, charges)
        for fee in fees:
            values["balance"] -= fee["balance"]
            values["amount_currency"] -= fee["amount_currency"]
        second = follow._replace_suspense(line, [values, *fees])[:1]
        self.env["account.move.line"]._reconcile_plan([first + second])

    def _whole(self, line, account):
        suspense = line._seek_for_lines()[1]
        return {
            "account_id": account.id,
            "name": line.payment_ref,
            "partner_id": line.partner_id.id,
            "currency_id": suspense.currency_id.id,
            "balance": sum(suspense.mapped("balance")),
            "amount_currency": sum(suspense.mapped("amount_currency")),
        }

    def _tell(self, line, documents, reason):
        evidence = line.transaction_details or {}
        words = self.env._("Open again: the bank returned the payment on %(day)s. %(text)s")
        if line.journal_id.finance_payout:
            words = self.env._("Open again: the payment provider took the payment back on %(day)s. %(text)s")
        cause = CAUSES.get(reason)
        why = f"{reason}: {cause.words}. {cause.next}." if cause else reason
        self._tell_documents(documents, words, line.date, evidence, " ".join(filter(None, (why, line.payment_ref))))

    def _tell_documents(self, documents, words, day, evidence, text):
        """Tell each document why it is open again, in the provider's own words where there are some."""
        if evidence.get("code") == CHARGEBACK:
            words = self.env._("Open again: the payer took the payment back on %(day)s (chargeback). %(text)s")
        reason = [text, *(detail.get("return_text") for detail in evidence.get("details") or ())]
        for document in documents:
            document.message_post(body=words % {"day": day, "text": " ".join(part for part in reason if part)})

    @api.model
    def _undone(self, proposal):
        """The return is undone: what it opened is settled again, where both sides are still open."""
        for payment_id, (state, reasons) in (proposal.plan or {}).get("told", {}).items():
            payment = self.env["account.payment"].sudo().browse(int(payment_id)).exists()
            payment.write({"finance_told_state": state or False, "finance_told_reasons": reasons or False})
        for pair in (proposal.plan or {}).get("opened", ()):
            items = self.env["account.move.line"].browse(pair).exists()
            if len(items) == 2 and not any(items.mapped("reconciled")):
                self.env["account.move.line"]._reconcile_plan([items])
