"""Payments over interfaces against the sandboxes: each paid once, whatever is lost, doubled or refused on the way."""

import io
import json
import urllib.error
import urllib.request
import uuid
from datetime import date, datetime
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import BusinessError, FinanceError, OutcomeUnknownError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS, Parcel
from odoo.addons.finance_connector_base.tests.pure import PureCase
from odoo.addons.finance_connector_base.tests.sandbox import sandbox

from ..answers import STATUSES, GroupAnswer, ItemAnswer
from ..answers.interface_answer import words
from ..answers.reading import parse
from ..interfaces import berlin_group, modern_treasury, wise  # noqa: F401  registers them
from ..payments import shipped, write
from ..payments.order import CREDIT_TRANSFER, Account, Address, Agent, Batch, Party, Payment, Remittance, Run

OWN, PAYEE = "DE20500105175412907713", "BE68539007547034"
PROFILE = "sepa_credit_09"
ACCESS = {
    "psd2": ("berlin_group", {"auth_scheme": "none", "psu": {"PSU-IP-Address": "203.0.113.7"}}, {}),
    "wise": ("wise", {"auth_scheme": "bearer", "own_account": "16421159/acc-eur-1"}, {"token": "SANDBOX-WISE"}),
    "hub": ("modern_treasury", {"auth_scheme": "basic", "username": "SANDBOX-ORG", "own_account": "own-eur-1"},
            {"password": "SANDBOX-HUB"}),
}  # fmt: skip


def run_of(*amounts, instrument=None, name="PO-1"):
    payments = tuple(
        Payment(
            end_to_end_id=f"{name}-{number}", amount=Decimal(amount), currency="EUR",
            party=Party(name="Blue Supplies", address=Address(town="Brussels", country="BE")),
            account=Account(iban=PAYEE), remittance=Remittance(text=(f"Bill {number}",)),
        )
        for number, amount in enumerate(amounts, start=1)
    )  # fmt: skip
    batch = Batch(
        id=f"{name}-B", kind=CREDIT_TRANSFER, executed_on=date(2026, 3, 2), owner=Party(name="Almond Co"),
        account=Account(iban=OWN), payments=payments, service_level="SEPA", local_instrument=instrument,
    )  # fmt: skip
    return Run(message_id=name, created_at=datetime(2026, 3, 2, 9), initiator=Party(name="Almond Co"), batches=(batch,))


class PayingCase(PureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.seed = str(uuid.uuid4())

    def line(self, party, **settings):
        code, given, secrets = ACCESS[party]
        return TRANSPORTS.get(code)(
            {
                "address": self.sandbox.url(party), "environment": "sandbox", "timeout_seconds": 2,
                "max_bytes": 1 << 20, "profile": PROFILE, "order": "PO-1", "seed": self.seed, "own_account": None,
                "psu": {}, "return_url": "http://127.0.0.1/back", "born": "2026-01-01T00:00:00Z",
                "send_seconds": 60, **given, **settings,
            },
            secrets,
        )  # fmt: skip

    def parcel(self, *amounts, **values):
        profile = "sepa_instant_09" if values.get("instrument") else PROFILE
        return Parcel("PO-1.xml", write(run_of(*amounts, **values), shipped()[profile]))

    def push(self, party, parcel, **settings):
        return self.line(party, **settings).push(parcel, "payment_order:1")

    def told(self, receipt):
        return json.loads(receipt.content)["told"]

    def paid(self, party):
        return [effect["key"] for effect in self.sandbox.effects(party, "payment")]

    def looked(self, party, rows):
        """Statuses as they stand, by asking."""
        known = [{"id": one["id"], "end_to_end_id": one["end_to_end_id"]} for one in rows]
        asked = [{"order": "PO-1", "payments": known}]
        (parcel,) = self.line(party, asked=asked).pull()
        return list(parse(io.BytesIO(parcel.content)))

    def visit(self, address):
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args):
                return None

        try:
            urllib.request.build_opener(Stay).open(address, timeout=5)
        except urllib.error.HTTPError as answered:
            return answered.headers["Location"]
        return None


class TestBerlinGroupPaying(PayingCase):
    def test_nothing_is_paid_before_it_is_authorised(self):
        receipt = self.push("psd2", self.parcel("10.00", "20.50"))
        (row,) = self.told(receipt)
        self.assertEqual((row["status"], self.paid("psd2")), ("RCVD", []))
        self.assertEqual(self.sandbox.effects("psd2", "initiation")[0]["data"]["service"], "bulk-payments")
        link = json.loads(receipt.content)["link"]
        self.assertEqual(self.visit(link), "http://127.0.0.1/back")
        self.visit(link)  # the person goes there once more
        self.assertEqual(self.paid("psd2"), ["PO-1-1", "PO-1-2"])
        (answer,) = self.looked("psd2", [row])
        self.assertIsInstance(answer, GroupAnswer)
        self.assertEqual((answer.status, answer.original_message_id), ("ACSC", "PO-1"))

    def test_products_and_bodies(self):
        one = self.told(self.push("psd2", self.parcel("10.00")))
        self.assertTrue(one[0]["id"].startswith("payments/sepa-credit-transfers/"))
        self.seed = str(uuid.uuid4())
        found = self.told(self.push("psd2", self.parcel("10.00", instrument="INST"), profile="sepa_instant_09"))
        self.assertTrue(found[0]["id"].startswith("payments/instant-sepa-credit-transfers/"))
        self.seed = str(uuid.uuid4())
        found = self.told(self.push("psd2", self.parcel("10.00", "1.00"), payment_body="pain001"))
        self.assertTrue(found[0]["id"].startswith("bulk-payments/pain.001-sepa-credit-transfers/"))
        orders = self.sandbox.effects("psd2", "initiation")[-1]["data"]["orders"]
        self.assertEqual([(one["amount"], one["account"]) for one in orders], [("10.00", PAYEE), ("1.00", PAYEE)])

    def test_a_lost_answer_is_the_same_initiation(self):
        for kind in ("timeout_after", "reset_after", "502_after", "malformed"):
            with self.subTest(kind):
                self.sandbox.reset()
                self.sandbox.fault(kind, party="psd2", method="POST", seconds=3)
                with self.assertRaises(OutcomeUnknownError):
                    self.push("psd2", self.parcel("10.00"))
                with self.assertRaises(NotImplementedError):
                    self.line("psd2").ask("payment_order:1", self.parcel("10.00"))
                self.push("psd2", self.parcel("10.00"))  # as a flow does whose bank remembers keys
                self.assertEqual(len(self.sandbox.effects("psd2", "initiation")), 1)

    def test_a_bank_that_lists_requests_is_asked(self):
        self.sandbox.parties["psd2"].settings["lists"] = True
        line = self.line("psd2", ask_path="/v1/initiations/{key}")
        self.assertIsNone(line.ask("payment_order:1", self.parcel("10.00")))
        self.sandbox.fault("reset_after", party="psd2", method="POST")
        with self.assertRaises(OutcomeUnknownError):
            self.push("psd2", self.parcel("10.00"))
        found = line.ask("payment_order:1", self.parcel("10.00"))
        self.assertEqual(self.told(found)[0]["status"], "RCVD")
        self.visit(json.loads(found.content)["link"])
        self.assertEqual(self.paid("psd2"), ["PO-1-1"])

    def test_refused_and_too_late(self):
        self.sandbox.parties["psd2"].settings["reject"] = ("PO-1-1",)
        with self.assertRaisesRegex(BusinessError, "closed"):
            self.push("psd2", self.parcel("10.00"))
        self.sandbox.parties["psd2"].settings.update(reject=(), sca_over=True)
        receipt = self.push("psd2", self.parcel("10.00"))
        self.assertIn("refused", self.visit(json.loads(receipt.content)["link"]))
        (answer,) = self.looked("psd2", self.told(receipt))
        self.assertEqual((answer.status, self.paid("psd2")), ("RJCT", []))
        self.assertIn("not given in time", answer.reasons[0].text)

    def test_cancelled_until_it_is_executed(self):
        receipt = self.push("psd2", self.parcel("10.00"))
        cancels = [{"id": self.told(receipt)[0]["id"], "end_to_end_id": None}]
        self.assertEqual(self.told(self.line("psd2", cancels=cancels).push(None, "c"))[0]["status"], "ACCR")
        self.visit(json.loads(receipt.content)["link"])
        self.assertEqual(self.paid("psd2"), [])
        self.seed = str(uuid.uuid4())
        receipt = self.push("psd2", self.parcel("10.00"))
        self.visit(json.loads(receipt.content)["link"])
        cancels = [{"id": self.told(receipt)[0]["id"], "end_to_end_id": None}]
        self.assertEqual(self.told(self.line("psd2", cancels=cancels).push(None, "c"))[0]["status"], "RJCR")

    def test_a_cancellation_that_a_person_has_to_authorise_is_not_done(self):
        cancels = [{"id": self.told(self.push("psd2", self.parcel("10.00")))[0]["id"], "end_to_end_id": None}]
        links = {"transactionStatus": "ACTC", "_links": {"scaRedirect": {"href": "https://bank.example/cancel"}}}
        for answer in (b"", links):
            self.sandbox.parties["psd2"].settings["cancel_answer"] = answer
            (row,) = self.told(self.line("psd2", cancels=cancels).push(None, "c"))
            self.assertEqual(row["status"], "PDCR")
            self.assertIn("authorise", row["text"])

    def test_a_purged_initiation_is_told_and_stops_nothing(self):
        told = self.told(self.push("psd2", self.parcel("10.00")))
        for code in ("RESOURCE_UNKNOWN", "RESOURCE_EXPIRED"):
            self.sandbox.parties["psd2"].settings["purged"] = code
            (answer,) = self.looked("psd2", told)
            self.assertEqual(answer.status, "GONE")
        for code in ("SERVICE_BLOCKED", "PRODUCT_INVALID"):
            self.sandbox.parties["psd2"].settings["purged"] = code
            with self.assertRaises(BusinessError):
                self.looked("psd2", told)


class TestWisePaying(PayingCase):
    def setUp(self):
        super().setUp()
        self.sandbox.parties["wise"].settings["proof"] = False

    def test_each_is_funded_once(self):
        rows = self.told(self.push("wise", self.parcel("10.00", "20.50")))
        again = self.told(self.push("wise", self.parcel("10.00", "20.50")))
        self.assertEqual([one["id"] for one in rows], [one["id"] for one in again])
        self.assertEqual([effect["data"]["amount"] for effect in self.sandbox.effects("wise", "payment")],
                         ["10.00", "20.50"])  # fmt: skip
        answers = self.looked("wise", rows)
        self.assertIsInstance(answers[0], ItemAnswer)
        self.assertEqual([(one.end_to_end_id, one.status) for one in answers], [("PO-1-1", "ACSP"), ("PO-1-2", "ACSP")])

    def test_lost_at_each_step(self):
        for path in ("/v1/accounts$", "/quotes$", "/v1/transfers$", "/payments$"):
            for skip, kind in ((0, "reset_after"), (1, "reset_after"), (1, "502_after"), (1, "reset_before")):
                with self.subTest(path=path, skip=skip, kind=kind):
                    self.sandbox.reset()
                    self.sandbox.parties["wise"].settings["proof"] = False
                    self.sandbox.fault(kind, party="wise", method="POST", path=path, skip=skip)
                    parcel = self.parcel("10.00", "20.50", "30.00")
                    with self.assertRaises(OutcomeUnknownError):
                        self.push("wise", parcel)
                    try:
                        found = self.line("wise").ask("k", parcel)
                    except NotImplementedError:
                        found = None
                    if found is None:
                        found = self.push("wise", parcel)
                    self.assertEqual(len(self.told(found)), 3)
                    self.assertEqual(len(self.paid("wise")), 3)
                    self.assertEqual(len(set(self.paid("wise"))), 3)

    def test_a_part_is_never_called_absent(self):
        self.sandbox.fault("reset_before", party="wise", method="POST", path="/v1/transfers$", skip=1)
        parcel = self.parcel("10.00", "20.50")
        self.assertIsNone(self.line("wise").ask("k", parcel))
        with self.assertRaises(OutcomeUnknownError):
            self.push("wise", parcel)
        with self.assertRaisesRegex(NotImplementedError, "1 of 2"):
            self.line("wise").ask("k", parcel)

    def test_one_refused_does_not_hold_the_others(self):
        self.sandbox.fault("429_bare", party="wise", method="POST", path="/v1/accounts$", skip=5)
        self.sandbox.parties["wise"].settings["poor"] = True
        rows = self.told(self.push("wise", self.parcel("10.00")))
        self.assertEqual((rows[0]["status"], self.paid("wise")), ("cancelled", []))
        self.assertIn("balance", rows[0]["text"])
        self.sandbox.parties["wise"].settings.update(poor=False, reject=(PAYEE,))
        with self.assertRaisesRegex(BusinessError, "not valid"):
            self.push("wise", self.parcel("11.00", name="PO-2"))

    def test_funded_by_somebody_else_meanwhile(self):
        """Wise refuses to fund what is funded: the payment is on its way, not refused."""
        self.sandbox.parties["wise"].settings["funded_meanwhile"] = True
        rows = self.told(self.push("wise", self.parcel("10.00")))
        self.assertEqual((rows[0]["status"], len(self.paid("wise"))), ("processing", 1))

    def test_what_cannot_be_funded_is_cancelled_or_unknown(self):
        self.sandbox.parties["wise"].settings["unfundable"] = True
        rows = self.told(self.push("wise", self.parcel("10.00")))
        self.assertTrue(rows[0]["id"])
        self.assertEqual((rows[0]["status"], self.paid("wise")), ("cancelled", []))
        self.assertIn("cannot be funded", rows[0]["text"])
        self.sandbox.fault("503", party="wise", method="PUT", path="/cancel$")
        with self.assertRaises(OutcomeUnknownError):
            self.push("wise", self.parcel("12.00", name="PO-2"))

    def test_again_only_what_is_missing(self):
        self.sandbox.fault("reset_after", party="wise", method="POST", path="/payments$", skip=1)
        parcel = self.parcel("10.00", "20.50", "30.00")
        with self.assertRaises(OutcomeUnknownError):
            self.push("wise", parcel)
        before = len(self.sandbox.effects("wise", "recipient"))
        self.assertEqual(len(self.told(self.push("wise", parcel, again=True))), 3)
        self.assertEqual(len(self.sandbox.effects("wise", "recipient")) - before, 1)
        self.assertEqual(len(set(self.paid("wise"))), 3)

    def test_what_lies_under_our_id_is_compared(self):
        self.push("wise", self.parcel("10.00"))
        with self.assertRaisesRegex(FinanceError, "another payment"):
            self.push("wise", self.parcel("11.00"))
        self.assertEqual(len(self.paid("wise")), 1)


class TestHubPaying(PayingCase):
    def test_lost_answers(self):
        for kind in ("reset_after", "502_after", "reset_before", "malformed"):
            for skip in (0, 1):
                with self.subTest(kind=kind, skip=skip):
                    self.sandbox.reset()
                    self.sandbox.fault(kind, party="hub", method="POST", skip=skip)
                    parcel = self.parcel("10.00", "20.50")
                    with self.assertRaises(FinanceError) as caught:
                        self.push("hub", parcel)
                    self.assertIn(caught.exception.category, ("outcome_unknown", "remote_defect"))
                    try:
                        found = self.line("hub").ask("k", parcel)
                    except NotImplementedError:
                        found = None
                    found = found or self.push("hub", parcel)
                    self.assertEqual([effect["data"]["amount"] for effect in self.sandbox.effects("hub", "payment")],
                                     [1000, 2050])  # fmt: skip

    def test_a_forgotten_key_pays_nothing_twice(self):
        """The hub keeps idempotency keys for a day; what is sent again later is looked up first."""
        self.sandbox.parties["hub"].settings["idempotency"] = False
        self.sandbox.fault("reset_before", party="hub", method="POST", skip=1)
        parcel = self.parcel("10.00", "20.50", "30.00")
        with self.assertRaises(OutcomeUnknownError):
            self.push("hub", parcel)
        rows = self.told(self.push("hub", parcel, again=True))
        self.assertEqual(len({one["id"] for one in rows}), 3)
        self.assertEqual([effect["data"]["amount"] for effect in self.sandbox.effects("hub", "payment")],
                         [1000, 2050, 3000])  # fmt: skip

    def test_smallest_units(self):
        """ISO 4217 has currencies without small units and with three digits of them."""
        for currency, units in (("EUR", 123400), ("VND", 1234), ("JPY", 1234), ("XOF", 1234), ("KWD", 1234000),
                                ("IQD", 1234000), ("LYD", 1234000), ("UGX", 1234), ("CLP", 1234)):  # fmt: skip
            self.assertEqual(modern_treasury.minor(Decimal(1234), currency), units, currency)
        with self.assertRaises(BusinessError):
            modern_treasury.minor(Decimal("0.5"), "VND")

    def test_a_return_names_its_reason(self):
        rows = self.told(self.push("hub", self.parcel("10.00")))
        (answer,) = self.looked("hub", rows)
        self.assertEqual((answer.status, answer.level), ("RCVD", "hub"))
        self.sandbox.happen("hub", "state", rows[0]["id"], status="returned",
                            current_return={"code": "R03", "reason": "No account"})  # fmt: skip
        (answer,) = self.looked("hub", rows)
        self.assertEqual((answer.status, answer.reasons[0].code, answer.reasons[0].text), ("RJCT", "R03", "No account"))

    def test_cancelled(self):
        rows = self.told(self.push("hub", self.parcel("10.00", "20.50")))
        self.sandbox.happen("hub", "state", rows[0]["id"], status="sent")
        cancels = [{"id": one["id"], "end_to_end_id": one["end_to_end_id"]} for one in rows]
        found = self.told(self.line("hub", cancels=cancels).push(None, "c"))
        self.assertEqual([one["status"] for one in found], ["RJCR", "ACCR"])


class TestPayingWords(PureCase):
    def test_every_word_is_a_status_of_ours(self):
        self.assertEqual({word.status for word in words().values()} - STATUSES.keys(), set())

    def test_payees_that_do_not_fit(self):
        (batch,) = run_of("10.00").batches
        (payment,) = batch.payments
        numbered = Payment(
            end_to_end_id="A", amount=Decimal("1.00"), currency="INR", party=payment.party,
            account=Account(number="123"), agent=Agent(bic="SBININBBXXX"),
        )  # fmt: skip
        run = Run(message_id="A", created_at=datetime(2026, 3, 2), initiator=Party(name="A"),
                  batches=(Batch(id="B", kind=CREDIT_TRANSFER, executed_on=date(2026, 3, 2), owner=Party(name="A"),
                                 account=Account(iban=OWN), payments=(numbered,)),))  # fmt: skip
        TRANSPORTS.get("modern_treasury").fits(run)
        with self.assertRaises(BusinessError):
            TRANSPORTS.get("wise").fits(run)
