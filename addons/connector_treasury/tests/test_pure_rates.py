from datetime import date
from decimal import Decimal

from odoo.addons.connector_treasury.position.rates import Quote, Rate, convert, cross_rates
from odoo.addons.finance_connector_base.tests.pure import PureCase

TODAY = date(2026, 7, 1)
FRIDAY = date(2026, 6, 26)


class TestRates(PureCase):
    """One unit of each currency in the reporting currency, never a guess."""

    def test_unquoted_base(self):
        rates = cross_rates({"USD": Quote(Decimal("1.25"), FRIDAY)}, "EUR", TODAY)
        self.assertEqual(rates, {"USD": Rate(Decimal("0.8"), FRIDAY), "EUR": Rate(Decimal(1), TODAY)})

    def test_base_quoted_once_for_good(self):
        quotes = {"EUR": Quote(Decimal(1), date(2010, 1, 1)), "USD": Quote(Decimal("1.25"), FRIDAY)}
        self.assertEqual(cross_rates(quotes, "EUR", TODAY)["USD"].on, FRIDAY)

    def test_quoted_base_gives_a_cross_rate_as_old_as_its_older_half(self):
        quotes = {"EUR": Quote(Decimal("0.8"), FRIDAY), "GBP": Quote(Decimal("0.64"), TODAY)}
        self.assertEqual(cross_rates(quotes, "EUR", TODAY)["GBP"], Rate(Decimal("1.25"), FRIDAY))

    def test_missing_is_missing(self):
        rates = cross_rates({}, "EUR", TODAY)
        self.assertNotIn("USD", rates)
        self.assertIsNone(convert(Decimal(100), rates.get("USD"), 2))

    def test_reporting_currency_is_one_even_where_it_is_quoted(self):
        self.assertEqual(cross_rates({"EUR": Quote(Decimal("0.9"), FRIDAY)}, "EUR", TODAY)["EUR"].rate, 1)

    def test_rounding_is_half_away_from_zero_to_the_places_of_the_currency(self):
        half = Rate(Decimal("0.5"), TODAY)
        self.assertEqual(str(convert(Decimal("0.01"), half, 2)), "0.01")
        self.assertEqual(str(convert(Decimal("-0.01"), half, 2)), "-0.01")
        self.assertEqual(str(convert(Decimal("101"), half, 0)), "51")

    def test_large_amounts_keep_their_cents(self):
        third = cross_rates({"USD": Quote(Decimal(3), TODAY)}, "EUR", TODAY)["USD"]
        self.assertEqual(str(convert(Decimal("3000000000000000.03"), third, 2)), "1000000000000000.01")
