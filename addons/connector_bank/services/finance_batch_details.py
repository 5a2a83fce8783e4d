from datetime import timedelta

from odoo import api, models

from odoo.addons.finance_connector_base.core.codec import content
from odoo.addons.finance_connector_base.core.money import plain

from ..importing.batches import NOTICE, collective, complete, entry_keys, kept, keys, same, told, total, with_details
from ..importing.chain import exact

#: A notification and its booking stand at most so many days apart.
DAYS_APART = 10


class FinanceStatementSorter(models.AbstractModel):
    """A collective booking and its single notifications are the same money: never lines beside each other."""

    _inherit = "finance.statement.sorter"

    @api.model
    def _sort(self, journal, statement, message, booked, known, force, prints):
        sorted_ = super()._sort(journal, statement, message, booked, known, force, prints)
        if force or not sorted_.new:
            return sorted_
        notice = statement.header.format == NOTICE
        new, known_too, confirmed = [], [], sorted_.confirmed
        lines = self._named_alike(journal, [one.entry for one in sorted_.new]) - confirmed
        lines -= lines.browse(line.id for line, _candidate in sorted_.adopted)
        for candidate in sorted_.new:
            found = self._whole(candidate, lines) if notice else self._parts(candidate, lines)
            if found:
                known_too.append(candidate)
                confirmed |= lines.browse() if notice else found
                lines -= lines.browse() if notice else found
            else:
                new.append(candidate)
        return sorted_._replace(new=tuple(new), known=(*sorted_.known, *known_too), confirmed=confirmed)

    def _whole(self, candidate, lines):
        """The line of a statement that a single notification is a part of."""
        entry = candidate.entry
        mine = entry_keys(entry)
        for line in lines:
            part = line.currency_id.compare_amounts(abs(line.amount), abs(float(entry.amount))) >= 0
            if not line.finance_intraday and part and line.amount * float(entry.amount) > 0 and _holds(line, mine):
                return line
        return lines.browse()

    def _parts(self, candidate, lines):
        """The lines that notifications made of the transactions of a collective booking, where they add up to it."""
        if not lines or not collective(content(candidate.entry)):
            return lines.browse()
        mine = entry_keys(candidate.entry)
        parts = lines.filtered(lambda line: line.finance_intraday and same(mine, keys(line.transaction_details or {})))
        held = sum(exact(line.amount, line.currency_id.decimal_places) for line in parts)
        return parts if parts and held == candidate.entry.amount else lines.browse()

    def _named_alike(self, journal, entries):
        """Lines around the days of ``entries`` that share a reference with any of them."""
        days = [day for entry in entries if (day := entry.booked_on or entry.value_on)]
        named = [name for entry in entries for name in entry_keys(entry).values()]
        lines = self.env["account.bank.statement.line"]
        if not days or not named:
            return lines
        lines.flush_model(["transaction_details", "finance_bank_ref", "journal_id"])
        self.env["account.move"].flush_model(["date", "state"])
        apart = timedelta(days=DAYS_APART)
        self.env.cr.execute(
            """
            SELECT line.id
              FROM account_bank_statement_line line
              JOIN account_move move ON move.id = line.move_id
             WHERE line.journal_id = %(journal)s AND move.state = 'posted' AND move.date BETWEEN %(first)s AND %(last)s
               AND (line.finance_bank_ref = ANY(%(named)s)
                    OR line.transaction_details->>'payment_info_id' = ANY(%(named)s)
                    OR line.transaction_details->>'message_id' = ANY(%(named)s)
                    OR line.transaction_details->'details'->0->>'payment_info_id' = ANY(%(named)s)
                    OR line.transaction_details->'details'->0->>'message_id' = ANY(%(named)s))
             ORDER BY line.id
            """,
            {"journal": journal.id, "first": min(days) - apart, "last": max(days) + apart, "named": named},
        )
        return lines.browse(row[0] for row in self.env.cr.fetchall())


class FinanceStatementWriter(models.AbstractModel):
    """Brings the transactions of a collective booking to its line, whichever came first."""

    _inherit = "finance.statement.writer"

    def _retold(self, line, values):
        """A statement that books in one sum leaves the transactions that a report during the day told of."""
        return {**values, "transaction_details": kept(line.transaction_details or {}, values["transaction_details"])}

    def _after_report(self, journal, statement, message, sorted_):
        res = super()._after_report(journal, statement, message, sorted_)
        notices = self.env["finance.batch.notice"].sudo()
        if statement.header.format == NOTICE:
            entries = [entry for entry in statement.entries if entry.status in ("booked", "information")]
            notices = notices._keep(journal, entries, message).filtered(lambda row: row.state != "attached")
        else:
            entries = statement.booked
            notices = notices._named_like(journal, map(entry_keys, entries))
        if notices:
            lines = self.env["finance.statement.sorter"]._named_alike(journal, entries)
            for line in lines.filtered(lambda line: not line.finance_intraday):
                self._tell_apart(message, line)
        return res

    def _tell_apart(self, message, line):
        """Bring to the line what notices tell of it; a case where they tell of another sum."""
        booking = line.transaction_details or {}
        mine, amount = keys(booking), exact(line.amount, line.currency_id.decimal_places)
        rows = self.env["finance.batch.notice"].sudo()._named_like(line.journal_id, [mine])
        rows = rows.filtered(lambda row: same(mine, keys(row.booking)))
        if not collective(booking):
            rows = rows.filtered(lambda row: row.bank_ref == mine.get("bank_ref") and row.amount == line.amount)
        if not rows:
            return
        found = told(amount, [{**row.booking, "row": row.id} for row in rows])
        if found:
            line.transaction_details = with_details(booking, found)
            rows = rows.browse(notice["row"] for notice in found)
        elif not complete(booking):
            self._report_difference(message, line, rows)
            return
        rows.write({"state": "attached", "line_id": line.id})
        self._difference(line)._solve(self.env._("Solved by itself: the details add up to the booking."))

    def _report_difference(self, message, line, rows):
        """Some notifications may still come: the case closes by itself when the sum is right."""
        rows.write({"state": "differs", "line_id": line.id})
        self.env["finance.exception"]._report(
            line,
            "statement.details_differ",
            self.env._(
                "The bank booked %(booked)s on %(day)s and tells of %(count)s transactions that come to %(told)s.",
                booked=line.currency_id.format(line.amount),
                day=line.date,
                count=sum(rows.mapped("transactions")),
                told=plain(total(row.booking for row in rows)),
            ),
            line.finance_bank_ref or line.name,
            blocking=False,
            domain="bank",
            connector_id=message.connector_id.id,
            owner_id=message._owner().id,
        )

    def _difference(self, line):
        return self.env["finance.exception"].sudo().search(
            [
                ("code", "=", "statement.details_differ"),
                ("state", "=", "open"),
                ("res_model", "=", line._name),
                ("res_id", "=", line.id),
            ]
        )


def _holds(line, mine):
    """Whether the line is a collective booking that bears these references."""
    booking = line.transaction_details or {}
    return collective(booking) and same(mine, keys(booking))
