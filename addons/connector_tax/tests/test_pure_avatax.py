"""The AvaTax provider against the loopback sandbox, over real HTTP."""

from datetime import date
from decimal import Decimal

from odoo.addons.connector_tax.core.tax import TAX_PROVIDERS
from odoo.addons.connector_tax.providers.line import EngineLine
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    DuplicateError,
    OutcomeUnknownError,
    RateLimitedError,
    RemoteDefectError,
    StateConflictError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.tests.pure import PureCase
from odoo.addons.finance_connector_base.tests.sandbox import ACCOUNT, LICENSE, sandbox

from .requests_to_engines import DENVER, LOS_ANGELES, PHILADELPHIA, line, question


class AvaTaxCase(PureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        cls.engine = cls.provider()

    def setUp(self):
        super().setUp()
        self.sandbox.reset()

    @classmethod
    def provider(cls, license=None, seconds=2):
        settings = {
            "address": cls.sandbox.url("avatax"),
            "username": ACCOUNT,
            "auth_scheme": "basic",
            "environment": "sandbox",
            "timeout_seconds": seconds,
            "max_bytes": 1 << 20,
        }
        line_to_engine = EngineLine(settings, {"password": license or LICENSE})
        return TAX_PROVIDERS.get("avatax")(line_to_engine.call)

    def committed(self, request):
        """Quote and commit ``request``; return the order and the quote."""
        quote = self.engine.quote(request)
        order = self.engine.commit_order(request, quote)
        self.engine.carry_out(order, request.key)
        return order, quote


class TestAvaTaxQuote(AvaTaxCase):
    def test_ping(self):
        self.assertIn(ACCOUNT, self.engine.ping())
        with self.assertRaises(AuthError):
            self.provider(license="wrong").ping()

    def test_sign_in_refused(self):
        with self.assertRaises(AuthError):
            self.provider(license="wrong").quote(question())

    def test_every_authority_is_named(self):
        quote = self.engine.quote(question())
        self.assertEqual(quote.tax, Decimal("9.5"))
        self.assertEqual(quote.status, "Temporary")
        found = [(detail.level, detail.name, detail.tax) for detail in quote.amounts[0].details]
        self.assertEqual(
            found,
            [
                ("state", "CALIFORNIA", Decimal("6")),
                ("county", "LOS ANGELES", Decimal("0.25")),
                ("special", "LOS ANGELES COUNTY DISTRICT", Decimal("2.25")),
                ("city", "LOS ANGELES", Decimal("1")),
            ],
        )

    def test_a_quote_is_not_kept(self):
        self.engine.quote(question())
        self.assertFalse(self.sandbox.effects("avatax"))

    def test_goods_that_are_not_taxed(self):
        quote = self.engine.quote(question(lines=(line(tax_code="PF050001"), line("2", "10.00"))))
        self.assertEqual([amount.tax for amount in quote.amounts], [Decimal(0), Decimal("0.95")])
        self.assertEqual(quote.taxable, Decimal("10"))

    def test_exempt_customer(self):
        quote = self.engine.quote(question(entity_use="G", exemption="RESALE-7"))
        self.assertEqual((quote.tax, quote.taxable), (Decimal(0), Decimal(0)))
        self.assertEqual(quote.amounts[0].details[0].exempt, Decimal("100"))

    def test_tax_included(self):
        quote = self.engine.quote(question(lines=(line(amount="109.50", tax_included=True),)))
        self.assertEqual((quote.amount, quote.tax), (Decimal("100"), Decimal("9.5")))

    def test_refund_is_negative_and_at_the_old_rate(self):
        lines = (line(amount="-100.00"),)
        new = self.engine.quote(question(kind="refund", date=date(2026, 8, 1), ship_to=DENVER, lines=lines))
        old = self.engine.quote(
            question(kind="refund", date=date(2026, 8, 1), tax_date=date(2026, 5, 1), ship_to=DENVER, lines=lines)
        )
        self.assertEqual((old.tax, new.tax), (Decimal("-8.81"), Decimal("-9.15")))

    def test_europe_and_canada(self):
        for origin, target, tax in (
            (("DE", None, "10115"), ("DE", None, "80331"), "19"),
            (("US", "PA", "19147"), ("GB", None, "EC4M 7LS"), "0"),
            (("CA", "QC", "H2X 1Y4"), ("CA", "QC", "H3A 1A1"), "14.98"),
            (("CA", "QC", "H2X 1Y4"), ("CA", "ON", "M5H 2N2"), "13"),
        ):
            with self.subTest(target):
                address = type(LOS_ANGELES)
                quote = self.engine.quote(question(ship_from=address(*origin), ship_to=address(*target)))
                self.assertEqual(quote.tax, Decimal(tax))

    def test_address_that_does_not_exist(self):
        wrong = type(LOS_ANGELES)("US", "PA", "00000", "Nowhere")
        with self.assertRaises(BusinessError) as caught:
            self.engine.quote(question(ship_to=wrong))
        self.assertEqual(caught.exception.code, "tax.address")
        self.assertIn("Zip is not valid", str(caught.exception))

    def test_refusals_name_who_can_mend_them(self):
        for values, kind, code in (
            ({"company_code": "NOBODY"}, ConfigurationError, "configuration.tax_company"),
            ({"lines": ()}, BusinessError, "tax.no_line"),
            ({"lines": (line(tax_code="XX"),)}, BusinessError, "tax.tax_code"),
        ):
            with self.subTest(code), self.assertRaises(kind) as caught:
                self.engine.quote(question(**values))
            self.assertEqual(caught.exception.code, code)

    def test_answers_that_do_not_add_up_are_refused(self):
        lines = (line(), line("2", "10.00"))
        for fault, code in (
            ("total_wrong", "tax.sums"),
            ("line_missing", "tax.incomplete"),
            ("malformed", "tax.unreadable"),
            ("html", "tax.unreadable"),
            ("error_inside", "tax.error_inside"),
        ):
            self.sandbox.fault(fault)
            with self.subTest(fault), self.assertRaises(RemoteDefectError) as caught:
                self.engine.quote(question(lines=lines))
            self.assertEqual(caught.exception.code, code)

    def test_line_trouble_is_technical(self):
        for fault, kind in (
            ("503", TechnicalError),
            ("reset_before", TechnicalError),
            ("timeout_before", TechnicalError),
            ("429", RateLimitedError),
        ):
            self.sandbox.fault(fault, seconds=20)
            with self.subTest(fault), self.assertRaises(kind) as caught:
                self.provider(seconds=1).quote(question())
            if fault == "429":
                self.assertEqual(caught.exception.retry_after, 20)

    def test_look_ups(self):
        found, complaints = self.engine.resolve(PHILADELPHIA)
        self.assertEqual((found["city"], complaints), ("PHILADELPHIA", ()))
        found, complaints = self.engine.resolve(type(LOS_ANGELES)("US", "PA", "00000"))
        self.assertIsNone(found)
        self.assertIn("Zip is not valid", complaints[0])
        self.assertIn(("FR", "Shipping and handling"), list(self.engine.tax_codes("Shipping")))
        self.assertEqual(len(list(self.engine.tax_codes())), 7)


class TestAvaTaxOrders(AvaTaxCase):
    def states(self):
        return [(effect["kind"], effect["key"]) for effect in self.sandbox.effects("avatax")]

    def test_commit_twice_counts_once(self):
        request = question()
        order, quote = self.committed(request)
        again = self.engine.carry_out(order, request.key)
        self.assertEqual((again.tax, again.status), (quote.tax, "Committed"))
        self.assertEqual(self.states(), [("committed", request.code)])

    def test_same_code_other_content_is_a_conflict(self):
        self.committed(question())
        other = question(lines=(line(amount="250.00"),))
        order = self.engine.commit_order(other, self.engine.quote(other))
        with self.assertRaises(DuplicateError) as caught:
            self.engine.carry_out(order, other.key)
        self.assertIn("100.00 instead of 250.00", str(caught.exception))

    def test_lost_answer_is_asked_for(self):
        request = question()
        order = self.engine.commit_order(request, self.engine.quote(request))
        for fault, arrived in (("reset_before", False), ("502_after", True)):
            self.sandbox.fault(fault)
            with self.subTest(fault):
                with self.assertRaises(OutcomeUnknownError):
                    self.engine.carry_out(order, request.key)
                found = self.engine.ask(order)
                self.assertEqual(found is not None, arrived)
        self.assertEqual(self.states(), [("committed", request.code)])

    def test_void_twice_and_of_nothing(self):
        request = question()
        quote = self.engine.quote(request)
        void = self.engine.void_order(request, quote)
        self.assertEqual(self.engine.carry_out(void, "k").status, "NotFound")
        self.committed(request)
        self.assertIsNone(self.engine.ask(void))
        self.assertEqual(self.engine.carry_out(void, "k").status, "Cancelled")
        self.assertEqual(self.engine.carry_out(void, "k").status, "Cancelled")
        self.assertEqual(self.states(), [("committed", request.code), ("voided", request.code)])

    def test_commit_again_after_void(self):
        request = question()
        _order, quote = self.committed(request)
        self.engine.carry_out(self.engine.void_order(request, quote), "k")
        order, _quote = self.committed(request)
        self.assertEqual(self.engine.ask(order).status, "Committed")

    def test_adjust_makes_a_new_version(self):
        self.committed(question())
        changed = question(lines=(line(amount="80.00"),))
        order = self.engine.adjust_order(changed, self.engine.quote(changed))
        self.assertEqual(self.engine.carry_out(order, "k").tax, Decimal("7.6"))
        self.assertEqual(self.sandbox.effects("avatax", "adjusted")[0]["data"]["version"], 2)

    def test_locked_document_is_a_state_conflict(self):
        request = question()
        _order, quote = self.committed(request)
        self.engine._call("POST", self.engine.void_order(request, quote).path.replace("/void", "/lock"), b"{}")
        with self.assertRaises(StateConflictError) as caught:
            self.engine.carry_out(self.engine.void_order(request, quote), "k")
        self.assertEqual(caught.exception.code, "tax.locked")

    def test_order_is_the_same_bytes_each_time(self):
        request = question()
        quote = self.engine.quote(request)
        first, second = (self.engine.commit_order(request, quote).content() for _ in range(2))
        self.assertEqual(first, second)
