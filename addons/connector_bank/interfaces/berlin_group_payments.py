"""NextGenPSD2 payment initiation (Berlin Group, Implementation Guidelines 1.3.12, chapters 5 and 11.5).

One order is one resource: a payment, or a bulk of several, as JSON or as the pain.001 file itself. Nothing is executed
before a person of ours has authorised it on a page of the bank (SCA by redirect).
"""

from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import BusinessError, OutcomeUnknownError, RemoteDefectError
from odoo.addons.finance_connector_base.transports.paging import dig, with_query, write_json

from ..answers.interface_answer import GONE
from .interface import words_of
from .json_interface import JSON
from .paying import Paying, told


class BerlinGroupPayments(Paying):
    """:param settings: also ``payment_body``: ``json``, or ``pain001`` to send the approved file as it is"""

    paying_code = "berlin_group"

    def push(self, parcel, key):
        self._parcel = parcel
        return super().push(parcel, key)

    def ask(self, key, parcel=None):
        self._parcel = parcel
        return super().ask(key, parcel)

    def pay(self, run, key):
        service, product, body, content_type = self._body(run)
        headers = {
            **self._parcel.headers,
            "Accept": JSON,
            "X-Request-ID": self.request_id("initiation"),
            "TPP-Redirect-Preferred": "true",
            "TPP-Redirect-URI": self._settings["return_url"],
            "TPP-Nok-Redirect-URI": with_query(self._settings["return_url"], {"refused": 1}),
            **self._settings["psu"],
        }
        answer = self.call("POST", f"/v1/{service}/{product}", body=body, content_type=content_type, headers=headers)
        try:
            return self._initiated(self._object(answer), f"{service}/{product}")
        except RemoteDefectError as error:  # a success that cannot be read: the resource is there
            raise OutcomeUnknownError(str(error), code="pay.unreadable") from error

    def find(self, run):
        """Where the bank lists initiations by our id (an extension of its own, field *Ask path*)."""
        path = self._settings.get("ask_path")
        if not path:
            raise NotImplementedError("the bank tells the fate of an initiation only by the number it did not tell us")
        try:
            answer = self.call("GET", path.format(key=self.request_id("initiation")), headers={"Accept": JSON})
        except BusinessError as error:
            if error.code in ("https.404", "interface.account_unknown"):
                return None
            raise
        service, product, *_body = self._body(run)
        return self._initiated(self._object(answer), f"{service}/{product}")

    def _initiated(self, found, path):
        payment_id, status = found.get("paymentId"), found.get("transactionStatus")
        if not payment_id or not status:
            raise RemoteDefectError(f"{self._host} answers without a payment id", code="pay.no_id")
        link = dig(found, "_links.scaRedirect.href")
        return [self._row(f"{path}/{quote(str(payment_id), safe='')}", found)], str(link) if link else None

    def status(self, known):
        try:
            _answer, found = self.read(f"/v1/{known.id}/status")
        except BusinessError as error:
            if error.code not in ("interface.account_unknown", "interface.gone"):
                raise
            return told(known.id, None, GONE, text=str(error))
        return self._row(known.id, found)

    def take_back(self, known):
        """The whole resource; some banks want a person to authorise that, too."""
        request_id = self.request_id("cancellation", known.id)
        headers = {"Accept": JSON, "X-Request-ID": request_id, **self._settings["psu"]}
        answer = self.call("DELETE", f"/v1/{known.id}", headers=headers)
        found = self._object(answer) if answer.content else {}
        if answer.status == 204 or found.get("transactionStatus") == "CANC":
            return told(known.id, None, "ACCR")
        wanted = "Not cancelled yet: the bank may want a person to authorise it in its portal."
        return told(known.id, None, "PDCR", text=f"{wanted} {self._said(found)}".strip())

    @staticmethod
    def _row(path, found):
        return told(path, None, str(found.get("transactionStatus") or ""), text=BerlinGroupPayments._said(found))

    @staticmethod
    def _said(found):
        messages = found.get("tppMessages") or []
        return "; ".join(f"{one.get('code', '')}: {words_of(one.get('text'))}" for one in messages[:5])

    # bodies

    def _body(self, run):
        """``(service, product, bytes, content type)``, made of the approved file alone."""
        (batch,) = run.batches
        product, several = product_of(batch), len(batch.payments) > 1
        service = "bulk-payments" if several else "payments"
        if self._settings.get("payment_body") == "pain001":
            return service, f"pain.001-{product}", self._parcel.content, "application/xml"
        value = bulk(run, batch) if several else single(run, batch)
        return service, product, write_json(value), JSON

    @classmethod
    def fits(cls, run):
        if len(run.batches) != 1:
            raise BusinessError("this interface takes one batch at a time", code="pay.batches")
        for payment in run.batches[0].payments:
            if not payment.account or not (payment.account.iban or payment.account.number):
                raise BusinessError("the payee's account is missing", code="pay.account", place=payment.end_to_end_id)


def product_of(batch):
    """The payment product of the standard."""
    if batch.local_instrument == "INST":
        return "instant-sepa-credit-transfers"
    if batch.service_level == "SEPA":
        return "sepa-credit-transfers"
    if batch.service_level == "URGP" and all(one.currency == "EUR" for one in batch.payments):
        return "target-2-payments"
    return "cross-border-credit-transfers"


def single(run, batch):
    """Body of one payment."""
    (payment,) = batch.payments
    return {"debtorAccount": _account(batch.account), **_payment(payment), **_day(run, batch)}


def bulk(run, batch):
    """Body of several payments from one account."""
    value = {
        "paymentInformationId": batch.id,
        "debtorAccount": _account(batch.account),
        "payments": [_payment(payment) for payment in batch.payments],
        **_day(run, batch),
    }
    if batch.batch_booking is not None:
        value["batchBookingPreferred"] = batch.batch_booking
    return value


def _day(run, batch):
    """The day is said where it is a later one than that of the order: today's payments go without."""
    later = batch.executed_on > run.created_at.date()
    return {"requestedExecutionDate": batch.executed_on.isoformat()} if later else {}


def _payment(payment):
    remittance, address = payment.remittance, payment.party.address
    facts = {
        "endToEndIdentification": payment.end_to_end_id,
        "instructedAmount": {"currency": payment.currency, "amount": str(payment.amount)},
        "creditorName": payment.party.name,
        "creditorAccount": _account(payment.account),
        "creditorAgent": payment.agent.bic if payment.agent else None,
        "creditorAddress": _address(address) if address and address.country else None,
        "chargeBearer": payment.charge_bearer,
    }
    if remittance and remittance.reference:
        facts["remittanceInformationStructured"] = {"reference": remittance.reference.value, "referenceType": "SCOR"}
    elif remittance and remittance.text:
        facts["remittanceInformationUnstructured"] = " ".join(remittance.text)
    return {name: value for name, value in facts.items() if value}


def _account(account):
    return {"iban": account.iban} if account.iban else {"bban": account.number}


def _address(address):
    parts = {
        "streetName": address.street, "buildingNumber": address.building_number, "postCode": address.post_code,
        "townName": address.town, "country": address.country,
    }  # fmt: skip
    return {name: text for name, text in parts.items() if text}
