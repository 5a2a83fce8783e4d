"""NACHA files back into plain values; counts, hashes and totals checked."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money

from . import nacha_records as records
from .fixed_record import lines_of
from .order import (
    CREDIT_TRANSFER,
    DIRECT_DEBIT,
    Account,
    Address,
    Agent,
    Batch,
    Document,
    Party,
    Payment,
    Remittance,
    Run,
)

_KINDS = {code: kind for kind, code in records.DOCUMENT_KINDS.items()}
_TRANSACTIONS = {code: found for found, code in records.TRANSACTIONS.items()}


@dataclass
class _Sums:
    count: int = 0
    hash: int = 0
    debits: int = 0
    credits: int = 0
    batches: int = field(default=0)


class NachaReader:
    """Reads files of one entry class.

    Raises ``FormatError``: ``nacha.record``, ``nacha.structure``, ``nacha.date``, ``nacha.control``.
    """

    def __init__(self, entry_class):
        self._class = entry_class
        self._entry = {"CTX": records.CTX_ENTRY, "IAT": records.IAT_ENTRY}.get(entry_class, records.ENTRY)
        self._header = records.IAT_BATCH_HEADER if entry_class == "IAT" else records.BATCH_HEADER
        self._file = _Sums()

    def read(self, content):
        self._lines = deque(lines_of(content, "ascii", "nacha.record"))
        total = len(self._lines)
        head = self._next(records.FILE_HEADER, "1")
        batches = []
        while self._begins("5"):
            batches.append(self._batch(len(batches) + 1))
        control, place = self._next(records.FILE_CONTROL, "9"), self._place
        self._agrees(control, self._file, ("count", "hash", "debits", "credits", "batches"), place)
        if any(line != records.FILLER for _number, line in self._lines):
            raise FormatError("something follows the end of the file", code="nacha.structure", place=place)
        if control["blocks"] * records.RECORDS_IN_BLOCK != total:
            raise FormatError(
                f"{control['blocks']} blocks are declared, {total} records are there", code="nacha.control"
            )
        return Run(
            message_id=head["reference"],
            created_at=_moment(_word(head, "created_on") + _word(head, "created_at")),
            initiator=Party(name=head["origin_name"], identifier=_word(head, "origin")),
            forwarding_agent=Agent(
                clearing_system="USABA", clearing_member=_word(head, "destination"), name=head["destination_name"]
            ),
            sequence=_sequence(head["modifier"]),
            batches=tuple(batches),
        )

    def _begins(self, *starts):
        return bool(self._lines) and self._lines[0][1].startswith(starts)

    def _next(self, record, start):
        if not self._begins(start):
            found = f"record {self._lines[0][1][:1]}" if self._lines else "nothing"
            place = f"line {self._lines[0][0]}" if self._lines else "end of file"
            raise FormatError(f"a record {start} is expected, {found} is there", code="nacha.structure", place=place)
        number, line = self._lines.popleft()
        self._place = f"line {number}"
        return record.read(line, "nacha.record", self._place)

    def _batch(self, number):
        head, sums, entries = self._next(self._header, "5"), _Sums(), []
        debit = head["service_class"] == records.SERVICE_CLASSES[True]
        while self._begins("6"):
            entries.append(self._payment(head, sums, debit))
        control = self._next(records.BATCH_CONTROL, "8")
        sums.hash %= records.HASH_PLACES
        self._agrees(control, sums, ("count", "hash", "debits", "credits"), self._place)
        self._file.batches += 1
        for name in ("count", "hash", "debits", "credits"):
            setattr(self._file, name, getattr(self._file, name) + getattr(sums, name))
        self._file.hash %= records.HASH_PLACES
        owner = Party(name=head.get("company_name"), identifier=head["company_id"])
        agent = _bank_of(head["odfi"], self._place)
        if self._class == "IAT" and entries:
            owner, agent = entries[0][1], entries[0][2]
            owner = Party(name=owner.name, address=owner.address, identifier=head["company_id"])
        return Batch(
            id=str(number) if self._class == "IAT" else head["discretionary"],
            kind=DIRECT_DEBIT if debit else CREDIT_TRANSFER,
            executed_on=_moment(head["executed_on"] + "0000").date(),
            owner=owner,
            account=None,
            agent=agent,
            local_instrument=self._class,
            description=head["description"],
            payments=tuple(payment for payment, *_own in entries),
        )

    def _payment(self, head, sums, debit):
        line = self._lines[0][1]
        entry = self._next(self._entry, "6")
        place = self._place
        if entry["transaction"] not in _TRANSACTIONS or _TRANSACTIONS[entry["transaction"]][1] != debit:
            raise FormatError(f"transaction {entry['transaction']} is not known here", code="nacha.record", place=place)
        addenda = []
        while self._begins("7"):
            addenda.append(self._addendum(entry["trace"]))
        if entry.get("addenda_count", len(addenda)) != len(addenda):
            raise FormatError("the number of addenda is another", code="nacha.control", place=place)
        sums.count += 1 + len(addenda)
        sums.hash += int(_digits(line[3:11], 8, place))
        sums.debits += entry["amount"] * debit
        sums.credits += entry["amount"] * (not debit)
        values = {
            "amount": Decimal(entry["amount"]).scaleb(-2),
            "account": Account(number=entry["account"], kind=_TRANSACTIONS[entry["transaction"]][0]),
        }
        if self._class == "IAT":
            return self._iat(head, values, addenda, place)
        payment = Payment(
            **values,
            end_to_end_id=entry["identification"],
            currency="USD",
            party=Party(name=entry["name"]),
            agent=_bank_of(entry["rdfi"], place, entry["check_digit"]),
            remittance=_remittance([one["text"] for _kind, one in addenda], place),
        )
        return (payment,)

    def _addendum(self, trace):
        kind = self._lines[0][1][1:3]
        record = records.IAT_ADDENDA.get(kind) if self._class == "IAT" else records.ADDENDA
        if record is None:
            raise FormatError(
                f"there are no addenda {kind} here", code="nacha.record", place=f"line {self._lines[0][0]}"
            )
        found = self._next(record, "7")
        if found["trace"] != trace:
            raise FormatError("the addenda are of another entry", code="nacha.structure", place=self._place)
        return kind, found

    def _iat(self, head, values, addenda, place):
        one = {kind: found for kind, found in addenda if kind != "17"}
        if not {"10", "11", "12", "13", "14", "15", "16"} <= one.keys():
            raise FormatError("mandatory addenda of an IAT entry are missing", code="nacha.structure", place=place)
        payment = Payment(
            **values,
            end_to_end_id=one["15"]["identification"],
            currency=head["currency"],
            purpose=one["10"]["purpose"],
            party=Party(name=one["10"]["name"], address=_address(one["15"]["street"], one["16"])),
            agent=_bank(one["14"]),
            intermediary=_bank(one["18"]) if "18" in one else None,
            remittance=_remittance([found["text"] for kind, found in addenda if kind == "17"], place),
        )
        owner = Party(name=one["11"]["name"], address=_address(one["11"]["street"], one["12"]))
        own = Agent(clearing_system="USABA", clearing_member=one["13"]["identification"], name=one["13"]["name"])
        return payment, owner, own

    @staticmethod
    def _agrees(control, sums, names, place):
        for name in names:
            if control[name] != getattr(sums, name):
                text = f"{name}: {control[name]} is declared, {getattr(sums, name)} is there"
                raise FormatError(text, code="nacha.control", place=place)


def _moment(digits):
    try:
        return datetime.strptime(digits, "%y%m%d%H%M")  # noqa: DTZ007  files hold days and local times
    except ValueError as error:
        raise FormatError("a date is no day of the calendar", code="nacha.date") from error


def _word(record, name):
    """A text that must be there. Raises ``FormatError``."""
    if not record[name]:
        raise FormatError(f"the {name.replace('_', ' ')} is missing", code="nacha.record")
    return record[name].strip()


def _digits(text, count, place):
    if not (len(text) == count and text.isascii() and text.isdigit()):
        raise FormatError("the number of a bank is none", code="nacha.record", place=place)
    return text


def _sequence(modifier):
    if not modifier or modifier not in records.FILE_MODIFIERS:
        raise FormatError("the file id modifier is unknown", code="nacha.record", place="line 1")
    return records.FILE_MODIFIERS.index(modifier) + 1


def _amount(cell, place):
    try:
        return money(cell) if cell else None
    except ValueError as error:
        raise FormatError("an amount in the remittance cannot be read", code="nacha.record", place=place) from error


def _bank_of(eight, place, check_digit=None):
    eight = _digits(eight or "", 8, place)
    total = sum(int(digit) * weight for digit, weight in zip(eight, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return Agent(clearing_system="USABA", clearing_member=f"{eight}{check_digit or -total % 10}")


def _bank(found):
    country, name, number = found["country"], found["name"], found["identification"]
    if found["qualifier"] == "02":
        return Agent(bic=number, name=name, address=Address(country=country))
    system = "USABA" if country == "US" else None
    return Agent(clearing_system=system, clearing_member=number, name=name, address=Address(country=country))


def _address(street, place):
    town, _star, region = _word(place, "town_region").rstrip("\\").partition("*")
    country, _star, post_code = _word(place, "country_post_code").rstrip("\\").partition("*")
    return Address(street=street, town=town, region=region or None, country=country, post_code=post_code or None)


def _remittance(lines, place):
    texts, documents = [], []
    for line in lines:
        cells = (line or "").rstrip("\\").split("*")
        if cells[0] == "RMR" and len(cells) > 2:
            remitted, due, discount = (_amount(cell, place) for cell in [*cells[4:], "", "", ""][:3])
            kind = _KINDS.get(cells[1], cells[1])
            documents.append(Document(number=cells[2], kind=kind, remitted=remitted, due=due, discount=discount))
        elif cells[0] == "DTM" and documents and len(cells) > 2:
            last = documents.pop()
            day = _moment(cells[2][2:] + "0000").date()
            documents.append(
                Document(
                    number=last.number,
                    kind=last.kind,
                    remitted=last.remitted,
                    due=last.due,
                    discount=last.discount,
                    dated_on=day,
                )
            )
        else:
            texts.append(line)
    return Remittance(text=tuple(texts), documents=tuple(documents)) if lines else None
