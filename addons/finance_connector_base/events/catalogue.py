"""The kinds of business events: what each means and what it tells. Addons add theirs when they are loaded."""

from dataclasses import dataclass

#: type → ``EventType``, in order of registration.
EVENTS = {}

#: Version of the payloads; a field may be added within a version, never taken away or given another meaning.
VERSION = "1"


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event.

    :param type: ``<noun>.<what happened>``, the ``type`` of the CloudEvent and the routing key at brokers
    :param model: model of the object it is about; the order of events is kept for each such object
    :param data: name → meaning of what everybody may know: numbers, amounts as decimal strings, ISO dates and codes
    :param private: the same of what only subscriptions with wide scope get: account numbers, free texts, persons
    """

    type: str
    label: str
    model: str
    data: dict
    private: dict


def add(model, data, private, **labels):
    """Register the events of one kind of object: ``invoice__posted="Invoice posted"`` is ``invoice.posted``."""
    for name, label in labels.items():
        code = name.replace("__", ".")
        EVENTS[code] = EventType(code, label, model, data, private)


_PARTNER = {
    "partner": "Customer or supplier: `id`, and `external_ids` (`<source system>/<identifier>`)",
}
_DOCUMENT = {
    "id": "Number of the record in Odoo",
    "external_ids": "Identifiers in other systems, `<source system>/<identifier>`",
    "kind": "`customer_invoice`, `customer_credit_note`, `supplier_invoice`, `supplier_credit_note`, `receipt`",
    "number": "Number of the document; null while it is a draft",
    "issued_on": "Date of the document",
    "booked_on": "Accounting date",
    "due_on": "Last day to pay",
    "currency": "ISO 4217 code of all amounts",
    "total": "Total with tax",
    "total_tax": "Tax in the total",
    "open_amount": "What is not paid yet",
    "state": "`draft`, `posted`, `cancel`",
    "payment_state": "`not_paid`, `partial`, `in_payment`, `paid`, `reversed`, `blocked`",
    "journal": "Code of the journal",
    **_PARTNER,
}
add(
    "account.move",
    _DOCUMENT,
    {"reference": "Number or text of the other side", "partner_name": "Name of the customer or supplier"},
    invoice__created="Invoice or credit note made",
    invoice__posted="Invoice posted",
    invoice__paid="Invoice paid",
    credit_note__posted="Credit note posted",
)
add(
    "account.payment",
    {
        "id": "Number of the record in Odoo",
        "external_ids": _DOCUMENT["external_ids"],
        "number": "Number of the payment; null while it is a draft",
        "direction": "`in` or `out`",
        "amount": "Amount, more than zero",
        "currency": "ISO 4217 code",
        "paid_on": "Day of the payment",
        "state": "`draft`, `in_process`, `paid`, `canceled`, `rejected`",
        "journal": "Code of the bank or cash journal",
        **_PARTNER,
    },
    {"reference": "Text of the payment", "account": "Account it goes to", "partner_name": "Who is paid or pays"},
    payment__created="Payment made",
    payment__confirmed="Payment confirmed",
    payment__sent="Payment marked as sent",
    payment__settled="Payment settled",
    payment__rejected="Payment rejected",
    payment__reversed="Payment cancelled",
)
add(
    "res.partner",
    {
        "id": "Number of the record in Odoo",
        "external_ids": _DOCUMENT["external_ids"],
        "is_company": "False for a person",
        "name": "Name of a company; null for persons",
        "vat": "VAT number of a company; null for persons",
        "country": "ISO 3166 code",
        "reference": "The number both sides know it by",
        "active": "False where it is archived",
    },
    {"person_name": "Name of a person", "email": "E-mail address", "phone": "Telephone number", "street": "Street",
     "zip": "Postal code", "city": "Town"},
    supplier__created="Supplier made, or became one",
    supplier__updated="Supplier changed",
)  # fmt: skip
add(
    "res.partner",
    {
        "id": "Number of the supplier in Odoo",
        "external_ids": _DOCUMENT["external_ids"],
        "bank_account": "Number of the bank account's record in Odoo",
        "change": "`created`, `changed` or `removed`",
        "account_ending": "The last four characters of the account number",
        "trusted": "Whether money may be sent there",
    },
    {"account": "Account number", "holder": "Name of its holder"},
    supplier__bank__changed="Bank account of a supplier changed",
)
add(
    "account.bank.statement",
    {
        "id": "Number of the record in Odoo",
        "number": "Name of the statement",
        "journal": "Code of the bank journal",
        "currency": "ISO 4217 code",
        "closed_on": "Day of the closing balance",
        "opening": "Opening balance",
        "closing": "Closing balance",
        "lines": "How many lines it has",
    },
    {},
    statement__imported="Bank statement brought in",
)
add(
    "account.bank.statement.line",
    {
        "id": "Number of the record in Odoo",
        "statement": "Number of the statement's record in Odoo",
        "journal": "Code of the bank journal",
        "booked_on": "Booking date",
        "amount": "Signed: positive is received",
        "currency": "ISO 4217 code",
        "reconciled": "Whether it is matched now",
    },
    {"text": "What the bank wrote", "partner_name": "Name as the bank wrote it", "account": "Account number"},
    line__reconciled="Statement line matched",
    line__undone="Matching of a statement line undone",
)
add(
    "finance.exception",
    {
        "id": "Number of the case",
        "code": "Stable code of what is wrong",
        "category": "Who can put it right",
        "area": "`bank`, `tax`, `treasury`, `close`, `other`",
        "blocking": "Whether what it is about waits",
        "state": "`open`, `solved`, `dropped`",
        "due_on": "When it is due, UTC",
        "connector": "Code of the connector",
    },
    {"text": "What happened, in words"},
    case__opened="Case opened, or opened again",
    case__closed="Case solved or dropped",
)
add(
    "finance.approval",
    {
        "id": "Number of the approval",
        "kind": "What is decided about",
        "state": "`waiting`, `approved`, `refused`, `void`, `expired`",
        "model": "Model of the record it is about",
        "record": "Number of that record",
        "sha256": "Of what is put before people",
        "amount": "Amount, where money moves",
        "currency": "ISO 4217 code",
    },
    {"text": "What is decided, in words"},
    approval__requested="Approval asked for",
    approval__decided="Approval given, refused, void or run out",
)
add(
    "finance.alert",
    {
        "id": "Number of the alert",
        "rule": "Number of the rule",
        "name": "Name of the rule",
        "priority": "Priority of the rule",
        "state": "`firing`, `cleared`",
        "value": "What was counted",
        "since": "Since when the limit is passed, UTC",
    },
    {},
    alert__raised="Alert fires",
    alert__cleared="Alert cleared",
)
