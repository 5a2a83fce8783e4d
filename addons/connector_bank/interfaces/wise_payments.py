"""Wise transfers (docs.wise.com, Send money): recipient, quote, transfer, and the funding from our balance.

``customerTransactionId`` makes a transfer single: the same one again gives the transfer that is there. A transfer moves
money when it is funded, which Wise does once.
"""

from odoo.addons.finance_connector_base.core.errors import (
    BusinessError,
    ConfigurationError,
    FinanceError,
    OutcomeUnknownError,
    RemoteDefectError,
    StateConflictError,
)
from odoo.addons.finance_connector_base.transports.paging import with_query

from .interface import words_of
from .paying import Paying, told

#: A transfer that waits for its funding.
WAITING = "incoming_payment_waiting"
#: Transfers on one page of the list, and pages looked at.
PAGE, MOST_PAGES = 100, 50
#: Recipient type by national clearing, with the names of its parts.
CLEARINGS = {"USABA": ("aba", "abartn"), "GBDSC": ("sort_code", "sortCode")}


class WisePayments(Paying):
    paying_code = "wise"
    one_by_one = True

    def pay(self, run, key):
        found = self._transfers(self._profile()) if self._settings.get("again") else {}

        def look(payment):
            transfer = found.get(self.request_id(payment.end_to_end_id))
            if transfer is None or transfer["status"] == WAITING:
                return None
            self._checked(transfer, payment)
            return self._row(transfer, payment.end_to_end_id)

        return self._one_by_one(run, self._pay, look), None

    def _pay(self, payment, batch):
        profile = self._profile()
        recipient = self.send("POST", "/v1/accounts", {"profile": int(profile), **recipient_of(payment)})
        quote = self.send("POST", f"/v3/profiles/{profile}/quotes", {
            "sourceCurrency": batch.account.currency or payment.currency, "targetCurrency": payment.currency,
            "targetAmount": payment.amount, "sourceAmount": None, "targetAccount": recipient.get("id"),
            "payOut": "BANK_TRANSFER",
        })  # fmt: skip
        transfer = self.send("POST", "/v1/transfers", {
            "targetAccount": recipient.get("id"), "quoteUuid": quote.get("id"),
            "customerTransactionId": self.request_id(payment.end_to_end_id),
            "details": {"reference": _reference(payment)},
        })  # fmt: skip
        self._checked(transfer, payment)
        if transfer["status"] == WAITING:
            transfer = self._funded(profile, transfer)
        return self._row(transfer, payment.end_to_end_id)

    def _funded(self, profile, transfer):
        """Pay it from the balance. What Wise refuses to fund is cancelled, so that nobody funds it later.

        :raise OutcomeUnknownError: the transfer is there, and it is not known whether it is, or will be, funded
        """
        path = f"/v3/profiles/{profile}/transfers/{transfer['id']}/payments"
        try:
            funding = self.send("POST", path, {"type": "BALANCE"})
            if funding.get("status") != "REJECTED":
                return {**transfer, "status": "incoming_payment_initiated"}
            return self._given_up(transfer, words_of(funding.get("errorCode")))
        except StateConflictError:
            raise
        except BusinessError as error:  # also where it was funded before: then it does not wait any more
            return self._given_up(transfer, str(error))

    def _given_up(self, transfer, why):
        """The transfer as it is after its funding was refused: cancelled, where it still waits for it."""
        try:
            _answer, now = self.read(f"/v1/transfers/{transfer['id']}")
            if now.get("status") != WAITING:
                return now
            if self.send("PUT", f"/v1/transfers/{transfer['id']}/cancel", {}).get("status") == "cancelled":
                return {**transfer, "status": "cancelled", "why": why}
        except FinanceError as error:
            raise OutcomeUnknownError(f"{why}; {error}", code="pay.part") from error
        raise OutcomeUnknownError(f"the transfer was not funded ({why}) and is not cancelled", code="pay.part")

    def find(self, run):
        found = self._transfers(self._profile())

        def look(payment):
            transfer = found.get(self.request_id(payment.end_to_end_id))
            if transfer is None:
                return None
            self._checked(transfer, payment)
            return None if transfer["status"] == WAITING else self._row(transfer, payment.end_to_end_id)

        if any(one["status"] == WAITING for one in found.values()):
            waiting = {one.get("customerTransactionId") for one in found.values() if one["status"] == WAITING}
            own = {self.request_id(payment.end_to_end_id) for batch in run.batches for payment in batch.payments}
            if own & waiting:
                raise NotImplementedError("transfers are there, not all are funded; it goes on with the same keys")
        return self._all_or_none(run, look)

    def _transfers(self, profile):
        """``{customerTransactionId: transfer}`` of those made since our message."""
        found = {}
        for number in range(MOST_PAGES):
            query = {"profile": profile, "createdDateStart": self._settings["born"], "limit": PAGE,
                     "offset": number * PAGE}  # fmt: skip
            rows = self.read_list(with_query("/v1/transfers", query))
            found |= {one.get("customerTransactionId"): one for one in rows}
            if len(rows) < PAGE:
                return found
        raise RemoteDefectError(f"{self._host} lists transfers without end", code="paging.endless")

    def status(self, known):
        _answer, transfer = self.read(f"/v1/transfers/{known.id}")
        return self._row(transfer, known.end_to_end_id)

    def take_back(self, known):
        transfer = self.send("PUT", f"/v1/transfers/{known.id}/cancel", {})
        return told(known.id, known.end_to_end_id, "ACCR" if transfer.get("status") == "cancelled" else "PDCR")

    def _profile(self):
        own = self._settings.get("own_account")
        if not own:
            words = "it is not known which balance is paid from: find the accounts, and give the journal its number"
            raise ConfigurationError(words, code="pay.own_account")
        return own.partition("/")[0]

    def _checked(self, transfer, payment):
        """What Wise has under our id is this payment."""
        if not transfer.get("id") or not transfer.get("status"):
            raise RemoteDefectError(f"{self._host} answers without a transfer", code="pay.no_id")
        self._same(payment, transfer.get("targetValue"), transfer.get("targetCurrency"))

    @staticmethod
    def _row(transfer, end_to_end_id):
        return told(
            str(transfer.get("id")), end_to_end_id, str(transfer.get("status") or ""), text=transfer.get("why"),
            amount=str(transfer.get("targetValue") or ""), currency=transfer.get("targetCurrency"),
        )  # fmt: skip

    @classmethod
    def fits(cls, run):
        for batch in run.batches:
            for payment in batch.payments:
                recipient_of(payment)


def recipient_of(payment):
    """The payee's account as Wise takes it.

    :raise BusinessError: ``pay.account``
    """
    account, agent = payment.account, payment.agent
    details = {"legalType": "PRIVATE" if payment.party.private else "BUSINESS"}
    if account and account.iban:
        kind, details = "iban", {**details, "IBAN": account.iban}
    elif account and account.number and agent and agent.clearing_system in CLEARINGS and agent.clearing_member:
        kind, member = CLEARINGS[agent.clearing_system]
        details = {**details, member: agent.clearing_member, "accountNumber": account.number}
        if kind == "aba":
            details["accountType"] = "SAVINGS" if account.kind == "SVGS" else "CHECKING"
            if address := payment.party.address:
                details["address"] = {"country": address.country, "city": address.town, "postCode": address.post_code,
                                      "firstLine": address.street}  # fmt: skip
    else:
        raise BusinessError(
            "Wise takes payees with an IBAN, a US routing number or a British sort code", code="pay.account",
            place=payment.end_to_end_id,
        )  # fmt: skip
    return {
        "currency": payment.currency, "type": kind, "accountHolderName": payment.party.name, "details": details,
    }  # fmt: skip


def _reference(payment):
    remittance = payment.remittance
    if remittance and remittance.reference:
        return remittance.reference.value
    return " ".join(remittance.text) if remittance else ""
