from datetime import UTC
from decimal import Decimal

from odoo import api, fields, models

from ..matching.references import structured_references
from ..payments import dry_run, read, shipped, write
from ..payments.checks import iban
from ..payments.order import (
    CREDIT_TRANSFER,
    DIRECT_DEBIT,
    Account,
    Address,
    Agent,
    Batch,
    Mandate,
    Party,
    Payment,
    Reference,
    Remittance,
    Run,
)

TEXT_LENGTH = 140
ID_LENGTH = 35


class FinancePaymentFile(models.AbstractModel):
    """Payments of an order as the file that its bank takes."""

    _name = "finance.payment.file"
    _description = "Payment file"

    @api.model
    def _profiles(self):
        """Profiles of credit transfers and direct debits that orders can use."""
        return {code: one for code, one in shipped().items() if one.format in ("pain001", "pain008")}

    @api.model
    def _findings(self, order):
        """Every rule of the bank that the order breaks, and what would be shortened or left out."""
        return dry_run(self._run(order), shipped()[order.profile])

    @api.model
    def _content(self, order):
        """The bytes of the file. Raises ``PaymentRefused``."""
        return write(self._run(order), shipped()[order.profile])

    @api.model
    def _read(self, order):
        """The run that the file of the order holds, read from its bytes. Raises ``FormatError``."""
        return read(order.sudo().message_id._raw(), shipped()[order.profile])

    @api.model
    def _control(self, order, content):
        """What the file says of itself, by currency, read back from its bytes: one row a currency."""
        totals = {}
        for batch in read(content, shipped()[order.profile]).batches:
            side = "credit" if batch.kind == DIRECT_DEBIT else "debit"
            for payment in batch.payments:
                row = totals.setdefault(payment.currency, {"count": 0, "credit": Decimal(), "debit": Decimal()})
                row["count"] += 1
                row[side] += payment.amount
        return [
            {"currency": currency, "count": row["count"], "credit": str(row["credit"]), "debit": str(row["debit"])}
            for currency, row in totals.items()
        ]

    def _run(self, order):
        company = Party(name=order.company_id.name, address=self._address(order.company_id.partner_id))
        debit = shipped()[order.profile].format == "pain008"
        batch = Batch(
            id=order._batch_ref(),
            kind=DIRECT_DEBIT if debit else CREDIT_TRANSFER,
            executed_on=order.executed_on,
            owner=company,
            account=self._account(order.journal_id.bank_account_id, order.journal_id._finance_currency().name),
            agent=self._agent(order.journal_id.bank_account_id),
            payments=tuple(self._payment(payment, order) for payment in order.payment_ids.sorted("id")),
            sequence=order.sequence or None if debit else None,
            creditor_identifier=order.company_id.finance_creditor_identifier or None if debit else None,
            service_level=self._fixed(order, "batch.service_level"),
            local_instrument=self._fixed(order, "batch.local_instrument"),
            charge_bearer=self._fixed(order, "batch.charge_bearer"),
        )
        made_on = (order.made_on or fields.Datetime.now()).replace(microsecond=0, tzinfo=UTC)
        initiator = Party(name=company.name)
        return Run(message_id=order._order_ref(), created_at=made_on, initiator=initiator, batches=(batch,))

    def _fixed(self, order, path):
        """What the bank wants at this place, where it leaves no choice."""
        values = shipped()[order.profile].values.get(path, (None,))
        return None if None in values else values[0]

    def _payment(self, payment, order):
        places = payment.currency_id.decimal_places
        mandate = payment.finance_mandate_id
        bank = mandate.account_id or payment.partner_bank_id
        return Payment(
            end_to_end_id=payment._finance_own_id(),
            amount=Decimal(f"{payment.amount:.{places}f}"),
            currency=payment.currency_id.name,
            party=Party(name=bank.acc_holder_name or payment.partner_id.name,
                        address=self._address(payment.partner_id)),
            account=self._account(bank),
            agent=self._agent(bank),
            remittance=self._remittance(payment.memo or payment.payment_reference or ""),
            mandate=self._mandate(mandate, order) if mandate else None,
        )  # fmt: skip

    def _mandate(self, mandate, order):
        facts = {"id": mandate.reference, "signed_on": mandate.signed_on or None}
        if mandate._amendment_for(order):
            former = mandate.original_account_id
            facts |= {
                "original_id": mandate.original_reference or None,
                "original_account": self._account(former) if former else None,
                "original_creditor_identifier": mandate.original_creditor_identifier or None,
                "original_creditor_name": mandate.original_creditor_name or None,
            }
        return Mandate(**facts)

    def _account(self, bank, currency=None):
        """By its own check digits: Odoo knows IBANs by one of its further addons only."""
        number = bank.sanitized_acc_number
        if number and iban(number):
            return Account(iban=number, currency=currency)
        return Account(number=number, currency=currency)

    def _agent(self, bank):
        bic = bank.bank_id.bic
        return Agent(bic=bic.replace(" ", "").upper()) if bic else None

    def _address(self, partner):
        return Address(
            street=" ".join(filter(None, (partner.street, partner.street2))) or None,
            post_code=partner.zip or None,
            town=partner.city or None,
            country=partner.country_id.code or None,
        )

    def _remittance(self, text):
        found = [one for one in structured_references(text, structured=True) if one.kind == "RF"]
        if found:
            return Remittance(reference=Reference(value=found[0].value))
        return Remittance(text=(text[:TEXT_LENGTH],)) if text else None
