"""A tax engine with the addresses, states, errors and numbers of AvaTax v2; its rates are invented.

Sign in with the settings ``account`` and ``license`` (Basic). A transaction is known by company, code
and type: an uncommitted one is overwritten, a committed one refuses ``create`` and takes ``adjust`` or
``void``, a locked one refuses both. ``SalesOrder`` and its kin are answered and forgotten.
"""

import base64
import re
from urllib.parse import unquote

from .avatax_calculation import Refused, calculate, place, summary
from .avatax_rates import TAX_CODES, jurisdictions
from .party import Answer, Party, route

HELP = "https://developer.avalara.com/avatax/errors/"
NUMBERS = {
    "AuthenticationException": 35,
    "EntityNotFoundError": 4,
    "CompanyNotFoundError": 14,
    "JsonFormatError": 47,
    "ValueRequiredError": 5,
    "MissingLine": 311,
    "GetTaxError": 300,
    "LockedError": 1100,
}
ORDERS = ("SalesOrder", "ReturnOrder", "PurchaseOrder")
#: How a code is written in a path where it has signs that a path cannot hold.
ESCAPED = re.compile(r"_-ava([0-9a-f]{2})-_")
INVOICES = ("SalesInvoice", "ReturnInvoice", "PurchaseInvoice")


def error(status, code, message, description="", refers_to=None):
    """The engine's error body."""
    detail = {
        "code": code,
        "number": NUMBERS[code],
        "message": message,
        "description": description or message,
        "faultCode": "Client",
        "helpLink": HELP + code,
        "severity": "Error",
    }
    if refers_to:
        detail["refersTo"] = refers_to
    return Answer(status, {"error": {"code": code, "message": message, "target": "HttpRequest", "details": [detail]}})


def wrong_state(expected):
    return error(400, "GetTaxError", "DocStatus is invalid for this operation.", f"Expected {expected}", "DocStatus")


class AvaTax(Party):
    name = "avatax"
    defaults = {
        "account": "2000000001",
        "license": "SANDBOX-LICENSE",
        "companies": ("DEFAULT", "DEMO", "EUROPE"),
    }

    def clear(self):
        self._transactions = {}

    def apply(self, effect):
        data = effect["data"]
        self._transactions[self._key(data["companyCode"], data["code"], data["type"])] = data

    # ---------------------------------------------------------------- the door

    def refuse(self, request):
        if request.path == "/api/v2/utilities/ping" or self._known_caller(request):
            return None
        return error(
            401,
            "AuthenticationException",
            "Authentication failed.",
            "Missing authentication or unable to authenticate the user or the account.",
        )

    def _known_caller(self, request):
        wanted = base64.b64encode(f"{self.settings['account']}:{self.settings['license']}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {wanted}"

    def unknown(self, request):
        return error(404, "EntityNotFoundError", f"No such address: {request.path}")

    def error_inside(self):
        return error(200, "GetTaxError", "The calculation service did not answer.").body

    @route("GET", "/api/v2/utilities/ping")
    def ping(self, request):
        known = self._known_caller(request)
        body = {"version": "26.10.0", "authenticated": known, "authenticationType": "None"}
        if known:
            body.update(authenticationType="AccountIdLicenseKey", authenticatedAccountId=int(self.settings["account"]))
        return Answer(200, body)

    # ---------------------------------------------------------------- look-ups

    @route("GET", "/api/v2/addresses/resolve")
    def resolve(self, request):
        given = {name: request.query.get(name, "") for name in ("line1", "city", "region", "country", "postalCode")}
        try:
            where = place(given, "ShipTo")
        except Refused as refusal:
            message = {
                "summary": str(refusal), "details": refusal.description, "refersTo": "Address",
                "severity": "Error", "source": "Avalara.AvaTax.Services.Address",
            }  # fmt: skip
            return Answer(200, {"address": given, "validatedAddresses": [], "messages": [message]})
        valid = {name: value.upper() for name, value in given.items()}
        return Answer(
            200,
            {
                "address": given,
                "validatedAddresses": [{"addressType": "StreetOrResidentialAddress", **valid}],
                "resolutionQuality": "Intersection",
                "taxAuthorities": [
                    {"jurisdictionName": part.name, "jurisdictionType": part.kind, "avalaraId": part.code}
                    for part in jurisdictions(where, where)
                ],
            },
        )

    @route("GET", "/api/v2/definitions/taxcodes")
    def tax_codes(self, request):
        wanted = re.search(r"(?:startswith|contains)\((\w+),\s*'([^']*)'\)|(\w+) eq '([^']*)'",
                           request.query.get("$filter", ""))  # fmt: skip
        rows = [{"taxCode": code, "description": text, "isActive": True} for code, (text, _free) in TAX_CODES.items()]
        if wanted:
            field, value = (wanted[1] or wanted[3]), (wanted[2] or wanted[4]).lower()
            rows = [row for row in rows if value in str(row.get(field, "")).lower()]
        skip, top = int(request.query.get("$skip", 0)), int(request.query.get("$top", 1000))
        body = {"@recordsetCount": len(rows), "value": rows[skip : skip + top]}
        if skip + top < len(rows):
            body["@nextLink"] = f"/avatax/api/v2/definitions/taxcodes?$skip={skip + top}&$top={top}"
        return Answer(200, body)

    # ---------------------------------------------------------------- transactions

    @route("POST", "/api/v2/transactions/create")
    def create(self, request):
        return self._with_model(request, self._create)

    @route("POST", "/api/v2/transactions/createoradjust")
    def create_or_adjust(self, request):
        def save(model):
            known = self._found(model["companyCode"], model["code"], model["type"])
            if known and known["status"] == "Committed":
                return self._adjust(known, model, "Other", "createoradjust")
            return self._create(model)

        return self._with_model(request, lambda wrapped: save(wrapped["createTransactionModel"]))

    @route("GET", "/api/v2/companies/{company}/transactions/{code}")
    def ask(self, request, company, code):
        return self._with_known(request, company, code, lambda known: Answer(200, known))

    @route("POST", "/api/v2/companies/{company}/transactions/{code}/commit")
    def commit(self, request, company, code):
        def change(known):
            if known["status"] not in ("Saved", "Posted"):
                return wrong_state("Saved|Posted")
            return Answer(200, self.effect("committed", known["code"], **{**known, "status": "Committed"})["data"])

        return self._with_known(request, company, code, change)

    @route("POST", "/api/v2/companies/{company}/transactions/{code}/void")
    def void(self, request, company, code):
        def change(known):
            if known["locked"]:
                return error(400, "LockedError", "The transaction is locked.", "It is part of a filed return.")
            if known["status"] == "Cancelled":
                return wrong_state("Saved|Posted|Committed")
            return Answer(200, self.effect("voided", known["code"], **{**known, "status": "Cancelled"})["data"])

        return self._with_known(request, company, code, change)

    @route("POST", "/api/v2/companies/{company}/transactions/{code}/lock")
    def lock(self, request, company, code):
        return self._with_known(
            request, company, code,
            lambda known: Answer(200, self.effect("locked", known["code"], **{**known, "locked": True})["data"]),
        )  # fmt: skip

    @route("POST", "/api/v2/companies/{company}/transactions/{code}/adjust")
    def adjust(self, request, company, code):
        def change(known):
            given = request.json()
            if given.get("adjustmentReason") not in (
                "SourcingIssue",
                "PriceAdjusted",
                "ProductReturned",
                "Other",
            ):
                return error(400, "JsonFormatError", "The request body did not contain valid JSON.")
            same = {name: known[name] for name in ("companyCode", "code", "type")}
            model = {**given["newTransaction"], **same}
            return self._adjust(known, model, given["adjustmentReason"], given.get("adjustmentDescription"))

        return self._with_known(request, company, code, change)

    # ---------------------------------------------------------------- helpers

    def _with_model(self, request, save):
        try:
            return save(request.json())
        except Refused as refusal:
            return error(400, "GetTaxError", str(refusal), refusal.description, refusal.refers_to)
        except KeyError as missing:
            return error(400, "ValueRequiredError", f"Field {missing} is required.", refers_to=str(missing))
        except (ValueError, TypeError, ArithmeticError) as wrong:
            return error(400, "JsonFormatError", "The request body did not contain valid JSON.", str(wrong))

    def _with_known(self, request, company, code, change):
        company, code = (ESCAPED.sub(lambda sign: chr(int(sign[1], 16)), unquote(part)) for part in (company, code))
        if company not in self.settings["companies"]:
            return error(404, "CompanyNotFoundError", "Company not found.", f"The company '{company}' was not found.")
        known = self._found(company, code, request.query.get("documentType", "SalesInvoice"))
        if not known:
            return error(
                404, "EntityNotFoundError", "Transaction not found.",
                f"The Transaction with code '{company}:{code}' was not found.",
            )  # fmt: skip
        return self._with_model(request, lambda _body: change(known)) if request.content else change(known)

    def _create(self, model):
        kind, company = model["type"], model["companyCode"]
        if company not in self.settings["companies"]:
            return error(400, "CompanyNotFoundError", "Company not found.", f"The company '{company}' was not found.")
        if not model["lines"]:
            return error(
                400, "MissingLine", "Transactions must have at least one line.",
                "The CreateTransactionModel object must have an element called 'lines'.",
            )  # fmt: skip
        if kind in ORDERS:
            return Answer(201, self._document(model, 0, "Temporary", 1))
        if kind not in INVOICES:
            return error(400, "JsonFormatError", f"Unknown document type {kind}.")
        known = self._found(company, model["code"], kind)
        if known and known["locked"]:
            return error(400, "LockedError", "The transaction is locked.", "It is part of a filed return.")
        if known and known["status"] == "Committed":
            return wrong_state("Saved|Posted")
        status = "Committed" if model.get("commit") else "Saved"
        number = known["id"] if known else 4_000_000_000 + len(self._transactions) + 1
        document = self._document(model, number, status, 1)
        effect = self.effect("committed" if model.get("commit") else "saved", model["code"], **document)
        return Answer(201, effect["data"])

    def _adjust(self, known, model, reason, description):
        if known["locked"]:
            return error(400, "LockedError", "The transaction is locked.", "It is part of a filed return.")
        if known["status"] != "Committed":
            return wrong_state("Committed")
        document = self._document(model, known["id"], "Committed", known["version"] + 1)
        document.update(adjustmentReason=reason, adjustmentDescription=description or "")
        return Answer(200, self.effect("adjusted", model["code"], **document)["data"])

    def _document(self, model, number, status, version):
        lines = calculate(model)
        return {
            "id": number,
            "code": model["code"],
            "companyCode": model["companyCode"],
            "companyId": 10_000 + self.settings["companies"].index(model["companyCode"]),
            "date": model["date"],
            "status": status,
            "type": model["type"],
            "currencyCode": model.get("currencyCode") or "USD",
            "customerCode": model["customerCode"],
            "entityUseCode": model.get("entityUseCode") or "",
            "exemptNo": model.get("exemptionNo") or "",
            "referenceCode": model.get("referenceCode") or "",
            "adjustmentReason": "NotAdjusted",
            "locked": False,
            "version": version,
            "totalAmount": sum(line["lineAmount"] for line in lines),
            "totalExempt": sum(line["exemptAmount"] for line in lines),
            "totalDiscount": 0,
            "totalTax": sum(line["tax"] for line in lines),
            "totalTaxable": sum(line["taxableAmount"] for line in lines),
            "totalTaxCalculated": sum(line["taxCalculated"] for line in lines),
            "taxDate": lines[0]["taxDate"],
            "lines": lines,
            "summary": summary(lines),
            "messages": [],
        }

    def _found(self, company, code, kind):
        return self._transactions.get(self._key(company, code, kind))

    def _key(self, company, code, kind):
        return company, code, kind
