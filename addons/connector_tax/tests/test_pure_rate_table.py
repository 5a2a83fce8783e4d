"""The rate table as an engine, and what makes two questions the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.connector_tax.core.tax import TaxAmount, checked
from odoo.addons.connector_tax.providers.rate_table import Rate, RateTable
from odoo.addons.finance_connector_base.core.errors import MappingMissingError, RemoteDefectError
from odoo.addons.finance_connector_base.tests.pure import PureCase

from .requests_to_engines import DENVER, line, question

RATES = (
    Rate("state", "California", Decimal("0.06"), "US", "CA"),
    Rate("county", "Los Angeles", Decimal("0.0125"), "US", "CA", "900"),
    Rate("state", "California", Decimal("0"), "US", "CA", tax_code="PF"),
    Rate("state", "Colorado", Decimal("0.029"), "US", "CO"),
    Rate("state", "Colorado", Decimal("0.03"), "US", "CO", valid_from=date(2026, 7, 1)),
)


class TestRateTable(PureCase):
    def setUp(self):
        super().setUp()
        self.engine = RateTable(None, {"rates": RATES})

    def test_rates_of_the_place(self):
        quote = self.engine.quote(question())
        self.assertEqual([detail.name for detail in quote.amounts[0].details], ["California", "Los Angeles"])
        self.assertEqual(quote.tax, Decimal("7.25"))

    def test_rate_of_the_product_wins(self):
        quote = self.engine.quote(question(lines=(line(tax_code="PF050001"),)))
        self.assertEqual(quote.tax, Decimal("1.25"))

    def test_rate_of_the_day(self):
        for day, tax in ((date(2026, 6, 30), "2.90"), (date(2026, 7, 1), "3.00")):
            self.assertEqual(self.engine.quote(question(ship_to=DENVER, date=day)).tax, Decimal(tax))

    def test_tax_included_adds_up(self):
        for amount in ("10.00", "0.01", "99.99", "1234.57"):
            with self.subTest(amount):
                quote = self.engine.quote(question(lines=(line(amount=amount, tax_included=True),)))
                self.assertEqual(quote.amount + quote.tax, Decimal(amount))

    def test_exempt(self):
        quote = self.engine.quote(question(exemption="X-1"))
        self.assertEqual((quote.tax, quote.taxable), (Decimal(0), Decimal(0)))

    def test_unknown_place_needs_a_rate(self):
        with self.assertRaises(MappingMissingError):
            self.engine.quote(question(ship_to=replace(DENVER, region="WY")))


class TestSameQuestion(PureCase):
    def test_the_code_does_not_change_the_tax(self):
        self.assertEqual(question().hash, question(code="OTHER").hash)
        self.assertNotEqual(question().key, question(code="OTHER").key)

    def test_everything_else_does(self):
        for values in (
            {"kind": "refund"},
            {"date": date(2026, 3, 3)},
            {"currency": "EUR"},
            {"customer_code": "C-101"},
            {"ship_to": DENVER},
            {"exemption": "X-1"},
            {"lines": (line(amount="100.01", tax_code="P0000000"),)},
            {"lines": (line(tax_code="P0000000", quantity=Decimal(2)),)},
            {"tax_date": date(2026, 1, 1)},
        ):
            with self.subTest(values):
                self.assertNotEqual(question().hash, question(**values).hash)


class TestChecked(PureCase):
    def setUp(self):
        super().setUp()
        self.request = question()
        self.quote = RateTable(None, {"rates": RATES}).quote(self.request)

    def test_wrong_answers(self):
        amount = self.quote.amounts[0]
        for code, wrong in (
            ("tax.incomplete", {"amounts": ()}),
            ("tax.incomplete", {"amounts": (amount, amount)}),
            ("tax.incomplete", {"amounts": (replace(amount, ref="9"),)}),
            ("tax.currency", {"currency": "EUR"}),
            ("tax.sums", {"tax": Decimal(1)}),
            ("tax.sums", {"taxable": Decimal(1)}),
            ("tax.sums", {"amounts": (replace(amount, details=()),)}),
            ("tax.amount", {"amounts": (replace(amount, amount=Decimal(99)),)}),
        ):
            with self.subTest(wrong), self.assertRaises(RemoteDefectError) as caught:
                checked(replace(self.quote, **wrong), self.request)
            self.assertEqual(caught.exception.code, code)

    def test_line_without_tax(self):
        quiet = TaxAmount("1", Decimal("100.00"), Decimal(0), Decimal(0))
        quote = replace(self.quote, amounts=(quiet,), tax=Decimal(0), taxable=Decimal(0))
        self.assertIs(checked(quote, self.request), quote)
