"""Our own rate table as an engine: no line, no cost, no document kept outside.

For a company whose few rates are known, as the engine behind another one's outage, and to try the
module out. Rates come in as plain rows with the settings.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.finance_connector_base.core.canonical import canonical_json, sha256
from odoo.addons.finance_connector_base.core.errors import MappingMissingError

from ..core.tax import LEVELS, TAX_PROVIDERS, ZERO, TaxAmount, TaxDetail, TaxProvider, TaxQuote, checked

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """One authority's rate; an empty field is true for all."""

    level: str
    name: str
    rate: Decimal
    country: str
    region: str | None = None
    postcode: str | None = None  # its beginning
    tax_code: str | None = None  # beginning of the product tax code; a rate of 0 there exempts
    valid_from: date | None = None

    def covers(self, address, on):
        return (
            self.country == address.country
            and self.region in (None, address.region)
            and (address.postcode or "").startswith(self.postcode or "")
            and (self.valid_from is None or self.valid_from <= on)
        )


@TAX_PROVIDERS.add("rate_table", "Own rate table")
class RateTable(TaxProvider):
    keeps_documents = False
    needs_line = False

    def ping(self):
        rates = self.settings.get("rates") or ()
        if not rates:
            raise MappingMissingError("The rate table is empty", code="mapping.tax_rates")
        return f"{len(rates)} rates."

    def quote(self, request):
        on = request.tax_date or request.date
        covering = [rate for rate in self.settings.get("rates") or () if rate.covers(request.ship_to, on)]
        if not covering:
            place = " ".join(filter(None, (request.ship_to.country, request.ship_to.region)))
            raise MappingMissingError(f"The rate table has no rate for {place}", code="mapping.tax_rates", place=place)
        exempt = bool(request.exemption or request.entity_use)
        amounts = tuple(self._amount(line, covering, exempt) for line in request.lines)
        totals = {
            "amount": sum((amount.amount for amount in amounts), ZERO),
            "taxable": sum((amount.taxable for amount in amounts), ZERO),
            "tax": sum((amount.tax for amount in amounts), ZERO),
        }
        content = canonical_json({"rates": [rate.name for rate in covering], **totals})
        quote = TaxQuote(
            amounts=amounts,
            currency=request.currency,
            engine_id=f"table-{sha256(content)[:12]}",
            status="Calculated here",
            content=content,
            **totals,
        )
        return checked(quote, request)

    def _amount(self, line, covering, exempt):
        rates = _chosen(covering, line.tax_code)
        total = ZERO if exempt else sum((rate.rate for rate in rates), ZERO)
        net = (line.amount / (1 + total)).quantize(CENT, ROUND_HALF_UP) if line.tax_included else line.amount
        details = tuple(self._detail(rate, net, exempt) for rate in rates)
        if line.tax_included and details:
            rest = line.amount - net - sum((detail.tax for detail in details[:-1]), ZERO)
            details = (*details[:-1], _with_tax(details[-1], rest))
        taxed = not exempt and total != 0
        return TaxAmount(
            ref=line.ref,
            amount=net,
            taxable=net if taxed else ZERO,
            tax=sum((detail.tax for detail in details), ZERO),
            details=details,
        )

    def _detail(self, rate, net, exempt):
        taxed = not exempt and rate.rate != 0
        return TaxDetail(
            level=rate.level,
            name=rate.name,
            rate=rate.rate,
            taxable=net if taxed else ZERO,
            tax=(net * rate.rate).quantize(CENT, ROUND_HALF_UP) if taxed else ZERO,
            region=rate.region,
            country=rate.country,
            exempt=ZERO if taxed else net,
        )


def _with_tax(detail, tax):
    return TaxDetail(
        detail.level,
        detail.name,
        detail.rate,
        detail.taxable,
        tax,
        detail.code,
        detail.region,
        detail.country,
    )


def _chosen(covering, tax_code):
    """Of each authority the rate that says most about the product, and of those the newest."""
    best = {}
    for rate in covering:
        if not (tax_code or "").startswith(rate.tax_code or ""):
            continue
        rank = (len(rate.tax_code or ""), rate.valid_from or date.min)
        spot = (rate.level, rate.name)
        if spot not in best or rank > best[spot][0]:
            best[spot] = (rank, rate)
    return sorted((rate for _rank, rate in best.values()), key=lambda rate: (LEVELS.index(rate.level), rate.name))
