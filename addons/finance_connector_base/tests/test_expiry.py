import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged

from ..core.figure import FIGURES
from .common import FinanceCase
from .tls import Authority

TODAY = "2026-03-01"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestExpiry(FinanceCase):
    """Whoever looks after a connector hears in time what ends, once for each threshold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upload.owner_id = cls.roles["operator"]
        cls.expiries = cls.env["finance.expiry"]

    def day(self, days):
        return fields.Date.to_date(TODAY) + timedelta(days=days)

    def credential(self, days=None, purpose="token", **values):
        return self.env["finance.credential"].create(
            {
                "connector_id": self.upload.id,
                "purpose": purpose,
                "secret": "a token of the bank",
                "expires_on": days is not None and self.day(days),
                **values,
            }
        )

    def watch(self, days=0):
        with freeze_time(self.day(days)):
            self.env.invalidate_all()
            self.expiries._cron_watch()

    def row(self):
        return self.expiries.search([("connector_id", "=", self.upload.id)])

    def cases(self, state="open"):
        mine = [("code", "=", "expiry"), ("connector_id", "=", self.upload.id)]
        return self.env["finance.exception"].search([*mine, ("state", "=", state)])

    def test_once_for_each_threshold(self):
        self.credential(40)
        told = []
        for days in range(50):
            before = self.cases().occurrences if self.cases() else 0
            self.watch(days)
            if self.cases() and self.cases().occurrences != before:
                told.append(40 - days)
                self.assertEqual(len(self.upload.activity_ids), 1)
        self.assertEqual(told, [30, 7, 1, 0])
        self.assertEqual(len(self.cases()), 1)

    def test_what_the_owner_sees(self):
        self.credential(7)
        self.watch()
        activity = self.upload.activity_ids
        self.assertEqual((activity.user_id, activity.date_deadline), (self.roles["operator"], self.day(7)))
        self.assertIn("Bearer token ends in 7 days", activity.summary)
        case = self.cases()
        self.assertEqual((case.owner_id, case.connector_id), (self.roles["operator"], self.upload))
        self.assertEqual((case.name, case.priority, case.blocking), ("To be renewed: Bearer token", "0", False))
        self.assertFalse(case.activity_ids, "one activity is enough")
        self.assertIn("Renew", case.advice)
        self.watch(6)
        self.assertEqual(self.cases().priority, "1")
        self.assertIn("tomorrow", self.cases().text)

    def test_renewed(self):
        credential = self.credential(5)
        self.watch()
        self.assertTrue(self.cases())
        credential.write({"secret": "a newer token", "expires_on": self.day(90)})
        self.assertFalse(self.cases() or self.upload.activity_ids)
        self.assertEqual(self.cases("solved").solution, "Solved by itself: renewed or removed.")
        self.watch(70)
        self.assertEqual(len(self.cases()), 1)

    def test_a_new_secret_without_a_date_has_none(self):
        credential = self.credential(5)
        self.watch()
        credential.secret = "a newer token"
        self.assertFalse(credential.expires_on or self.row() or self.cases())

    def test_a_removed_secret_is_no_longer_watched(self):
        credential = self.credential(5)
        self.watch()
        credential.unlink()
        self.assertFalse(self.row() or self.cases() or self.upload.activity_ids)

    def test_a_job_that_did_not_run_warns_once_of_what_passed(self):
        self.credential(31)
        self.watch(29)
        self.assertEqual((self.cases().occurrences, self.row().warned_days), (1, 7))
        self.watch(60)
        self.assertIn("has ended", self.cases().text)

    def test_drafts_are_quiet(self):
        self.credential(5)
        self.upload.state = "draft"
        self.watch()
        self.assertFalse(self.cases())
        self.assertTrue(self.row())

    def test_own_thresholds(self):
        self.credential(80)
        self.upload.company_id.finance_expiry_days = "90"
        self.watch()
        self.assertEqual(self.row().warned_days, 90)
        with self.assertRaises(ValidationError):
            self.upload.company_id.finance_expiry_days = "soon"

    @freeze_time()
    def test_certificates_tell_their_day(self):
        authority = Authority()
        certificate, _key = authority.issue("a", days=12)
        credential = self.credential(purpose="client_certificate", secret=False)
        credential.secret_file = base64.b64encode(certificate.encode())
        self.upload.ca_pem = authority.pem
        self.upload.tls_pins = "sha256/" + "A" * 43 + "= 2030-01-31"
        today = fields.Date.today()
        days = {row.name: (row.expires_on - today).days for row in self.row()}
        self.assertIn(days.pop("Client certificate (TLS)"), (11, 12))
        self.assertIn(days.pop("Trusted certificate"), (0, 1))
        self.assertEqual(list(days), ["Certificate pin sha256/AAAAAAA…"])
        self.assertEqual(self.upload._transport_settings()["tls_pins"], "sha256/" + "A" * 43 + "=")

    def test_other_dates_of_a_connector(self):
        cls = type(self.env["finance.connector"])
        plain = cls._expiries

        def with_consent(connector):
            yield from plain(connector)
            yield "Consent of the customer", self.day(3), self.roles["admin"]

        self.patch(cls, "_expiries", with_consent)
        self.watch()
        self.assertEqual(self.cases().place, "Consent of the customer")
        self.assertEqual(self.row().owner_id, self.roles["admin"])

    def test_lists_and_board(self):
        figure = FIGURES.get("expiry.near")()
        before = figure.value(self.env, self.company)
        self.credential(30)
        self.credential(31, purpose="api_key")
        self.assertEqual(figure.value(self.env, self.company), before + 1)
        self.assertEqual(self.upload.next_expiry_on, self.day(30))
        self.assertEqual(self.row().sorted("expires_on").mapped("days_left"), [30, 31])

    def test_rights(self):
        self.credential(30)
        row = self.row()
        for role, user in self.roles.items():
            with self.subTest(role):
                self.assertEqual(row.with_user(user).read(["name"])[0]["name"], "Bearer token")
                with self.assertRaises(AccessError):
                    row.with_user(user).write({"warned_days": 1})

    def test_no_password_in_an_address(self):
        for name in ("address", "oauth_token_url"):
            with self.assertRaisesRegex(ValidationError, "Secrets"):
                self.upload[name] = "https://user:secret@bank.example/"
            self.upload[name] = "https://user@bank.example/"
