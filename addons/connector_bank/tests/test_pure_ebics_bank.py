import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    FinanceError,
    OutcomeUnknownError,
    RemoteDefectError,
    SecurityError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.transport import Parcel
from odoo.addons.finance_connector_base.tests.pure import PureCase

from ..ebics import requests
from ..ebics.journal import MemoryJournal
from ..ebics.keys import bank_keys_to_text, certificate_hash
from ..ebics.service import Service
from .ebics_bank import STATEMENTS, USER, EbicsBank, payment_file

BORN = datetime.now(UTC) - timedelta(minutes=5)


class BankCase(PureCase):
    """One bank for all tests of a class, set back before each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.enterClassContext(EbicsBank())

    def setUp(self):
        super().setUp()
        self.bank.sandbox.reset()
        self.bank.journal, self.bank.users = MemoryJournal(), [USER]

    @contextmanager
    def refused(self, kind, code):
        with self.assertRaises(kind) as caught:
            yield
        self.assertEqual(caught.exception.code, code)


class TestInitialisation(BankCase):
    def test_the_whole_way(self):
        found = self.bank.initialise()
        told = self.bank.desk("letter")
        self.assertEqual(certificate_hash(found.authentication).hex(), told["X002"])
        self.assertEqual(certificate_hash(found.encryption).hex(), told["E002"])
        self.assertIn("shows the confirmed keys", self.bank.transport().check())

    def test_before_any_keys(self):
        self.assertIn("initialise the user", self.bank.transport(bank_keys="").check())
        self.bank.settings["host"] = "OTHER"
        with self.refused(ConfigurationError, "ebics.091011"):
            self.bank.transport(bank_keys="").check()

    def test_order_of_steps(self):
        client = self.bank.transport(bank_keys="").client()
        with self.refused(AuthError, "ebics.091002"):
            client.fetch_bank_keys()
        client.send_signature_key()
        with self.refused(AuthError, "ebics.091002"):
            client.send_signature_key()
        client.send_other_keys()
        with self.refused(AuthError, "ebics.091002"):
            client.fetch_bank_keys()  # the letter did not come yet
        self.bank.activate()
        client.fetch_bank_keys()

    def test_nothing_without_confirmed_keys(self):
        with self.refused(ConfigurationError, "ebics.bank_keys"):
            list(self.bank.transport(bank_keys="").pull())
        with self.refused(ConfigurationError, "ebics.bank_keys"):
            self.bank.transport("BTU", bank_keys="").push(Parcel("a.xml", b"<a/>"), "K")

    def test_wrong_ids(self):
        with self.refused(ConfigurationError, "ebics.091010"):
            self.bank.transport(bank_keys="", ebics_partner="PARTNER1 ").client().send_signature_key()
        with self.refused(AuthError, "ebics.091003"):
            self.bank.transport(bank_keys="", ebics_partner="PARTNER2").client().send_signature_key()

    def test_the_bank_has_new_keys(self):
        self.bank.initialise()
        self.bank.desk("keys", now=True)
        with self.refused(SecurityError, "ebics.signature"):  # we believe no word that is signed by them
            list(self.bank.transport().pull())
        with self.refused(SecurityError, "ebics.bank_keys_changed"):
            self.bank.transport().check()
        self.bank.bank_keys = bank_keys_to_text(self.bank.transport().client().fetch_bank_keys())
        self.assertEqual(list(self.bank.transport().pull()), [])


class TestStatements(BankCase):
    def setUp(self):
        super().setUp()
        self.bank.initialise()

    def taken(self, **values):
        transport = self.bank.transport(**values)
        found = []
        for parcel in transport.pull():
            found.append((parcel.name, parcel.content))
            transport.confirm(parcel.remote_id)
        return found

    def test_fetched_and_confirmed_once(self):
        self.assertEqual(self.taken(), [])
        self.bank.offer(**{"one.xml": "<one/>", "two.xml": "<two/>"})
        self.assertEqual(self.taken(), [("one.xml", b"<one/>"), ("two.xml", b"<two/>")])
        self.assertEqual((self.bank.receipts(), self.taken()), (["0"], []))

    def test_not_confirmed_comes_again(self):
        self.bank.offer(**{"one.xml": "<one/>", "two.xml": "<two/>"})
        transport = self.bank.transport()
        pulling = transport.pull()
        transport.confirm(next(pulling).remote_id)
        pulling.close()  # the second part could not be kept
        self.assertEqual(self.bank.receipts(), ["1"])
        self.assertEqual(len(self.taken()), 2)

    def test_many_segments(self):
        self.bank.settings["segment_bytes"] = 1000
        content = "".join(f"<e>{number * 7919 % 99991}</e>" for number in range(3000))
        self.bank.offer(**{"large.xml": f"<r>{content}</r>"})
        self.assertEqual(self.taken()[0][1], f"<r>{content}</r>".encode())
        self.assertGreater(sum(call["party"] == "ebics" for call in self.bank.sandbox.calls), 12)

    def test_the_line_breaks_between_segments(self):
        self.bank.settings["segment_bytes"] = 1000
        self.bank.offer(**{"large.xml": "".join(str(number * 7919) for number in range(2000))})
        for kind in ("reset_before", "reset_after"):
            self.bank.sandbox.fault(kind, party="ebics", skip=1)
        self.assertEqual(len(self.taken()), 1)
        self.assertEqual(self.bank.receipts(), ["0"])

    def test_wrong_segment(self):
        self.bank.settings["segment_bytes"] = 1000
        self.bank.offer(**{"large.xml": "".join(str(number * 7919) for number in range(2000))})
        self.bank.fault(phase="Transfer", kind="wrong_segment")
        with self.refused(RemoteDefectError, "ebics.segment"):
            self.taken()
        self.assertEqual(self.bank.receipts(), ["1"])
        self.assertEqual(len(self.taken()), 1)

    def test_bad_signature(self):
        self.bank.offer(**{"one.xml": "<one/>"})
        for kind in ("bad_signature", "unsigned"):
            self.bank.fault(phase="Initialisation", kind=kind)
            with self.refused(SecurityError, "ebics.signature"):
                self.taken()
        self.assertEqual(len(self.taken()), 1)

    def test_lost_receipt(self):
        self.bank.offer(**{"one.xml": "<one/>"})
        self.bank.sandbox.fault("reset_before", party="ebics", skip=1)
        with self.assertRaises(TechnicalError):
            self.taken()
        self.assertEqual(len(self.taken()), 1)  # the bank offers it again; the hub knows the same bytes

    def test_return_codes(self):
        self.bank.offer(**{"one.xml": "<one/>"})
        for code, kind in (("061099", TechnicalError), ("091010", ConfigurationError), ("091004", AuthError),
                           ("091119", TechnicalError), ("090003", ConfigurationError)):  # fmt: skip
            self.bank.fault(phase="Initialisation", code=code)
            with self.refused(kind, f"ebics.{code}"):
                self.taken()
        self.assertEqual(len(self.taken()), 1)

    def test_days_anew(self):
        self.bank.offer(**{"one.xml": "<one/>"})
        self.assertEqual(len(self.taken()), 1)
        today = datetime.now(UTC).date()
        self.assertEqual(len(self.taken(ebics_since=today, ebics_until=today)), 1)
        self.assertEqual(self.taken(ebics_since=today + timedelta(1), ebics_until=today + timedelta(1)), [])

    def test_what_is_agreed(self):
        found = self.bank.transport("HTD").agreed()
        self.assertEqual([str(one) for one in found], [
            "BTD EOP/DE/-/ZIP/camt.053/08", "BTU SCT/-/-/-/pain.001/09 (E)", "HAC"])  # fmt: skip
        self.assertEqual(self.bank.receipts(), ["0"])

    def test_a_file_without_archive(self):
        self.bank.desk("offer", service="EOP/DE/-/-/camt.053", files={"one.xml": "<one/>"})
        plain = {**STATEMENTS, "container": ""}
        self.assertEqual(self.taken(ebics_service=plain), [("EOP-DE-----camt.053-08", b"<one/>")])

    def test_a_request_is_taken_once(self):
        transport = self.bank.transport()
        client = transport.client()
        order = requests.Order("BTD", Service(**STATEMENTS))
        request = requests.initialisation_request(client._who, client._bank, order, datetime.now(UTC))
        self.assertIn(b"090005", transport._post(request))
        self.assertIn(b"091103", transport._post(request))
        old = datetime.now(UTC) - timedelta(hours=3)
        late = requests.initialisation_request(client._who, client._bank, order, old)
        self.assertIn(b"091103", transport._post(late))


class TestPayments(BankCase):
    def setUp(self):
        super().setUp()
        self.bank.initialise()

    def push(self, content, key="K1", **values):
        return self.bank.transport("BTU", **values).push(Parcel("pay.xml", content), key)

    def ask(self, content=b"", key="K1", born=BORN, **values):
        return self.bank.transport("BTU", ebics_born=born, **values).ask(key, Parcel("pay.xml", content))

    def test_sent_once(self):
        receipt = self.push(payment_file("10.00", "20.50"))
        self.assertEqual(self.bank.payments(), ["A0", "A1"])
        order = self.bank.effects("order")[0]
        self.assertEqual((order["key"], order["data"]["signers"]), (receipt.remote_id, [USER]))
        self.assertEqual(self.bank.journal.of("K1")[0].order_id, receipt.remote_id)

    def test_the_same_order_again(self):
        content = payment_file("10.00")
        self.push(content)
        again = self.push(content)
        self.assertTrue(json.loads(again.content)["known_before"])
        self.assertEqual(self.bank.payments(), ["A0"])

    def test_many_segments(self):
        content = payment_file(*[f"{number % 1000 + 1}.{number % 100:02d}" for number in range(800)])
        self.push(content, ebics_segment_bytes=1000)
        self.assertEqual(len(self.bank.payments()), 800)

    def test_the_line_breaks_between_segments(self):
        content = payment_file(*[f"{number}.50" for number in range(1, 400)])
        for kind in ("reset_before", "reset_after"):
            self.bank.sandbox.fault(kind, party="ebics", skip=2)
        self.push(content, ebics_segment_bytes=1000)
        self.assertEqual(len(self.bank.payments()), 399)

    def test_lost_answer_after_acceptance(self):
        self.bank.sandbox.fault("reset_after", party="ebics", skip=1)
        with self.refused(OutcomeUnknownError, "ebics.unknown"):
            self.push(payment_file("10.00"))
        self.assertEqual(self.bank.payments(), ["A0"])
        found = self.ask()
        self.assertEqual(found.remote_id, self.bank.effects("order")[0]["key"])

    def test_lost_before_acceptance(self):
        """The last segment is sent again in the same transaction, where the bank takes it once."""
        self.bank.sandbox.fault("reset_before", party="ebics", skip=1)
        self.push(payment_file("10.00"))
        self.assertEqual(self.bank.payments(), ["A0"])

    def test_never_arrived(self):
        self.bank.sandbox.fault("reset_before", party="ebics", skip=1, times=9)
        with self.refused(OutcomeUnknownError, "ebics.unknown"):
            self.push(payment_file("10.00"))
        self.bank.sandbox.plan.reset()
        self.assertIsNone(self.ask())
        self.push(payment_file("10.00"))
        self.assertEqual(self.bank.payments(), ["A0"])

    def test_nothing_can_have_happened(self):
        for kind in ("reset_before", "reset_after", "503"):
            self.bank.sandbox.fault(kind, party="ebics")
            with self.assertRaises(TechnicalError) as caught:
                self.push(payment_file("10.00"))
            self.assertNotIsInstance(caught.exception, OutcomeUnknownError)
        self.assertEqual((self.bank.payments(), self.bank.journal.rows), ([], []))

    def test_an_answer_that_nobody_understands(self):
        """Before the last segment a person looks at it; nothing is asked about, and nothing goes round for ever."""
        self.bank.sandbox.fault("html", party="ebics")
        with self.refused(BusinessError, "ebics.answer"):
            self.push(payment_file("10.00"))
        self.bank.fault(phase="Initialisation", code="099999")
        with self.refused(BusinessError, "ebics.099999"):
            self.push(payment_file("10.00"))
        self.bank.sandbox.fault("html", party="ebics", skip=1)
        with self.refused(OutcomeUnknownError, "ebics.unknown"):
            self.push(payment_file("10.00"))

    def test_answers_that_prove_nothing(self):
        for kind, code in (("bad_signature", "ebics.unknown"), ("unsigned", "ebics.unknown")):
            self.bank.fault(phase="Transfer", kind=kind)
            with self.refused(OutcomeUnknownError, code):
                self.push(payment_file("10.00", mark=kind[0]))
        self.assertEqual(len(self.bank.payments()), 2)
        self.bank.fault(phase="Transfer", code="061099")
        with self.refused(OutcomeUnknownError, "ebics.unknown"):
            self.push(payment_file("10.00", mark="C"))

    def test_refused(self):
        with self.refused(BusinessError, "ebics.090004"):
            self.push(b"no XML at all")
        self.bank.fault(phase="Transfer", code="091302")
        with self.refused(BusinessError, "ebics.091302"):
            self.push(payment_file("10.00"))
        self.bank.settings["closed"] = ["SCT/-/-/-/pain.001"]
        with self.refused(ConfigurationError, "ebics.090003"):
            self.push(payment_file("10.00"))
        self.assertEqual(self.bank.payments(), [])

    def test_distributed_signature(self):
        self.bank.settings["signatures"] = 2
        with self.refused(ConfigurationError, "ebics.090003"):
            self.push(payment_file("10.00"))
        self.push(payment_file("10.00"), ebics_distributed=True)
        self.assertEqual((self.bank.effects("order")[0]["data"]["state"], self.bank.payments()), ("waiting", []))

    def test_two_signers_of_ours(self):
        self.bank.initialise("USER2")
        self.bank.settings["signatures"] = 2
        self.push(payment_file("10.00"))
        self.assertEqual(self.bank.effects("order")[0]["data"]["signers"], ["USER1", "USER2"])
        self.assertEqual(self.bank.payments(), ["A0"])

    def test_blocked_user(self):
        self.bank.desk("block", user=USER)
        with self.refused(AuthError, "ebics.091002"):
            self.push(payment_file("10.00"))

    def test_doubt_goes_to_people(self):
        self.push(payment_file("10.00"), key="forgotten")
        self.bank.journal.rows.clear()  # as after a database was put back
        with self.assertRaises(NotImplementedError):
            self.ask(key="K2")
        with self.assertRaises(NotImplementedError):
            self.ask(born=None)

    def test_no_protocol(self):
        self.bank.fault(order="HAC", code="091006")
        with self.assertRaises(NotImplementedError):
            self.ask()
        self.bank.fault(order="HAC", code="061099")
        with self.assertRaises(TechnicalError):
            self.ask()

    def test_only_the_one_asked_about(self):
        self.push(payment_file("10.00"), key="K1")
        self.push(payment_file("11.00", mark="B"), key="K2")
        self.assertEqual(self.ask(key="K2").remote_id, self.bank.effects("order")[1]["key"])
        self.assertIsNone(self.ask(key="K3"))

    def test_faults_at_every_step(self):
        """Whatever breaks at whatever call: paid once in the end, and never twice."""
        kinds = ("reset_before", "reset_after", "503", "502_after", "html", "malformed")
        for number, (kind, skip) in enumerate((kind, skip) for kind in kinds for skip in range(4)):
            content, key = payment_file("10.00", "20.00", "30.00", mark=f"M{number}-"), f"K{number}"
            self.bank.sandbox.fault(kind, party="ebics", skip=skip)
            self._until_settled(content, key)
            self.bank.sandbox.plan.reset()
        self.assertEqual(len(self.bank.payments()), 3 * len(kinds) * 4)
        self.assertEqual(len(set(self.bank.payments())), 3 * len(kinds) * 4)

    def _until_settled(self, content, key):
        """As the hub does: send, ask where unknown, send again only what surely never arrived."""
        unknown = False
        for _round in range(12):
            try:
                if unknown:
                    if self.ask(content, key) is not None:
                        return
                    unknown = False
                else:
                    self.push(content, key, ebics_segment_bytes=400)
                    return
            except FinanceError as error:
                unknown = unknown or error.category in ("outcome_unknown", "remote_defect", "defect")
        raise AssertionError("not settled")

