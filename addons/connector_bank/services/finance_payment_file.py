from datetime import UTC
from decimal import Decimal

from odoo import api, fields, models

from ..matching.references import structured_references
from ..payments import dry_run, read, shipped, shipped_rules, write
from ..payments.checks import iban
from ..payments.formats import PAYMENT_FORMATS
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
#: Ids have that much room in ISO 20022, and where nothing else is said.
LONGEST_ID = 35
#: Digits of the short ids of formats with less room: two thousand million of them.
SHORT_ID = 6
#: What an ACH batch is about, as payees read it.
DESCRIPTION = "PAYMENT"


class FinancePaymentFile(models.AbstractModel):
    """Payments of an order as the file that its bank takes."""

    _name = "finance.payment.file"
    _description = "Payment file"

    @api.model
    def _profiles(self):
        """Profiles that orders can use, of credit transfers and direct debits."""
        return shipped()

    @api.model
    def _file_name(self, order):
        """Name and content type of the file."""
        extension = PAYMENT_FORMATS.get(shipped()[order.profile].format).file_extension
        return f"{order._order_ref()}.{extension}", "application/xml" if extension == "xml" else "text/plain"

    @api.model
    def _fitting(self, profile_code, path, text, number, prefix=""):
        """``text`` where the format has room for it at ``path``, else a short one made of ``number``, ours alone."""
        if shipped_rules(profile_code).fits(path, text, LONGEST_ID):
            return text
        return prefix + _base36(number).rjust(SHORT_ID, "0")

    @api.model
    def _own_id(self, payment, order):
        """The end-to-end id of a payment in this order's file."""
        return self._fitting(
            order.profile, "payment.end_to_end_id", payment._finance_own_id(), payment.id, prefix="P"
        )

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
        profile, rules = shipped()[order.profile], shipped_rules(order.profile)
        carries = PAYMENT_FORMATS.get(profile.format)().carries(profile)
        own = order.journal_id.bank_account_id
        currency = order.journal_id._finance_currency().name
        originator = order.journal_id.finance_originator or None
        company = Party(
            name=order.company_id.name,
            address=self._address(order.company_id.partner_id, carries, "batch.owner"),
            identifier=originator if rules.needs("batch.owner.identifier") else None,
        )
        debit = profile.format == "pain008"
        batch = Batch(
            id=order._batch_ref(),
            kind=DIRECT_DEBIT if debit else CREDIT_TRANSFER,
            executed_on=order.executed_on,
            owner=company,
            account=self._account(own, currency if "batch.account.currency" in carries else None),
            agent=self._agent(own, order, carries, "batch"),
            description=DESCRIPTION if "batch.description" in carries else None,
            payments=tuple(self._payment(payment, order, carries) for payment in order.payment_ids.sorted("id")),
            sequence=order.sequence or None if debit else None,
            creditor_identifier=order.company_id.finance_creditor_identifier or None if debit else None,
            service_level=self._fixed(order, "batch.service_level"),
            local_instrument=self._fixed(order, "batch.local_instrument"),
            charge_bearer=self._fixed(order, "batch.charge_bearer"),
        )
        made_on = (order.made_on or fields.Datetime.now()).replace(microsecond=0, tzinfo=UTC)
        forwards = rules.needs("run.forwarding_agent.clearing_member")
        return Run(
            message_id=order._order_ref(),
            created_at=made_on,
            initiator=Party(name=company.name, identifier=originator),
            forwarding_agent=self._agent(own, order, carries, "run.forwarding", named=True) if forwards else None,
            batches=(batch,),
        )

    def _fixed(self, order, path):
        """What the bank wants at this place, where it leaves no choice."""
        values = shipped()[order.profile].values.get(path, (None,))
        return None if None in values else values[0]

    def _payment(self, payment, order, carries):
        places = payment.currency_id.decimal_places
        mandate = payment.finance_mandate_id
        bank = mandate.account_id or payment.partner_bank_id
        return Payment(
            end_to_end_id=self._own_id(payment, order),
            amount=Decimal(f"{payment.amount:.{places}f}"),
            currency=payment.currency_id.name,
            party=Party(name=bank.acc_holder_name or payment.partner_id.name,
                        address=self._address(payment.partner_id, carries, "payment.party")),
            account=self._account(bank, kind=self._account_kind(bank, order)),
            agent=self._agent(bank, order, carries, "payment"),
            charge_bearer=self._fixed(order, "payment.charge_bearer"),
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

    def _account(self, bank, currency=None, kind=None):
        """By its own check digits: Odoo knows IBANs by one of its further addons only."""
        number = bank.sanitized_acc_number
        if number and iban(number):
            return Account(iban=number, currency=currency, kind=kind)
        return Account(number=number, currency=currency, kind=kind)

    def _account_kind(self, bank, order):
        """Current or savings, where the format asks."""
        return bank.finance_account_kind if shipped_rules(order.profile).needs("payment.account.kind") else None

    def _agent(self, bank, order, carries, level, named=False):
        """The bank by BIC where the format has a place for it, and by its clearing number where it says its system."""
        path = f"{level}_agent" if named else f"{level}.agent"
        bic = bank.bank_id.bic if f"{path}.bic" in carries else None
        system = self._fixed(order, f"{path}.clearing_system")
        member = bank.clearing_number if system else None
        facts = {
            "bic": bic.replace(" ", "").upper() if bic else None,
            "clearing_system": system if member else None,
            "clearing_member": member or None,
            "name": bank.bank_id.name or None if named else None,
        }
        return Agent(**facts) if any(facts.values()) else None

    def _address(self, partner, carries, path):
        """Those parts of the address that have a place in the file."""
        parts = {
            "street": " ".join(filter(None, (partner.street, partner.street2))),
            "post_code": partner.zip,
            "town": partner.city,
            "country": partner.country_id.code,
        }
        carried = {name: text for name, text in parts.items() if text and f"{path}.address.{name}" in carries}
        return Address(**carried) if carried else None

    def _remittance(self, text):
        found = [one for one in structured_references(text, structured=True) if one.kind == "RF"]
        if found:
            return Remittance(reference=Reference(value=found[0].value))
        return Remittance(text=(text[:TEXT_LENGTH],)) if text else None


def _base36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    return digits
