"""Questions to a tax engine and its answers, the same for every engine, and the registry of engines.

Amounts are signed as the ledger of the engine sees them: a refund has negative amounts.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.canonical import canonical_json, sha256
from odoo.addons.finance_connector_base.core.errors import RemoteDefectError
from odoo.addons.finance_connector_base.core.registry import Registry

#: Tax engines; see ``TaxProvider`` for what a class must offer.
TAX_PROVIDERS = Registry("tax provider")

ZERO = Decimal(0)
KINDS = ("invoice", "refund")

#: Levels of authorities, from the widest to the narrowest.
LEVELS = ("country", "state", "county", "city", "special")


@dataclass(frozen=True, slots=True)
class Address:
    country: str  # ISO 3166-1, two letters
    region: str | None = None  # second part of ISO 3166-2
    postcode: str | None = None
    city: str | None = None
    line1: str | None = None
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One line of the document; ``amount`` is net of discount, for the whole quantity."""

    ref: str
    amount: Decimal
    quantity: Decimal = Decimal(1)
    item_code: str | None = None
    tax_code: str | None = None
    description: str | None = None
    tax_included: bool = False


@dataclass(frozen=True, slots=True)
class TaxRequest:
    """What a tax engine must know of a document to say what tax is due."""

    code: str  # of the document, unique for the company at the engine
    kind: str  # invoice or refund
    date: date
    company_code: str
    customer_code: str
    currency: str
    ship_from: Address
    ship_to: Address
    lines: tuple[TaxLine, ...]
    tax_date: date | None = None  # whose law applies, where it is not that of ``date``
    exemption: str | None = None  # number of an exemption certificate
    entity_use: str | None = None  # the customer's reason for not paying tax
    vat_number: str | None = None

    @property
    def hash(self):
        """Equal for equal questions: the code of the document does not change its tax."""
        content = asdict(self)
        del content["code"]
        return sha256(content)

    @property
    def key(self):
        """Sent with every call, so that asking twice counts once."""
        return f"{self.company_code}:{self.kind}:{self.code}:{self.hash[:16]}"


@dataclass(frozen=True, slots=True)
class TaxDetail:
    """What one authority takes of one line."""

    level: str
    name: str
    rate: Decimal
    taxable: Decimal
    tax: Decimal
    code: str | None = None
    region: str | None = None
    country: str | None = None
    tax_name: str | None = None
    exempt: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """The answer for one line; ``amount`` is without tax."""

    ref: str
    amount: Decimal
    taxable: Decimal
    tax: Decimal
    details: tuple[TaxDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxQuote:
    """The answer for a document."""

    amounts: tuple[TaxAmount, ...]
    amount: Decimal
    taxable: Decimal
    tax: Decimal
    currency: str | None = None
    engine_id: str | None = None
    status: str | None = None  # in the engine's own words
    messages: tuple[str, ...] = ()
    content: bytes = b""  # as the engine sent it


@dataclass(frozen=True, slots=True)
class Order:
    """A call with an effect, fixed before it is sent; every try sends the same bytes.

    ``expect`` are the totals the document was posted with: how a later look tells ours from another.
    """

    action: str  # commit or void
    method: str
    path: str
    body: dict
    ask: str  # path that tells what became of it
    expect: dict

    def content(self):
        return canonical_json(asdict(self))


def plain(value):
    """A question or answer as JSON values for keeping: amounts and dates are text."""
    content = asdict(value)
    content.pop("content", None)
    return json.loads(canonical_json(content))


def request_from(kept):
    """The ``TaxRequest`` that ``plain`` was made from."""
    return TaxRequest(
        **{
            **kept,
            "date": date.fromisoformat(kept["date"]),
            "tax_date": kept["tax_date"] and date.fromisoformat(kept["tax_date"]),
            "ship_from": Address(**kept["ship_from"]),
            "ship_to": Address(**kept["ship_to"]),
            "lines": tuple(
                TaxLine(**{**line, "amount": Decimal(line["amount"]), "quantity": Decimal(line["quantity"])})
                for line in kept["lines"]
            ),
        }
    )


def quote_from(kept):
    """The ``TaxQuote`` that ``plain`` was made from, without the engine's own bytes."""
    return TaxQuote(
        **{
            **_with_amounts(kept, "amount", "taxable", "tax"),
            "amounts": tuple(_amount_from(amount) for amount in kept["amounts"]),
            "messages": tuple(kept["messages"]),
        }
    )


def _amount_from(kept):
    details = tuple(
        TaxDetail(**_with_amounts(detail, "rate", "taxable", "tax", "exempt")) for detail in kept["details"]
    )
    return TaxAmount(**{**_with_amounts(kept, "amount", "taxable", "tax"), "details": details})


def _with_amounts(kept, *names):
    return {**kept, **{name: Decimal(kept[name]) for name in names}}


def order_from(content):
    """The ``Order`` whose ``content`` these bytes are."""
    return Order(**json.loads(content))


def mirrored(quote, words):
    """The answer for a document that takes this one back: every amount with the other sign."""

    def turned(value, *names):
        return replace(value, **{name: -getattr(value, name) + ZERO for name in names})

    return replace(
        turned(quote, "amount", "taxable", "tax"),
        amounts=tuple(
            replace(
                turned(amount, "amount", "taxable", "tax"),
                details=tuple(turned(detail, "taxable", "tax", "exempt") for detail in amount.details),
            )
            for amount in quote.amounts
        ),
        engine_id=None,
        status=None,
        messages=(words,),
        content=b"",
    )


def is_mirror(request, other):
    """Whether ``request`` takes back exactly what ``other`` asked for."""
    same = ("company_code", "customer_code", "currency", "ship_from", "ship_to", "exemption", "entity_use")
    turned = tuple(replace(line, amount=-line.amount) for line in other.lines)
    return (
        request.kind != other.kind
        and request.lines == turned
        and all(getattr(request, name) == getattr(other, name) for name in same)
    )


class TaxProvider:
    """Base of the engines.

    ``call(method, path, body, key)`` is the line to the engine: it returns the status and the bytes
    of the answer, and raises ``TechnicalError`` or ``OutcomeUnknownError`` where there is none.
    ``settings`` are plain values of the connector.
    """

    #: Whether the engine keeps documents: then posting commits there and cancelling voids there.
    keeps_documents = True
    #: Whether the engine is reached over a line, so that a connector needs an address and a secret.
    needs_line = True

    def __init__(self, call, settings=None):
        self._call, self.settings = call, settings or {}

    def ping(self):
        """Words that say the engine knows us."""
        raise NotImplementedError

    def check(self):
        """What the connector's Test button shows."""
        return self.ping()

    def quote(self, request):
        """The tax of a document; the engine keeps nothing."""
        raise NotImplementedError

    def commit_order(self, request, quote):
        """The ``Order`` that makes the engine keep the document for filing."""
        raise NotImplementedError

    def void_order(self, request, quote):
        """The ``Order`` that takes a kept document back."""
        raise NotImplementedError

    def carry_out(self, order, key):
        """Send an order; once is as good as twice. Returns the ``TaxQuote`` of the document."""
        raise NotImplementedError

    def ask(self, order):
        """The document as the engine has it if the order was carried out, else None."""
        raise NotImplementedError


def checked(quote, request):
    """``quote`` if it answers every line once and its sums add up: checked before it is believed."""
    asked = {line.ref: line for line in request.lines}
    answered = [amount.ref for amount in quote.amounts]
    if sorted(answered) != sorted(asked):
        missing = ", ".join(sorted(asked.keys() - set(answered))) or "none"
        raise RemoteDefectError(
            f"The engine answered {len(answered)} of {len(asked)} lines (missing: {missing})",
            code="tax.incomplete",
        )
    if quote.currency and quote.currency != request.currency:
        raise RemoteDefectError(
            f"The engine answered in {quote.currency} instead of {request.currency}", code="tax.currency"
        )
    for amount in quote.amounts:
        _check_line(amount, asked[amount.ref])
    for words, total, parts in (
        ("amount", quote.amount, [amount.amount for amount in quote.amounts]),
        ("taxable amount", quote.taxable, [amount.taxable for amount in quote.amounts]),
        ("tax", quote.tax, [amount.tax for amount in quote.amounts]),
    ):
        _check_sum(f"The {words} of the document", total, parts, None)
    return quote


def _check_line(amount, line):
    _check_sum("The tax of the line", amount.tax, [detail.tax for detail in amount.details], line.ref)
    net = amount.amount + amount.tax if line.tax_included else amount.amount
    if net != line.amount:
        raise RemoteDefectError(
            f"The engine taxed {net} where we asked for {line.amount}", code="tax.amount", place=line.ref
        )


def _check_sum(words, total, parts, place):
    found = sum(parts, ZERO)
    if found != total:
        raise RemoteDefectError(f"{words} is {total}, but its parts give {found}", code="tax.sums", place=place)
