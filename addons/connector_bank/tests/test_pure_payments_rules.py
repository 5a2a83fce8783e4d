"""The dry run: every code, in words, at its place; nothing is written while a rule is broken."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo.addons.connector_bank.payments import PaymentRefused, Profile, dry_run, shipped, write
from odoo.addons.connector_bank.payments.order import Account, Address, Agent, Document, Party, Reference, Remittance
from odoo.addons.connector_bank.tests.orders import QR_IBAN, credit, debit, payments, swiss
from odoo.addons.finance_connector_base.core.errors import ConfigurationError
from odoo.addons.finance_connector_base.tests.pure import PureCase

SEPA = shipped()["sepa_credit_09"]
FIRST = payments()[0]
PLACE = "batch RUN-7-1, payment E2E-1"


class TestRules(PureCase):
    def broken(self, run, profile=SEPA):
        return [one for one in dry_run(run, profile) if one.blocks]

    def assert_broken(self, code, run, place=None, profile=SEPA):
        found = self.broken(run, profile)
        self.assertEqual([one.code for one in found], [code], found)
        if place:
            self.assertEqual(found[0].place, place)
        try:
            write(run, profile)
        except PaymentRefused as error:
            self.assertEqual((error.code, error.broken), (code, tuple(found)))
        else:
            self.fail(f"written in spite of {code}")

    def one(self, **changes):
        return credit((replace(FIRST, **changes),))

    def test_nothing_broken(self):
        self.assertEqual(self.broken(credit()), [])
        self.assertEqual(self.broken(debit(), shipped()["sepa_core_debit_08"]), [])
        self.assertEqual(self.broken(swiss(), shipped()["ch_credit_09"]), [])

    def test_empty(self):
        self.assert_broken("payment.empty", credit(()), "file")

    def test_count(self):
        few = replace(SEPA, max_payments=1)
        self.assert_broken("payment.count", credit(), "file", few)
        self.assert_broken("payment.count", credit(), "batch RUN-7-1", replace(SEPA, max_batch=1))
        two = replace(credit(), batches=(credit().batches[0], replace(swiss().batches[0], id="B2")))
        self.assertIn("payment.count", [one.code for one in self.broken(two, replace(SEPA, max_batches=1))])
        self.assert_broken("payment.count", self.one(remittance=Remittance(text=("a", "b"))), f"{PLACE}: text")

    def test_exclusive(self):
        both = Remittance(text=("a",), reference=Reference(value="RF18539007547034"))
        self.assert_broken("payment.exclusive", self.one(remittance=both), f"{PLACE}: text")

    def test_required(self):
        nameless = self.one(party=replace(FIRST.party, name=None))
        self.assert_broken("payment.required", nameless, f"{PLACE}: name of the payee")
        self.assertEqual(self.broken(nameless)[0].text, "The name of the payee is missing")

    def test_required_one_of_several(self):
        cross = shipped()["cross_border_09"]
        codes = [one.text for one in self.broken(self.one(agent=None), cross) if one.code == "payment.required"]
        self.assertEqual(
            codes, ["The bic of the bank of the payee or clearing member of the bank of the payee is missing"]
        )

    def test_value(self):
        run = credit(service_level="URGP")
        self.assert_broken("payment.value", run, "batch RUN-7-1: service level")
        self.assertEqual(self.broken(run)[0].text, "The service level is URGP; this bank takes SEPA")
        patterns = replace(SEPA, patterns={"payment.purpose": "[A-Z]{4}"})
        self.assert_broken("payment.value", self.one(purpose="Own"), f"{PLACE}: purpose", patterns)

    def test_length(self):
        run = self.one(party=replace(FIRST.party, name="x" * 71))
        self.assert_broken("payment.length", run, f"{PLACE}: name of the payee")
        self.assertEqual(self.broken(run)[0].text, "The name of the payee has 71 characters, 70 fit")

    def test_shortened_where_the_profile_says_so(self):
        short = replace(SEPA, lengths={"payment.party.name": [10, "cut"]})
        run = self.one(party=replace(FIRST.party, name="Long Company Name"))
        self.assertEqual([(one.code, one.blocks) for one in dry_run(run, short)], [("payment.shortened", False)])
        self.assertIn(b"<Nm>Long Compa</Nm>", write(run, short))

    def test_left_out_where_the_profile_says_so(self):
        short = replace(SEPA, drops=("payment.instruction_id",))
        self.assertEqual([(one.code, one.blocks) for one in dry_run(credit(), short)], [("payment.left_out", False)])
        self.assertNotIn(b"InstrId", write(credit(), short))

    def test_blank(self):
        self.assert_broken("payment.blank", replace(credit(), message_id=" A"), "file: message id")

    def test_characters(self):
        run = self.one(party=replace(FIRST.party, name="株式会社"))
        self.assert_broken("payment.characters", run, f"{PLACE}: name of the payee")
        self.assertIn("'株'", self.broken(run)[0].text)

    def test_identifier(self):
        for wrong in ("/A", "A/", "A//B"):
            self.assert_broken("payment.identifier", replace(credit(), message_id=wrong), "file: message id")

    def test_not_carried(self):
        old = shipped()["sepa_credit_03"]
        run = self.one(uetr="eb6305c9-1f7f-49de-aed0-16487c27b42d")
        self.assertEqual(self.broken(run), [])
        self.assert_broken("payment.not_carried", run, f"{PLACE}: uetr", old)

    def test_repeated(self):
        twice = credit((FIRST, replace(FIRST, instruction_id="I-2")))
        self.assert_broken("payment.repeated", twice, "file")
        self.assertEqual(self.broken(twice)[0].text, "The end to end id E2E-1 stands 2 times in the file")

    def test_kind(self):
        found = self.broken(debit())
        self.assertIn(("payment.kind", "This format has no direct debits"), [(one.code, one.text) for one in found])

    def test_date(self):
        self.assert_broken("payment.date", credit(executed_on=date(2026, 2, 26)), "batch RUN-7-1: executed on")

    def test_batch_booking(self):
        self.assert_broken("payment.batch_booking", credit(), None, replace(SEPA, batch_booking=False))
        self.assert_broken("payment.batch_booking", credit(), None, replace(SEPA, batch_booking="omit"))

    def test_creditor_identifier(self):
        profile = shipped()["sepa_core_debit_08"]
        self.assert_broken(
            "payment.creditor_identifier", debit(creditor_identifier="DE97ZZZ09999999999"), None, profile
        )

    def test_amount(self):
        for wrong in (
            Decimal(0),
            Decimal(-1),
            Decimal("NaN"),
            12.5,
            Decimal("1.001"),
            Decimal("0.001"),
            Decimal(10**10),
        ):
            codes = {one.code for one in self.broken(self.one(amount=wrong))}
            self.assertEqual(codes, {"payment.amount"}, wrong)
        document = Document(number="1", due=Decimal("1.001"))
        cross = replace(SEPA, most={}, exclusive=())
        self.assert_broken("payment.amount", self.one(remittance=Remittance(documents=(document,))), None, cross)

    def test_currency(self):
        self.assert_broken("payment.currency", self.one(currency="USD"), f"{PLACE}: currency")
        self.assert_broken("payment.currency", credit(account=Account(iban="DE89370400440532013000", currency="eu")))

    def test_account(self):
        place = f"{PLACE}: the account of the payee"
        self.assert_broken("payment.account", self.one(account=Account(iban="DE88370400440532013000")), place)
        both = Account(iban="DE89370400440532013000", number="1")
        self.assert_broken("payment.account", self.one(account=both), place)
        number = replace(SEPA, required=())
        self.assert_broken("payment.account", self.one(account=Account(number="12")), place, number)

    def test_bic(self):
        self.assert_broken("payment.bic", self.one(agent=Agent(bic="COBADE")), f"{PLACE}: the bank of the payee")
        self.assert_broken("payment.bic", replace(credit(), initiator=Party(name="A", bic="X")), "file: the sender")

    def test_agent(self):
        wrong = Agent(clearing_system="USABA", clearing_member="121042881")
        self.assert_broken("payment.agent", self.one(agent=wrong), f"{PLACE}: the bank of the payee")

    def test_lei(self):
        wrong = replace(FIRST.party, lei="529900T8BM49AURSDO56")
        self.assert_broken("payment.lei", self.one(party=wrong), f"{PLACE}: the payee")

    def test_address(self):
        place = f"{PLACE}: address of the payee"
        self.assert_broken(
            "payment.address", self.one(party=Party(name="A", address=Address(lines=("Street",)))), place
        )
        hybrid = Address(town="Paris", lines=("Street",))
        self.assert_broken("payment.address", self.one(party=Party(name="A", address=hybrid)), place)
        self.assert_broken("payment.address", self.one(party=Party(name="A", address=Address(country="France"))))

    def test_reference(self):
        for reference in (
            Reference(value="RF19539007547034"),
            Reference(value="210000000003139471430009018", kind="QRR"),
            Reference(value="010806817184", issuer="BBA"),
        ):
            run = self.one(remittance=Remittance(reference=reference))
            self.assert_broken("payment.reference", run, f"{PLACE}: structured reference")

    def test_qr_iban(self):
        self.assert_broken("payment.qr_iban", self.one(account=Account(iban=QR_IBAN)))

    def test_mandate(self):
        profile, paid = shipped()["sepa_core_debit_08"], debit().batches[0].payments[0]
        late = replace(paid.mandate, signed_on=date(2027, 1, 1))
        self.assert_broken("payment.mandate", debit((replace(paid, mandate=late),)), None, profile)

    def test_uetr(self):
        self.assert_broken("payment.uetr", self.one(uetr="eb6305c9-1f7f-19de-aed0-16487c27b42d"), f"{PLACE}: uetr")

    def test_person(self):
        person = Party(name="Jo", private=True, identifier="1", bic="COBADEFF")
        self.assert_broken("payment.person", self.one(party=person), f"{PLACE}: party")

    def test_lines(self):
        many = Remittance(reference=Reference(value="X", kind="Own"), additional=tuple("abcd"))
        self.assert_broken("payment.lines", self.one(remittance=many), f"{PLACE}: remittance")

    def test_every_rule_is_named_at_once(self):
        run = credit((replace(FIRST, amount=Decimal(0), currency="USD", uetr="x"),), service_level=None)
        codes = {one.code for one in self.broken(run)}
        self.assertEqual(codes, {"payment.value", "payment.amount", "payment.uetr"})


class TestProfiles(PureCase):
    def test_profile(self):
        good = {"label": "A", "format": "pain001", "source": "none"}
        for wrong in ({"characters": "runes"}, {"min_amount": 0.01}, {"max_amount": "much"}, {"colour": "red"}):
            try:
                Profile.read({**good, **wrong}, "mine")
            except ConfigurationError as error:
                self.assertEqual((error.code, error.place), ("payment.profile", "mine"))
            else:
                self.fail(f"{wrong} was taken")
        self.assertEqual(Profile.read(good, "mine").code, "mine")
