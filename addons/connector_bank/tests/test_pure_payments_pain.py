"""pain files: what the reader refuses, public files, texts from all over, and how fast a large run is written."""

import random
from dataclasses import replace
from decimal import Decimal

from odoo.addons.connector_bank.payments import PAYMENT_FORMATS, as_sent, dry_run, read, shipped, write
from odoo.addons.connector_bank.payments.order import Remittance
from odoo.addons.connector_bank.payments.pain_versions import VERSIONS
from odoo.addons.connector_bank.tests.orders import credit, debit, maker, payments
from odoo.addons.connector_bank.tests.test_pure_camt import RefusedCase
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.tests.pure import PureCase

SEPA = shipped()["sepa_credit_09"]
#: Public file → version, payments, control sum as the file says.
PUBLIC = {
    "pain001/php-sepa-xml__php-sepa-xml/pain.001.001.03.xml": "sepa_credit_03",
    "pain008/php-sepa-xml__php-sepa-xml/pain.008.001.02.xml": "sepa_core_debit_02",
    "pain008/php-sepa-xml__php-sepa-xml/pain.008.001.08.xml": "sepa_core_debit_08",
    "pain001/moov-io__iso20022/sepa_payment_naujas_1.xml": "sepa_credit_03",
}


class TestReader(RefusedCase):
    def refuse(self, code, old, new, place=None):
        content = write(credit(), SEPA).decode()
        self.assertIn(old, content)
        error = self.refused(code, read, content.replace(old, new, 1).encode(), SEPA)
        if place:
            self.assertEqual(error.place, place)

    def test_version(self):
        self.refuse("pain.version", "pain.001.001.09", "pain.001.001.03")

    def test_missing(self):
        self.refuse("pain.missing", "<EndToEndId>E2E-1</EndToEndId>", "", "batch RUN-7-1, payment 1")
        self.refuse("pain.missing", "<MsgId>RUN-7</MsgId>", "", "GrpHdr")
        self.refused("pain.missing", read, b"<Document/>", SEPA)

    def test_amount(self):
        self.refuse("pain.amount", ">1250.00<", ">1,250.00<", "batch RUN-7-1, payment 1")

    def test_date(self):
        self.refuse("pain.date", "2026-03-02", "2026-02-30", "batch RUN-7-1")
        self.refuse("pain.date", "2026-02-27T16", "2026-02-27T26", "GrpHdr")

    def test_count(self):
        self.refuse("pain.count", "<NbOfTxs>2<", "<NbOfTxs>3<", "GrpHdr")

    def test_control(self):
        self.refuse("pain.control", ">0.99<", ">1.99<", "batch RUN-7-1")

    def test_broken_xml(self):
        self.refuse("xml.truncated", "</Document>", "")

    def test_public_files(self):
        if not (CORPUS / "pain001").is_dir():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the public files")
        for name, code in PUBLIC.items():
            with self.subTest(name):
                run = read((CORPUS / name).read_bytes(), shipped()[code])
                self.assertTrue(run.count)


class TestWildTexts(PureCase):
    """Whatever people type: it is named by the dry run, or read back as the bank gets it."""

    LETTERS = "aÄßøŁΩψЖщİ株é&<>\"'/\\\u0301\u00a0€ 1*;#\t\n"

    def test_every_format(self):
        written = 0
        for profile in shipped().values():
            for seed in range(8):
                run = maker(profile, seed).order()
                chance = random.Random(seed)
                batch = run.batches[0]
                name = "".join(chance.choices(self.LETTERS, k=chance.randint(1, 12)))
                party = replace(batch.payments[0].party, name=name)
                paid = (replace(batch.payments[0], party=party), *batch.payments[1:])
                run = replace(run, batches=(replace(batch, payments=paid), *run.batches[1:]))
                if any(one.blocks for one in dry_run(run, profile)):
                    continue
                written += 1
                self.assertEqual(read(write(run, profile), profile), as_sent(run, profile), (profile.code, seed, name))
        self.assertGreater(written, 40)


class TestProfiles(PureCase):
    """Rules as data name only what is there."""

    def test_paths(self):
        for profile in shipped().values():
            writer = PAYMENT_FORMATS.get(profile.format)()
            carries = writer.carries(profile)
            with self.subTest(profile.code):
                for path in (*profile.absent, *profile.patterns, *(one for one in profile.values)):
                    self.assertIn(path, carries)
                for path in (*profile.required, *writer.needs):
                    for choice in path.replace("?", "").split("|"):
                        self.assertTrue(any(one == choice or one.startswith(f"{choice}.") for one in carries), choice)
                for path in profile.drops:
                    self.assertNotIn(path, carries)

    def test_versions(self):
        used = {profile.version for profile in shipped().values() if profile.format in ("pain001", "pain008")}
        self.assertEqual(used, set(VERSIONS))

    def test_language_is_a_setting(self):
        german = replace(SEPA, language="de")
        self.assertIn(b"<Nm>Mueller + Soehne GmbH</Nm>", write(credit(), german))
        self.assertIn(b"<Nm>Muller + Sohne GmbH</Nm>", write(credit(), SEPA))

    def test_head_is_data(self):
        bare = replace(SEPA, header=())
        self.assertNotIn(b"CtrlSum", write(credit(), bare))
        self.assertEqual(write(credit(), bare).count(b"NbOfTxs"), 2)


class TestExact(PureCase):
    def test_sums_are_exact(self):
        """A tenth a million times is a hundred thousand, to the cent; floats say otherwise."""
        one = replace(payments()[0], amount=Decimal("0.10"), remittance=Remittance(text=("A",)))
        many = [replace(one, end_to_end_id=f"E{number}", instruction_id=f"I{number}") for number in range(1000)]
        self.assertIn(b"<CtrlSum>100.00</CtrlSum>", write(credit(many), SEPA))

    def test_direct_debit_amendment(self):
        content = write(debit(), shipped()["sepa_core_debit_08"])
        self.assertIn(b"<AmdmntInd>true</AmdmntInd>\n<AmdmntInfDtls>\n<OrgnlMndtId>M-3</OrgnlMndtId>", content)
