"""Adyen's reports against the sandbox over HTTP: what is announced, what lies between, and what comes next."""

from odoo.addons.connector_bank.interfaces.adyen import REPORT, announced_report
from odoo.addons.connector_bank.tests.provider_line import ProviderCase, events, findings
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    RateLimitedError,
    TechnicalError,
)


def named(*numbers, merchant="ShopEU"):
    return [(merchant, REPORT.format(number=number)) for number in numbers]


class TestAdyen(ProviderCase):
    party_name = "adyen"

    def setUp(self):
        super().setUp()
        for batch in (41, 42, 43, 44):
            self.party.settle(batch, (f"PSP{batch}", f"S{batch}", "100.00", "1.50"))

    def batches(self, **changes):
        return [name.rpartition("_")[2] for name in self.names(merchants="ShopEU", **changes)]

    def test_from_the_first_announcement_on(self):
        """Nothing before it, everything after it, whether it was announced or not, and in its order."""
        self.assertEqual(self.batches(), [])
        self.assertEqual(self.batches(announced=named(42)), ["42.csv", "43.csv", "44.csv"])
        self.assertEqual(self.batches(announced=named(43, 41, 43)), ["41.csv", "42.csv", "43.csv", "44.csv"])
        self.assertEqual(self.batches(stored=named(41, 43), announced=named(41)), ["42.csv", "44.csv"])
        self.assertEqual(self.batches(stored=named(41, 42, 43, 44), announced=named(44)), [])

    def test_a_report_is_read(self):
        parcel = self.pulled(merchants="ShopEU", announced=named(44))[0]
        header = events(parcel.content)[0]
        self.assertEqual((header.format, header.account, header.statement_id), ("adyen", "ShopEU", "batch 44"))
        self.assertEqual(findings(parcel.content), [])

    def test_what_is_announced_and_not_there(self):
        self.party.settings["late"] = [REPORT.format(number=42)]
        found = []
        with self.assertRaises(BusinessError) as caught:
            for parcel in self.line(merchants="ShopEU", stored=named(41), announced=named(43)).pull():
                found.append(parcel.remote_id)
        self.assertEqual(caught.exception.place, "ShopEU/settlement_detail_report_batch_42.csv")
        self.assertEqual(len(found), 2, "the others come all the same")
        self.party.settings["late"] = []
        self.assertEqual(self.batches(stored=named(41, 43, 44)), ["42.csv"])

    def test_merchants_apart(self):
        self.party.settle(7, ("PSP7", "S7", "10.00", "0.10"), merchant="ShopUS")
        self.assertEqual(self.batches(announced=named(7, merchant="ShopUS")), [], "not one of ours")
        found = self.names(merchants="ShopEU, ShopUS", announced=[*named(44), *named(7, merchant="ShopUS")])
        self.assertEqual([name.partition("/")[0] for name in found], ["ShopEU", "ShopUS"])
        with self.assertRaises(ConfigurationError):
            self.pulled()

    def test_only_names_of_reports(self):
        """A name that is no settlement report leads nowhere, whatever it holds."""
        for name in ("../../x.csv", "settlement_detail_report_batch_01.csv", "payments_accounting_report_1.csv", ""):
            self.assertEqual(self.batches(announced=[("ShopEU", name)]), [])
        self.assertEqual(self.sandbox.calls, [])

    def test_notifications(self):
        item = b'{"NotificationRequestItem": {"merchantAccountCode": "ShopEU", "pspReference": "x.csv", "success": %s}}'
        self.assertEqual(announced_report(item % b'"true"'), ("ShopEU", "x.csv"))
        self.assertEqual(announced_report(item % b"true"), ("ShopEU", "x.csv"))
        self.assertIsNone(announced_report(item % b'"false"'))

    def test_signing_in(self):
        self.assertIn("can be read", self.line(merchants="ShopEU").check())
        keyed = self.line(merchants="ShopEU", auth_scheme="api_key", secrets={"api_key": "SANDBOX-ADYEN"})
        self.assertIn("can be read", keyed.check())
        with self.assertRaises(AuthError):
            self.line(merchants="ShopEU", secrets={"password": "wrong"}).check()

    def test_faults(self):
        for kind, error in (("429", RateLimitedError), ("503", TechnicalError), ("reset_before", TechnicalError)):
            with self.subTest(kind):
                self.sandbox.fault(kind, party="adyen", seconds=5)
                with self.assertRaises(error):
                    self.pulled(merchants="ShopEU", announced=named(44))
        self.assertEqual(self.batches(announced=named(44)), ["44.csv"])
