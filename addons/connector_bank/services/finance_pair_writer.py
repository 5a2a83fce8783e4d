import logging
import socket
from collections import defaultdict

from odoo import api, models

from odoo.addons.finance_connector_base import server

from ..writing import pairs, rows, witness
from .finance_bulk_writer import MESSAGE, TRACKED
from .undone import NotAlike, done_or_undone, undone

_logger = logging.getLogger(__name__)

ITEM, MOVE, PARTIAL, FULL, PAYMENT = (
    "account_move_line", "account_move", "account_partial_reconcile", "account_full_reconcile", "account_payment",
)  # fmt: skip
LEDGER = {ITEM, MOVE, PARTIAL, FULL, PAYMENT}
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

    @api.model
    def _reconcile(self, plans):
        """Reconcile recordsets of journal items, each by itself; what is not for the quick way is done by Odoo."""
        left = plans
        if len(plans) >= int(server.option("bulk_pairs", 40)):
            done = self._quick(plans)
            left = [plan for place, plan in enumerate(plans) if place not in done]
        if len(left) >= AT_ONCE:
            _logger.info("%s of %s reconciliations are not simple and are made by Odoo", len(left), len(plans))
        for start in range(0, len(left), AT_ONCE):
            self.env["account.move.line"]._reconcile_plan(left[start : start + AT_ONCE])

    def _quick(self, plans):
        """Places of the plans that were reconciled at once."""
        two = [place for place, plan in enumerate(plans) if len(plan) == 2]
        self.env.flush_all()
        found = pairs.fitting(self.env.cr, [tuple(plans[place].ids) for place in two], self._subtypes()) if two else []
        done = set()
        by_journal = defaultdict(list)
        for pair in found:
            if not pair.foreign or self._without_exchange(pair):
                by_journal[pair.journal_id].append(pair)
        for journal_id, some in by_journal.items():
            journal = self.env["account.journal"].browse(journal_id)
            if len(some) >= int(server.option("bulk_pairs", 40)) and self._write_all(journal, some):
                done |= {two[pair.place] for pair in some}
        return done

    def _without_exchange(self, pair):
        """Whether Odoo settles the whole of both items with each other: it knows rates that the items do not show."""
        model = self.env["account.move.line"].with_context(no_exchange_difference=True)
        values = [
            {"aml": item, "amount_residual": item.balance, "amount_residual_currency": item.amount_currency}
            for item in model.browse((pair.debit_id, pair.credit_id))
        ]
        made = model._prepare_reconciliation_single_partial(*values).get("partial_values")
        return bool(made) and self.env.company.currency_id.compare_amounts(made["amount"], float(pair.amount)) == 0

    def _subtypes(self):
        """By these subtypes followers are told of what happens to a document."""
        of_documents = [("res_model", "in", ("account.move", "account.payment"))]
        return (self.env["mail.message.subtype"].sudo().search(of_documents) | self.env.ref("mail.mt_note")).ids

    def _write_all(self, journal, found):
        proof = self.env["finance.writer.proof"]._of("reconciliation", journal)
        reason = proof._against()
        if not reason:
            try:
                self._prove_and_write(proof, found)
            except NotAlike as error:
                reason = proof._differs(str(error))
            else:
                return True
        _logger.info("%s reconciliations are made by Odoo: %s", len(found), reason)
        return False

    def _prove_and_write(self, proof, found):
        """:raise NotAlike: Odoo leaves something else; nothing is written then"""
        sample = self._sample(found)
        self._check_rights(found)
        before = self._rows(sample)[0]
        with undone(self.env):
            expected, told = self._by_odoo(sample, proof)
        patterns = self._patterns(sample, before, expected)
        with done_or_undone(self.env), undone(self.env):
            tables = witness.touched(self.env.cr)
            since = self._last_message()
            self._by_pattern(sample, patterns)
            self.env.cr.flush()
            self._compare(expected, self._rows(sample, since))
            if self._told(tables) != told:
                raise NotAlike(self.env._("the number of events differs"))
        proof._alike(len(sample))
        with done_or_undone(self.env):
            self._by_pattern(found, patterns)

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
        tables, since = witness.touched(cr), self._last_message()
        model = self.env["account.move.line"]
        model._reconcile_plan([model.browse(pair[1:3]) for pair in sample])
        self.env.flush_all()
        cr.flush()
        self._only_writes(tables)
        found = self._rows(sample, since)
        if proof.state != "alike":
            for table in LEDGER:
                if witness.rows_since(cr, table, marked).keys() - found[0][table].keys():
                    raise NotAlike(self.env._("Odoo also changes other rows of %s", table))
        return found, self._told(tables)

    def _rows(self, sample, since=None):
        """``(rows, labels)`` of the entries of the sample and of what was made for them; messages after ``since``."""
        cr = self.env.cr
        items = [one for pair in sample for one in pair[1:3]]
        found, labels = {ITEM: rows.read(cr, ITEM, items)}, defaultdict(dict)
        found[MOVE] = rows.read(cr, MOVE, {row["move_id"] for row in found[ITEM].values()})
        found[PAYMENT] = rows.read(cr, PAYMENT, {pair.payment_id for pair in sample} - {None})
        place_of = {pair.debit_id: place for place, pair in enumerate(sample)}
        cr.execute("SELECT id, debit_move_id FROM account_partial_reconcile WHERE debit_move_id = ANY(%s)", [items])
        labels[PARTIAL] = {row_id: f"partial {place_of[item]}" for row_id, item in cr.fetchall()}
        labels[FULL] = {
            found[ITEM][pair.debit_id]["full_reconcile_id"]: f"full {place}"
            for place, pair in enumerate(sample)
            if found[ITEM][pair.debit_id]["full_reconcile_id"]
        }
        if since is not None:
            labels |= self._messages_of({"account.move": found[MOVE], "account.payment": found[PAYMENT]}, since)
        for table in (PARTIAL, FULL, MESSAGE, TRACKED):
            found[table] = rows.read(cr, table, labels[table])
        return found, labels

    # the quick way

    def _patterns(self, sample, before, expected):
        """``{kind: (rows to insert, columns to change)}`` from what Odoo made of the first exemplar of each kind."""
        found, labels = expected
        by_label = {label: found[table][row_id] for table in labels for row_id, label in labels[table].items()}
        patterns = {}
        for place, pair in enumerate(sample):
            if pair.kind in patterns:
                continue
            made = {"partial": f"partial {place}", "full": f"full {place}"}
            made |= self._message_labels("invoice", f"account.move {pair.invoice_id}", labels)
            made |= self._message_labels("payment", f"account.payment {pair.payment_id}", labels)
            inserted = {name: by_label[label] for name, label in made.items() if label in by_label}
            patterns[pair.kind] = inserted, self._changed(pair, before, found)
        return patterns

    def _message_labels(self, of, document, labels):
        """Labels of the message about a document and of what it tracks."""
        first = f"message {document}.0"
        tracked = [label for label in labels[TRACKED].values() if label.startswith(f"{first} ")]
        said = [label for label in labels[MESSAGE].values() if label.startswith(f"message {document}.")]
        if len(said) > 1 or len(tracked) != len(said):
            raise NotAlike(self.env._("Odoo writes several messages for a document"))
        return {f"{of}_message": first, f"{of}_tracked": tracked[0]} if said else {}

    def _changed(self, pair, before, after):
        ids = {"debit": pair.debit_id, "credit": pair.credit_id, "invoice": pair.invoice_id,
               "payment": pair.payment_id}  # fmt: skip
        changed = {}
        for part, (table, _key) in pairs.UPDATES.items():
            if ids[part]:
                old, new = before[table][ids[part]], after[table][ids[part]]
                stamps = {"write_date", "write_uid"} if old != new else set()
                changed[part] = {name: new[name] for name in new if new[name] != old[name] or name in stamps}
        return changed

    def _by_pattern(self, found, patterns):
        cr = self.env.cr
        self.env.flush_all()
        for kind, (inserted, changed) in patterns.items():
            some = [pair for pair in found if pair.kind == kind]
            ids = {
                f"{name}_id": rows.new_ids(cr, table, len(some)) if name in inserted else [None] * len(some)
                for name, (table, _formulas) in pairs.INSERTS.items()
            }
            staged = [
                {**pair._asdict(), "host": socket.gethostname(), **{name: given[at] for name, given in ids.items()}}
                for at, pair in enumerate(some)
            ]
            pairs.write_pairs(cr, staged, inserted, changed)
        self.env.invalidate_all(flush=False)
        self._tell(found, patterns)

    def _tell(self, found, patterns):
        """What is told of invoices that are paid; and Odoo's own hook."""
        told, paid = defaultdict(list), []
        self._tell_payments(found, patterns)
        for pair in found:
            state = patterns[pair.kind][1].get("invoice", {}).get("payment_state")
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
            state = patterns[pair.kind][1].get("payment", {}).get("state")
            kind = state and self.env["account.payment"]._event_of_change({"state": "in_process"}, {"state": state})
            if kind:
                told[kind].append(pair.payment_id)
        for kind, ids in told.items():
            self.env["finance.event"]._tell(kind, self.env["account.payment"].browse(ids))
