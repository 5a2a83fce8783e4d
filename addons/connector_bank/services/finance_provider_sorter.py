from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.finance_connector_base.core.errors import StateConflictError

from ..formats.payout import PAYOUT
from ..formats.paypal import SEARCH
from ..importing.chain import exact
from ..importing.identity import statement_identity
from ..importing.payouts import SETTLEMENT, has_key, moved, names_movements, names_payouts, told_anew

#: How far apart the days of one movement may lie between two channels: time zones, and payments that take long.
AROUND_DAYS = 31


class FinanceProviderSorter(models.AbstractModel):
    """Movements at a payment provider: the same one comes by interface and by report, each in its own words.

    Between two channels the provider's id, the kind of movement and its amount say that it is the same, whatever days
    and texts say; an id that comes twice is as many movements. Inside one channel the usual rules hold. One entry for
    a whole payout and a line for each cannot be compared: where both ways would meet, nothing is booked and a person
    decides.
    """

    _inherit = "finance.statement.sorter"

    @api.model
    def _sort(self, journal, statement, message, booked, known, force, prints):
        if has_key(statement.header.format):
            self._check_way(journal, statement, booked, known)
        found = super()._sort(journal, statement, message, booked, known, force, prints)
        if force:
            return found
        if names_movements(statement.header.format):
            lines = self._named_lines(journal, statement, (*found.new, *found.doubtful), found.confirmed)
            return self._without(found, lines, _movement)
        if names_payouts(statement.header.format) and known:
            lines = defaultdict(list)
            for line in self._payout_lines(journal, statement) - found.confirmed:
                lines[_part_of_line(line)].append(line)
            return self._without(found, lines, _part)
        return found

    def _without(self, found, lines, key):
        """``found`` without what ``lines``, by ``key`` of their entries, are already."""
        same, left = [], {"new": [], "doubtful": []}
        for name, candidates in (("new", found.new), ("doubtful", found.doubtful)):
            for candidate in candidates:
                held = lines.get(key(candidate.entry))
                if held:
                    same.append((held.pop(0), candidate))
                else:
                    left[name].append(candidate)
        return found._replace(
            new=tuple(left["new"]),
            doubtful=tuple(left["doubtful"]),
            known=(*found.known, *(candidate for _line, candidate in same)),
            confirmed=found.confirmed.concat(found.confirmed, *(line for line, _candidate in same)),
        )

    @api.model
    def _payout_adds(self, journal, statement, known, booked):
        """How many bookings a payout that came before over another channel adds, ``None`` where it says otherwise.

        The same is what moved as much under each of the provider's ids; where the channels name movements each in
        its own way, what consists of the same amounts under the number of the payout.
        """
        header = statement.header
        if not has_key(header.format):
            return None
        if all(entry.bank_ref for entry in booked):
            held = moved((line.finance_bank_ref, _amount(line)) for line in known.line_ids)
            if held and held == moved((entry.bank_ref, entry.amount) for entry in booked):
                return 0
        if not names_payouts(header.format) or not header.statement_id:
            return None
        held = map(_part_of_line, self._payout_lines(journal, statement))
        new = told_anew(held, map(_part, booked))
        return None if new is None else new.total()

    def _payout_lines(self, journal, statement):
        """The lines of a payout, whatever channel brought them."""
        identity = statement_identity(statement.header, statement.footer)
        found = self.env["account.bank.statement"].search(
            [("journal_id", "=", journal.id), ("name", "=", statement.header.statement_id)]
        )
        return found.filtered(
            lambda one: one.finance_identity == identity or (one.finance_identity or "").startswith(f"{identity}|")
        ).line_ids

    def _named_lines(self, journal, statement, candidates, confirmed):
        """``{movement: lines}`` that another channel brought under the ids of the candidates."""
        found = defaultdict(list)
        names = [one.entry.bank_ref for one in candidates if one.entry.bank_ref]
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("state", "=", "posted"),
                ("finance_bank_ref", "in", names),
                ("id", "not in", confirmed.ids),
            ],
            order="id",
        )
        profile = {statement.header.profile} - {None}
        for line in lines:
            if set((line.finance_message_id.result or {}).get("profiles") or ()) == profile:
                continue
            own_code = (line.transaction_details or {}).get("own_code")
            found[line.finance_bank_ref, _amount(line), line.transaction_type, own_code].append(line)
        return found

    def _check_way(self, journal, statement, booked, known):
        """:raise StateConflictError: ``payout.way``"""
        header = statement.header
        lines = self.env["account.bank.statement.line"]
        if header.profile == SEARCH and journal.finance_payout == "entry":
            words = self.env._("A transaction search brings movements one by one: let %s book a line for each.")
            raise StateConflictError(words % journal.display_name, code="payout.way")
        days = [entry.booked_on for entry in booked if entry.booked_on]
        if not days:
            return
        others = [
            ("journal_id", "=", journal.id),
            ("state", "=", "posted"),
            *([("statement_id", "not in", known.ids)] if known else []),
            ("date", ">=", fields.Date.subtract(min(days), days=AROUND_DAYS)),
            ("date", "<=", fields.Date.add(max(days), days=AROUND_DAYS)),
        ]
        inside = [one.bank_ref for entry in booked if entry.code == SETTLEMENT for one in entry.details if one.bank_ref]
        met = lines.search([*others, ("finance_bank_ref", "in", inside)], limit=1) if inside else lines
        apart = {entry.bank_ref for entry in booked if entry.code != SETTLEMENT} - {None}
        for lump in lines.search([*others, ("transaction_type", "=", SETTLEMENT)]):
            details = (lump.transaction_details or {}).get("details") or ()
            met = met or lump.filtered(lambda _line, own=details: any(one.get("bank_ref") in apart for one in own))
        if met:
            words = self.env._("Movements of these days were booked the other way (lines, or one entry): %s.")
            raise StateConflictError(words % met.display_name, code="payout.way")


def _movement(entry):
    return entry.bank_ref, entry.amount, entry.code, entry.own_code


def _part(entry):
    return entry.code == PAYOUT, entry.amount


def _part_of_line(line):
    return line.transaction_type == PAYOUT, _amount(line)


def _amount(line):
    return exact(line.amount, line.currency_id.decimal_places)
