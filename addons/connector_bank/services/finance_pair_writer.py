import socket
from collections import Counter, defaultdict
from decimal import Decimal

from odoo import api, models

from ..writing import overrides, pairs, rows, witness
from ..writing.pairs import Pattern
from .finance_bulk_writer import MESSAGE, TRACKED
from .undone import NotAlike

ITEM, MOVE, PARTIAL, FULL, PAYMENT = (
    "account_move_line", "account_move", "account_partial_reconcile", "account_full_reconcile", "account_payment",
)  # fmt: skip
LEDGER = {ITEM, MOVE, PARTIAL, FULL, PAYMENT}
#: What a reconciliation changes of items, from which all else follows, and the models whose columns are compared.
CHANGED = {
    "account.move.line": (
        "amount_residual", "amount_residual_currency", "reconciled", "full_reconcile_id", "matched_debit_ids",
        "matched_credit_ids",
    )
}  # fmt: skip
OWN = frozenset(
    {"account.bank.statement", "account.bank.statement.line", "account.full.reconcile", "account.move",
     "account.move.line", "account.partial.reconcile", "account.payment"}
)  # fmt: skip
#: Plans that Odoo gets in one call: it compares each partial with each exchange entry of the call.
AT_ONCE = 200


class FinancePairWriter(models.AbstractModel):
    """Many pairs of items reconciled at once: every row as Odoo's ``_reconcile_plan`` leaves it.

    As with statement lines: Odoo reconciles a few pairs of each kind, which are undone again; the same pairs are done
    after that pattern, all rows are compared, and only then are all done. Pairs of any other kind are Odoo's.
    """

    _name = "finance.pair.writer"
    _inherit = ["finance.bulk.writer"]
    _description = "Writer of reconciliations"
    _writes = frozenset({*LEDGER, MESSAGE, TRACKED})
    _what = "reconciliation"
    _stage = pairs.STAGE

    @api.model
    def _reconcile(self, plans):
        """Reconcile recordsets of journal items, each by itself; what is not for the quick way is done by Odoo."""
        left = plans
        if len(plans) >= self._least():
            why = self._quick(plans)
            left = [plan for plan, reason in zip(plans, why, strict=True) if reason]
            firsts = self.env["account.move.line"].browse(plan.ids[0] for plan in plans)
            numbers = Counter(zip((item.journal_id.id for item in firsts), why, strict=True))
            self.env["finance.writer.batch"]._add("reconciliation", numbers)
        for start in range(0, len(left), AT_ONCE):
            self.env["account.move.line"]._reconcile_plan(left[start : start + AT_ONCE])

    def _quick(self, plans):
        """Why each of the plans is left to Odoo; ``None`` for those that are reconciled."""
        two = [place for place, plan in enumerate(plans) if len(plan) == 2]
        self.env.flush_all()
        found, reasons = self._simple([tuple(plans[place].ids) for place in two])
        words = self._words()
        why = [words["several"]] * len(plans)
        for place, reason in reasons.items():
            why[two[place]] = words[reason]
        exchange = self.env["finance.exchange.writer"]
        level, differing = self._by_rate(found)
        for pair in found:
            why[two[pair.place]] = words["rate"]
        for writer, some in ((self, level), (exchange, exchange._fitting(differing))):
            for pair, reason in writer._write_many(some):
                why[two[pair.place]] = reason
        return why

    def _words(self):
        """Why a pair is left to Odoo."""
        return {
            "several": self.env._("more than two items"),
            "begun": self.env._("settled in part before"),
            "cash_basis": self.env._("taxes on a cash basis"),
            "hashed": self.env._("secured entries"),
            "payment": self.env._("payments with a write-off, in another currency or of unpaid documents"),
            "instalments": self.env._("documents in instalments"),
            "special": self.env._("somebody is told of the payment, or the document has a payment of its own"),
            "foreign": self.env._("part of an amount in another currency"),
            "discount": self.env._("part of a document with a discount"),
            "documents": self.env._("two documents or two payments"),
            "rate": self.env._("rates that Odoo settles in another way"),
            "other": self.env._("items of another kind"),
        }

    def _simple(self, plans):
        """``([pair], {place: reason})``: those of ``[(item id, item id)]`` that are simple, why the others are not."""
        return pairs.fitting(self.env.cr, plans, self._subtypes(), self.env.uid) if plans else ([], {})

    def _by_rate(self, found):
        """``[pair]`` that settle each other, ``[(pair, what Odoo settles)]`` of those at different rates.

        Odoo is asked of each pair in another currency: it knows rates that the items do not show.
        """
        foreign = [one for pair in found if pair.foreign for one in pair[1:3]]
        items = self.env["account.move.line"].with_context(no_exchange_difference=True).browse(foreign)
        item_of = {item.id: item for item in items}
        level, differing = [], []
        for pair in found:
            amount = settled = Decimal(pair.amount)
            if pair.foreign:
                settled = self._settled(*(item_of[one] for one in pair[1:3]))
            if not pair.foreign or (settled == amount and Decimal(pair.debit_left) == Decimal(pair.credit_left)):
                level.append(pair)
            elif settled:
                differing.append((pair, settled))
        return level, differing

    def _settled(self, debit, credit):
        """What Odoo settles of two items in one other currency, in company currency."""
        values = [
            {"aml": item, "amount_residual": item.balance, "amount_residual_currency": item.amount_currency}
            for item in (debit, credit)
        ]
        made = debit._prepare_reconciliation_single_partial(*values).get("partial_values")
        return Decimal(str(made["amount"])) if made else None

    def _write_many(self, found):
        """``[(pair, why it is left to Odoo or None)]``, journal by journal."""
        by_journal, result = defaultdict(list), []
        for pair in found:
            by_journal[pair.journal_id].append(pair)
        for journal_id, some in by_journal.items():
            reason = self.env._("fewer than %s of a journal", self._least())
            if len(some) >= self._least():
                reason = self._write_all(self.env["account.journal"].browse(journal_id), some)
            result += [(pair, reason) for pair in some]
        return result

    def _subtypes(self):
        """By these subtypes followers are told of what happens to a document."""
        of_documents = [("res_model", "in", ("account.move", "account.payment"))]
        return (self.env["mail.message.subtype"].sudo().search(of_documents) | self.env.ref("mail.mt_note")).ids

    def _write_all(self, journal, found):
        """Write them all; why they are left to Odoo, or ``None``."""
        proof = self.env["finance.writer.proof"]._of(self._what, journal)
        reason = proof._against()
        if not reason:
            reason = self._reason(proof, lambda: self._prove_and_write(proof, found))
        return reason

    def _sample(self, found):
        """The first and the last pair of each kind."""
        first, last = {}, {}
        for pair in found:
            first.setdefault(pair.kind, pair)
            last[pair.kind] = pair
        return sorted({*first.values(), *last.values()})

    def _check_rights(self, found):
        if not self.env.su:
            items = self.env["account.move.line"].browse({one for pair in found for one in pair[1:3]})
            items.check_access("write")
            items.move_id.check_access("write")

    # what stands in the database

    def _by_odoo(self, sample, proof):
        """``(rows and labels, number of events)`` of what Odoo makes of the sample."""
        cr = self.env.cr
        marked = witness.mark(cr, "account_journal", proof.journal_id.id)
        tables, last = witness.touched(cr), self._last_rows()
        self.env.invalidate_all()  # Odoo stamps items according to what its cache holds of them
        model = self.env["account.move.line"]
        model._reconcile_plan([model.browse(pair[1:3]) for pair in sample])
        self.env.flush_all()
        cr.flush()
        self._only_writes(tables)
        found = self._rows(sample, last)
        if proof.state != "alike":
            self._changes_only(found[0], marked, LEDGER)
        return found, self._told(tables)

    def _rows(self, sample, last=None, made=()):
        """``(rows, labels)`` of the entries of the sample and of what was made for them.

        :param last: of ``_last_rows``; messages after these
        :param made: ``{id: label}`` of entries that came with it
        """
        cr = self.env.cr
        items = [one for pair in sample for one in pair[1:3]]
        entries = {entry for pair in sample for entry in pair[3:5]}
        cr.execute("SELECT id FROM account_move_line WHERE move_id = ANY(%s)", [list(entries)])
        found, labels = {ITEM: rows.read(cr, ITEM, [row[0] for row in cr.fetchall()])}, defaultdict(dict)
        found[MOVE] = rows.read(cr, MOVE, entries)
        found[PAYMENT] = rows.read(cr, PAYMENT, {pair.payment_id for pair in sample} - {None})
        place_of = {pair.debit_id: place for place, pair in enumerate(sample)}
        cr.execute(
            "SELECT id, debit_move_id FROM account_partial_reconcile WHERE debit_move_id = ANY(%(items)s)"
            " AND credit_move_id = ANY(%(items)s)", {"items": items},
        )  # fmt: skip
        labels[PARTIAL] = {row_id: f"partial {place_of[item]}" for row_id, item in cr.fetchall()}
        labels[FULL] = {
            found[ITEM][pair.debit_id]["full_reconcile_id"]: f"full {place}"
            for place, pair in enumerate(sample)
            if found[ITEM][pair.debit_id]["full_reconcile_id"]
        }
        if last is not None:
            moves, payments = ({one: one for one in found[table]} for table in (MOVE, PAYMENT))
            labels |= self._messages_of({"account.move": {**moves, **dict(made)}, "account.payment": payments}, last)
        for table in (PARTIAL, FULL, MESSAGE, TRACKED):
            found[table] = rows.read(cr, table, labels[table])
        return found, labels

    # the quick way

    def _patterns(self, sample, before, expected):
        """``{kind: Pattern}`` from what Odoo made of the first exemplar of each kind."""
        found, labels = expected
        by_label = {label: found[table][row_id] for table in labels for row_id, label in labels[table].items()}
        own = {one for pair in sample for one in pair[1:3]}
        others = [row for row_id, row in found[ITEM].items() if row_id not in own and row_id in before[ITEM]]
        patterns = {}
        for place, pair in enumerate(sample):
            if pair.kind in patterns:
                continue
            made = self._made(place, pair, labels)
            inserted = {name: by_label[label] for name, label in made.items() if label in by_label}
            patterns[pair.kind] = Pattern(
                inserted, self._changed(pair, before, found, others), self._inserts(pair, inserted), self._stage
            )  # fmt: skip
        return patterns

    def _made(self, place, pair, labels):
        """``{name in the inserts: label}`` of what Odoo may have made of a pair."""
        return {
            "partial": f"partial {place}", "full": f"full {place}",
            **self._message_labels("invoice", f"account.move {pair.invoice_id}", labels),
            **self._message_labels("payment", f"account.payment {pair.payment_id}", labels),
        }  # fmt: skip

    def _inserts(self, _pair, _inserted):
        """``{name: (table, formulas)}`` of the rows of a kind."""
        return pairs.INSERTS

    def _message_labels(self, of, document, labels):
        """Labels of the message about a document and of what it tracks."""
        first = f"message {document}.0"
        tracked = [label for label in labels[TRACKED].values() if label.startswith(f"{first} ")]
        said = [label for label in labels[MESSAGE].values() if label.startswith(f"message {document}.")]
        if len(said) > 1 or len(tracked) != len(said):
            raise NotAlike(self.env._("Odoo writes several messages for a document"))
        return {f"{of}_message": first, f"{of}_tracked": tracked[0]} if said else {}

    def _changed(self, pair, before, after, others):
        """What Odoo changed, and whether it stamped the row; ``others`` of an entry are stamped alike."""
        changed = {}
        for part, row_id in (
            ("debit", pair.debit_id), ("credit", pair.credit_id), ("debit_entry", pair.debit_entry_id),
            ("credit_entry", pair.credit_entry_id), ("payment", pair.payment_id),
        ):  # fmt: skip
            if row_id:
                table = pairs.UPDATES[part][0]
                old, new = before[table][row_id], after[table][row_id]
                stamp = _stamp(new) if _stamp(new) != _stamp(old) else {}
                changed[part] = {**{name: new[name] for name in new if new[name] != old[name]}, **stamp}
        for side, entry in (("debit", pair.debit_entry_id), ("credit", pair.credit_entry_id)):
            rest = [row for row in others if row["move_id"] == entry]
            stamps = [_stamp(row) for row in rest if _stamp(row) != _stamp(before[ITEM][row["id"]])]
            changed[f"{side}_others"] = stamps[0] if stamps else {}
        return changed

    def _by_pattern(self, found, patterns):
        self._write_pairs(found, patterns)

    def _write_pairs(self, found, patterns):
        self.env.flush_all()
        parents = {
            "invoice": pairs.parents(self.env.cr, "account.move", [pair.invoice_id for pair in found]),
            "payment": pairs.parents(self.env.cr, "account.payment", [pair.payment_id for pair in found]),
        }
        by_kind = defaultdict(list)
        for pair in found:
            by_kind[pair.kind].append(pair)
        for kind, some in by_kind.items():
            pairs.write_pairs(self.env.cr, self._staged(some, patterns[kind], parents), patterns[kind])
        self.env.invalidate_all(flush=False)
        self._work_out_elsewhere([one for pair in found for one in pair[1:3]])
        self._tell(found, patterns)

    def _elsewhere(self):
        return overrides.elsewhere(self.env.registry, CHANGED, OWN)

    def _follow(self):
        registry = self.env.registry
        fields = [field for tree in self._elsewhere().depth_first() for field in tree.root]
        return frozenset(registry[field.model_name]._table for field in fields)

    def _work_out_elsewhere(self, item_ids):
        """Have Odoo work out the fields of other models that depend on these items: states of expenses, of runs."""
        tree = self._elsewhere()
        if not tree:
            return
        items = self.env["account.move.line"].sudo().with_context(active_test=False).browse(item_ids)
        items.fetch(["move_id"])
        for field, records, _created in items._modified_triggers(tree):
            self.env.add_to_compute(field, records)
        self.env.flush_all()

    def _staged(self, some, pattern, parents):
        """The pairs of a kind with the ids of their new rows."""
        host = socket.gethostname()
        ids = {
            f"{name}_id": rows.new_ids(self.env.cr, table, len(some))
            for name, (table, formulas) in pattern.inserts.items()
            if name in pattern.inserted and "id" in formulas
        }
        return [
            {
                **pair._asdict(), "host": host, **{name: given[at] for name, given in ids.items()},
                "invoice_parent_id": parents["invoice"].get(pair.invoice_id),
                "payment_parent_id": parents["payment"].get(pair.payment_id),
            }
            for at, pair in enumerate(some)
        ]  # fmt: skip

    def _tell(self, found, patterns):
        """What is told of invoices that are paid; and Odoo's own hook."""
        told, paid = defaultdict(list), []
        self._tell_payments(found, patterns)
        for pair in found:
            changed = patterns[pair.kind].changed
            state = (changed["debit_entry"] | changed["credit_entry"]).get("payment_state")
            if not state:
                continue
            move_type = pair.kind.split("/")[0 if pair.kind.split("/")[0] != "entry" else 1]
            before = {"state": "posted", "payment_state": "not_paid", "move_type": move_type}
            kind = self.env["account.move"]._event_of_change(before, {"payment_state": state})
            if kind:
                told[kind].append(pair.invoice_id)
            if state in ("paid", "in_payment"):
                paid.append(pair.invoice_id)
        for kind, ids in told.items():
            self.env["finance.event"]._tell(kind, self.env["account.move"].browse(ids))
        self.env["account.move"].browse(paid)._invoice_paid_hook()

    def _tell_payments(self, found, patterns):
        told = defaultdict(list)
        for pair in found:
            state = patterns[pair.kind].changed.get("payment", {}).get("state")
            kind = state and self.env["account.payment"]._event_of_change({"state": "in_process"}, {"state": state})
            if kind:
                told[kind].append(pair.payment_id)
        for kind, ids in told.items():
            self.env["finance.event"]._tell(kind, self.env["account.payment"].browse(ids))


def _stamp(row):
    return {name: row[name] for name in ("write_date", "write_uid")}
