import socket
from collections import Counter, defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.finance_connector_base import server
from odoo.addons.finance_connector_base.core.masking import masked

from ..writing import counterparts, rows, witness
from ..writing.formulas import OF_PARTNER
from .finance_bulk_writer import MESSAGE, TRACKED
from .partner_columns import PartnerColumns

NOT_STAGED = ("kind", "date", "wanted", "columns")
LINE, MOVE, ITEM = "account_bank_statement_line", "account_move", "account_move_line"


class FinanceCounterpartWriter(models.AbstractModel):
    """Counterparts of many lines at once, in the place of their suspense: every row as Odoo leaves it.

    As with statement lines: Odoo changes a few lines of each kind, which is undone; the same lines are changed after
    that pattern, all rows are compared, and only then are all changed. Lines of any other kind are left to the caller.
    """

    _name = "finance.counterpart.writer"
    _inherit = ["finance.bulk.writer"]
    _description = "Writer of counterparts"
    _writes = frozenset({LINE, MOVE, ITEM, MESSAGE, TRACKED})
    _tells = frozenset({"finance_event", "finance_audit_event", "finance_audit_detail", "finance_audit_queue"})

    @api.model
    def _put(self, wanted):
        """Put counterparts in the place of suspense.

        :param wanted: ``{line id: counterparts.Wanted}``
        :return: ``{line id: id of the item}`` of those that are done
        """
        least = self._least()
        if len(wanted) < least:
            return {}
        self.env.flush_all()
        by_journal = defaultdict(list)
        for change in self._fitting(wanted):
            by_journal[change.journal_id].append(change)
        why = dict.fromkeys(wanted, self.env._("lines settled in part, secured, or with other amounts"))
        done = {}
        for journal_id, some in by_journal.items():
            journal = self.env["account.journal"].browse(journal_id)
            open_days = self._unlocked(journal, some)
            why |= {change.line_id: self.env._("locked days") for change in some}
            reason = self.env._("fewer than %s of a journal", least)
            if len(open_days) >= least:
                reason = self._put_all(journal, open_days, wanted)
            why |= {change.line_id: reason for change in open_days}
            if not reason:
                done |= {change.line_id: change.item_id for change in open_days}
        self._count(why)
        return done

    def _count(self, why):
        """:param why: ``{line id: why it is left to Odoo, or None}``"""
        lines = self.env["account.bank.statement.line"].browse(why)
        numbers = Counter(zip((line.journal_id.id for line in lines), why.values(), strict=True))
        self.env["finance.writer.batch"]._add("counterparts", numbers)

    @api.model
    def _change_entry(self, line, commands, payer):
        """Change the items of a line's entry by Odoo; the line takes over a payer it did not know."""
        if payer and payer != line.partner_id:
            liquidity = line._seek_for_lines()[0]
            commands = [*commands, Command.update(liquidity.id, {"partner_id": payer.id})]
        move = line.move_id.with_context(force_delete=True, skip_readonly_check=True)
        before = move.line_ids
        move.write({"line_ids": commands})
        return (move.line_ids - before).sorted("id")

    def _fitting(self, wanted):
        if self._analytic_by_partner():
            return []
        now = self.env.cr.now().isoformat(" ", timespec="microseconds").rstrip("0").rstrip(".")
        return counterparts.fitting(self.env.cr, wanted, f"{now} {self.env.uid}")

    def _unlocked(self, journal, found):
        """Of locked days Odoo refuses each line by itself."""
        company = journal.company_id
        locked = {day for day in {one.date for one in found} if company._get_violated_lock_dates(day, False, journal)}
        return [one for one in found if one.date not in locked]

    def _put_all(self, journal, found, wanted):
        """Write them all; why they are left to Odoo, or ``None``."""
        proof = self.env["finance.writer.proof"]._of("counterparts", journal)
        reason = proof._against()
        if not reason:
            try:
                work = self._with_payers(journal, found, wanted)
                reason = self._reason(proof, lambda: self._prove_and_write(proof, work))
            except UserError as error:  # Odoo refuses an exemplar: one by one it says which
                reason = str(error)
        return reason

    def _with_payers(self, journal, found, wanted):
        """The lines with what is wanted of them, and with the columns of their entry that follow from the payer."""
        partners = PartnerColumns(journal)
        partners.know((one.payer_id, one.currency_id) for one in found if one.payer_id)
        return [
            one._replace(
                wanted=wanted[one.line_id],
                columns=partners.of((one.payer_id, one.currency_id)) if one.payer_id else {},
            )
            for one in found
        ]

    def _check_rights(self, found):
        if not self.env.su:
            lines = self.env["account.bank.statement.line"].browse(one.line_id for one in found)
            for records in (lines, lines.move_id, lines.move_id.line_ids):
                records.check_access("write")

    def _sample(self, found):
        """Of each kind the first, the last, and one of each pattern of what follows from the payer."""
        first, last, others = {}, {}, {}
        for one in found:
            first.setdefault(one.kind, one)
            last[one.kind] = one
            if one.payer_id:
                others.setdefault((one.kind, *map(bool, one.columns.values())), one)
        most = max(int(server.option("bulk_exemplars", 24)), len(first))
        return list({one.line_id: one for one in (*first.values(), *last.values(), *others.values())}.values())[:most]

    # what stands in the database

    def _by_odoo(self, sample, proof):
        """``(rows and labels, number of events)`` of what Odoo makes of the sample."""
        cr = self.env.cr
        marked = witness.mark(cr, "account_journal", proof.journal_id.id)
        tables, last = witness.touched(cr), self._last_rows()
        for one in sample:
            values = one.wanted._asdict()
            payer = self.env["res.partner"].browse(values.pop("payer_id") or ())
            line = self.env["account.bank.statement.line"].browse(one.line_id)
            self._change_entry(line, [Command.update(one.item_id, values)], payer)
        self.env.flush_all()
        cr.flush()
        self._only_writes(tables)
        found = self._rows(sample, last)
        if proof.state != "alike":
            self._changes_only(found[0], marked, (LINE, MOVE, ITEM))
        return found, self._told(tables)

    def _rows(self, sample, last=None):
        """``(rows, labels)`` of the entries of the sample, and of the messages after ``last``."""
        cr, labels = self.env.cr, {}
        if last is not None:
            labels = self._messages_of({"account.move": {one.move_id: one.move_id for one in sample}}, last)
        ids = {
            LINE: [one.line_id for one in sample],
            MOVE: [one.move_id for one in sample],
            ITEM: [item for one in sample for item in (one.item_id, one.liquidity_id)],
            **labels,
        }
        return {table: rows.read(cr, table, list(some)) for table, some in ids.items()}, labels

    # the quick way

    def _patterns(self, sample, before, expected):
        """``{kind: (columns to change, messages)}`` from what Odoo made of the first exemplar of each kind."""
        patterns = {}
        for one in sample:
            if one.kind not in patterns:
                patterns[one.kind] = self._changed(one, before, expected[0]), self._logged(one, *expected)
        return patterns

    def _changed(self, one, before, after):
        changed = {}
        for part, (table, key) in counterparts.PARTS.items():
            row_id = getattr(one, key.removeprefix("s."))
            old, new = before[table][row_id], after[table][row_id]
            stamps = {"write_date", "write_uid"} if old != new else set()
            changed[part] = {name: new[name] for name in new if new[name] != old[name] or name in stamps}
        if one.payer_id:  # what this payer leaves as it was, another may change
            changed["move"] |= {name: after[MOVE][one.move_id][name] for name in OF_PARTNER}
        return changed

    def _logged(self, one, found, labels):
        """``[(message, tracked values, body by item)]`` of the exemplar, in the order Odoo wrote them."""
        payer = self.env["res.partner"].browse(one.payer_id or ())
        logged = []
        for message_id, label in sorted(labels[MESSAGE].items()):
            if label.rpartition(".")[0] != f"message account.move {one.move_id}":
                continue
            tracked = [found[TRACKED][row] for row in sorted(labels[TRACKED])]
            tracked = [row for row in tracked if row["mail_message_id"] == message_id]
            logged.append((
                found[MESSAGE][message_id],
                [(row, self._tracks(row, payer)) for row in tracked],
                str(one.item_id),
            ))  # fmt: skip
        return logged

    def _tracks(self, tracked, payer):
        field = self.env["ir.model.fields"].sudo().browse(tracked["field_id"] or ())
        if payer and field.relation == "res.partner" and tracked["new_value_integer"] == payer.id:
            return "payer"
        return "name" if (field.model, field.name) == ("account.move.line", "name") else None

    def _by_pattern(self, found, patterns):
        cr, host = self.env.cr, socket.gethostname()
        self.env.flush_all()
        payers = self.env["res.partner"].browse({one.payer_id for one in found if one.payer_id})
        names = {payer.id: masked(payer.display_name or "") for payer in payers}
        by_kind = defaultdict(list)
        for one in found:
            row = {
                **one._asdict(), **one.columns, "payer_name": names.get(one.payer_id), "host": host,
                "shown": masked(one.name or ""), "old_shown": masked(one.old_name or ""),
            }  # fmt: skip
            by_kind[one.kind].append({name: value for name, value in row.items() if name not in NOT_STAGED})
        for kind, staged in by_kind.items():
            changed, logged = patterns[kind]
            counterparts.change_lines(cr, staged, changed)
            for message, tracked, item in logged:
                given = [{**row, "body": (message["body"] or "").replace(item, str(row["item_id"]))} for row in staged]
                counterparts.log_lines(cr, given, message, tracked)
        self.env.invalidate_all(flush=False)
        self._tell([one for one in found if patterns[one.kind][0]["line"].get("is_reconciled")],
                   [one for one in found if one.payer_id])  # fmt: skip

    def _tell(self, reconciled, learned):
        """What our hooks tell of such lines: that they are reconciled, and whose they are."""
        model = self.env["account.bank.statement.line"]
        kind = model._event_of_change({"is_reconciled": False}, {"is_reconciled": True})
        if kind and reconciled:
            self.env["finance.event"]._tell(kind, model.browse(one.line_id for one in reconciled))
        for line in model.browse(one.line_id for one in learned).sudo()._audit_wanted():
            line._audit_note("changed", {"partner_id": (None, "")}, line._audit_values(["partner_id"]))
