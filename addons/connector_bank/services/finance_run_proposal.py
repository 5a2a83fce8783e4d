import hashlib
from collections import Counter, defaultdict, namedtuple
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..runs.mandates import has_lapsed
from ..runs.planning import Item, Timing, beyond, collected_on, not_positive, planned

#: What each kind of run takes: types of documents, of ledger accounts, and the sign of what is open.
SOURCES = {
    "vendor": (("in_invoice", "in_refund"), ("liability_payable",), -1),
    "refund": (("out_refund",), ("asset_receivable",), -1),
    "expense": (("in_receipt",), ("liability_payable",), -1),
    "tax": (("entry",), (), -1),
    "debit": (("out_invoice", "out_receipt"), ("asset_receivable",), 1),
}
Found = namedtuple(
    "Found",
    "id move_id partner_id account_id currency_id open_amount due_on discount_on discounted bank_id reference memo "
    "move_type bill_blocked partner_blocked",
)
COLUMNS = (
    "run_id", "group_id", "company_id", "item_id", "move_id", "partner_id", "partner_bank_id", "mandate_id",
    "account_id", "reference", "text", "due_on", "discount_on", "currency_id", "open_amount", "amount", "gained",
    "lost", "bundle", "decision", "reason", "state", "create_uid", "write_uid",
)  # fmt: skip
# whoever proposes the same item at the same moment waits here, and gets what is left
INSERT = f"""
    INSERT INTO finance_payment_run_line ({", ".join(COLUMNS)}, create_date, write_date) VALUES %s
    ON CONFLICT (item_id) WHERE item_id IS NOT NULL AND state IN ('proposed', 'released') DO NOTHING RETURNING id
"""  # noqa: S608  constants of this file
ROW = f"({', '.join(['%s'] * len(COLUMNS))}, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC')"


class FinanceRunProposal(models.AbstractModel):
    """From open items to the lines of a run, in a few queries however many they are."""

    _name = "finance.run.proposal"
    _description = "Proposal of a payment run"

    @api.model
    def _propose(self, run):
        """Add what is due and in no other live line; how many lines were added."""
        if run.kind not in SOURCES:
            return 0
        if run.kind == "tax" and not run.account_ids:
            raise UserError(self.env._("Name the ledger accounts whose open items are to be paid."))
        run = run.with_company(run.company_id)
        found = self._found(run)
        ways = _Ways(run)
        planned_lines = self._planned(run, found, ways)
        self._hold_beyond(run, planned_lines, ways)
        added = self._insert(run, planned_lines, ways)
        self._regroup(run)
        self.env["finance.run.warnings"]._mark(run)
        return added

    # what is due

    def _found(self, run):
        moves, accounts, sign = SOURCES[run.kind]
        self.env.flush_all()
        until = run.due_until or fields.Date.context_today(run)
        if accounts:
            allowed = [SQL("a.account_type = ANY(%s)", list(accounts))]
        else:
            allowed = [SQL("l.account_id = ANY(%s)", run.account_ids.ids)]
        if run.currency_ids:
            allowed.append(SQL("l.currency_id = ANY(%s)", run.currency_ids.ids))
        if run.partner_ids:
            allowed.append(SQL("p.commercial_partner_id = ANY(%s)", run.partner_ids.commercial_partner_id.ids))
        if run.due_from:
            allowed.append(SQL("coalesce(l.date_maturity, l.date) >= %s", run.due_from))
        if not run.bundle:
            allowed.append(SQL("m.move_type <> 'in_refund'"))
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.move_id, p.commercial_partner_id, l.account_id, l.currency_id,
                       (%(sign)s * l.amount_residual_currency)::text, coalesce(l.date_maturity, l.date),
                       l.discount_date,
                       CASE WHEN term.early_discount AND l.discount_date IS NOT NULL
                             AND l.amount_residual_currency = l.amount_currency AND l.discount_amount_currency <> 0
                            THEN (%(sign)s * l.discount_amount_currency)::text END,
                       CASE WHEN m.move_type <> 'in_refund' THEN coalesce(m.partner_bank_id, bank.id) END,
                       coalesce(nullif(m.ref, ''), m.name),
                       coalesce(nullif(m.payment_reference, ''), nullif(m.ref, ''), m.name), m.move_type,
                       m.payment_state = 'blocked', commercial.finance_pay_block IS TRUE
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                  JOIN res_partner p ON p.id = l.partner_id
                  JOIN res_partner commercial ON commercial.id = p.commercial_partner_id
                  LEFT JOIN account_payment_term term ON term.id = m.invoice_payment_term_id
                  LEFT JOIN LATERAL (
                       SELECT b.id FROM res_partner_bank b
                        WHERE b.partner_id = p.commercial_partner_id AND b.active
                          AND (b.company_id IS NULL OR b.company_id = l.company_id)
                        ORDER BY b.allow_out_payment DESC NULLS LAST, b.sequence, b.id LIMIT 1) bank ON TRUE
                 WHERE l.company_id = %(company)s AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                   AND l.amount_residual_currency <> 0 AND m.move_type = ANY(%(moves)s)
                   AND (m.move_type = 'in_refund' OR %(sign)s * l.amount_residual_currency > 0)
                   AND (coalesce(l.date_maturity, l.date) <= %(until)s
                        OR (l.discount_date BETWEEN %(today)s AND %(until)s AND term.early_discount))
                   AND %(allowed)s
                   AND NOT EXISTS (SELECT FROM finance_payment_run_line o WHERE o.item_id = l.id
                                      AND (o.state IN ('proposed', 'released') OR o.run_id = %(run)s))
                 ORDER BY coalesce(l.date_maturity, l.date), l.id
                """,
                sign=sign, company=run.company_id.id, moves=list(moves), until=until, run=run.id,
                today=fields.Date.context_today(run),
                allowed=SQL(" AND ").join(allowed),
            )
        )  # fmt: skip
        found = [_exact(Found(*row)) for row in rows]
        banks = {one.partner_id: one.bank_id for one in reversed(found) if one.bank_id}
        return [one if one.bank_id else one._replace(bank_id=banks.get(one.partner_id)) for one in found]

    def _planned(self, run, found, ways):
        """``(found, planned, group, mandate, decision, reason)`` of each item."""
        result = []
        mandates = self._mandates(run, found) if run.kind == "debit" else {}
        for one in found:
            way = ways.of(one.currency_id)
            mandate = mandates.get(one.partner_id)
            item = Item(
                id=one.id, open_amount=one.open_amount, due_on=one.due_on, discount_on=one.discount_on,
                discounted=one.discounted,
            )  # fmt: skip
            if run.kind == "debit":
                plan = planned(item, Timing(way.first_on, take_discount=False))
                plan = plan.__class__(one.id, collected_on(one.due_on, way.first_on, way.days), plan.amount)
            else:
                plan = planned(item, Timing(way.first_on, run.when, run.take_discount, way.days))
            decision, reason = "pay", None
            if one.bill_blocked:
                decision, reason = "hold", self.env._("The document is blocked.")
            elif one.partner_blocked:
                decision, reason = "hold", self.env._("The partner is blocked.")
            result.append([one, plan, way, mandate, decision, reason])
        if run.bundle:
            self._take_credit_notes_off(run, result)
        return result

    def _mandates(self, run, found):
        """The mandate of each partner that can be used now."""
        partners = {one.partner_id for one in found}
        mandates = self.env["finance.mandate"].search(
            [("company_id", "=", run.company_id.id), ("partner_id", "in", list(partners)), ("state", "=", "active")],
            order="signed_on, id",
        )
        today, months = fields.Date.context_today(run), run.company_id.finance_mandate_months
        return {
            one.partner_id.id: one
            for one in mandates
            if not has_lapsed(one.signed_on, one.last_used_on, today, months) and not (one.one_off and one.last_used_on)
        }

    def _take_credit_notes_off(self, run, lines):
        """A payee of whom nothing is left to be paid waits, his credit notes with him."""
        keys = [((one.partner_id, one.currency_id, plan.day, one.bank_id), plan.amount)
                for one, plan, _way, _mandate, decision, _reason in lines if decision == "pay"]  # fmt: skip
        empty = not_positive(keys)
        for line in lines:
            one, plan = line[:2]
            if line[4] == "pay" and (one.partner_id, one.currency_id, plan.day, one.bank_id) in empty:
                line[4:] = ["hold", self.env._("Credit notes are not less than the bills.")]

    def _hold_beyond(self, run, lines, ways):
        if not run.keep_minimum or run.kind == "debit":
            return
        by_way = defaultdict(dict)
        for one, plan, way, _mandate, decision, _reason in lines:
            if decision == "pay":
                key = self._bundle(run, one, plan)
                known = by_way[way].get(key, (plan.day, Decimal(0)))
                by_way[way][key] = (min(known[0], plan.day), known[1] + plan.amount)
        for way, bundles in by_way.items():
            ordered = sorted(((key, *values) for key, values in bundles.items()), key=lambda one: (one[1], one[0]))
            over = beyond(ordered, way.spendable(run))
            for line in lines:
                if line[2] is way and line[4] == "pay" and self._bundle(run, line[0], line[1]) in over:
                    line[4:] = ["hold", self.env._("The account would fall below its minimum.")]

    @staticmethod
    def _bundle(run, one, plan):
        if run.bundle:
            return f"{one.partner_id}/{one.account_id}/{one.bank_id}/{one.currency_id}/{plan.day}"
        return f"item {one.id}"

    # into the database

    def _insert(self, run, lines, ways):
        user, rows = self.env.uid, []
        for one, plan, way, mandate, decision, reason in lines:
            group = ways.group(way, plan.day, mandate)
            state = "proposed" if decision == "pay" else "held"
            rows.append(
                (run.id, group.id, run.company_id.id, one.id, one.move_id, one.partner_id,
                 None if run.kind == "debit" else one.bank_id, mandate.id if mandate else None, one.account_id,
                 one.reference, one.memo, one.due_on, one.discount_on, one.currency_id, one.open_amount, plan.amount,
                 plan.gained, plan.lost, self._bundle(run, one, plan), decision, reason, state, user, user)
            )  # fmt: skip
        self.env.flush_all()
        if not rows:
            return 0
        made = self.env.cr.execute_values(INSERT, rows, template=ROW, page_size=1000, fetch=True)
        self.env.invalidate_all(flush=False)
        return len(made)

    @api.model
    def _regroup(self, run):
        """Groups without a line go."""
        for one in run:
            one.invalidate_recordset()
            used = {group.id for (group,) in one.line_ids._read_group([("run_id", "=", one.id)], ["group_id"])}
            one.group_ids.filtered(lambda group, used=used: group.id not in used).sudo().unlink()

    # rows without an open item

    @api.model
    def _add_rows(self, rows):
        """Lines of a list, of taxes, of transfers; a row that stands in another live run is refused.

        :param rows: dicts with ``run_id``, ``amount`` and the payee: ``partner_bank_id``, ``journal_to_id`` or
            ``payee``; ``key`` where the row has an identity of its own
        :raise UserError: a row is incomplete
        """
        made, seen = [], Counter()
        for row in rows:
            run = self.env["finance.payment.run"].browse(row["run_id"])
            ways = _Ways(run)
            values = self._row(run, dict(row), ways)
            key = values.pop("key")
            seen[run.id, key] += 1
            made.append({**values, "row_key": f"{key}/{seen[run.id, key]}" if key else False})
        lines = self.env["finance.payment.run.line"].sudo().create(made)
        self.env.flush_all()
        for run in lines.run_id:
            self.env["finance.run.warnings"]._mark(run)
        return lines

    def _row(self, run, row, ways):
        target = self.env["account.journal"].browse(row.get("journal_to_id"))
        bank = self.env["res.partner.bank"].browse(row.get("partner_bank_id")) or target.sudo().bank_account_id
        partner = bank.partner_id or self.env["res.partner"].browse(row.get("partner_id"))
        currency = self.env["res.currency"].browse(row.pop("currency_id", None)) or (
            target._finance_currency() if target else run.company_id.currency_id
        )
        if run.kind == "transfer" and not target:
            raise UserError(self.env._("Say to which account of ours it goes."))
        if not row.get("amount") or row["amount"] < 0:
            raise UserError(self.env._("An amount is needed."))
        way = ways.of(currency.id)
        if target == way.journal:
            raise UserError(self.env._("%s would pay to itself: choose the bank that pays.", target.name))
        day = max(way.days.on_or_after(row.pop("day", None) or way.first_on), way.first_on)
        key = row.pop("key", None)
        payable = partner.with_company(run.company_id).property_account_payable_id
        account = run.company_id.transfer_account_id if run.kind == "transfer" else payable
        number = bank.sanitized_acc_number or row.get("payee") or ""
        said = f"{number}|{row['amount']:.2f}|{currency.name}|{row.get('text') or ''}|{key or ''}"
        return {
            **row, "company_id": run.company_id.id, "partner_id": partner.id, "partner_bank_id": bank.id,
            "currency_id": currency.id, "group_id": ways.group(way, day, None).id, "account_id": account.id,
            "open_amount": row["amount"], "due_on": day, "bundle": False,
            "key": hashlib.sha256(said.encode()).hexdigest()[:32] if key else None,
        }  # fmt: skip


def _exact(found):
    discounted = found.discounted and Decimal(found.discounted)
    return found._replace(open_amount=Decimal(found.open_amount), discounted=discounted)


class _Ways:
    """Which bank account pays each currency, over which flow, on which first day; and the groups made of that."""

    def __init__(self, run):
        self.run, self.env = run, run.env
        journals = run.journal_ids or self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", run.company_id.id), ("bank_account_id", "!=", False)]
        )
        self._journals, self._by_currency = journals, {}
        self._groups = {
            (one.journal_id, one.currency_id, one.executed_on, one.urgency, one.scheme, one.sequence): one
            for one in run.group_ids
        }

    def of(self, currency_id):
        if currency_id not in self._by_currency:
            self._by_currency[currency_id] = _Way(self.run, self._journal(currency_id), currency_id)
        return self._by_currency[currency_id]

    def _journal(self, currency_id):
        own = self._journals.filtered(lambda journal: journal._finance_currency().id == currency_id)
        home = self._journals.filtered(lambda one: one._finance_currency() == self.run.company_id.currency_id)
        journal = (own or home or self._journals)[:1]
        if not journal:
            raise UserError(self.env._("%s has no bank journal with an account number.", self.run.company_id.name))
        return journal

    def group(self, way, day, mandate):
        scheme, kind = (mandate.scheme, mandate._next_sequence()) if mandate else (False, False)
        key = (way.journal, way.currency, day, self.run.urgency, scheme, kind)
        if key not in self._groups:
            orders = self.env["finance.payment.order"]
            debit = self.run.kind == "debit"
            profile = orders._usual_debit(scheme or "CORE") if debit else (
                orders._usual_profile(way.journal, way.currency, self.run.urgency)
            )  # fmt: skip
            self._groups[key] = self.env["finance.payment.run.group"].sudo().create(
                {"run_id": self.run.id, "company_id": self.run.company_id.id, "journal_id": way.journal.id,
                 "currency_id": way.currency.id, "executed_on": day, "urgency": self.run.urgency, "scheme": scheme,
                 "sequence": kind, "profile": profile, "flow_id": way.flow.id}
            )  # fmt: skip
        return self._groups[key]


class _Way:
    """One bank account for one currency."""

    def __init__(self, run, journal, currency_id):
        self.journal, self.currency = journal, run.env["res.currency"].browse(currency_id)
        self.flow = flow = run.env["finance.payment.order"]._flow_of(journal)
        self.days = journal._finance_days()
        self.first_on = journal._finance_earliest(flow)
        if run.kind == "debit":
            notice = fields.Date.add(fields.Date.context_today(run), days=run.company_id.finance_notice_days)
            self.first_on = self.days.on_or_after(max(self.first_on, notice))
        if run.earliest_on:
            self.first_on = self.days.on_or_after(max(self.first_on, run.earliest_on))

    def spendable(self, run):
        """What the account can bear, other open runs of it taken off."""
        free = self.journal._finance_available(self.currency) - self.journal._finance_minimum(self.currency)
        others = run.env["finance.payment.run.line"].sudo()._read_group(
            [("group_id.journal_id", "=", self.journal.id), ("currency_id", "=", self.currency.id),
             ("state", "=", "proposed"), ("run_id.kind", "!=", "debit")],
            [], ["amount:sum"],
        )  # fmt: skip
        return Decimal(str(round(free - (others[0][0] or 0), self.currency.decimal_places)))
