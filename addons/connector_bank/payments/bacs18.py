"""Bacs Standard 18: British direct credits and direct debits of one processing day, with contra records and labels."""

from collections import deque
from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError

from .broken import Broken
from .fixed_record import Record, lines_of
from .formats import PAYMENT_FORMATS, PaymentFormat
from .order import CREDIT_TRANSFER, DIRECT_DEBIT, Account, Agent, Batch, Party, Payment, Run

_FILE = "=A user:6 =S :2 =1 same_user:6 serial:6 =00010001 :6 created_on:6 expires_on:6 :1 =000000 :20"
_LABELS = {
    "VOL1": Record(80, "=VOL1 serial:6 :27 :4 user:6 :4 :28 =1"),
    "HDR1": Record(80, f"=HDR1 {_FILE}"),
    "HDR2": Record(80, "=HDR2F0200000100 :35 =00 :28"),
    "UHL1": Record(80, "=UHL1 executed_on:6 =999999 :4 =00000000 =1 :1 =DAILY :2 file#3 :7 :7 :26"),
    "EOF1": Record(80, f"=EOF1 {_FILE}"),
    "EOF2": Record(80, "=EOF2F0200000100 :35 =00 :28"),
    "UTL1": Record(80, "=UTL1 debits#13 credits#13 debit_count#7 credit_count#7 :36"),
}
_TRAILERS = ("EOF1", "EOF2", "UTL1")
_DATA = Record(
    100,
    "sort_code:6 account:8 =0 transaction:2 own_sort_code:6 own_account:8 :4 amount#11 own_name:18 reference:18 "
    "name:18",
)
_CONTRA = "CONTRA"
_CREDIT = "99"
#: Sequence of a direct debit → transaction code.
_DEBITS = {"FRST": "01", "RCUR": "17", "FNAL": "19"}
_KEPT_DAYS = 14
_CARRIES = (
    "run.message_id run.sequence run.created_at run.initiator.identifier batch.id batch.kind batch.executed_on "
    "batch.sequence batch.owner.name batch.account.number batch.agent.clearing_system batch.agent.clearing_member "
    "payment.end_to_end_id payment.amount payment.currency payment.party.name payment.account.number "
    "payment.agent.clearing_system payment.agent.clearing_member"
).split()
_LENGTHS = {
    "run.message_id": 6,
    "run.initiator.identifier": 6,
    "batch.id": 18,
    "name": 18,
    "payment.end_to_end_id": 18,
    "number": 8,
    "clearing_member": 6,
}


@PAYMENT_FORMATS.add("bacs18", "Bacs Standard 18 (United Kingdom)")
class Bacs18(PaymentFormat):
    kinds = (CREDIT_TRANSFER, DIRECT_DEBIT)
    needs = (
        "run.initiator.identifier",
        "batch.owner.name",
        "batch.account.number",
        "batch.agent.clearing_member",
        "payment.party.name",
        "payment.account.number",
        "payment.agent.clearing_member",
    )

    def lengths(self, profile):
        return _LENGTHS

    def carries(self, profile):
        return set(_CARRIES)

    def settled(self, run, profile):
        """The labels hold days, and of the sender its number alone."""
        day = datetime.combine(run.created_at.date(), time())
        return replace(run, created_at=day, initiator=Party(identifier=run.initiator.identifier), forwarding_agent=None)

    def broken(self, run, profile):
        days = {batch.executed_on for batch in run.batches}
        if len(days) > 1:
            yield Broken("bacs.day", f"The file is of {len(days)} processing days, it may be of one", "file")
        if not 1 <= run.sequence <= 999:
            yield Broken("bacs.sequence", f"The number of the file is {run.sequence}, three digits fit", "file")
        for batch in run.batches:
            if (batch.kind == DIRECT_DEBIT) != (batch.sequence in _DEBITS):
                text = (
                    f"The sequence {batch.sequence or 'nothing'} does not fit: direct debits have {', '.join(_DEBITS)}"
                )
                yield Broken("bacs.transaction", text, f"batch {batch.id}")

    def write(self, run, profile):
        user, executed_on = run.initiator.identifier, run.batches[0].executed_on
        expires_on = executed_on + timedelta(days=_KEPT_DAYS)
        file = {
            "user": user,
            "same_user": user,
            "serial": run.message_id,
            "created_on": _julian(run.created_at),
            "expires_on": _julian(expires_on),
        }
        data, sums = [], {"debits": 0, "credits": 0, "debit_count": 0, "credit_count": 0}
        for batch in run.batches:
            _batch(batch, data, sums)
        values = {
            "VOL1": {"serial": run.message_id, "user": user},
            "HDR1": file,
            "UHL1": {"executed_on": _julian(executed_on), "file": run.sequence},
            "EOF1": file,
            "UTL1": sums,
        }
        head, tail = (
            [_LABELS[name].write(**values.get(name, {})) for name in names] for names in (profile.header, _TRAILERS)
        )
        end = profile.options.get("line_end", "\r\n")
        return "".join(line + end for line in (*head, *data, *tail)).encode("ascii")

    def read(self, content, profile):
        """Raises ``FormatError``: ``bacs.record``, ``bacs.structure``, ``bacs.date``, ``bacs.control``."""
        return _read(deque(lines_of(content, "ascii", "bacs.record")), profile.header)


def _batch(batch, data, sums):
    """The payments of a batch and the contra record that takes them from its account."""
    debit, own = batch.kind == DIRECT_DEBIT, {"own_name": batch.owner.name}
    own |= {"own_sort_code": batch.agent.clearing_member, "own_account": batch.account.number}
    total = 0
    for payment in batch.payments:
        amount = int(payment.amount.scaleb(2))
        total += amount
        data.append(
            _DATA.write(
                **own,
                sort_code=payment.agent.clearing_member,
                account=payment.account.number,
                transaction=_DEBITS[batch.sequence] if debit else _CREDIT,
                amount=amount,
                reference=payment.end_to_end_id,
                name=payment.party.name,
            )
        )
    contra = {**own, "own_name": batch.id}
    data.append(
        _DATA.write(
            **contra,
            sort_code=batch.agent.clearing_member,
            account=batch.account.number,
            transaction=_CREDIT if debit else _DEBITS["RCUR"],
            amount=total,
            reference=_CONTRA,
            name=batch.owner.name,
        )
    )
    _count(sums, debit, total, len(batch.payments))


def _count(sums, debit, total, payments):
    sums["debits"] += total
    sums["credits"] += total
    sums["debit_count"] += payments if debit else 1
    sums["credit_count"] += 1 if debit else payments


def _read(lines, header):
    labels = {name: _label(lines, name) for name in header}
    batches, sums = [], {"debits": 0, "credits": 0, "debit_count": 0, "credit_count": 0}
    executed_on = _day(labels["UHL1"]["executed_on"])
    payments = []
    while lines and not lines[0][1].startswith("EOF1"):
        number, line = lines.popleft()
        found = _DATA.read(line, "bacs.record", f"line {number}")
        if found["reference"] != _CONTRA:
            payments.append(found)
            continue
        batches.append(_batch_of(payments, found, executed_on.date(), sums, f"line {number}"))
        payments = []
    labels |= {name: _label(lines, name) for name in _TRAILERS}
    if payments or lines:
        raise FormatError("payments without their contra record, or more than one file", code="bacs.structure")
    if labels["UTL1"] != sums:
        raise FormatError(f"{labels['UTL1']} is declared, {sums} is there", code="bacs.control")
    return Run(
        message_id=labels["HDR1"]["serial"],
        created_at=_day(labels["HDR1"]["created_on"]),
        initiator=Party(identifier=labels["HDR1"]["user"]),
        sequence=labels["UHL1"]["file"],
        batches=tuple(batches),
    )


def _label(lines, name):
    if not lines or not lines[0][1].startswith(name):
        place = f"line {lines[0][0]}" if lines else "end of file"
        raise FormatError(f"label {name} is expected", code="bacs.structure", place=place)
    number, line = lines.popleft()
    return _LABELS[name].read(line, "bacs.record", f"line {number}")


def _batch_of(rows, contra, executed_on, sums, place):
    debit = contra["transaction"] == _CREDIT
    total = sum(row["amount"] for row in rows)
    if not rows or contra["amount"] != total:
        text = f"the contra record has {contra['amount']} pence, its payments {total}"
        raise FormatError(text, code="bacs.control", place=place)
    _count(sums, debit, total, len(rows))
    sequences = {code: sequence for sequence, code in _DEBITS.items()}
    return Batch(
        id=contra["own_name"],
        kind=DIRECT_DEBIT if debit else CREDIT_TRANSFER,
        executed_on=executed_on,
        owner=Party(name=contra["name"]),
        account=Account(number=contra["account"]),
        agent=_bank(contra["sort_code"]),
        sequence=sequences.get(rows[0]["transaction"]) if debit else None,
        payments=tuple(
            Payment(
                end_to_end_id=row["reference"],
                amount=Decimal(row["amount"]).scaleb(-2),
                currency="GBP",
                party=Party(name=row["name"]),
                account=Account(number=row["account"]),
                agent=_bank(row["sort_code"]),
            )
            for row in rows
        ),
    )


def _bank(sort_code):
    return Agent(clearing_system="GBDSC", clearing_member=sort_code)


def _julian(day):
    return f" {day:%y%j}"


def _day(text):
    try:
        return datetime.strptime((text or "").strip(), "%y%j")  # noqa: DTZ007  files hold days and local times
    except ValueError as error:
        raise FormatError("a date is no day of the calendar", code="bacs.date") from error
