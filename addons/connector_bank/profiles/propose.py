"""Proposes a layout from a sample: dates by consistency over the column, the sign by the balances beside the rows."""

import itertools
import re
from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.errors import ConfigurationError, FormatError

from .balances import Chain
from .booking import RowReader
from .columns import bound
from .layout import Layout, folded
from .looks import NEGATIVE, bare, day_first, day_of, exclusive, holds, is_balance, is_own, negative, speaks
from .rows_around import balances_inside, facts_of
from .sample import ENCODINGS, FORMS, sampled
from .words import (
    BEFORE,
    BOOKED,
    CURRENCIES,
    DAY_FIRST,
    LEFT_OUT,
    MARK_TITLES,
    MARKS,
    OTHER_SIDE,
    PENDING,
    SURELY_OWN,
    TITLES,
)

#: Columns with decimals that are tried in pairs.
_TRIED = 8
#: Of rows that say nothing known, so many are noted, each with so many characters.
_SHOWN, _NOTED = 3, 80
#: Notes after which a person has to decide: the proposal alone must not be used.
OPEN = frozenset({"dates_open", "decimal_open", "sign_open", "status_open", "chain_broken", "no_column", "row_unread"})


@dataclass(frozen=True, slots=True)
class Note:
    """Why something is proposed, or what only a person can know.

    ``dates_proven``, ``dates_likely``, ``dates_open`` (form); ``decimal_proven``, ``decimal_open`` (mark);
    ``sign_proven`` (rows), ``sign_likely``, ``sign_open``; ``chain_broken`` (place); ``status_open`` (words);
    ``no_column`` (role); ``row_unread`` (its texts); ``no_currency``; ``no_account``
    """

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    data: dict  # as ``Layout.read`` takes it
    notes: tuple[Note, ...]
    titles: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]  # of each column, its first values

    @property
    def sure(self):
        """Whether nothing is left open."""
        return not any(note.code in OPEN for note in self.notes)


def propose(stream, head, code="proposed", name="Proposed"):
    """:raise FormatError: ``profile.no_table`` and those of the container"""
    sample = sampled(stream, head)
    return _Proposer(sample, code, name).proposal()


class _Proposer:
    def __init__(self, sample, code, name):
        self._sample, self._notes = sample, []
        self._undirected = False  # two columns of amounts, and nothing says which is which
        self._data = {
            "code": code,
            "name": name,
            "encodings": [sample.encoding] if sample.encoding else list(ENCODINGS),
            "delimiters": [sample.delimiter],
            "quote": sample.quote or "",
            "header": sample.header,
        }
        if not sample.header:
            self._data["width"] = sample.width

    def proposal(self):
        taken = self._titled()
        self._dates(taken)
        mark = self._decimal()
        self._amounts(taken, mark)
        self._bookings(taken)
        self._rest(taken)
        self._data["columns"] = {role: [self._name(column) for column in columns] for role, columns in taken.items()}
        self._data["dates"] = self._date_forms(taken)
        self._data["decimals"] = [mark] if mark else [",", "."]
        self._status(taken)
        self._waiting(taken)
        self._facts(taken)
        self._sign(taken, mark)
        self._missing(taken)
        return Proposal(
            self._data,
            tuple(self._notes),
            tuple(column.title for column in self._sample.columns),
            tuple(tuple(text for text in column.texts if text)[:3] for column in self._sample.columns),
        )

    def _note(self, code, value=""):
        self._notes.append(Note(code, value))

    def _name(self, column):
        """How the layout calls a column: by title, the second of a name with its number."""
        if not self._sample.header:
            return column.number + 1
        same = [one for one in self._sample.columns if folded(one.title) == folded(column.title)]
        nth = same.index(column) + 1
        return column.title if nth == 1 else f"{column.title}#{nth}"

    # what the titles say

    def _titled(self):
        """``{role: [column]}`` by words in the titles, where the values do not speak against it."""
        found, used = {}, set()
        if not self._sample.header:
            return found
        for role, words in TITLES.items():
            best = None
            for column in self._sample.columns:
                if column.number in used or not column.title or not self._may_be(role, column):
                    continue
                rank = next((place for place, word in enumerate(words) if speaks(word, column.title)), None)
                if rank is None or (role == "account" and rank >= SURELY_OWN and not is_own(column)):
                    continue
                # before any word counts whether something stands there; of two for the account, that with the IBAN
                rank = not column.filled, rank, not column.ibans
                if best is None or rank < best[0]:
                    best = rank, column
            if best:
                found[role] = [best[1]]
                used.add(best[1].number)
        return found

    @staticmethod
    def _may_be(role, column):
        if role == "booked_on" and bare(column.title).startswith(("initial", "final")):
            return False  # of the statement
        if role in ("booked_on", "value_on"):
            return bool(column.forms) and bool(column.filled)
        if role == "balance" and any(word in folded(column.title) for word in BEFORE):
            return False
        if role in ("iban", "bic", "counterparty") and "auftragskonto" in folded(column.title):
            return False
        if role == "account" and (column.forms or any(word in bare(column.title) for word in OTHER_SIDE)):
            return False
        if role == "iban" and column.filled and not any(re.search(r"\d", text) for text in column.texts):
            return False  # names
        if role == "counterparty" and (column.ibans or bare(column.title).startswith(("message", "zprava"))):
            return False
        if role in ("debit", "credit") and not column.filled:
            return True  # nothing of this kind in the sample
        if not column.filled and role in ("fee", "original_amount", "rate", "original_currency"):
            return role != "fee" or folded(column.title) in ("fee", "fees", "gebühr", "gebühren")
        if role in ("amount", "debit", "credit", "balance", "fee", "original_amount", "rate"):
            return bool(column.marks) and not (column.forms and not column.decided)
        return column.currencies if role in ("currency", "original_currency") else True

    # days

    def _dates(self, taken):
        days = [column for column in self._sample.columns if column.forms and column.filled]
        free = [column for column in days if not holds(taken, column)]
        if "booked_on" not in taken:
            if "value_on" in taken and not free:
                taken["booked_on"] = taken.pop("value_on")
            elif free:
                taken["booked_on"] = [free.pop(0)]
        if "value_on" not in taken and not self._sample.header and len(free) == 1:
            taken["value_on"] = [free[0]]
        booked = taken.get("booked_on")
        value = taken.get("value_on")
        if booked and value and "" in booked[0].values and "" not in value[0].values:
            self._data["blank_date"] = "pending"

    def _date_forms(self, taken, *, quiet=False):
        columns = [taken[role][0] for role in ("booked_on", "value_on") if role in taken]
        if not columns:
            return ["YYYY-MM-DD"]
        common = columns[0].forms
        for column in columns[1:]:
            if not column.forms & common:  # each has a form of its own
                return sorted({self._form(one.forms, quiet) for one in columns})
            common &= column.forms
        return [self._form(common, quiet)]

    def _form(self, forms, quiet):
        forms = sorted(forms, key=lambda form: (form.endswith("*"), FORMS.index(day_of(form))))
        first = forms[0]
        rivals = [form for form in forms if day_first(form) is not day_first(first)]
        if quiet:
            return first
        if not rivals or all(column.typed for column in self._sample.columns if column.forms):
            self._note("dates_proven", first)
        elif (self._decimal_seen() == "," or self._foreign()) and any(day_first(form) for form in forms):
            first = next(form for form in forms if day_first(form))
            self._note("dates_likely", first)  # who writes so does not put the month first
        else:
            self._note("dates_open", first)
        return first

    def _foreign(self):
        """Whether the titles of the days are in a language whose speakers put the day first."""
        titles = [bare(column.title) for column in self._sample.columns if column.forms and column.filled]
        return any(bare(word) in title for word in DAY_FIRST for title in titles if self._sample.header)

    # amounts

    def _decimal_seen(self):
        decided = {mark for column in self._sample.columns if column.decided for mark in column.marks}
        return decided.pop() if len(decided) == 1 else None

    def _decimal(self):
        mark = self._decimal_seen()
        numbers = [column for column in self._sample.columns if column.marks and not column.forms]
        if mark:
            self._note("decimal_proven", mark)
        elif not any(re.search(r"\d[.,]\d", text) for one in numbers if not one.typed for text in one.texts):
            typed = any(column.typed for column in numbers)
            mark = "." if typed else None  # whole numbers: another file may have either
        else:
            mark = "."
            self._note("decimal_open", mark)
        return mark

    def _amounts(self, taken, mark):
        """One amount, with a mark perhaps, or debits and credits."""
        two = [taken[role][0] for role in ("debit", "credit") if role in taken]
        if len(two) == 1 or not any(column.filled for column in two):  # alone it is no direction
            taken.pop("debit", None), taken.pop("credit", None)
        if "balance" not in taken and "debit" not in taken:
            self._by_balances(taken, mark)
        numbers = [column for column in self._sample.columns if column.marks and column.filled and not column.forms]
        if "amount" not in taken and not {"debit", "credit"} <= taken.keys():
            free = [column for column in numbers if not holds(taken, column)]
            pair = next((two for two in itertools.pairwise(free) if exclusive(*two)), None)
            taken.pop("debit", None), taken.pop("credit", None)
            if pair:
                self._undirected = negative(pair[0]) == negative(pair[1])
                debit, credit = pair[::-1] if negative(pair[1]) and not negative(pair[0]) else pair
                taken["debit"], taken["credit"] = [debit], [credit]
            elif free:
                ranks = [(column.decided, negative(column)) for column in free]
                self._undirected = ranks.count(max(ranks)) > 1
                taken["amount"] = [free[ranks.index(max(ranks))]]
        if "amount" in taken and {"debit", "credit"} & taken.keys():
            amount = taken["amount"][0]
            if {"debit", "credit"} <= taken.keys() and len(amount.filled) < len(self._sample.rows):
                taken.pop("amount")
            else:
                taken.pop("debit", None), taken.pop("credit", None)
        if "amount" in taken:
            self._mark_of(taken)

    def _by_balances(self, taken, mark):
        """Of the columns with decimals, the two of which one is the balance after the other."""
        numbers = [
            column
            for column in self._sample.columns
            if column.decided and column.marks and column.filled and not holds(taken, column)
        ][:_TRIED]
        amounts = taken.get("amount") or numbers
        days = self._date_forms(taken, quiet=True)
        for sign, amount, balance in itertools.product(("signed", "inverted"), amounts, numbers):
            if amount is balance:
                continue
            columns = {"booked_on": taken.get("booked_on", ()), "amount": [amount], "balance": [balance]}
            names = {role: [self._name(column) for column in some] for role, some in columns.items()}
            chain = self._chain({**self._data, "columns": names, "dates": days, "decimals": [mark], "sign": sign})
            if chain and chain.proves:
                taken["amount"], taken["balance"] = [amount], [balance]
                return

    def _bookings(self, taken):
        """Rows without any amount are none, nor those that say that they are a balance or a sum."""
        numbers = [column.number for role in ("amount", "debit", "credit") for column in taken.get(role, ())]
        self._sample.keep(lambda row: any(row[number] != "" for number in numbers) and not any(map(is_balance, row)))

    def _mark_of(self, taken):
        signed = any(re.match(NEGATIVE, text) for text in taken["amount"][0].texts)
        for column in self._sample.columns:
            words = {folded(text) for text in column.texts}
            fitting = [pair for pair in MARKS if words <= set(pair)]
            if not fitting or (holds(taken, column) and column not in taken.get("additional", ())):
                continue
            if signed and folded(column.title) not in MARK_TITLES:
                continue
            role = next((role for role, columns in taken.items() if column in columns), None)
            if role:
                taken.pop(role)
            taken["mark"] = [column]
            self._data["debit_marks"], self._data["credit_marks"] = [fitting[0][0]], [fitting[0][1]]
            return

    def _sign(self, taken, mark):
        """Of the ways to read the signs, the one that the balances prove; else the likely one."""
        ways = list(self._ways(taken, mark))
        for way in ways:
            chain = self._chain({**self._data, **way})
            if chain and chain.proves:
                self._data.update(way)
                self._note("sign_proven", str(chain.count))
                return
        chains = [self._chain({**self._data, **way}) for way in ways]
        whole = [way for way, chain in zip(ways, chains, strict=True) if chain and chain.count > 1 and not chain.broken]
        self._data.update((whole or ways)[0])
        chain = self._chain(self._data)
        if chain and chain.broken:
            self._note("chain_broken", chain.broken)
        amounts = [text for column in taken.get("amount", ()) for text in column.texts if text]
        negative = sum(bool(re.match(NEGATIVE, text)) for text in amounts)
        clear = not self._undirected and ("debit" in taken or "mark" in taken or negative > 0)
        self._note("sign_likely" if clear else "sign_open")

    def _ways(self, taken, mark):
        if "mark" in taken:
            amounts = [text for text in taken["amount"][0].texts if text]
            signed = any(re.match(NEGATIVE, text) for text in amounts)
            if signed:
                yield {"sign": "signed"}
            yield {"sign": "mark", "magnitude": "absolute" if signed else "unsigned"}
        elif "debit" in taken:
            texts = [text for text in taken["debit"][0].texts if re.search("[1-9]", text)]
            negative = [bool(re.match(NEGATIVE, text)) for text in texts]
            both = any(negative) and not all(negative)
            way = {"sign": "columns", "magnitude": "absolute" if both else "negative" if any(negative) else "unsigned"}
            yield way
            if self._undirected:
                columns = self._data["columns"]
                turned = {"debit": columns["credit"], "credit": columns["debit"]}
                yield {**way, "columns": {**columns, **turned}}
        else:
            yield {"sign": "signed"}
            yield {"sign": "inverted"}

    def _chain(self, data):
        """The balances of the sample, read in this way; None where it cannot be read."""
        if "balance" not in data["columns"]:
            return None
        try:
            layout = Layout.read(data)
            titles = [column.title for column in self._sample.columns]
            columns = bound(layout, titles if layout.header else self._sample.rows[0])
            reader = RowReader(layout, columns, layout.decimals[0])
            chains = {}
            for number, cells in enumerate(self._sample.rows, start=1):
                row = reader.figures(cells, f"row {number}")
                if row and row.status == "booked":
                    chain = chains.setdefault((row.account, row.currency), Chain())
                    chain.add(row.amount - row.fee, row.balance, row.booked_on, row.place)
        except (ConfigurationError, FormatError, AttributeError):
            return None
        return max(chains.values(), key=lambda chain: chain.count, default=None)

    # the rest

    def _rest(self, taken):
        """Columns that no title names, by what stands in them."""
        for column in self._sample.columns:
            if holds(taken, column) or not column.filled:
                continue
            if "currency" not in taken and column.currencies:
                taken["currency"] = [column]
            elif "account" not in taken and is_own(column) and not column.title.isalpha() and not self._sample.header:
                taken["account"] = [column]
            elif "iban" not in taken and column.ibans and len(set(column.texts)) > 1:
                taken["iban"] = [column]
        if "text" not in taken:
            free = [
                column
                for column in self._sample.columns
                if not holds(taken, column) and not column.forms and not column.marks and column.filled
            ]
            if free:
                taken["text"] = [max(free, key=lambda column: sum(map(len, column.texts)))]
        self._more_texts(taken)

    def _more_texts(self, taken):
        """Further columns of text, where they say something in a row for which the others are silent."""
        for column in self._sample.columns:
            if holds(taken, column) or column.forms or not any(speaks(word, column.title) for word in TITLES["text"]):
                continue
            known = [one.texts for one in taken.get("text", ())]
            if any(text and not any(texts[row] for texts in known) for row, text in enumerate(column.texts)):
                taken.setdefault("text", []).append(column)

    def _status(self, taken):
        if "status" not in taken:
            return
        words = sorted({folded(text) for text in taken["status"][0].texts if text})
        if len(words) > 8:
            taken.pop("status")
            self._data["columns"].pop("status")
            return
        for name, known in (("booked", BOOKED), ("pending", PENDING), ("left_out", LEFT_OUT)):
            self._data[name] = [word for word in words if word in known]
        unknown = [word for word in words if word not in BOOKED | PENDING | LEFT_OUT]
        if not self._data["booked"] and not self._data["pending"]:
            taken.pop("status")
            self._data["columns"].pop("status")  # a text of another kind
            for name in ("booked", "pending", "left_out"):
                self._data.pop(name)
        elif unknown or not self._data["booked"]:
            self._data["booked"] = self._data["booked"] or ["booked"]
            self._note("status_open", ", ".join(unknown))

    def _waiting(self, taken):
        """Words in the place of a day, such as ``Pending``."""
        words = {folded(text) for column in taken.get("booked_on", ()) for text in column.texts} & PENDING
        if words:
            self._data["pending"] = sorted(words.union(self._data.get("pending", ())))
            self._data["blank_date"] = "pending"

    def _facts(self, taken):
        sample = self._sample
        inside = [texts for texts in sample.below if any(map(is_balance, texts[1:])) and self._is_row(texts, taken)]
        below = [texts for texts in sample.below if texts not in inside]
        facts, unread = facts_of(sample.above, below, tuple(self._data["dates"]), self._data["decimals"][0])
        roles = ("credit", "balance") if "credit" in taken else ("amount", "balance")
        amounts = [column.number for role in roles for column in taken.get(role, ())]
        mark = taken["mark"][0].number if "mark" in taken else None
        facts += balances_inside(inside, amounts, mark, self._data.get("credit_marks", ()))
        if facts:
            self._data["facts"] = facts
        for texts in unread[:_SHOWN]:
            self._note("row_unread", " | ".join(text for text in texts if text)[:_NOTED])

    @staticmethod
    def _is_row(texts, taken):
        """Whether a row that is no booking has the day of one."""
        return all(column.number < len(texts) and texts[column.number] for column in taken.get("booked_on", ()))

    def _missing(self, taken):
        for role in ("booked_on", *(("debit", "credit") if "debit" in taken else ("amount",))):
            if role not in taken:
                self._note("no_column", role)
        said = {place for cells in self._data.get("facts", ()) for place in re.findall(r"\{(\w+)\}", " ".join(cells))}
        if "currency" not in taken and "currency" not in said:
            currency = self._worn(taken)
            if currency:
                self._data["currency"] = currency
            else:
                self._note("no_currency")
        if "account" not in taken and "account" not in said:
            self._note("no_account")

    def _worn(self, taken):
        """A currency that stands in a title: ``Amount (EUR)``."""
        for role in ("amount", "debit", "credit", "balance"):
            for column in taken.get(role, ()):
                words = re.findall(r"\w+", column.title)
                if hit := next((word for word in words if word in CURRENCIES), None):
                    return hit
                if "€" in column.title or "EUROA" in words:
                    return "EUR"
        return None
