"""AvaTax v2: quotes as orders that are not kept, commits and voids as documents with their own code."""

from decimal import Decimal
from urllib.parse import quote as escaped
from urllib.parse import urlencode

from odoo.addons.finance_connector_base.core.canonical import canonical_json
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    DuplicateError,
    FinanceError,
    FormatError,
    RemoteDefectError,
)
from odoo.addons.finance_connector_base.core.safe.json import json_value

from ..core.tax import TAX_PROVIDERS, ZERO, Order, TaxAmount, TaxDetail, TaxProvider, TaxQuote, checked
from .avatax_errors import NotFoundError, WrongStateError, refusal

#: kind of document → (type that is only answered, type that is kept)
TYPES = {"invoice": ("SalesOrder", "SalesInvoice"), "refund": ("ReturnOrder", "ReturnInvoice")}
LEVELS = {"CNT": "country", "STA": "state", "CTY": "county", "CIT": "city", "STJ": "special"}
CENT = Decimal("0.01")


@TAX_PROVIDERS.add("avatax", "AvaTax")
class AvaTax(TaxProvider):
    """A document is known by company, code and type: that makes commit and void safe to repeat."""

    def ping(self):
        answer = self._json(self._call("GET", "/api/v2/utilities/ping"))
        if not answer.get("authenticated"):
            raise AuthError("AvaTax does not know this account and licence key", code="auth.sign_in")
        return f"AvaTax {answer.get('version', '')} knows account {answer.get('authenticatedAccountId', '')}."

    def quote(self, request):
        model = self._model(request, TYPES[request.kind][0])
        return checked(self._quote(self._send("POST", "/api/v2/transactions/create", model, request.key)), request)

    def commit_order(self, request, quote):
        kept = TYPES[request.kind][1]
        return Order(
            action="commit",
            method="POST",
            path="/api/v2/transactions/create",
            body={**self._model(request, kept), "commit": True},
            ask=self._document_path(request, kept),
            expect=self._expectation(request, quote, "Committed"),
        )

    def void_order(self, request, quote):
        kept = TYPES[request.kind][1]
        return Order(
            action="void",
            method="POST",
            path=self._document_path(request, kept, "/void"),
            body={"code": "DocVoided"},
            ask=self._document_path(request, kept),
            expect=self._expectation(request, quote, "Cancelled"),
        )

    def adjust_order(self, request, quote, reason="PriceAdjusted", words=""):
        """Replace a committed document by a new version of it."""
        kept = TYPES[request.kind][1]
        return Order(
            action="adjust",
            method="POST",
            path=self._document_path(request, kept, "/adjust"),
            body={
                "adjustmentReason": reason,
                "adjustmentDescription": words,
                "newTransaction": {**self._model(request, kept), "commit": True},
            },
            ask=self._document_path(request, kept),
            expect=self._expectation(request, quote, "Committed"),
        )

    def carry_out(self, order, key):
        try:
            answer = self._send(order.method, order.path, order.body, key)
        except NotFoundError:
            if order.action != "void":
                raise
            return TaxQuote((), ZERO, ZERO, ZERO, status="NotFound")  # nothing was kept: nothing to take back
        except WrongStateError:
            found = self.ask(order)
            if found is None:
                raise
            return found
        return self._quote(answer)

    def ask(self, order):
        """The document if the order was carried out; a document with other content is a conflict."""
        try:
            answer = self._send("GET", order.ask)
        except NotFoundError:
            if order.action == "void":
                return TaxQuote((), ZERO, ZERO, ZERO, status="NotFound")
            return None
        expected, status = order.expect, answer.get("status")
        if status != expected["status"]:
            return None
        if order.action != "void":
            found = {name: _plain(answer.get(field)) for name, field in SAME.items()}
            found["date"] = (found["date"] or "")[:10]
            other = {name: value for name, value in found.items() if value != expected[name]}
            if other:
                words = ", ".join(f"{name} {value} instead of {expected[name]}" for name, value in other.items())
                raise DuplicateError(
                    f"AvaTax holds a document with this code and other content: {words}",
                    code="duplicate.tax_content",
                    place=answer.get("code"),
                )
        return self._quote(answer)

    def resolve(self, address):
        """The address as the engine knows it, or None with its complaint."""
        query = urlencode(
            {
                "line1": address.line1 or "",
                "city": address.city or "",
                "region": address.region or "",
                "postalCode": address.postcode or "",
                "country": address.country,
            }
        )
        answer = self._send("GET", f"/api/v2/addresses/resolve?{query}")
        found = (answer.get("validatedAddresses") or [None])[0]
        return found, tuple(message.get("summary", "") for message in answer.get("messages") or ())

    def tax_codes(self, wanted=""):
        """(code, description) of the engine's product tax codes, page by page."""
        query = {"$top": 500, "$skip": 0}
        if wanted:
            query["$filter"] = f"contains(description,'{wanted}')"
        while True:
            answer = self._send("GET", f"/api/v2/definitions/taxcodes?{urlencode(query)}")
            rows = answer.get("value") or []
            yield from ((row["taxCode"], row.get("description") or "") for row in rows)
            query["$skip"] += len(rows)
            if not rows or query["$skip"] >= answer.get("@recordsetCount", 0):
                return

    # ------------------------------------------------------------------ questions

    def _model(self, request, kind):
        model = {
            "type": kind,
            "companyCode": request.company_code,
            "code": request.code,
            "date": request.date,
            "customerCode": request.customer_code,
            "currencyCode": request.currency,
            "addresses": {
                "shipFrom": self._address(request.ship_from),
                "shipTo": self._address(request.ship_to),
            },
            "lines": [self._line(line) for line in request.lines],
            "commit": False,
        }
        optional = {
            "entityUseCode": request.entity_use,
            "exemptionNo": request.exemption,
            "businessIdentificationNo": request.vat_number,
        }
        model.update({name: value for name, value in optional.items() if value})
        if request.tax_date and request.tax_date != request.date:
            model["taxOverride"] = {
                "type": "TaxDate",
                "taxDate": request.tax_date,
                "reason": "Tax of the original document",
            }
        return model

    def _address(self, address):
        given = {
            "line1": address.line1,
            "line2": address.line2,
            "city": address.city,
            "region": address.region,
            "postalCode": address.postcode,
            "country": address.country,
        }
        return {name: value for name, value in given.items() if value}

    def _line(self, line):
        given = {
            "number": line.ref,
            "quantity": line.quantity,
            "amount": line.amount,
            "itemCode": (line.item_code or "")[:50],
            "taxCode": line.tax_code,
            "description": (line.description or "")[:255],
            "taxIncluded": line.tax_included,
        }
        return {name: value for name, value in given.items() if value not in (None, "")}

    def _document_path(self, request, kept, verb=""):
        company, code = _in_path(request.company_code), _in_path(request.code)
        return f"/api/v2/companies/{company}/transactions/{code}{verb}?documentType={kept}"

    def _expectation(self, request, quote, status):
        return {
            "status": status,
            "amount": _plain(quote.amount),
            "tax": _plain(quote.tax),
            "currency": request.currency,
            "customer": request.customer_code,
            "date": request.date.isoformat(),
        }

    # ------------------------------------------------------------------ answers

    def _send(self, method, path, body=None, key=None):
        content = None if body is None else canonical_json(body)
        return self._json(self._call(method, path, content, key))

    def _json(self, receipt):
        """The body of an answer; a refusal becomes the error it stands for."""
        try:
            body = json_value(receipt.content)
        except FormatError as error:
            raise RemoteDefectError(
                f"AvaTax answered {receipt.status} with something that is not JSON", code="tax.unreadable"
            ) from error
        if receipt.status >= 400:
            raise refusal(body)
        if not isinstance(body, dict) or "error" in body:
            wrapped = refusal(body)
            raise RemoteDefectError(f"AvaTax said success with an error inside: {wrapped}", code="tax.error_inside")
        return body

    def _quote(self, answer):
        try:
            return TaxQuote(
                amounts=tuple(self._amount(line) for line in answer.get("lines") or ()),
                amount=_amount(answer["totalAmount"]),
                taxable=_amount(answer["totalTaxable"]),
                tax=_amount(answer["totalTax"]),
                currency=answer.get("currencyCode"),
                engine_id=str(answer.get("id") or "") or None,
                status=answer.get("status"),
                messages=tuple(message.get("summary") or "" for message in answer.get("messages") or () if message),
                content=canonical_json(answer),
            )
        except FinanceError:
            raise
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise RemoteDefectError(f"AvaTax left out {error}", code="tax.unreadable") from error

    def _amount(self, line):
        return TaxAmount(
            ref=str(line["lineNumber"]),
            amount=_amount(line["lineAmount"]),
            taxable=_amount(line["taxableAmount"]),
            tax=_amount(line["tax"]),
            details=tuple(self._detail(detail) for detail in line.get("details") or ()),
        )

    def _detail(self, detail):
        return TaxDetail(
            level=LEVELS.get(detail["jurisType"], "special"),
            name=detail["jurisName"],
            rate=Decimal(detail["rate"]),
            taxable=_amount(detail["taxableAmount"]),
            tax=_amount(detail["tax"]),
            code=detail.get("jurisCode"),
            region=detail.get("region"),
            country=detail.get("country"),
            tax_name=detail.get("taxName"),
            exempt=_amount(detail.get("exemptAmount") or 0) + _amount(detail.get("nonTaxableAmount") or 0),
        )


#: Our name of what must be equal → the engine's field.
SAME = {
    "amount": "totalAmount",
    "tax": "totalTax",
    "currency": "currencyCode",
    "customer": "customerCode",
    "date": "date",
}


def _in_path(code):
    """A code as part of a path; the engine wants its own form for what a path cannot hold."""
    return escaped("".join(f"_-ava{ord(sign):02x}-_" if sign in "/+?%#" else sign for sign in code), safe="")


def _amount(number):
    """A JSON number as an exact amount; more than four decimals are the engine's noise."""
    return Decimal(number).quantize(Decimal("0.0001")).normalize() + ZERO


def _plain(value):
    """A value as text that is equal for equal amounts."""
    if isinstance(value, (Decimal, int)):
        return format(Decimal(value).quantize(CENT), "f")
    return value
