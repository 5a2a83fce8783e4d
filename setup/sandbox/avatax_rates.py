"""Invented but plausible tax law of the sandbox: who taxes what, where, from when.

Nothing here may be used to pay tax. A rate is a list of (valid from, rate); a local tax belongs to the
first three digits of a US postcode.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """One authority and the rate it takes."""

    kind: str  # CNT country, STA state or province, CTY county, CIT city, STJ special district
    code: str
    name: str
    tax_name: str
    rates: tuple  # ((valid from, rate), …), oldest first
    region: str
    country: str = "US"
    tax_type: str = "Sales"

    def rate(self, on):
        """The rate on the day ``on`` (ISO text); the oldest one before all."""
        valid = [rate for start, rate in self.rates if start <= on]
        return Decimal(valid[-1] if valid else self.rates[0][1])


def _us(kind, code, name, region, *rates):
    words = {"STA": "STATE", "CTY": "COUNTY", "CIT": "CITY", "STJ": "SPECIAL"}[kind]
    return Jurisdiction(kind, code, name, f"{region} {words} TAX", rates, region)


ALWAYS = "2000-01-01"

#: region → (first and last three digits of its postcodes, name, state rates)
STATES = {
    "AZ": (850, 865, "ARIZONA", ((ALWAYS, "0.056"),)),
    "CA": (900, 961, "CALIFORNIA", ((ALWAYS, "0.06"),)),
    "CO": (800, 816, "COLORADO", ((ALWAYS, "0.029"),)),
    "DC": (200, 205, "DISTRICT OF COLUMBIA", ((ALWAYS, "0.06"),)),
    "DE": (197, 199, "DELAWARE", ((ALWAYS, "0"),)),
    "FL": (320, 349, "FLORIDA", ((ALWAYS, "0.06"),)),
    "GA": (300, 319, "GEORGIA", ((ALWAYS, "0.04"),)),
    "IL": (600, 629, "ILLINOIS", ((ALWAYS, "0.0625"),)),
    "MA": (10, 27, "MASSACHUSETTS", ((ALWAYS, "0.0625"),)),
    "NH": (30, 38, "NEW HAMPSHIRE", ((ALWAYS, "0"),)),
    "NJ": (70, 89, "NEW JERSEY", ((ALWAYS, "0.06625"),)),
    "NY": (100, 149, "NEW YORK", ((ALWAYS, "0.04"),)),
    "OR": (970, 979, "OREGON", ((ALWAYS, "0"),)),
    "PA": (150, 196, "PENNSYLVANIA", ((ALWAYS, "0.06"),)),
    "TN": (370, 385, "TENNESSEE", ((ALWAYS, "0.07"),)),
    "TX": (750, 799, "TEXAS", ((ALWAYS, "0.0625"),)),
    "WA": (980, 994, "WASHINGTON", ((ALWAYS, "0.065"),)),
}

LOCAL = {
    "100": (_us("CIT", "51000", "NEW YORK CITY", "NY", (ALWAYS, "0.045")),
            _us("STJ", "359071", "METROPOLITAN COMMUTER DISTRICT", "NY", (ALWAYS, "0.00375"))),
    "191": (_us("CTY", "101", "PHILADELPHIA", "PA", (ALWAYS, "0.02")),),
    "303": (_us("CTY", "121", "FULTON", "GA", (ALWAYS, "0.03")),
            _us("CIT", "04000", "ATLANTA", "GA", (ALWAYS, "0.019"))),
    "331": (_us("CTY", "086", "MIAMI-DADE", "FL", (ALWAYS, "0.01")),),
    "372": (_us("CTY", "037", "DAVIDSON", "TN", (ALWAYS, "0.0225")),),
    "606": (_us("CTY", "031", "COOK", "IL", (ALWAYS, "0.0175")),
            _us("CIT", "14000", "CHICAGO", "IL", (ALWAYS, "0.0125")),
            _us("STJ", "RTA01", "REGIONAL TRANSIT", "IL", (ALWAYS, "0.01"))),
    "733": (_us("CIT", "05000", "AUSTIN", "TX", (ALWAYS, "0.01")),),
    "752": (_us("CIT", "19000", "DALLAS", "TX", (ALWAYS, "0.01")),
            _us("STJ", "DART1", "DALLAS TRANSIT", "TX", (ALWAYS, "0.01"))),
    "802": (_us("CIT", "20000", "DENVER", "CO", (ALWAYS, "0.0481"), ("2026-07-01", "0.0515")),
            _us("STJ", "RTD01", "REGIONAL TRANSIT DENVER", "CO", (ALWAYS, "0.011"))),
    "850": (_us("CTY", "013", "MARICOPA", "AZ", (ALWAYS, "0.007")),
            _us("CIT", "55000", "PHOENIX", "AZ", (ALWAYS, "0.023"))),
    "900": (_us("CTY", "037", "LOS ANGELES", "CA", (ALWAYS, "0.0025")),
            _us("STJ", "EMTV0", "LOS ANGELES COUNTY DISTRICT", "CA", (ALWAYS, "0.0225")),
            _us("CIT", "44000", "LOS ANGELES", "CA", (ALWAYS, "0.01"))),
    "941": (_us("CTY", "075", "SAN FRANCISCO", "CA", (ALWAYS, "0.0025")),
            _us("STJ", "EMBE0", "SAN FRANCISCO COUNTY DISTRICT", "CA", (ALWAYS, "0.01375"))),
    "981": (_us("CTY", "033", "KING", "WA", (ALWAYS, "0.0145")),
            _us("CIT", "63000", "SEATTLE", "WA", (ALWAYS, "0.0235"))),
}  # fmt: skip

#: Canada: province → (tax, rate) on top of the 5 % of the country; a harmonised rate replaces both.
PROVINCES = {
    "QC": ("QUEBEC", "QC QST", "0.09975"),
    "BC": ("BRITISH COLUMBIA", "BC PST", "0.07"),
    "MB": ("MANITOBA", "MB PST", "0.07"),
    "SK": ("SASKATCHEWAN", "SK PST", "0.06"),
}
HARMONISED = {"ON": "0.13", "NS": "0.14", "NB": "0.15", "NL": "0.15", "PE": "0.15"}

#: Country → (name, standard rate); the first group is the European Union.
UNION = {
    "AT": ("AUSTRIA", "0.20"), "BE": ("BELGIUM", "0.21"), "DE": ("GERMANY", "0.19"), "ES": ("SPAIN", "0.21"),
    "FR": ("FRANCE", "0.20"), "IE": ("IRELAND", "0.23"), "IT": ("ITALY", "0.22"),
    "NL": ("NETHERLANDS", "0.21"), "PL": ("POLAND", "0.23"), "SE": ("SWEDEN", "0.25"),
}  # fmt: skip
OTHERS = {"GB": ("UNITED KINGDOM", "0.20"), "CH": ("SWITZERLAND", "0.081"), "NO": ("NORWAY", "0.25")}
VAT = {**UNION, **OTHERS}

#: Tax code → (description, regions where it is not taxed, "*" for all)
TAX_CODES = {
    "P0000000": ("Tangible personal property", ()),
    "PC040100": ("Clothing and related products, general", ("PA", "NJ")),
    "PF050001": ("Food and beverages for home consumption", ("CA", "PA", "TX", "NY", "FL", "MA", "WA", "CO")),
    "SW054000": ("Cloud services, software as a service", ("CA", "FL", "GA", "IL", "CO")),
    "S0000000": ("Services, general", ("*",)),
    "FR": ("Shipping and handling", ("CA", "MA")),
    "NT": ("Not taxable", ("*",)),
}

#: Reasons of a customer for not paying tax, by entity use code.
ENTITY_USE = {
    "A": "Federal government", "B": "State government", "C": "Tribe", "D": "Foreign diplomat",
    "E": "Charitable organisation", "F": "Religious organisation", "G": "Resale", "H": "Agriculture",
    "I": "Industrial production", "L": "Other", "M": "Education", "N": "Local government",
}  # fmt: skip


def jurisdictions(origin, target):
    """Who taxes a delivery from ``origin`` to ``target``; each is (country, region, postcode)."""
    country, region, postcode = target
    if country == "US":
        if origin[0] != "US":
            return ()
        state = STATES[region]
        return (_us("STA", region, state[2], region, *state[3]), *LOCAL.get(postcode[:3], ()))
    if country == "CA":
        return _canada(region) if origin[0] == "CA" else ()
    name, rate = VAT[country]
    if origin[0] != country and not (origin[0] in UNION and country in UNION):
        rate = "0"  # an export: the country of arrival taxes the import
    return (Jurisdiction("CNT", country, name, f"{country} VAT", ((ALWAYS, rate),), country, country, "Output"),)


def _canada(region):
    def tax(kind, code, name, tax_name, rate):
        return Jurisdiction(kind, code, name, tax_name, ((ALWAYS, rate),), region, "CA", "Output")

    if region in HARMONISED:
        return (tax("STA", region, region, f"{region} HST", HARMONISED[region]),)
    country = tax("CNT", "CA", "CANADA", "CANADA GST/TPS", "0.05")
    if region not in PROVINCES:
        return (country,)
    name, tax_name, rate = PROVINCES[region]
    return (country, tax("STA", region, name, tax_name, rate))


def known_place(country, region, postcode):
    """Why this place does not exist, or None where it does."""
    if country == "US":
        if region not in STATES:
            return "Region is not known."
        low, high = STATES[region][:2]
        if not postcode[:3].isdigit() or not low <= int(postcode[:3]) <= high:
            return "Zip is not valid for the state."
        return None
    return None if country == "CA" or country in VAT else "Country is not supported."
