"""A layout: how one bank writes its table. Plain JSON data, checked once, then only read."""

import re
from dataclasses import dataclass, field, fields, replace

from odoo.addons.finance_connector_base.core.errors import ConfigurationError
from odoo.addons.finance_connector_base.core.safe.charset import UNREAD, charset

from .template import Template, squeezed
from .values import currency_of, date_reader

#: role → what stands in the column, for people who choose; ``text`` and ``bank_ref`` may have several columns.
ROLES = {
    "booked_on": "Booking date",
    "value_on": "Value date",
    "amount": "Amount",
    "debit": "Debit amount",
    "credit": "Credit amount",
    "mark": "Debit or credit mark",
    "currency": "Currency",
    "balance": "Balance after",
    "account": "Own account",
    "counterparty": "Counterparty",
    "payer": "Payer",
    "payee": "Payee",
    "iban": "Counterparty account",
    "bic": "Counterparty bank",
    "text": "Remittance text",
    "reference": "Structured reference",
    "additional": "Booking text",
    "bank_ref": "Bank reference",
    "end_to_end_id": "End-to-end ID",
    "mandate_id": "Mandate",
    "creditor_id": "Creditor ID",
    "code": "Transaction code",
    "purpose": "Purpose code",
    "cheque_number": "Cheque number",
    "status": "Status",
    "fee": "Fee",
    "original_amount": "Original amount",
    "original_currency": "Original currency",
    "rate": "Exchange rate",
}
SEVERAL = frozenset({"text", "bank_ref", "counterparty"})
SIGNS = {
    "signed": "A minus is a debit",
    "inverted": "A minus is a credit (credit cards)",
    "mark": "A mark says debit or credit",
    "columns": "Debits and credits in two columns",
}
#: How amounts with a mark, or of the debit column, are written.
MAGNITUDES = {"unsigned": "Without a sign", "negative": "Debits with a minus", "absolute": "The sign does not count"}
FEES = {"entry": "A booking of its own", "added": "Taken from the amount", "included": "Inside the amount already"}
BLANK_DATES = {"refuse": "Refuse the file", "pending": "Not booked yet"}
_CODE = re.compile(r"[a-z0-9_]{1,64}")
_DELIMITERS = frozenset(";,\t|^~:")
_TEXT_LIMIT, _LIST_LIMIT = 500, 100


@dataclass(frozen=True, slots=True)
class Layout:
    """What a profile says. ``columns``: role → titles (``A|B``: either, ``A?``: may be missing, ``A#2``: the second
    of this name, ``Credit in {currency}``) or, without a header, numbers from 1."""

    code: str
    name: str
    columns: dict[str, tuple]
    dates: tuple[str, ...]
    version: int = 1
    country: str | None = None
    source: str | None = None  # where the layout is documented
    own: bool = False  # of a company: goes before those that come with the addon
    encodings: tuple[str, ...] = ("utf-8", "windows-1252")  # the first that fits the whole file
    delimiters: tuple[str, ...] = (";",)
    quote: str | None = '"'
    header: bool = True
    width: int | None = None  # number of columns, where there is no header
    titles: tuple[str, ...] = ()  # further titles that must be there
    decimals: tuple[str, ...] = (",",)  # where several, the one that reads all amounts of the file
    sign: str = "signed"
    magnitude: str = "unsigned"
    debit_marks: tuple[str, ...] = ()
    credit_marks: tuple[str, ...] = ()
    booked: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    blank_date: str = "refuse"
    currency: str | None = None  # where no column and no row says it
    fee: str = "entry"
    facts: tuple[tuple[str, ...], ...] = ()
    end: tuple[tuple[str, ...], ...] = ()  # a row that ends the table; what follows is not read
    fact_templates: tuple[Template, ...] = field(default=(), compare=False, repr=False)
    end_templates: tuple[Template, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def read(cls, data, **given):
        """A layout from JSON values.

        :raise ConfigurationError: ``profile.invalid``: something is missing, unknown or contradicts itself
        """
        if not isinstance(data, dict):
            raise _invalid("a layout is an object", None)
        if unknown := set(data) - _READ.keys():
            raise _invalid("nothing of this name is known", sorted(unknown)[0])
        values = {name: _READ[name](value, name) for name, value in data.items() if value is not None}
        try:
            layout = cls(**{**values, **given})
        except TypeError as error:
            raise _invalid("code, name, columns and dates are needed", None) from error
        layout._check()
        return replace(
            layout,
            fact_templates=tuple(Template(cells) for cells in layout.facts),
            end_templates=tuple(Template(cells) for cells in layout.end),
        )

    def _check(self):
        if not _CODE.fullmatch(self.code):
            raise _invalid("a code has small letters, digits and underscores", "code")
        self._check_columns()
        self._check_forms()
        if self.sign == "mark" and not (self.debit_marks and self.credit_marks):
            raise _invalid("the marks of debits and credits are missing", "debit_marks")
        if self.sign == "mark" and self.magnitude == "negative":
            raise _invalid("with a mark an amount has no minus, or one that does not count", "magnitude")
        if set(_folded(self.debit_marks)) & set(_folded(self.credit_marks)):
            raise _invalid("a mark means debit and credit", "debit_marks")
        words = [*_folded(self.booked), *_folded(self.pending), *_folded(self.left_out)]
        if len(set(words)) < len(words):
            raise _invalid("a status has two meanings", "booked")
        if "status" in self.columns and not self.booked:
            raise _invalid("no status means booked", "booked")

    def _check_columns(self):
        needed = {"columns": ("debit", "credit"), "mark": ("amount", "mark")}.get(self.sign, ("amount",))
        for role in ("booked_on", *needed):
            if not self.columns.get(role):
                raise _invalid(f"no column for {ROLES[role]}", "columns")
        for role, columns in self.columns.items():
            if role not in ROLES:
                raise _invalid("nothing of this name is known", f"columns.{role}")
            if len(columns) > 1 and role not in SEVERAL:
                raise _invalid("one column only", f"columns.{role}")
            for column in columns:
                if isinstance(column, int) == self.header:
                    raise _invalid("columns have titles or, without a header, numbers", f"columns.{role}")
                if not self.header and not 1 <= column <= (self.width or 0):
                    raise _invalid("there is no such column", f"columns.{role}")

    def _check_forms(self):
        if not self.dates or not self.decimals or not self.encodings or not self.delimiters:
            raise _invalid("a list is empty", "dates")
        for form in self.dates:
            try:
                date_reader((form,))
            except (ValueError, re.error) as error:
                raise _invalid("no form of a date", "dates") from error
        if set(self.decimals) - {",", "."}:
            raise _invalid("a decimal mark is a comma or a point", "decimals")
        if any(charset(name) is UNREAD for name in self.encodings):
            raise _invalid("no charset we read", "encodings")
        if set(self.delimiters) - _DELIMITERS:
            raise _invalid("not a delimiter", "delimiters")
        if self.currency:
            try:
                currency_of(self.currency)
            except ValueError as error:
                raise _invalid("no ISO code", "currency") from error

    def content(self):
        """The JSON values that ``read`` takes; what is at its default is left out."""
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in _READ and value != one.default:
                found[one.name] = "" if value is None else _plain(value)  # no quote
        return found


def folded(text):
    """A title or word to compare: case and blanks do not count."""
    return squeezed(text.replace("\ufeff", "")).casefold()


def _folded(words):
    return [folded(word) for word in words]


def _invalid(text, place):
    return ConfigurationError(text, code="profile.invalid", place=place)


def _plain(value):
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return {role: _plain(one) for role, one in value.items()} if isinstance(value, dict) else value


def _exactly(kind):
    def read(value, place):
        if type(value) is not kind or (kind is str and not 0 < len(value) <= _TEXT_LIMIT):
            raise _invalid("not a value for this", place)
        return value

    return read


def _choice(choices):
    def read(value, place):
        if value not in choices:
            raise _invalid("not one of the choices", place)
        return value

    return read


def _tuple(item):
    def read(value, place):
        if not isinstance(value, (list, tuple)) or len(value) > _LIST_LIMIT:
            raise _invalid("not a list", place)
        return tuple(item(one, place) for one in value)

    return read


def _cell(value, place):
    if not isinstance(value, str) or len(value) > _TEXT_LIMIT:
        raise _invalid("not a text", place)
    return value


def _row(value, place):
    cells = _tuple(_cell)(value, place)
    if not any(cells):
        raise _invalid("a row needs a text", place)
    return cells


def _column(value, place):
    return value if type(value) is int else _text(value, place)


def _columns(value, place):
    if not isinstance(value, dict):
        raise _invalid("not an object", place)
    columns = {}
    for role, one in value.items():
        columns[role] = _tuple(_column)(one if isinstance(one, (list, tuple)) else [one], f"{place}.{role}")
    return {role: one for role, one in columns.items() if one}


def _quote(value, place):
    if value != "" and (not isinstance(value, str) or len(value) != 1):
        raise _invalid("a quote is one sign, or none", place)
    return value or None


_text, _whole, _flag, _texts = _exactly(str), _exactly(int), _exactly(bool), _tuple(_exactly(str))
_words = _tuple(_cell)
_READ = {
    "code": _text, "name": _text, "version": _whole, "country": _text, "source": _text, "encodings": _texts,
    "delimiters": _texts, "quote": _quote, "header": _flag, "width": _whole, "titles": _texts, "columns": _columns,
    "dates": _texts, "decimals": _texts, "sign": _choice(SIGNS), "magnitude": _choice(MAGNITUDES),
    "debit_marks": _words, "credit_marks": _words, "booked": _words, "pending": _words, "left_out": _words,
    "blank_date": _choice(BLANK_DATES), "currency": _text, "fee": _choice(FEES), "facts": _tuple(_row),
    "end": _tuple(_row),
}  # fmt: skip
