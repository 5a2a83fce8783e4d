from collections import Counter
from decimal import Decimal

from odoo import fields, models

from ..writing import exchange, rows
from ..writing.exchange import FOLLOWER, TOLD_OF
from .finance_bulk_writer import MESSAGE, TRACKED
from .finance_line_plan import Numbers
from .finance_pair_writer import FULL, ITEM, LEDGER, MOVE, PARTIAL
from .undone import NotAlike

NUMBERED = ("name", "sequence_prefix", "sequence_number")


class FinanceExchangeWriter(models.AbstractModel):
    """Pairs in another currency at different rates, with the entries of their differences of exchange, at once.

    Beside what the writer of pairs does: the first entry of each sequence is made by Odoo for good, which reserves the
    numbers of the others.
    """

    _name = "finance.exchange.writer"
    _inherit = ["finance.pair.writer"]
    _description = "Writer of differences of exchange"
    _writes = frozenset({*LEDGER, MESSAGE, TRACKED, FOLLOWER, TOLD_OF})
    _grows = (MESSAGE, FULL)
    _what = "exchange"
    _stage = exchange.STAGE

    # what is for the quick way

    def _fitting(self, differing):
        """``(pair, what Odoo settles of it)`` as ``ExchangePair``, of those that an exemplar can stand for."""
        if not differing or self._analytic_by_partner():
            return []
        items = self.env["account.move.line"].browse(one for pair, _settled in differing for one in pair[1:3])
        item_of, days = {item.id: item for item in items}, {}
        found = []
        for pair, settled in differing:
            left = {
                pair.debit_id: Decimal(pair.amount) + Decimal(pair.debit_left) - settled,
                pair.credit_id: Decimal(pair.amount) - Decimal(pair.credit_left) - settled,
            }
            differs = [(item_of[one], rest) for one, rest in left.items() if rest]
            if len(differs) != 1 or differs[0][1] < 0:
                continue
            item, rest = differs[0]
            journal = item._get_exchange_journal(item.company_id)
            if (journal, pair.max_date) not in days:
                days[journal, pair.max_date] = self._day(journal, fields.Date.to_date(pair.max_date))
            day = days[journal, pair.max_date]
            if day and journal == next(iter(days))[0]:  # numbers of two journals are two sequences
                found.append(self._pair(pair, str(settled), item, str(rest), max(day, item.date), journal))
        return found

    def _pair(self, pair, settled, item, difference, day, journal):
        on_debit = item.id == pair.debit_id
        kind = f"{pair.kind}/{journal.id}/{'debit' if on_debit else 'credit'}/{bool(item.partner_id)}"
        pair = pair._replace(amount=settled, debit_left="0", credit_left="0", invoice_left="0", kind=kind)
        partner = item.partner_id.id or None
        return exchange.ExchangePair(*pair, fields.Date.to_string(day), difference, on_debit, partner)

    def _day(self, journal, moment):
        """The day of an entry of exchange, by Odoo; ``None`` where it is Odoo's to say why there is none."""
        company = journal.company_id
        if (
            not journal or journal.restrict_mode_hash_table
            or not company.expense_currency_exchange_account_id or not company.income_currency_exchange_account_id
        ):  # fmt: skip
            return None
        day = journal.with_context(move_date=moment).accounting_date
        return None if company._get_violated_lock_dates(day, False, journal) else day

    def _sample(self, found):
        """Of each kind the first and the last, and the first of each day."""
        days = {}
        for pair in found:
            days.setdefault(pair.day, pair)
        return sorted({*super()._sample(found), *days.values()})

    # what stands in the database

    def _rows(self, sample, last=None, made=()):
        cr, place_of = self.env.cr, {pair.debit_id: place for place, pair in enumerate(sample)}
        beside = {
            name: {row_id: place_of[item] for row_id, item in some.items()}
            for name, some in exchange.beside(cr, [one for pair in sample for one in pair[1:3]]).items()
        }
        entries = {row_id: f"exchange {place}" for row_id, place in beside["entries"].items()}
        found, labels = super()._rows(sample, last, {**dict(made), **entries})
        unused = exchange.unused(cr, last[FULL]) if last else []
        for table, some in {
            MOVE: entries,
            ITEM: _counted("item", beside["items"]),
            PARTIAL: _counted("second", beside["seconds"]),
            FOLLOWER: _counted("follower", beside["followers"]),
            FULL: {row_id: f"unused {number}" for number, row_id in enumerate(unused)},
        }.items():
            labels[table] = {**labels[table], **some}
            found[table] = {**found.get(table, {}), **rows.read(cr, table, some)}
        found[TOLD_OF] = {
            f"told {beside['followers'][follower]} {subtype}": {
                "mail_followers_id": follower, "mail_message_subtype_id": subtype,
            }
            for follower, subtype in exchange.subtypes(cr, list(beside["followers"]))
        }  # fmt: skip
        labels[TOLD_OF] = {label: label for label in found[TOLD_OF]}
        return found, labels

    # the quick way

    def _made(self, place, pair, labels):
        told = [label for label in labels[TOLD_OF] if label.startswith(f"told {place} ")]
        return {
            **super()._made(place, pair, labels),
            "unused": f"unused {place}", "exchange": f"exchange {place}", "settling": f"item {place}.0",
            "result": f"item {place}.1", "second": f"second {place}.0", "follower": f"follower {place}.0",
            "created": f"message account.move exchange {place}.0",
            **{f"told {number}": label for number, label in enumerate(told)},
        }  # fmt: skip

    def _inserts(self, pair, inserted):
        if not inserted.keys() >= set(exchange.OF_ENTRY):
            raise NotAlike(self.env._("Odoo books no difference of exchange"))
        inserts, difference = dict(exchange.INSERTS), float(pair.difference)
        for name in exchange.OF_ENTRY:
            table, formulas = inserts[name]
            inserts[name] = table, {**formulas, **self._money(table, inserted[name], difference, "difference")}
        told = [name for name in inserted if name.startswith("told ")]
        return inserts | dict.fromkeys(told, (TOLD_OF, {"mail_followers_id": "s.follower_id"}))

    def _try(self, sample, patterns, expected):
        """All exemplars after their pattern, under the numbers Odoo gave."""
        found, labels = expected
        row_of = {label: found[MOVE][row_id] for row_id, label in labels[MOVE].items()}
        numbered, last = [], {}
        for place, pair in sorted(enumerate(sample), key=lambda one: _order(one[1])):
            name, prefix, number = (row_of[f"exchange {place}"][one] for one in NUMBERED)
            if number != last.get(prefix, number - 1) + 1:
                raise NotAlike(self.env._("Odoo numbers the entries of exchange in another order"))
            last[prefix] = number
            numbered.append(pair._replace(name=name, sequence_prefix=prefix, sequence_number=number))
        self._write_pairs(numbered, patterns)

    def _by_pattern(self, found, patterns):
        """All pairs: the first of each sequence by Odoo, which reserves the numbers, the others by their pattern."""
        waiting = sorted(found, key=_order)
        while waiting:
            head, *waiting = waiting
            numbers = Numbers(self._by_odoo_for_good(head))
            group = [pair for pair in waiting if numbers.hold(pair.day)]
            waiting = [pair for pair in waiting if not numbers.hold(pair.day)]
            following = numbers.following(len(group))
            self._write_pairs(
                [pair._replace(**dict(zip(NUMBERED, one, strict=True)))
                 for pair, one in zip(group, following, strict=True)],
                patterns,
            )  # fmt: skip
            numbers.forget()

    def _by_odoo_for_good(self, pair):
        """The entry of the difference of a pair that Odoo reconciles."""
        items = self.env["account.move.line"].browse(pair[1:3])
        items.reconcile()
        self.env.flush_all()
        entry = items.matched_debit_ids.exchange_move_id
        if len(entry) != 1:
            raise NotAlike(self.env._("Odoo books no difference of exchange"))
        return entry


def _order(pair):
    """Odoo's order of entries that are numbered together."""
    return pair.day, pair.place


def _counted(name, places):
    """``{id: label}`` of rows of the same pair, in the order of their ids."""
    labels, counted = {}, Counter()
    for row_id, place in sorted(places.items()):
        labels[row_id] = f"{name} {place}.{counted[place]}"
        counted[place] += 1
    return labels
