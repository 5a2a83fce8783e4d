"""Modern Treasury (docs.moderntreasury.com), a hub in front of several banks: payment orders, one call each.

``Idempotency-Key`` makes an order single for a day; for longer our key stands in its ``metadata``, by which orders are
listed. The hub asks no person of ours: its own rules of approval may.
"""

from odoo.addons.finance_connector_base.core.errors import BusinessError, ConfigurationError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import dig, with_query, write_json

from ..payments.checks import decimals
from .interface import Account, BankInterface, words_of
from .paying import Paying, told

#: Clearing system of ISO 20022 → kind of routing number.
ROUTING = {"USABA": "aba", "GBDSC": "gb_sort_code", "CACPA": "ca_cpa", "AUBSB": "au_bsb", "INFSC": "in_ifsc"}


@TRANSPORTS.add("modern_treasury", "Modern Treasury (payment hub)")
class ModernTreasury(Paying, BankInterface):
    paying_code = "modern_treasury"
    one_by_one = True

    def accounts(self):
        """The company's own accounts at its banks."""
        found = []
        for row in self.read_list("/api/internal_accounts"):
            numbers = row.get("account_details") or [{}]
            found.append(
                Account(
                    id=str(row["id"]), number=numbers[0].get("account_number"), currency=row.get("currency"),
                    name=row.get("name"), owner=row.get("party_name"),
                )
            )  # fmt: skip
        return found

    def pay(self, run, key):
        return self._one_by_one(run, self._pay, self._there), None

    def _pay(self, payment, batch):
        answer = self.call(
            "POST", "/api/payment_orders", body=write_json(self._order(payment, batch)),
            key=self.request_id(payment.end_to_end_id), headers={"Accept": "application/json"},
        )  # fmt: skip
        order = self._object(answer)
        self._checked(order, payment)
        return self._row(order, payment.end_to_end_id)

    def find(self, run):
        return self._all_or_none(run, self._there)

    def _there(self, payment):
        """What the hub has under our key of this payment, also when the idempotency key is long forgotten."""
        key = self.request_id(payment.end_to_end_id)
        found = self.read_list(with_query("/api/payment_orders", {"metadata[request]": key}))
        if len(found) > 1:
            raise RemoteDefectError(f"{self._host} has one payment several times", code="pay.several")
        if not found:
            return None
        self._checked(found[0], payment)
        return self._row(found[0], payment.end_to_end_id)

    def status(self, known):
        _answer, order = self.read(f"/api/payment_orders/{known.id}")
        return self._row(order, known.end_to_end_id)

    def take_back(self, known):
        order = self.send("PATCH", f"/api/payment_orders/{known.id}", {"status": "cancelled"})
        return told(known.id, known.end_to_end_id, "ACCR" if order.get("status") == "cancelled" else "PDCR")

    def _order(self, payment, batch):
        own = self._settings.get("own_account")
        if not own:
            words = "it is not known which account is paid from: find the accounts, and give the journal its number"
            raise ConfigurationError(words, code="pay.own_account")
        kind, priority = kind_of(payment, batch)
        remittance = payment.remittance
        text = (remittance.reference.value if remittance.reference else " ".join(remittance.text)) if remittance else ""
        return {
            "type": kind, "priority": priority, "direction": "credit", "currency": payment.currency,
            "amount": minor(payment.amount, payment.currency), "originating_account_id": own,
            "receiving_account": receiver(payment), "effective_date": batch.executed_on.isoformat(),
            "remittance_information": text or None,
            "charge_bearer": {"SHAR": "shared", "CRED": "receiver", "DEBT": "sender"}.get(payment.charge_bearer),
            "metadata": {"request": self.request_id(payment.end_to_end_id), "end_to_end_id": payment.end_to_end_id,
                         "order": self._settings["order"]},
        }  # fmt: skip

    def _checked(self, order, payment):
        """What the hub has under our key is this payment."""
        if not order.get("id") or not order.get("status"):
            raise RemoteDefectError(f"{self._host} answers without a payment order", code="pay.no_id")
        amount = order.get("amount")
        if amount != minor(payment.amount, payment.currency) or order.get("currency") != payment.currency:
            self._same(payment, None, None)

    @staticmethod
    def _row(order, end_to_end_id):
        returned = order.get("current_return") or {}
        return told(
            str(order["id"]), end_to_end_id, str(order.get("status") or ""), reason=returned.get("code"),
            text=words_of(returned.get("reason") or dig(order, "current_hold.reason")), currency=order.get("currency"),
        )  # fmt: skip

    @classmethod
    def fits(cls, run):
        for batch in run.batches:
            for payment in batch.payments:
                receiver(payment)
                minor(payment.amount, payment.currency)


def kind_of(payment, batch):
    """``(type, priority)`` of the hub."""
    if batch.service_level == "SEPA":
        return "sepa", "high" if batch.local_instrument == "INST" else "normal"
    if payment.currency == "USD" and payment.agent and payment.agent.clearing_system == "USABA":
        return ("wire" if batch.service_level == "URGP" else "ach"), "normal"
    return "cross_border", "high" if batch.service_level == "URGP" else "normal"


def minor(amount, currency):
    """The amount in the smallest unit of its currency.

    :raise BusinessError: ``pay.amount``
    """
    value = amount.scaleb(decimals(currency))
    if value != int(value):
        raise BusinessError(f"{currency} has no such small units", code="pay.amount")
    return int(value)


def receiver(payment):
    """The payee's account.

    :raise BusinessError: ``pay.account``
    """
    account, agent = payment.account, payment.agent
    if not account or not (account.iban or account.number):
        raise BusinessError("the payee's account is missing", code="pay.account", place=payment.end_to_end_id)
    number = {"account_number": account.iban, "account_number_type": "iban"} if account.iban else {
        "account_number": account.number, "account_number_type": "other"}  # fmt: skip
    routing = []
    if agent and agent.bic:
        routing.append({"routing_number": agent.bic, "routing_number_type": "swift"})
    if agent and agent.clearing_member and agent.clearing_system in ROUTING:
        routing.append({"routing_number": agent.clearing_member, "routing_number_type": ROUTING[agent.clearing_system]})
    if not account.iban and not routing:
        raise BusinessError("the payee's bank is missing", code="pay.account", place=payment.end_to_end_id)
    found = {"party_name": payment.party.name, "account_details": [number], "routing_details": routing}
    address = payment.party.address
    if address and address.country:
        found["party_address"] = {"line1": address.street, "locality": address.town, "postal_code": address.post_code,
                                  "country": address.country}  # fmt: skip
    return found
