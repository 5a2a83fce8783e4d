"""Questions that the tests put to the engines."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.connector_tax.core.tax import Address, TaxLine, TaxRequest

PHILADELPHIA = Address("US", "PA", "19147", "Philadelphia", "12 Market St")
LOS_ANGELES = Address("US", "CA", "90012", "Los Angeles", "7 Main St")
DENVER = Address("US", "CO", "80202", "Denver", "5 Wazee St")


def line(ref="1", amount="100.00", **values):
    return TaxLine(ref=ref, amount=Decimal(amount), **values)


def question(**values):
    """An invoice from Philadelphia to Los Angeles with one line, changed by ``values``."""
    asked = TaxRequest(
        code="INV/2026/00001",
        kind="invoice",
        date=date(2026, 3, 2),
        company_code="DEMO",
        customer_code="C-100",
        currency="USD",
        ship_from=PHILADELPHIA,
        ship_to=LOS_ANGELES,
        lines=(line(tax_code="P0000000"),),
    )
    return replace(asked, **values)
