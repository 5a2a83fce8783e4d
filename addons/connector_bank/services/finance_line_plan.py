"""What the writer of statement lines needs to know of a journal and a batch, once for all of its lines."""

import re

from odoo import fields

from ..writing import formulas, rows
from ..writing.lines import staged
from .partner_columns import PartnerColumns


class Plan:
    """Patterns, formulas and partners for one batch of lines of one journal."""

    def __init__(self, model, journal, values_list, patterns):
        self.model, self.journal, self.patterns = model, journal, patterns
        self._cr = model.env.cr
        names = values_list[0].keys() - {
            "journal_id", "date", "payment_ref", "partner_id", "amount", "foreign_currency_id", "amount_currency"
        }  # fmt: skip
        types = rows.columns(self._cr, "account_bank_statement_line")
        self._direct = {name: types[name] for name in sorted(names)}
        self._booleans = [name for name in names if types[name] == "boolean"]
        self._integers = [name for name in names if model._fields[name].type == "integer"]
        self._formulas = formulas.expressions(
            self._direct, statement="statement_id" in names, suspense_reconciles=journal.suspense_account_id.reconcile
        )
        self._partners = PartnerColumns(journal)
        self._own_currency = journal._finance_currency().id

    def numbers(self, move):
        return Numbers(move)

    def staged(self, values_list, balances, positions, numbered):
        """``(rows to insert, ids of their lines)`` with new ids, ascending with the positions."""
        count = len(positions)
        lines = rows.new_ids(self._cr, "account_bank_statement_line", count)
        moves = rows.new_ids(self._cr, "account_move", count)
        items = rows.new_ids(self._cr, "account_move_line", 2 * count)
        self._partners.know(self._payer(values_list[position]) for position in positions)
        result = []
        for place, position in enumerate(positions):
            values = values_list[position]
            row = staged(
                values,
                balances[position],
                (lines[place], moves[place], items[2 * place], items[2 * place + 1]),
                numbered[position],
                self._partners.of(self._payer(values)),
            )
            for name in self._booleans:
                row[name] = bool(row[name])
            for name in self._integers:
                row[name] = row[name] or 0
            result.append(row)
        return result, lines

    def insert(self, key, staged_rows):
        rows.write_lines(self._cr, staged_rows, self.patterns[key], self._formulas, self._direct)

    def _payer(self, values):
        """What the entry's columns of the partner depend on: the partner and the currency of the entry."""
        return (values.get("partner_id") or False, values.get("foreign_currency_id") or self._own_currency)


class Numbers:
    """The numbers after that of an entry which Odoo has just numbered; they are reserved with it."""

    def __init__(self, move):
        self._move = move
        first, last, *_rest = move._get_sequence_date_range(move._deduce_sequence_number_reset(move.name))
        self._period = first, last
        self._format, self._values = move._get_sequence_format_param(move.name)
        self._split = re.compile(
            move._make_regex_non_capturing(move._sequence_fixed_regex.replace(r"?P<seq>", ""))
        )

    def hold(self, day):
        """Whether entries of this day are numbered in the same sequence."""
        return self._period[0] <= fields.Date.to_date(day) <= self._period[1]

    def following(self, count):
        """``[(name, prefix, number)]`` of the next entries."""
        number = self._values["seq"]
        return [self._parts(number + step) for step in range(1, count + 1)]

    def _parts(self, number):
        name = self._format.format(**{**self._values, "seq": number})
        found = self._split.match(name)
        return name, name[: found.start(1)], int(found.group(1) or 0)

    def forget(self):
        """Odoo remembers the last number it gave; it must look again."""
        self._move._get_sequence_cache().clear()
