"""Requests to cancel under the official schema, and read once more by XPath alone."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

from lxml import etree

from odoo.addons.connector_bank.payments.camt055 import REASONS, Original, Stopped, write_cancellation
from odoo.addons.connector_bank.tests.test_pure_camt_corpus import CORPUS
from odoo.addons.finance_connector_base.tests.pure import PureCase

ORIGINAL = Original("RUN-7", "pain.001.001.09", datetime(2026, 2, 27, 16, 5, 9), "RUN-7-1", date(2026, 3, 2))


def made(seed):
    rng = random.Random(seed)
    stopped = [
        Stopped(f"CX-{seed}-{number}", f"E{seed}-{number}", Decimal(rng.randint(1, 10**7)).scaleb(-2), "EUR",
                rng.choice([None, f"I{number}"]), rng.choice([None, "eb6305c9-1f7f-49de-aed0-16487c27b42d"]))
        for number in range(rng.randint(1, 5))
    ]  # fmt: skip
    words = rng.choice([None, "Paid twice & <soon>", "x " * 200])
    agent = rng.choice(["COBADEFFXXX", "A bank without BIC", None])
    now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    return stopped, write_cancellation(f"CX-{seed}", now, "Müller & Söhne", agent, ORIGINAL, stopped,
                                       rng.choice(REASONS), words)  # fmt: skip


class TestCamt055(PureCase):
    def test_independent_reading(self):
        for seed in range(300):
            stopped, content = made(seed)
            tree = etree.fromstring(content)
            amounts = tree.findall(".//{*}OrgnlInstdAmt")
            self.assertEqual([Decimal(one.text) for one in amounts], [one.amount for one in stopped])
            self.assertEqual([one.text for one in tree.findall(".//{*}OrgnlEndToEndId")],
                             [one.end_to_end_id for one in stopped])  # fmt: skip
            self.assertEqual(tree.findtext(".//{*}NbOfTxs"), str(len(stopped)))
            self.assertEqual(Decimal(tree.findtext(".//{*}CtrlSum")), sum(one.amount for one in stopped))

    def test_schema(self):
        path = CORPUS / "xsd/phoughton__pyiso20022/camt.055.001.08.xsd"
        if not path.is_file():
            self.skipTest("no corpus: set FINANCE_CORPUS to the folder with the schemas")
        schema = etree.XMLSchema(etree.parse(path))
        for seed in range(100):
            document = etree.fromstring(made(seed)[1])
            self.assertTrue(schema.validate(document), f"seed {seed}: {schema.error_log}")
        self.assertFalse(schema.validate(etree.fromstring(made(1)[1].replace(b"TxInf>", b"TxInfo>"))))

    def test_refused(self):
        for reason, stopped in (("XXXX", made(1)[0]), ("CUST", [])):
            with self.assertRaises(ValueError):
                write_cancellation("CX-1", datetime(2026, 3, 1), "We", None, ORIGINAL, stopped, reason)
