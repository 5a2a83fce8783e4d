"""Account reports of Ponto Connect (documentation.ibanity.com/ponto-connect, resources account and transaction)."""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.statement import FORMATS, Balance, Detail, Entry, Footer, Reference

from .interface_report import InterfaceFormat, account_number, amount, currency, day, inner, party, text


@FORMATS.add("ponto", "Ponto Connect")
class Ponto(InterfaceFormat):
    source = "ponto"

    def entry(self, item, status, place):
        given = inner(item, "attributes", place)
        moved, unit = amount(given.get("amount"), place), currency(given.get("currency"), place)
        words = text(given.get("remittanceInformation"))
        structured = text(given.get("remittanceInformationType")) == "structured"
        reference = text(item.get("id"))
        if reference is None:
            raise FormatError("the transaction has no id", code="interface.structure", place=place)
        return Entry(
            booked_on=day(given.get("executionDate"), place),
            value_on=day(given.get("valueDate"), place),
            amount=moved,
            currency=unit,
            status=status,
            entry_ref=text(given.get("internalReference")),
            bank_ref=reference if status == "booked" else None,
            code=text(given.get("bankTransactionCode")),
            own_code=text(given.get("proprietaryBankTransactionCode")),
            additional=text(given.get("additionalInformation")) or text(given.get("description")),
            details=(
                Detail(
                    amount=moved,
                    currency=unit,
                    end_to_end_id=text(given.get("endToEndId")),
                    mandate_id=text(given.get("mandateId")),
                    counterparty=party(
                        name=text(given.get("counterpartName")),
                        account=account_number(given.get("counterpartReference")),
                        identifier=text(given.get("creditorId")),
                    ),
                    references=(Reference(words),) if structured and words else (),
                    remittance=(words,) if words and not structured else (),
                    purpose=text(given.get("purposeCode")),
                ),
            ),
            place=place,
        )

    def footer(self, report):
        """Current and available balance stand on the account itself."""
        place = "$.report.account.attributes"
        given = inner(inner(report, "account"), "attributes", place)
        unit = text(given.get("currency"))
        balances = [
            Balance(kind, amount(given[name], place), unit, day(given.get(f"{name}ReferenceDate"), place))
            for kind, name in (("ITBD", "currentBalance"), ("ITAV", "availableBalance"))
            if given.get(name) is not None
        ]
        return Footer(balances=tuple(balances), place="$.report")
