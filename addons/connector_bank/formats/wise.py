"""Balance statements of Wise (docs.wise.com, Balance Statement, type COMPACT): fees are inside the amounts.

A transfer and what comes back of it share a number, and so do a conversion's two sides: direction and kind tell
them apart. The balance after each transaction proves that none is missing.
"""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import (
    FORMATS,
    Balance,
    Charge,
    Detail,
    Entry,
    Exchange,
    Footer,
    Header,
    Reference,
)

from .interface_report import InterfaceFormat, account_number, amount, currency, day, inner, party, rate, text


@FORMATS.add("wise", "Wise (balance statement)")
class Wise(InterfaceFormat):
    source = "wise"

    def header(self, account, report):
        """The statement lists the latest first; what moved leads back from its end to its opening."""
        found = super().header(account, report)
        return Header(
            account=found.account,
            currency=found.currency,
            opening=self._opening(report),
            intraday=True,
            owner=found.owner,
            place=found.place,
        )

    def _opening(self, report):
        booked = report.get("booked")
        if not isinstance(booked, list) or not booked or not isinstance(booked[-1], dict):
            return None
        oldest, place = booked[-1], f"$.report.booked[{len(booked) - 1}]"
        after = inner(oldest, "runningBalance", place).get("value")
        if after is None:
            return None
        return amount(after, place) - self._moved(oldest, place)[0]

    def _moved(self, item, place):
        found = inner(item, "amount", place)
        return amount(found.get("value"), place), currency(found.get("currency"), place)

    def entry(self, item, status, place):
        moved, unit = self._moved(item, place)
        details = inner(item, "details", place)
        number, kind = text(item.get("referenceNumber")), text(details.get("type"))
        if number is None:
            raise FormatError("the transaction has no reference number", code="interface.structure", place=place)
        booked_on = day(item.get("date"), place)
        fees = inner(item, "totalFees", place)
        fee = amount(fees.get("value"), place) if fees.get("value") is not None else None
        sender = details.get("recipient") if isinstance(details.get("recipient"), dict) else {}
        merchant = inner(details, "merchant", place)
        reference = text(details.get("paymentReference"))
        return Entry(
            booked_on=booked_on,
            value_on=booked_on,
            amount=moved,
            currency=unit,
            status=status,
            bank_ref="/".join(filter(None, (number, text(item.get("type")), kind))),
            entry_ref=number,
            own_code=kind,
            additional=text(details.get("description")),
            charges=(Charge(-abs(fee), text(fees.get("currency")), included=True),) if fee else (),
            exchange=self._exchange(item, details, place),
            details=(
                Detail(
                    amount=moved,
                    currency=unit,
                    counterparty=party(
                        name=text(details.get("senderName"))
                        or text(sender.get("name"))
                        or text(merchant.get("name")),
                        account=account_number(details.get("senderAccount"))
                        or account_number(sender.get("bankAccount")),
                    ),
                    references=(Reference(reference),) if reference else (),
                    remittance=(),
                ),
            ),
            place=place,
        )

    def _exchange(self, item, details, place):
        found = inner(item, "exchangeDetails", place)
        other = inner(found, "toAmount", place) or inner(found, "forAmount", place)
        if not other:
            return None
        return Exchange(
            rate=rate(found.get("rate")) or rate(details.get("rate")),
            instructed=abs(amount(other.get("value"), place)),
            instructed_currency=currency(other.get("currency"), place),
        )

    def footer(self, report):
        found = inner(report, "closing", "$.report")
        if not found:
            return Footer(place="$.report")
        closing = amount(found.get("value"), "$.report.closing")
        # an empty period says nothing of where it began, so that nothing can be added up
        return Footer(
            closing=closing,
            balances=(Balance("ITBD", closing, text(found.get("currency"))),),
            place="$.report",
        )
