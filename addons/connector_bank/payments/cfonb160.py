"""CFONB 160: domestic credit transfers of French banks, records 03, 06 and 08 of 160 places."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

from odoo.addons.finance_connector_base.core.check_digits import mod97
from odoo.addons.finance_connector_base.core.errors import FormatError

from ..formats.fixed import french_account
from .broken import Broken
from .fixed_record import Record, lines_of
from .formats import PAYMENT_FORMATS, PaymentFormat
from .order import CREDIT_TRANSFER, Account, Agent, Batch, Party, Payment, Remittance, Run

_HEAD = Record(
    160,
    "=0302 :8 sender:6 :7 day:5 name:24 reference:7 :19 =E :5 branch:5 account:11 identifier:16 :31 bank:5 :6",
)
_PAYMENT = Record(
    160,
    "=0602 :8 sender:6 reference:12 name:24 bank_name:24 :8 branch:5 account:11 amount#16 text:31 bank:5 :6",
)
_TOTAL = Record(160, "=0802 :8 sender:6 :84 amount#16 :42")
_CARRIES = (
    "run.sequence run.initiator.identifier run.created_at batch.id batch.kind batch.executed_on batch.owner.name "
    "batch.owner.identifier batch.account.iban payment.end_to_end_id payment.amount payment.currency "
    "payment.party.name payment.account.iban payment.agent.name payment.remittance.text"
).split()
_LENGTHS = {
    "run.initiator.identifier": 6,
    "batch.id": 7,
    "batch.owner.name": 24,
    "batch.owner.identifier": 16,
    "payment.end_to_end_id": 12,
    "payment.party.name": 24,
    "payment.agent.name": 24,
    "text": 31,
}


@PAYMENT_FORMATS.add("cfonb160", "CFONB 160 (France, domestic)")
class Cfonb160(PaymentFormat):
    kinds = (CREDIT_TRANSFER,)
    needs = ("run.initiator.identifier", "batch.account.iban", "payment.account.iban")

    def lengths(self, profile):
        return _LENGTHS

    def carries(self, profile):
        return set(_CARRIES)

    def settled(self, run, profile):
        """The file has no id of its own and no day but that of execution."""
        first = run.batches[0] if run.batches else None
        day = first.executed_on if first else run.created_at.date()
        initiator = Party(identifier=run.initiator.identifier)
        return replace(
            run, message_id=None, initiator=initiator, created_at=datetime.combine(day, time()), forwarding_agent=None
        )

    def broken(self, run, profile):
        for batch in run.batches:
            for account in (batch.account, *(payment.account for payment in batch.payments)):
                if (
                    account
                    and account.iban
                    and _iban(account.iban[4:9], account.iban[9:14], account.iban[14:25]) != account.iban
                ):
                    yield Broken("cfonb160.account", "The RIB key inside the IBAN is wrong", f"batch {batch.id}")

    def write(self, run, profile):
        sender, batch = run.initiator.identifier, run.batches[0]
        day = f"{batch.executed_on:%d%m}{batch.executed_on.year % 10}"
        lines = [
            _HEAD.write(
                sender=sender,
                day=day,
                name=batch.owner.name,
                reference=batch.id,
                identifier=batch.owner.identifier,
                **_bban(batch.account),
            )
        ]
        for payment in batch.payments:
            lines.append(
                _PAYMENT.write(
                    sender=sender,
                    reference=payment.end_to_end_id,
                    name=payment.party.name,
                    bank_name=payment.agent and payment.agent.name,
                    amount=int(payment.amount.scaleb(2)),
                    text=payment.remittance and payment.remittance.text[0],
                    **_bban(payment.account),
                )
            )
        lines.append(_TOTAL.write(sender=sender, amount=int(batch.total.scaleb(2))))
        return "".join(line + profile.options.get("line_end", "\r\n") for line in lines).encode("ascii")

    def read(self, content, profile):
        """Raises ``FormatError``: ``cfonb160.record``, ``.structure``, ``.date``, ``.account``, ``.control``."""
        lines = list(lines_of(content, "ascii", "cfonb160.record"))
        kinds = [line[:2] for _number, line in lines]
        if len(lines) < 3 or kinds != ["03", *["06"] * (len(lines) - 2), "08"]:
            raise FormatError("records 03, 06 … and 08 are expected", code="cfonb160.structure")
        head = _HEAD.read(lines[0][1], "cfonb160.record", "line 1")
        payments = tuple(_payment(line, f"line {number}") for number, line in lines[1:-1])
        total = _TOTAL.read(lines[-1][1], "cfonb160.record", f"line {lines[-1][0]}")
        found = sum(int(payment.amount.scaleb(2)) for payment in payments)
        if found != total["amount"]:
            raise FormatError(f"{total['amount']} cents are declared, {found} are there", code="cfonb160.control")
        day = _day(head["day"], profile.options["decade"])
        batch = Batch(
            id=head["reference"],
            kind=CREDIT_TRANSFER,
            executed_on=day,
            owner=Party(name=head["name"], identifier=head["identifier"]),
            account=_account(head, "line 1"),
            payments=payments,
        )
        return Run(
            message_id=None,
            created_at=datetime.combine(day, time()),
            initiator=Party(identifier=head["sender"]),
            batches=(batch,),
        )


def _payment(line, place):
    found = _PAYMENT.read(line, "cfonb160.record", place)
    return Payment(
        end_to_end_id=found["reference"],
        amount=Decimal(found["amount"]).scaleb(-2),
        currency="EUR",
        party=Party(name=found["name"]),
        account=_account(found, place),
        agent=Agent(name=found["bank_name"]) if found["bank_name"] else None,
        remittance=Remittance(text=(found["text"],)) if found["text"] else None,
    )


def _bban(account):
    return {"bank": account.iban[4:9], "branch": account.iban[9:14], "account": account.iban[14:25]}


def _iban(bank, branch, account):
    """IBAN of a French account; None where its parts are not in the form of one."""
    bban = french_account(bank, branch, account)
    return bban and f"FR{98 - mod97(bban + 'FR00'):02}{bban}"


def _account(found, place):
    iban = _iban(found["bank"] or "", found["branch"] or "", found["account"] or "")
    if iban is None:
        raise FormatError("the account is no French one", code="cfonb160.account", place=place)
    return Account(iban=iban)


def _day(digits, decade):
    try:
        return date(decade + int(digits[4]), int(digits[2:4]), int(digits[:2]))
    except (ValueError, TypeError, IndexError) as error:
        raise FormatError("the date is no day of the calendar", code="cfonb160.date", place="line 1") from error
