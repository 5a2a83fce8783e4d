"""Account reports of NextGenPSD2 interfaces (Berlin Group, Implementation Guidelines 1.3, 14 Complex Data Types).

GoCardless Bank Account Data hands the same objects on, with an id of its own beside the bank's.
"""

from odoo.addons.finance_connector_base.core.statement import FORMATS, Balance, Detail, Entry, Exchange, Reference

from .interface_report import (
    InterfaceFormat,
    account_number,
    amount,
    currency,
    day,
    first,
    inner,
    objects,
    party,
    rate,
    text,
    texts,
)

#: NextGenPSD2 balance types by those of ISO 20022.
BALANCES = {
    "openingBooked": "OPBD",
    "closingBooked": "CLBD",
    "interimBooked": "ITBD",
    "openingAvailable": "OPAV",
    "closingAvailable": "CLAV",
    "interimAvailable": "ITAV",
    "forwardAvailable": "FWAV",
    "expected": "XPCD",
}
#: What banks write where nothing was given.
NOTHING = {"NOTPROVIDED", "NOT PROVIDED"}


@FORMATS.add("berlin_group", "NextGenPSD2 interface (Berlin Group)")
class BerlinGroup(InterfaceFormat):
    source = "berlin_group"
    ids = ("transactionId", "entryReference")

    def entry(self, item, status, place):
        moved, unit = self._money(inner(item, "transactionAmount", place), item, place)
        reference = first(*(item.get(name) for name in self.ids))
        batch = text(item.get("batchNumberOfTransactions")) or ""
        return Entry(
            booked_on=day(item.get("bookingDate"), place) or day(item.get("bookingDateTime"), place),
            value_on=day(item.get("valueDate"), place) or day(item.get("valueDateTime"), place),
            amount=moved,
            currency=unit,
            status=status,
            entry_ref=text(item.get("entryReference")),
            bank_ref=reference if status == "booked" else None,
            code=text(item.get("bankTransactionCode")),
            own_code=text(item.get("proprietaryBankTransactionCode")),
            additional=text(item.get("additionalInformation")),
            exchange=self._exchange(item, place),
            details=(self._detail(item, moved, unit, place),),
            batch_count=int(batch) if batch.isascii() and batch.isdigit() else None,
            place=place,
        )

    def _money(self, found, item, place):
        """Signed amount and currency; some banks give a positive amount and beside it which way it went."""
        moved = amount(found.get("amount"), place)
        if text(item.get("creditDebitIndicator")) == "DBIT" and moved > 0:
            moved = -moved
        return moved, currency(found.get("currency"), place)

    def _detail(self, item, moved, unit, place):
        ours, theirs = ("debtor", "creditor") if moved < 0 else ("creditor", "debtor")
        other = self._party(item, theirs, place)
        if other is None:  # some banks always fill the same side
            other = self._party(item, ours, place)
        end_to_end = text(item.get("endToEndId"))
        return Detail(
            amount=moved,
            currency=unit,
            end_to_end_id=None if (end_to_end or "").upper() in NOTHING else end_to_end,
            mandate_id=text(item.get("mandateId")),
            cheque_number=text(item.get("checkId")),
            counterparty=other,
            ultimate=party(name=text(item.get("ultimate" + theirs.capitalize()))),
            references=tuple(self._references(item)),
            remittance=texts(item.get("remittanceInformationUnstructuredArray"))
            or texts(item.get("remittanceInformationUnstructured")),
            purpose=text(item.get("purposeCode")),
        )

    def _party(self, item, side, place):
        found = inner(item, f"{side}Account", place)
        return party(
            name=text(item.get(f"{side}Name")),
            account=account_number(first(found.get("iban"), found.get("bban"), found.get("other"))),
            bic=text(item.get(f"{side}Agent")),
            identifier=text(item.get(f"{side}Id")),
        )

    def _references(self, item):
        """Structured references: a text in older versions, an object since 1.3.12."""
        found = [item.get("remittanceInformationStructured")]
        many = item.get("remittanceInformationStructuredArray")
        for one in found + (many if isinstance(many, list) else []):
            given = one if isinstance(one, dict) else {"reference": one}
            if value := text(given.get("reference")):
                yield Reference(value, kind=text(given.get("referenceType")))

    def _exchange(self, item, place):
        found = item.get("currencyExchange")
        found = found[0] if isinstance(found, list) and found else found
        if not isinstance(found, dict):
            return None
        instructed = inner(found, "instructedAmount", place)
        return Exchange(
            source=text(found.get("sourceCurrency")),
            target=text(found.get("targetCurrency")),
            unit=text(found.get("unitCurrency")),
            rate=rate(found.get("exchangeRate")),
            instructed=abs(amount(instructed.get("amount"), place)) if instructed else None,
            instructed_currency=text(instructed.get("currency")),
        )

    def balances(self, report):
        for place, found in objects(report, "balances", "$.report"):
            money = inner(found, "balanceAmount", place)
            kind = text(found.get("balanceType"))
            yield Balance(
                kind=BALANCES.get(kind, kind or "OTHR"),
                amount=amount(money.get("amount"), place),
                currency=currency(money.get("currency"), place),
                on=day(found.get("referenceDate"), place) or day(found.get("lastChangeDateTime"), place),
            )
