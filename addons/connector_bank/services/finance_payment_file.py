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
        """Profiles of credit transfers."""
        return {code: one for code, one in shipped().items() if one.format == "pain001"}

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
        batch = Batch(
            id=order._batch_ref(),
            kind=CREDIT_TRANSFER,
            executed_on=order.executed_on,
            owner=company,
            account=self._account(order.journal_id.bank_account_id, order.journal_id._finance_currency().name),
            agent=self._agent(order.journal_id.bank_account_id),
            payments=tuple(self._payment(payment) for payment in order.payment_ids.sorted("id")),
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

    def _payment(self, payment):
        places = payment.currency_id.decimal_places
        return Payment(
            end_to_end_id=payment._finance_own_id(),
            amount=Decimal(f"{payment.amount:.{places}f}"),
            currency=payment.currency_id.name,
            party=Party(name=payment.partner_bank_id.acc_holder_name or payment.partner_id.name,
                        address=self._address(payment.partner_id)),
            account=self._account(payment.partner_bank_id),
            agent=self._agent(payment.partner_bank_id),
            remittance=self._remittance(payment.memo or payment.payment_reference or ""),
        )  # fmt: skip

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
