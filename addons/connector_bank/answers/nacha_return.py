"""Returns and notifications of change in NACHA files: addenda 98 and 99, in their batches or beside them.

Layout: Nacha Operating Rules, appendix four (returns) and five (notifications of change); records of 94 signs.
What was returned is known by the trace number of the original entry, which is ours.
"""

from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.text import forgiving_lines

from .answer import BatchAnswer, ItemAnswer, Reason

LENGTH = 94
_CHANGED = {  # fields of the corrected data by change code: (name, begin, end)
    "C01": (("account", 0, 17),),
    "C02": (("routing_number", 0, 9),),
    "C03": (("routing_number", 0, 9), ("account", 12, 29)),
    "C04": (("name", 0, 22),),
    "C05": (("transaction_code", 0, 2),),
    "C06": (("account", 0, 17), ("transaction_code", 20, 22)),
    "C07": (("routing_number", 0, 9), ("account", 9, 26), ("transaction_code", 26, 28)),
    "C09": (("individual_id", 0, 22),),
}


def recognises(head):
    lines = head.decode("latin-1").splitlines()[:2000]
    return any(line[:3] in ("798", "799") for line in lines) and any(line[:1] in "56" for line in lines)


def parse(stream):
    """Yield an ``ItemAnswer`` for each returned or corrected entry, a ``BatchAnswer`` at the end of each batch.

    :raise FormatError: ``nacha.record``, ``nacha.amount``, ``nacha.control``, ``nacha.empty``, ``text.…``;
        the place is the line
    """
    reader, count = _Reader(), 0
    for number, line in forgiving_lines(stream):
        try:
            for answer in reader.line(line.rstrip("\r\n"), f"line {number}"):
                count += isinstance(answer, ItemAnswer)
                yield answer
        except FormatError as error:
            error.place = error.place or f"line {number}"
            raise
    reader.finish()
    if not count:
        raise FormatError("there is no return and no notification of change in it", code="nacha.empty")


class _Reader:
    def __init__(self):
        self.batch, self.entry, self.kind = None, None, None
        self.debit = self.credit = self.entries = 0
        self.totals = [0, 0, 0]
        self.ended = False

    def line(self, line, place):
        if not line.strip() or self.ended or line == "9" * LENGTH:
            return
        if len(line) > LENGTH:
            raise FormatError("the record is longer than 94 signs", code="nacha.record")
        line = line.ljust(LENGTH)
        match line[0]:
            case "1":
                return
            case "5":
                self.batch, self.kind = line[87:94].strip(), line[50:53]
                self.debit = self.credit = self.entries = 0
            case "6":
                self.entry = line
                self._count(line)
            case "7":
                self.entries += 1
                if line[1:3] in ("98", "99"):
                    yield self._answer(line, place)
            case "8":
                self._check_batch(line)
                yield BatchAnswer(None, self.batch, None, (), place)
                self.batch = None
            case "9":
                self._check_file(line)
                self.ended = True
            case _:
                raise FormatError("no such record", code="nacha.record")

    def finish(self):
        if self.batch is not None:
            raise FormatError("a batch has no control record", code="nacha.record")

    def _count(self, line):
        self.entries += 1
        value = _digits(line[29:39], "amount")
        if line[2] in "56789":  # 27 pays from a checking account, 26 is the return of that; 22 and 21 of a credit
            self.debit += value
        else:
            self.credit += value

    def _answer(self, line, place):
        if self.entry is None:
            raise FormatError("the addenda belongs to no entry", code="nacha.record")
        entry, code = self.entry, line[3:6]
        changed = line[1:3] == "98"
        data = line[35:64] if changed else ""
        corrected = tuple(
            (name, value) for name, begin, end in _CHANGED.get(code, ()) if (value := data[begin:end].strip())
        )
        text = None if changed else line[35:79].strip() or None
        cents = _digits(entry[29:39], "amount")
        return ItemAnswer(
            None,
            self.batch,
            None if changed else "RJCT",
            instruction_id=line[6:21].strip() or None,  # original trace number
            end_to_end_id=(entry[39:54].strip() or None) if self.kind != "IAT" else None,
            reasons=(Reason(code, None, text),),
            amount=Decimal(cents).scaleb(-2),
            currency="USD",
            bank_ref=line[79:94].strip() or None,
            settled_on=_day(line[21:27]) if code in ("R14", "R15") else None,
            name=(entry[54:76].strip() or None) if self.kind != "IAT" else None,
            corrected=corrected,
            account=entry[12:29].strip() if self.kind != "IAT" else entry[39:74].strip(),
            place=place,
        )

    def _check_batch(self, line):
        if self.batch is None:
            raise FormatError("a control record without batch", code="nacha.record")
        declared = (_digits(line[4:10], "count"), _digits(line[20:32], "debit"), _digits(line[32:44], "credit"))
        if declared != (self.entries, self.debit, self.credit):
            raise FormatError(
                f"the batch declares {declared}, it holds {(self.entries, self.debit, self.credit)}",
                code="nacha.control",
            )
        self.totals = [total + one for total, one in zip(self.totals, declared, strict=True)]
        self.entry = None

    def _check_file(self, line):
        declared = [_digits(line[13:21], "count"), _digits(line[31:43], "debit"), _digits(line[43:55], "credit")]
        if declared != self.totals:
            raise FormatError(f"the file declares {declared}, it holds {self.totals}", code="nacha.control")


def _digits(text, what):
    if not (text.isascii() and text.isdigit()):
        raise FormatError(f"the {what} is no number", code="nacha.amount")
    return int(text)


def _day(text):
    """``YYMMDD``, where it is one."""
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None
