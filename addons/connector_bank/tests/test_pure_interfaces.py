"""Bank interfaces against the sandbox over real HTTP: all of a list, nothing twice, faults said by who mends them."""

import io
import json
import urllib.error
import urllib.request
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from odoo.addons.connector_bank import interfaces
from odoo.addons.connector_bank.formats import parse
from odoo.addons.connector_bank.interfaces.listing import whole
from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    ConfigurationError,
    FinanceError,
    RateLimitedError,
    RemoteDefectError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.statement import Entry, Footer, Header
from odoo.addons.finance_connector_base.tests.pure import PureCase
from odoo.addons.finance_connector_base.tests.sandbox import sandbox

CODES = {"psd2": "berlin_group", "bad": "bank_account_data", "ponto": "ponto", "wise": "wise"}
CLASSES = {
    "psd2": interfaces.berlin_group.BerlinGroup,
    "bad": interfaces.bank_account_data.BankAccountData,
    "ponto": interfaces.ponto.Ponto,
    "wise": interfaces.wise.Wise,
}
SIGNED_IN = {
    "psd2": ({}, {}),
    "bad": ({"username": "SANDBOX-ID", "institution": "ALMOND_BANK"}, {"client_secret": "SANDBOX-KEY"}),
    "ponto": (
        {"auth_scheme": "oauth2", "username": "SANDBOX-CLIENT", "oauth_client_auth": "basic"},
        {"client_secret": "SANDBOX-SECRET"},
    ),
    "wise": ({"auth_scheme": "bearer"}, {"token": "SANDBOX-WISE"}),
}
IBAN = "DE65500105175412907713"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def agree(link, answer="yes"):
    """What the account's owner does in the browser; the address he is sent back to."""
    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(f"{link}?answer={answer}", timeout=5)
    except urllib.error.HTTPError as answered:
        return answered.headers["Location"]
    return None


def pem_pair():
    """``(private key with certificate, public key)`` as PEM texts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Almond Seal")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(4711)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode(), public.decode()


class InterfaceCase(PureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        cls.private, cls.public = pem_pair()

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.wise.keys.append(self.public)
        self.ponto.settings["sync_looks"] = 0

    def __getattr__(self, name):
        if name in CODES:
            return self.sandbox.parties[name]
        raise AttributeError(name)

    def line(self, party, secrets=None, **changes):
        """The interface of one party, signed in and, where it needs one, under a consent."""
        settings, own = SIGNED_IN[party]
        settings = {
            "address": self.sandbox.url(party),
            "environment": "sandbox",
            "timeout_seconds": 5,
            "max_bytes": 1_000_000,
            "auth_scheme": "none",
            "username": "",
            "sync_seconds": 3,
            **settings,
            **changes,
        }
        if settings["auth_scheme"] == "oauth2":
            settings["oauth_token_url"] = self.sandbox.url(party) + "/oauth2/token"
        own = {**own, **({"signing_key": self.private} if party == "wise" else {}), **(secrets or {})}
        line = CLASSES[party](settings, own)
        if line.asks_consent and party != "ponto" and "consent" not in changes:
            asked = line.ask_consent("http://odoo.example/back", date.today() + timedelta(days=90), "ref-1")
            agree(asked.link)
            settings["consent"] = asked.id
        return line

    def bookings(self, party, count, **values):
        for number in range(1, count + 1):
            day = f"2026-03-{(number - 1) // 3 + 1:02d}"
            self.sandbox.parties[party].book(f"b{number}", f"{number}.10", day, f"Order {number}", **values)

    def events(self, line, **account):
        found = []
        for parcel in line.pull():
            found.append((parcel, list(parse(io.BytesIO(parcel.content)))))
        return found

    def entries(self, line, status="booked"):
        """Bank references of the first account, in the order read."""
        found = self.events(line)[0][1]
        return [event for event in found if isinstance(event, Entry) and event.status == status]


class TestReading(InterfaceCase):
    def test_every_interface_reads_all_of_an_account(self):
        """The same bookings come as the same money by any interface, in any number of pages."""
        for party, code in CODES.items():
            with self.subTest(party):
                self.bookings(party, 7)
                self.sandbox.parties[party].book("out", "-3.35", "2026-03-09", "Bill 9", name="Cobalt", iban=IBAN)
                self.sandbox.parties[party].settings["page_size"] = 3
                (parcel, events), second = self.events(self.line(party, since="2026-02-01"))
                header, *entries, footer = events
                self.assertEqual((header.format, header.account, header.currency), (code, IBAN, "EUR"))
                self.assertTrue(header.intraday)
                amounts = sorted(entry.amount for entry in entries)
                self.assertEqual(amounts, [Decimal("-3.35"), *(Decimal(f"{n}.1") for n in range(1, 8))])
                self.assertEqual(len({entry.bank_ref for entry in entries}), 8)
                out = next(entry for entry in entries if entry.amount < 0)
                other = out.details[0].counterparty
                self.assertEqual((other.name, other.account), ("Cobalt", IBAN))
                self.assertEqual([str(balance.amount) for balance in footer.balances][:1], ["1025.35"])
                self.assertEqual([event for event in second[1] if isinstance(event, Entry)], [])
                self.assertEqual(parcel.remote_id, self.line(party).accounts()[0].id)

    def test_the_same_answers_are_the_same_bytes(self):
        """Nothing of the moment stands in a report, so that the intake knows it again."""
        for party in CODES:
            with self.subTest(party):
                self.bookings(party, 2)
                line = self.line(party, since="2026-02-01")
                first, again = ([parcel.content for parcel in line.pull()] for _time in range(2))
                self.assertEqual(first, again)

    def test_pending_is_no_booking(self):
        for party in ("psd2", "bad", "ponto"):
            with self.subTest(party):
                bank = self.sandbox.parties[party]
                bank.announce("p1", "-20.00", "2026-03-04", "Card")
                bank.book("b1", "5.00", "2026-03-03")
                line = self.line(party, since="2026-02-01")
                waiting = self.entries(line, "pending")
                self.assertEqual([(one.amount, one.bank_ref) for one in waiting], [(Decimal("-20"), None)])
                bank.settle("p1", "b2", "2026-03-05")
                self.assertEqual(self.entries(line, "pending"), [])
                self.assertEqual(len(self.entries(line)), 2)

    def test_wise_running_balances_prove_that_nothing_is_missing(self):
        self.bookings("wise", 4)
        (parcel, events), _second = self.events(self.line("wise", since="2026-02-01"))
        header, footer = events[0], events[-1]
        self.assertEqual((str(header.opening), str(footer.closing)), ("1000.0", "1010.4"))
        report = json.loads(parcel.content)
        del report["report"]["booked"][1]
        without = json.dumps(report, separators=(",", ":")).encode()
        codes = [event.code for event in parse(io.BytesIO(without)) if not isinstance(event, (Header, Entry, Footer))]
        self.assertEqual(codes, ["statement.balance"])


class TestLists(InterfaceCase):
    """Lists that change while they are read."""

    def test_a_shifted_page_repeats_nothing(self):
        for unnamed in (False, True):
            with self.subTest(unnamed=unnamed):
                self.sandbox.reset()
                self.bookings("psd2", 9)
                self.psd2.settings.update(page_size=3, shift=True, unnamed=unnamed)
                found = self.entries(self.line("psd2"))
                amounts = sorted(str(one.amount) for one in found if str(one.amount) != "7.77")
                self.assertEqual(amounts, [f"{n}.10" for n in range(1, 10)])

    def test_pages_that_overlap_always(self):
        for party in ("psd2", "ponto"):
            with self.subTest(party):
                self.bookings(party, 9)
                self.sandbox.parties[party].settings.update(page_size=3, repeat=True)
                self.assertEqual(len(self.entries(self.line(party, since="2026-02-01"))), 9)

    def test_two_equal_bookings_without_names_stay_two(self):
        """Two coffees at the edge of two pages: a list that stands still repeats nothing by itself."""
        self.psd2.settings.update(page_size=1, unnamed=True)
        for key in ("c1", "c2"):
            self.psd2.book(key, "-2.50", "2026-03-02", "Coffee")
        self.assertEqual(len(self.entries(self.line("psd2"))), 2)

    def test_pages_that_always_repeat_without_names(self):
        """Every edge shows it: nothing twice. One edge alone proves nothing: both are kept, and a person is told."""
        self.psd2.settings.update(page_size=3, repeat=True, unnamed=True)
        self.bookings("psd2", 9)
        found = self.events(self.line("psd2"))[0][1]
        self.assertEqual(len([event for event in found if isinstance(event, Entry)]), 9)
        self.assertIsInstance(found[-1], Footer)
        self.psd2.settings["page_size"] = 5
        found = self.events(self.line("psd2"))[0][1]
        self.assertEqual(len([event for event in found if isinstance(event, Entry)]), 10)
        self.assertEqual(found[-1].code, "interface.repeated")

    def test_a_list_that_never_stands_still_is_not_guessed(self):
        turns = iter(range(100))

        def read():
            number = next(turns)
            return [[{"n": number}, {"same": 1}], [{"same": 1}]]

        with self.assertRaises(TechnicalError) as caught:
            whole(read, lambda item: None)
        self.assertEqual(caught.exception.code, "interface.unsteady")

    def test_one_id_for_two_bookings_keeps_both(self):
        pages = [[{"id": "X", "n": 1}], [{"id": "X", "n": 2}, {"id": "X", "n": 2}]]
        self.assertEqual(len(whole(lambda: pages, lambda item: item["id"])[0]), 2)

    def test_pages_elsewhere_are_refused(self):
        self.bookings("psd2", 9)
        line = self.line("psd2")
        self.psd2.settings.update(page_size=3, link_host="http://evil.example")
        with self.assertRaises(ConfigurationError) as caught:
            self.entries(line)
        self.assertEqual(caught.exception.code, "https.elsewhere")

    def test_only_what_came_after_an_entry(self):
        self.bookings("psd2", 6)
        line = self.line("psd2")
        account = line.accounts()[0]
        chosen = [{"id": account.id, "number": account.number, "currency": "EUR", "reference": "R-b4"}]
        line._settings["accounts"] = chosen
        self.assertEqual([one.bank_ref for one in self.entries(line)], ["b6", "b5"])


class TestConsent(InterfaceCase):
    def test_consent_from_asking_to_its_end(self):
        until = date.today() + timedelta(days=90)
        for party in ("psd2", "bad"):
            with self.subTest(party):
                line = self.line(party, consent=None)
                asked = line.ask_consent("http://odoo.example/back?token=t", until, "ref")
                self.assertEqual((asked.state, line.consent(asked.id).state), ("asked", "asked"))
                self.assertEqual(agree(asked.link), "http://odoo.example/back?token=t")
                line._settings["consent"] = asked.id
                given = line.consent(asked.id)
                self.assertEqual((given.state, given.until), ("valid", until))
                self.assertEqual(len(line.accounts()), 2)
                self.sandbox.parties[party].settings["over"] = True
                self.assertEqual(line.consent(asked.id).state, "expired")
                line._settings["accounts"] = [{"id": "acc-eur-1", "currency": "EUR"}]
                with self.assertRaises(AuthError) as caught:
                    list(line.pull())
                self.assertEqual(caught.exception.code, "consent.expired")

    def test_refused_by_the_owner(self):
        for party in ("psd2", "bad"):
            line = self.line(party, consent=None)
            asked = line.ask_consent("http://odoo.example/back", date.today() + timedelta(days=9), "ref")
            agree(asked.link, "no")
            self.assertEqual(line.consent(asked.id).state, "rejected")

    def test_no_consent_yet_is_told_by_the_test_of_the_line(self):
        for party in ("psd2", "bad"):
            self.assertIn("consent has to be given", self.line(party, consent=None).check())

    def test_ponto_shows_what_it_fetched_last(self):
        """A booking is read once a synchronization has brought it, whether it was quick or not."""
        self.bookings("ponto", 1)
        self.ponto.settings["sync_looks"] = 2
        self.assertEqual(len(self.entries(self.line("ponto"))), 1)
        self.bookings("ponto", 2)
        self.ponto.settings.update(sync_looks=0, calls_a_day=1)  # used up: what Ponto has is read all the same
        self.assertEqual(len(self.entries(self.line("ponto"))), 1)

    def test_ponto_is_reauthorized(self):
        self.ponto.settings.update(over=True, ends_on="2026-01-01")
        line = self.line("ponto")
        with self.assertRaises(AuthError) as caught:
            list(line.pull())
        self.assertEqual(caught.exception.code, "consent.expired")
        asked = line.ask_consent("http://odoo.example/back", date.today(), "ref")
        self.assertEqual(line.consent(asked.id).state, "expired")
        agree(asked.link)
        self.assertEqual(line.consent(asked.id).state, "valid")
        self.assertEqual(len(list(line.pull())), 2)


class TestFaults(InterfaceCase):
    def test_faults_are_sorted(self):
        self.bad.settings["calls_a_day"] = 0
        self.wise.settings["proof"] = False
        for party in CODES:
            line = self.line(party)
            for kind, wanted, code in (
                ("429", RateLimitedError, "https.429"),
                ("503", TechnicalError, "https.503"),
                ("reset_before", TechnicalError, "https.line"),
                ("html", RemoteDefectError, "paging.json"),
                ("malformed", RemoteDefectError, "paging.json"),
            ):
                with self.subTest(party=party, kind=kind):
                    self.sandbox.plan.reset()
                    self.sandbox.fault(kind, party=party, method="GET", path="transactions|statement.json", seconds=30)
                    with self.assertRaises(wanted) as caught:
                        list(line.pull())
                    self.assertEqual(caught.exception.code, code)
                    self.sandbox.plan.reset()
                    self.assertEqual(len(list(line.pull())), 2)

    def test_an_answer_that_drips_ends_in_time(self):
        line = self.line("psd2", timeout_seconds=1)
        self.sandbox.fault("slow", party="psd2", path="transactions", seconds=20)
        with self.assertRaises(TechnicalError):
            list(line.pull())

    def test_the_day_is_spent(self):
        for party, code in (("psd2", "https.429"), ("bad", "https.429")):
            with self.subTest(party):
                self.sandbox.parties[party].settings["calls_a_day"] = 2
                line = self.line(party)
                for _time in range(2):
                    headers = next(iter(line.pull())).headers
                if party == "bad":
                    self.assertEqual(headers["HTTP_X_RATELIMIT_ACCOUNT_SUCCESS_REMAINING"], "0")
                line._settings["accounts"] = [{"id": "acc-eur-1", "currency": "EUR"}]
                with self.assertRaises(RateLimitedError) as caught:
                    list(line.pull())
                self.assertEqual(caught.exception.code, code)
                self.assertGreater(caught.exception.retry_after, 3600)

    def test_wise_asks_for_a_proof(self):
        self.bookings("wise", 1)
        for secrets, code in (
            ({"signing_key": None}, "wise.key_missing"),
            ({"signing_key": pem_pair()[0]}, "wise.signature"),
            ({"signing_key": "nonsense"}, "sign.key"),
        ):
            with self.subTest(code), self.assertRaises(FinanceError) as caught:
                self.entries(self.line("wise", secrets, since="2026-02-01"))
            self.assertEqual(caught.exception.code, code)

    def test_requests_are_sealed(self):
        self.psd2.settings["sealed"] = True
        with self.assertRaises(AuthError) as caught:
            self.line("psd2")
        self.assertEqual(caught.exception.code, "https.client_certificate")
        self.bookings("psd2", 2)
        self.assertEqual(len(self.entries(self.line("psd2", {"signing_key": self.private}))), 2)

    def test_a_token_that_ended_is_renewed_once(self):
        line = self.line("bad")
        list(line.pull())
        self.bad.tokens.clear()
        self.assertEqual(len(list(line.pull())), 2)
        self.assertEqual(len(self.sandbox.effects("bad", "token")), 2)


class TestDamage(PureCase):
    def test_reports_with_defects_are_refused_by_code(self):
        good = b'{"bank_interface":"berlin_group","report":{"account":{"id":"1","currency":"EUR"},"booked":[%s]}}'
        for item, code in (
            (b'{"transactionAmount":{"amount":"1,00","currency":"EUR"}}', "interface.amount"),
            (b'{"transactionAmount":{"currency":"EUR"}}', "interface.amount"),
            (b'{"transactionAmount":{"amount":"1e5","currency":"EUR"}}', "interface.amount"),
            (b'{"transactionAmount":{"amount":"1.00","currency":"EURO"}}', "interface.currency"),
            (b'{"bookingDate":"2026-13-01","transactionAmount":{"amount":"1","currency":"EUR"}}', "interface.date"),
            (b'{"transactionAmount":7}', "interface.structure"),
            (b"7", "interface.structure"),
        ):
            with self.subTest(item), self.assertRaises(FinanceError) as caught:
                list(parse(io.BytesIO(good % item)))
            self.assertEqual(caught.exception.code, code)
