import logging
from collections import defaultdict

from odoo import api, models

from odoo.addons.finance_connector_base import server

from ..writing import rows, witness
from ..writing.entries import PARTS, write_entries
from .finance_line_plan import Numbers
from .partner_columns import PartnerColumns
from .undone import NotAlike, done_or_undone, undone

_logger = logging.getLogger(__name__)

PAYMENT, MOVE, ITEM = "account_payment", "account_move", "account_move_line"
#: Where Odoo counts the documents of a partner, by the type of the account.
RANKS = {"asset_receivable": "customer_rank", "liability_payable": "supplier_rank"}


class FinancePaymentWriter(models.AbstractModel):
    """Many payments confirmed at once, each with its entry: every column as Odoo writes it.

    As with statement lines: Odoo makes the entries of a few payments of each kind, which are undone again; the same
    are written after that pattern, all rows are compared, and only then are all written. The payments themselves are
    confirmed by Odoo, with all its checks. Payments of any other kind are Odoo's alone.
    """

    _name = "finance.payment.writer"
    _inherit = "finance.bulk.writer"
    _description = "Writer of payments' entries"

    _writes = frozenset({PAYMENT, MOVE, ITEM})
    _tells = frozenset({"finance_event", "finance_audit_event", "finance_audit_detail", "finance_audit_queue"})

    @api.model
    def _confirm(self, payments):
        """Make the entries of these draft payments, and confirm them."""
        self.env.flush_all()
        self._quick(payments)
        self._by_odoo(payments)

    def _by_odoo(self, payments):
        """All entries in one go; Odoo makes them together, but writes each payment by itself."""
        plain = payments.filtered(lambda one: not one.move_id and one.outstanding_account_id).sorted(_place)
        moves = self.env["account.move"].create([payment._generate_move_vals() for payment in plain])
        self._link(dict(zip(plain.ids, moves.ids, strict=True)))
        payments.action_post()

    def _link(self, move_of):
        """Let payments know their entries, without one write by Odoo for each."""
        if not move_of:
            return
        self.env.flush_all()
        self.env.cr.execute_values(
            "UPDATE account_payment p SET move_id = v.move FROM (VALUES %s) v (payment, move) WHERE p.id = v.payment",
            list(move_of.items()),
        )
        self._know(self.env["account.payment"].browse(move_of))

    def _know(self, payments):
        payments.invalidate_recordset(["move_id"])
        payments.modified(["move_id"])

    # what is for the quick way

    def _quick(self, payments):
        """Write the entries of those that are many of a kind."""
        fewest = int(server.option("bulk_payments", 40))
        by_journal = defaultdict(list)
        for (journal, *_others), some in payments.filtered(_fits).grouped(_kind).items():
            if len(some) >= fewest and not self._unfit(journal, some):
                by_journal[journal].append(some)
        for journal, kinds in by_journal.items():
            proof = self.env["finance.writer.proof"]._of("payments", journal)
            reason = proof._against()
            if not reason:
                reason = self._reason(proof, lambda: self._prove_and_write(proof, kinds))  # noqa: B023  used at once
                if not reason:
                    continue
            _logger.info("%s entries of payments are made by Odoo: %s", sum(map(len, kinds)), reason)

    def _unfit(self, journal, payments):
        """What an exemplar cannot show of the others."""
        return (
            journal.restrict_mode_hash_table
            or journal._finance_currency() != journal.company_id.currency_id
            or any(currency.round(amount) != amount for currency, amount in payments.mapped(_amount))
            or self._analytic_by_partner()
        )

    # the quick way

    def _prove_and_write(self, proof, kinds):
        """:raise NotAlike: Odoo writes something else; nothing is written then"""
        kinds = [some.sorted(_place) for some in kinds]
        sample = [some[0] | some[-1] for some in kinds]
        together = self.env["account.payment"].concat(*sample)
        with undone(self.env):
            expected, told = self._made_by_odoo(together, proof)
        patterns = self._patterns(sample, expected)
        with done_or_undone(self.env), undone(self.env):
            before = witness.touched(self.env.cr)
            self._by_pattern(sample, patterns)
            together.action_post()
            self._compare(expected, self._rows(together))
            self._tells_alike(told, before)
        proof._alike(len(together))
        with done_or_undone(self.env):
            self._by_pattern(kinds, patterns)

    def _made_by_odoo(self, sample, proof):
        """``(rows and labels, number of events)`` of what Odoo makes of the sample."""
        cr = self.env.cr
        marked = witness.mark(cr, "account_journal", proof.journal_id.id)
        before = witness.touched(cr)
        self._by_odoo(sample)
        found = self._rows(sample)
        self._only_writes(before)
        if proof.state != "alike":
            self._changes_only(found[0], marked, self._writes)
        return found, self._told(before)

    def _rows(self, payments):
        """``(rows, labels)`` of the payments and their entries."""
        cr = self.env.cr
        self.env.flush_all()
        cr.flush()
        labels = defaultdict(dict)
        for payment in payments:
            labels[MOVE][payment.move_id.id] = f"entry {payment.id}"
            for number, item in enumerate(payment.move_id.line_ids.sorted("id")):
                labels[ITEM][item.id] = f"item {payment.id}.{number}"
        ids = {PAYMENT: payments.ids, MOVE: list(labels[MOVE]), ITEM: list(labels[ITEM])}
        return {table: rows.read(cr, table, ids[table]) for table in self._writes}, labels

    def _patterns(self, sample, expected):
        """``[(rows, formulas of money) by part]``, one for each kind."""
        found, labels = expected
        by_label = {label: found[table][row_id] for table in labels for row_id, label in labels[table].items()}
        if len(by_label) != len(PARTS) * sum(map(len, sample)):
            raise NotAlike(self.env._("Odoo does not write two items for each payment"))
        patterns = []
        for payments in sample:
            first = payments[0]
            exemplar = {
                "move": by_label[f"entry {first.id}"],
                "liquidity": by_label[f"item {first.id}.0"],
                "counterpart": by_label[f"item {first.id}.1"],
            }
            amounts = {
                part: self._money(PARTS[part][0], row, first.amount, "amount") for part, row in exemplar.items()
            }
            patterns.append((exemplar, amounts))
        return patterns

    def _by_pattern(self, kinds, patterns):
        """All entries: the first of each sequence by Odoo, which reserves the numbers, the others by their pattern."""
        pattern_of = {
            payment: pattern for some, pattern in zip(kinds, patterns, strict=True) for payment in some.ids
        }
        waiting = self.env["account.payment"].concat(*kinds).sorted(_place)
        while waiting:
            head, waiting = waiting[0], waiting[1:]
            self._by_odoo(head)
            numbers = Numbers(head.move_id)
            group = waiting.filtered(lambda one, numbers=numbers: numbers.hold(one.date))
            waiting -= group
            self._write(group, numbers, pattern_of)

    def _write(self, payments, numbers, pattern_of):
        self.env.flush_all()
        staged = self._staged(payments, numbers) if payments else []
        by_pattern = defaultdict(list)
        for row in staged:
            by_pattern[id(pattern_of[row["payment_id"]])].append(row)
        for some in by_pattern.values():
            write_entries(self.env.cr, some, *pattern_of[some[0]["payment_id"]])
        numbers.forget()
        self.env.invalidate_all(flush=False)
        self._know(payments)
        for (partner, rank), some in payments.grouped(lambda one: (one.partner_id, _rank(one))).items():
            if rank:
                (partner | partner.commercial_partner_id)._increase_rank(rank, len(some))

    def _staged(self, payments, numbers):
        """``entries.STAGE`` of each payment, in the order of their numbers."""
        cr, count = self.env.cr, len(payments)
        moves, items = rows.new_ids(cr, MOVE, count), rows.new_ids(cr, ITEM, 2 * count)
        partners = PartnerColumns(payments.journal_id)
        partners.know((payment.partner_id.id, payment.currency_id.id) for payment in payments)
        places = payments.currency_id.decimal_places
        return [
            {
                **partners.of((payment.partner_id.id, payment.currency_id.id)),
                "payment_id": payment.id, "move_id": moves[at],
                "liquidity_id": items[2 * at], "counterpart_id": items[2 * at + 1],
                "name": name, "sequence_prefix": prefix, "sequence_number": number,
                "ref": payment.memo or None,
                "label": "".join(text for _kind, text in payment._get_aml_default_display_name_list() if text),
                "partner_id": payment.partner_id.id or None,
                "partner_bank_id": payment.partner_bank_id.id or None,
                "amount": f"{payment.amount:.{places}f}",
            }
            for at, (payment, (name, prefix, number)) in enumerate(
                zip(payments, numbers.following(count), strict=True)
            )
        ]  # fmt: skip


def _rank(payment):
    return RANKS.get(payment.destination_account_id.account_type)


def _fits(payment):
    """A draft without entry in the currency of the company, between two accounts, not the first of its partner."""
    partner, rank = payment.partner_id, _rank(payment)
    return (
        payment.state == "draft"
        and not payment.move_id
        and payment.outstanding_account_id
        and payment.destination_account_id
        and payment.amount > 0
        and payment.currency_id == payment.company_id.currency_id
        and payment.outstanding_account_id.account_type not in RANKS
        and (not rank or (partner[rank] and partner.commercial_partner_id[rank]))
    )


def _kind(payment):
    """What the columns without formula depend on."""
    return (
        payment.journal_id, payment.date, payment.payment_type, payment.partner_type, payment.payment_method_line_id,
        payment.outstanding_account_id, payment.destination_account_id, bool(payment.partner_id),
        bool(payment.partner_bank_id), bool(payment.memo),
    )  # fmt: skip


def _amount(payment):
    return payment.currency_id, payment.amount


def _place(payment):
    """Odoo's order of entries that are numbered together."""
    return payment.date, payment.memo or "", payment.id
