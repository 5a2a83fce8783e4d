"""The tax calculation of the sandbox engine: a transaction model in, its lines with jurisdictions out."""

from decimal import ROUND_HALF_UP, Decimal

from .avatax_rates import ENTITY_USE, TAX_CODES, UNION, jurisdictions, known_place

CENT = Decimal("0.01")
KINDS = {"CNT": "Country", "STA": "State", "CTY": "County", "CIT": "City", "STJ": "Special"}


class Refused(Exception):
    """The engine's own refusal: what is wrong and where."""

    def __init__(self, text, description="", refers_to=None):
        super().__init__(text)
        self.description, self.refers_to = description, refers_to


def cents(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


def place(address, role):
    """(country, region, postcode) of an address; refuses one that does not exist."""
    country = {"USA": "US", "CAN": "CA"}.get(address.get("country") or "US", address.get("country") or "US")
    region = address.get("region") or ""
    postcode = (address.get("postalCode") or "").strip()
    wrong = known_place(country, region, postcode)
    if wrong:
        shown = ", ".join(part for part in (address.get("line1"), address.get("city"), region) if part)
        raise Refused(
            f"Tax calculation cannot be determined. {wrong}",
            f"{shown} {postcode} {country} (AddressLocationType: {role})",
            "Addresses",
        )
    return country, region, postcode


def calculate(model):
    """The answered lines of a transaction model, each with its details."""
    on = (model.get("taxOverride") or {}).get("taxDate") or model["date"]
    return [_line(model, line, on[:10]) for line in model["lines"]]


def _line(model, line, on):
    addresses = _addresses(model, line)
    origin = place(addresses.get("shipFrom") or addresses["shipTo"], "ShipFrom")
    target = place(addresses["shipTo"], "ShipTo")
    found = jurisdictions(origin, target)
    tax_code = line.get("taxCode") or "P0000000"
    if tax_code not in TAX_CODES:
        raise Refused(f"Tax code {tax_code} is not known.", "See definitions/taxcodes.", "TaxCode")
    free = TAX_CODES[tax_code][1]
    product_free = "*" in free or target[1] in free
    exempt = bool(model.get("exemptionNo") or model.get("entityUseCode") in ENTITY_USE)
    if origin[0] != target[0] and {origin[0], target[0]} <= set(UNION):
        exempt = exempt or bool(model.get("businessIdentificationNo"))  # reverse charge
    rates = [Decimal(0) if product_free or exempt else part.rate(on) for part in found]
    amount = Decimal(str(line["amount"]))
    included = bool(line.get("taxIncluded"))
    net = cents(amount / (1 + sum(rates))) if included else amount
    tax = amount - net if included else cents(net * sum(rates))
    details = _details(found, rates, net, tax, exempt, on)
    taxable = net if any(rates) else Decimal(0)
    return {
        "lineNumber": str(line["number"]),
        "description": line.get("description") or "",
        "itemCode": line.get("itemCode") or "",
        "quantity": Decimal(str(line.get("quantity", 1))),
        "lineAmount": net,
        "exemptAmount": net - taxable,
        "isItemTaxable": not product_free,
        "tax": tax,
        "taxableAmount": taxable,
        "taxCalculated": tax,
        "taxCode": tax_code,
        "taxDate": on,
        "taxIncluded": included,
        "details": details,
        "nonPassthroughDetails": [],
    }


def _addresses(model, line):
    """Addresses of a line: its own, else those of the document; one place may stand for both."""
    merged = {**(model.get("addresses") or {}), **(line.get("addresses") or {})}
    lowered = {name[:1].lower() + name[1:]: address for name, address in merged.items()}
    single = lowered.get("singleLocation")
    if single:
        lowered = {"shipFrom": single, "shipTo": single}
    if not lowered.get("shipTo"):
        raise Refused("An address is incomplete or invalid.", "A ship-to address is needed.", "Addresses")
    return lowered


def _details(found, rates, net, tax, exempt, on):
    """One detail for each jurisdiction; the last one that taxes takes the rounding."""
    shares = [cents(net * rate) for rate in rates]
    taxing = [index for index, rate in enumerate(rates) if rate]
    if taxing:
        shares[taxing[-1]] += tax - sum(shares)
    return [
        {
            "country": part.country,
            "region": part.region,
            "jurisCode": part.code,
            "jurisName": part.name,
            "jurisType": part.kind,
            "jurisdictionType": KINDS[part.kind],
            "rate": rate,
            "tax": share,
            "taxCalculated": share,
            "taxableAmount": net if rate else Decimal(0),
            "nonTaxableAmount": Decimal(0) if rate or exempt else net,
            "exemptAmount": net if exempt else Decimal(0),
            "taxType": part.tax_type,
            "taxName": part.tax_name,
            "rateType": "General" if part.country == "US" else "Standard" if rate else "Zero",
        }
        for part, rate, share in zip(found, rates, shares, strict=True)
    ]


def summary(lines):
    """Totals by jurisdiction and rate."""
    totals = {}
    for line in lines:
        for detail in line["details"]:
            key = (
                detail["country"],
                detail["region"],
                detail["jurisType"],
                detail["jurisCode"],
                detail["rate"],
            )
            row = totals.setdefault(
                key,
                {
                    "country": detail["country"],
                    "region": detail["region"],
                    "jurisType": detail["jurisdictionType"],
                    "jurisCode": detail["jurisCode"],
                    "jurisName": detail["jurisName"],
                    "taxName": detail["taxName"],
                    "taxType": detail["taxType"],
                    "rate": detail["rate"],
                    "taxable": Decimal(0),
                    "nonTaxable": Decimal(0),
                    "exemption": Decimal(0),
                    "tax": Decimal(0),
                    "taxCalculated": Decimal(0),
                },
            )
            row["taxable"] += detail["taxableAmount"]
            row["nonTaxable"] += detail["nonTaxableAmount"]
            row["exemption"] += detail["exemptAmount"]
            row["tax"] += detail["tax"]
            row["taxCalculated"] += detail["taxCalculated"]
    return list(totals.values())
