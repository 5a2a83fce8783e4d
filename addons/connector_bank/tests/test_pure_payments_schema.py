"""Written pain files under the official schemas, and read once more by XPath alone."""

from decimal import Decimal

from lxml import etree

from odoo.addons.connector_bank.payments import shipped, write
from odoo.addons.connector_bank.tests.orders import maker
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.tests.pure import PureCase

_ISO = "xsd/phoughton__pyiso20022"
_OCA, _GERMAN = "xsd/OCA__bank-payment", "xsd/hbci4j__hbci4java"
#: Version or profile → schemas that its files obey.
SCHEMAS = {
    "pain.001.001.03": f"{_ISO}/pain.001.001.03.xsd",
    "pain.001.001.09": f"{_ISO}/pain.001.001.09.xsd",
    "pain.001.001.12": f"{_ISO}/pain.001.001.12.xsd",
    "pain.008.001.02": f"{_ISO}/pain.008.001.02.xsd",
    "pain.008.001.08": f"{_OCA}/pain.008.001.08.xsd",
    "ch_credit_03": f"{_OCA}/pain.001.001.03.ch.02.xsd",
}
PROFILES = [profile for profile in shipped().values() if profile.format in ("pain001", "pain008")]
RUNS = 25


def texts(document, path):
    return [one.text for one in document.iterfind(".//" + "/".join(f"{{*}}{part}" for part in path.split("/")))]


class TestSchemas(PureCase):
    def setUp(self):
        super().setUp()
        if not (CORPUS / "xsd").is_dir():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the schemas")

    def test_every_profile(self):
        self.assertEqual(len(PROFILES), 17)
        for profile in PROFILES:
            name = SCHEMAS.get(profile.code) or SCHEMAS[profile.version]
            schema = etree.XMLSchema(etree.parse(CORPUS / name))
            with self.subTest(profile.code):
                for seed in range(RUNS):
                    document = etree.fromstring(write(maker(profile, seed).order(), profile))
                    self.assertTrue(schema.validate(document), f"seed {seed}: {schema.error_log}")

    def test_the_schema_refuses_what_is_wrong(self):
        profile = shipped()["sepa_credit_09"]
        schema = etree.XMLSchema(etree.parse(CORPUS / SCHEMAS[profile.version]))
        content = write(maker(profile, 1).order(), profile)
        self.assertFalse(schema.validate(etree.fromstring(content.replace(b"InstdAmt", b"InstAmt"))))


class TestIndependentReading(PureCase):
    """Ids, amounts, counts and sums by XPath, with nothing of our reader."""

    def test_every_profile(self):
        for profile in PROFILES:
            with self.subTest(profile.code):
                for seed in range(RUNS):
                    self.compare(maker(profile, seed).order(), profile)

    def compare(self, run, profile):
        document = etree.fromstring(write(run, profile))
        payments = [payment for batch in run.batches for payment in batch.payments]
        self.assertEqual(texts(document, "GrpHdr/MsgId"), [run.message_id])
        self.assertEqual(texts(document, "GrpHdr/NbOfTxs"), [str(len(payments))])
        self.assertEqual(Decimal(texts(document, "GrpHdr/CtrlSum")[0]), sum(one.amount for one in payments))
        self.assertEqual(texts(document, "PmtInf/PmtInfId"), [batch.id for batch in run.batches])
        self.assertEqual(texts(document, "PmtId/EndToEndId"), [one.end_to_end_id for one in payments])
        self.assertEqual(
            [(Decimal(one.text), one.get("Ccy")) for one in document.iterfind(".//{*}InstdAmt")],
            [(one.amount, one.currency) for one in payments],
        )
        other = "Cdtr" if profile.format == "pain001" else "Dbtr"
        self.assertEqual(
            [one.findtext("{*}Nm") for one in document.iterfind(f".//{{*}}PmtId/../{{*}}{other}")],
            [one.party.name for one in payments],
        )
        self.assertEqual(
            [
                one.findtext("{*}Id/{*}IBAN") or one.findtext("{*}Id/{*}Othr/{*}Id")
                for one in document.iterfind(f".//{{*}}PmtId/../{{*}}{other}Acct")
            ],
            [one.account.iban or one.account.number for one in payments],
        )
