import logging
import socket
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.finance_connector_base import server
from odoo.addons.finance_connector_base.core.masking import masked

from ..writing import counterparts, rows, witness
from ..writing.formulas import OF_PARTNER
from .finance_bulk_writer import MESSAGE, TRACKED
from .partner_columns import PartnerColumns
from .undone import NotAlike, done_or_undone, undone

_logger = logging.getLogger(__name__)

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
        done, by_journal = {}, defaultdict(list)
        for change in self._fitting(wanted):
            by_journal[change.journal_id].append(change)
        for journal_id, some in by_journal.items():
            journal = self.env["account.journal"].browse(journal_id)
            some = self._unlocked(journal, some)
            if len(some) >= least and self._put_all(journal, some, wanted):
                done |= {change.line_id: change.item_id for change in some}
        return done

    def _least(self):
        """For fewer lines the comparison with Odoo takes longer than it saves."""
        return int(server.option("bulk_pairs", 40))

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
        proof = self.env["finance.writer.proof"]._of("counterparts", journal)
        reason = proof._against()
        if not reason:
            try:
                self._prove_and_put(proof, journal, found, wanted)
            except NotAlike as error:
                reason = proof._differs(str(error))
            except UserError as error:  # Odoo refuses an exemplar: one by one it says which
                reason = str(error)
            else:
                return True
        _logger.info("%s counterparts are written by Odoo: %s", len(found), reason)
        return False

    def _prove_and_put(self, proof, journal, found, wanted):
        """:raise NotAlike: Odoo leaves something else; nothing is written then"""
        self._check_rights(found)
        partners = PartnerColumns(journal)
        partners.know((one.payer_id, one.currency_id) for one in found if one.payer_id)
        sample = self._sample(found, partners)
        before = self._rows(sample)[0]
        with undone(self.env):
            expected, told = self._by_odoo(sample, wanted, proof)
        patterns = self._patterns(sample, before, expected)
        with done_or_undone(self.env), undone(self.env):
            tables, since = witness.touched(self.env.cr), self._last_message()
            self._by_pattern(sample, patterns, partners)
            self.env.cr.flush()
            self._compare(expected, self._rows(sample, since))
            if self._told(tables) != told:
                raise NotAlike(self.env._("the number of events differs"))
        proof._alike(len(sample))
        with done_or_undone(self.env):
            self._by_pattern(found, patterns, partners)

    def _check_rights(self, found):
        if not self.env.su:
            lines = self.env["account.bank.statement.line"].browse(one.line_id for one in found)
            for records in (lines, lines.move_id, lines.move_id.line_ids):
                records.check_access("write")

    def _sample(self, found, partners):
        """Of each kind the first, the last, and one of each pattern of what follows from the payer."""
        first, last, others = {}, {}, {}
        for one in found:
            first.setdefault(one.kind, one)
            last[one.kind] = one
            if one.payer_id:
                columns = partners.of((one.payer_id, one.currency_id))
                others.setdefault((one.kind, *map(bool, columns.values())), one)
        most = max(int(server.option("bulk_exemplars", 24)), len(first))
        return list(dict.fromkeys([*first.values(), *last.values(), *others.values()]))[:most]

    # what stands in the database

    def _by_odoo(self, sample, wanted, proof):
        """``(rows and labels, number of events)`` of what Odoo makes of the sample."""
        cr = self.env.cr
        marked = witness.mark(cr, "account_journal", proof.journal_id.id)
        tables, since = witness.touched(cr), self._last_message()
        for one in sample:
            values = wanted[one.line_id]._asdict()
            payer = self.env["res.partner"].browse(values.pop("payer_id") or ())
            line = self.env["account.bank.statement.line"].browse(one.line_id)
            self._change_entry(line, [Command.update(one.item_id, values)], payer)
        self.env.flush_all()
        cr.flush()
        self._only_writes(tables)
        found = self._rows(sample, since)
        if proof.state != "alike":
            for table in (LINE, MOVE, ITEM):
                if witness.rows_since(cr, table, marked).keys() - found[0][table].keys():
                    raise NotAlike(self.env._("Odoo also changes other rows of %s", table))
        return found, self._told(tables)

    def _rows(self, sample, since=None):
        """``(rows, labels)`` of the entries of the sample, and of the messages after ``since``."""
        cr, labels = self.env.cr, {}
        if since is not None:
            labels = self._messages_of({"account.move": {one.move_id for one in sample}}, since)
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

    def _by_pattern(self, found, patterns, partners):
        cr, host = self.env.cr, socket.gethostname()
        self.env.flush_all()
        payers = self.env["res.partner"].browse({one.payer_id for one in found if one.payer_id})
        names = {payer.id: masked(payer.display_name or "") for payer in payers}
        by_kind = defaultdict(list)
        for one in found:
            columns = partners.of((one.payer_id, one.currency_id)) if one.payer_id else {}
            row = {
                **one._asdict(), **columns, "payer_name": names.get(one.payer_id), "host": host,
                "shown": masked(one.name or ""), "old_shown": masked(one.old_name or ""),
            }  # fmt: skip
            by_kind[one.kind].append({name: value for name, value in row.items() if name not in ("kind", "date")})
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
