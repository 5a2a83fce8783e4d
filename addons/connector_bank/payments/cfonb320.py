"""CFONB 320: international credit transfers of French banks, records 03 to 08 of 320 places."""

from collections import deque
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError

from .address_lines import in_lines
from .broken import Broken
from .checks import decimals
from .fixed_record import Record, lines_of
from .formats import PAYMENT_FORMATS, PaymentFormat
from .order import CREDIT_TRANSFER, Account, Address, Agent, Batch, Party, Payment, Remittance, Run

_ADDRESS = "line_1:35 line_2:35 line_3:35"
_HEAD = Record(
    320,
    f"=03PI number#6 created_on:8 name:35 {_ADDRESS} identifier:14 reference:16 bic:11 account_kind:1 account:34 "
    "currency:3 client:16 charges_kind:1 charges_account:34 charges_currency:3 :16 debit:1 dates:1 executed_on:8 "
    "transfer_currency:3",
)
_ORDER = Record(
    320,
    f"=04PI number#6 account_kind:1 account:34 name:35 {_ADDRESS} :17 country:2 reference:16 qualifier:1 :4 amount#14 "
    "decimals#1 :1 purpose:3 :2 =0 charges:2 :1 :34 :3 :22 :8 currency:3",
)
_BANK = {kind: Record(320, f"={kind}PI number#6 name:35 :105 bic:11 country:2 :157") for kind in ("05", "06")}
_TEXT = Record(320, "=07PI number#6 text:140 :37 :105 :28")
_TOTAL = Record(
    320,
    "=08PI number#6 created_on:8 :140 identifier:14 reference:16 :11 account_kind:1 account:34 currency:3 client:16 "
    "total#18 :49",
)
#: Who bears the charges: UN/EDIFACT 4471, as CFONB takes it.
_CHARGES = {"CRED": "13", "SHAR": "14", "DEBT": "15"}
_BOOKING = {True: "1", False: "2", None: None}
_CARRIES = (
    "run.sequence run.created_at run.initiator.identifier batch.id batch.kind batch.executed_on batch.batch_booking "
    "batch.owner.name batch.owner.identifier batch.owner.address.lines batch.owner.address.country batch.agent.bic "
    "batch.account.iban batch.account.number batch.account.currency batch.charges_account.iban "
    "batch.charges_account.number batch.charges_account.currency payment.end_to_end_id payment.amount payment.currency "
    "payment.charge_bearer payment.purpose payment.party.name payment.party.address.lines "
    "payment.party.address.country payment.account.iban payment.account.number payment.remittance.text"
).split()
_CARRIES += [
    f"payment.{bank}.{part}" for bank in ("agent", "intermediary") for part in ("name", "bic", "address.country")
]
_LENGTHS = {
    "run.initiator.identifier": 16,
    "batch.id": 16,
    "name": 35,
    "lines": 35,
    "batch.owner.identifier": 14,
    "payment.end_to_end_id": 16,
    "payment.purpose": 3,
    "number": 34,
    "text": 140,
}


@PAYMENT_FORMATS.add("cfonb320", "CFONB 320 (France, international)")
class Cfonb320(PaymentFormat):
    kinds = (CREDIT_TRANSFER,)
    needs = ("batch.account.iban|batch.account.number", "payment.account.iban|payment.account.number")

    def lengths(self, profile):
        return _LENGTHS

    def carries(self, profile):
        return set(_CARRIES)

    def settled(self, run, profile):
        """No id of the file, its day without a time; addresses are lines, charges stand with each payment."""
        batches = []
        for batch in run.batches:
            payments = tuple(
                replace(
                    payment,
                    party=replace(payment.party, address=in_lines(payment.party.address)),
                    charge_bearer=payment.charge_bearer or batch.charge_bearer,
                )
                for payment in batch.payments
            )
            address = in_lines(batch.owner.address)
            owner = replace(batch.owner, address=address and replace(address, country=None))
            batches.append(replace(batch, owner=owner, payments=payments, charge_bearer=None))
        return replace(
            run,
            message_id=None,
            created_at=datetime.combine(run.created_at.date(), time()),
            initiator=Party(identifier=run.initiator.identifier),
            forwarding_agent=None,
            batches=tuple(batches),
        )

    def broken(self, run, profile):
        for batch in run.batches:
            for payment in batch.payments:
                place = f"batch {batch.id}, payment {payment.end_to_end_id}"
                for address in (batch.owner.address, payment.party.address):
                    if address and len(address.lines) > 3:
                        yield Broken("cfonb320.address", "An address has more than three lines", place)
                if payment.amount.adjusted() + decimals(payment.currency) >= 14:
                    yield Broken("cfonb320.amount", f"{payment.amount} has more than 14 digits", place)

    def write(self, run, profile):
        batch, self._lines = run.batches[0], []
        currencies = {payment.currency for payment in batch.payments}
        single = len(currencies) == 1
        common = {
            "created_on": f"{run.created_at:%Y%m%d}",
            "identifier": batch.owner.identifier,
            "reference": batch.id,
            "client": run.initiator.identifier,
            "currency": batch.account.currency,
            **_account_fields("account", batch.account),
        }
        self._add(
            _HEAD,
            **common,
            **_lines(batch.owner.address),
            **_account_fields("charges", batch.charges_account, "charges_account"),
            charges_currency=batch.charges_account and batch.charges_account.currency,
            name=batch.owner.name,
            bic=batch.agent and batch.agent.bic,
            debit=_BOOKING[batch.batch_booking],
            dates="1" if single else "2",
            executed_on=f"{batch.executed_on:%Y%m%d}",
            transfer_currency=min(currencies) if single else None,
        )
        total = sum(self._payment(payment, single, profile) for payment in batch.payments)
        self._add(_TOTAL, **common, total=total)
        return "".join(line + profile.options.get("line_end", "\r\n") for line in self._lines).encode("ascii")

    def _add(self, record, **values):
        self._lines.append(record.write(number=len(self._lines) + 1, **values))

    def _payment(self, payment, single, profile):
        places = decimals(payment.currency)
        amount = int(payment.amount.scaleb(places))
        self._add(
            _ORDER,
            **_account_fields("account", payment.account),
            **_lines(payment.party.address),
            name=payment.party.name,
            country=payment.party.address and payment.party.address.country,
            reference=payment.end_to_end_id,
            qualifier=profile.options["amount_qualifier"],
            amount=amount,
            decimals=places,
            purpose=payment.purpose,
            charges=_CHARGES.get(payment.charge_bearer),
            currency=None if single else payment.currency,
        )
        for kind, agent in (("05", payment.agent), ("06", payment.intermediary)):
            if agent:
                country = agent.address and agent.address.country
                self._add(_BANK[kind], name=agent.name, bic=agent.bic, country=country)
        if payment.remittance:
            self._add(_TEXT, text=payment.remittance.text[0])
        return amount

    def read(self, content, profile):
        """Raises ``FormatError``: ``cfonb320.record``, ``.structure``, ``.date``, ``.control``."""
        return _Reader(content).run()


class _Reader:
    def __init__(self, content):
        self._lines = deque(lines_of(content, "ascii", "cfonb320.record"))
        self._number = self._total = 0

    def run(self):
        head = self._next("03", _HEAD)
        payments = []
        while self._is("04"):
            payments.append(self._payment(head["transfer_currency"]))
        total = self._next("08", _TOTAL)
        if self._lines:
            raise FormatError("something follows the total", code="cfonb320.structure")
        if total["total"] != self._total:
            raise FormatError(f"{total['total']} is declared, {self._total} is there", code="cfonb320.control")
        batch = Batch(
            id=head["reference"],
            kind=CREDIT_TRANSFER,
            executed_on=_day(head["executed_on"]).date(),
            owner=Party(name=head["name"], identifier=head["identifier"], address=_address(head)),
            account=_account(head["account_kind"], head["account"], head["currency"]),
            charges_account=_account(head["charges_kind"], head["charges_account"], head["charges_currency"]),
            agent=Agent(bic=head["bic"]) if head["bic"] else None,
            batch_booking={code: said for said, code in _BOOKING.items()}[head["debit"]],
            payments=tuple(payments),
        )
        return Run(
            message_id=None,
            created_at=_day(head["created_on"]),
            initiator=Party(identifier=head["client"]),
            batches=(batch,),
        )

    def _is(self, kind):
        return bool(self._lines) and self._lines[0][1].startswith(kind)

    def _next(self, kind, record):
        if not self._is(kind):
            place = f"line {self._lines[0][0]}" if self._lines else "end of file"
            raise FormatError(f"a record {kind} is expected", code="cfonb320.structure", place=place)
        position, line = self._lines.popleft()
        found = record.read(line, "cfonb320.record", f"line {position}")
        self._number += 1
        if found["number"] != self._number:
            text = f"the record has number {found['number']}, {self._number} is its turn"
            raise FormatError(text, code="cfonb320.structure", place=f"line {position}")
        return found

    def _payment(self, currency):
        found = self._next("04", _ORDER)
        banks = {kind: self._next(kind, _BANK[kind]) for kind in ("05", "06") if self._is(kind)}
        text = self._next("07", _TEXT)["text"] if self._is("07") else None
        self._total += found["amount"]
        return Payment(
            end_to_end_id=found["reference"],
            amount=Decimal(found["amount"]).scaleb(-found["decimals"]),
            currency=currency or found["currency"],
            party=Party(name=found["name"], address=_address(found, found["country"])),
            account=_account(found["account_kind"], found["account"]),
            agent=_agent(banks.get("05")),
            intermediary=_agent(banks.get("06")),
            charge_bearer={code: said for said, code in _CHARGES.items()}.get(found["charges"]),
            purpose=found["purpose"],
            remittance=Remittance(text=(text,)) if text else None,
        )


def _account_fields(kind, account, name="account"):
    """Kind 1 is an IBAN, 0 another number."""
    if account is None:
        return {}
    return {f"{kind}_kind": "1" if account.iban else "0", name: account.iban or account.number}


def _account(kind, number, currency=None):
    if not kind:
        return None
    return Account(iban=number, currency=currency) if kind == "1" else Account(number=number, currency=currency)


def _lines(address):
    return {f"line_{number}": line for number, line in enumerate(address.lines if address else (), start=1)}


def _address(found, country=None):
    lines = tuple(line for line in (found["line_1"], found["line_2"], found["line_3"]) if line)
    return Address(lines=lines, country=country) if lines or country else None


def _agent(found):
    if found is None:
        return None
    return Agent(
        name=found["name"],
        bic=found["bic"],
        address=_address({"line_1": None, "line_2": None, "line_3": None}, found["country"]),
    )


def _day(digits):
    try:
        return datetime.strptime(digits or "", "%Y%m%d")  # noqa: DTZ007  files hold days and local times
    except ValueError as error:
        raise FormatError("a date is no day of the calendar", code="cfonb320.date") from error
