from collections import defaultdict

from odoo import api, fields, models

from odoo.addons.finance_connector_base.core.errors import StateConflictError

from ..formats.paypal import SEARCH
from ..importing.chain import exact
from ..importing.payouts import SETTLEMENT, has_key, names_movements

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
        if force or not names_movements(statement.header.format):
            return found
        lines = self._named_lines(journal, statement, (*found.new, *found.doubtful), found.confirmed)
        same, left = [], {"new": [], "doubtful": []}
        for name, candidates in (("new", found.new), ("doubtful", found.doubtful)):
            for candidate in candidates:
                held = lines.get(_movement(candidate.entry))
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
            amount = exact(line.amount, line.currency_id.decimal_places)
            own_code = (line.transaction_details or {}).get("own_code")
            found[line.finance_bank_ref, amount, line.transaction_type, own_code].append(line)
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
