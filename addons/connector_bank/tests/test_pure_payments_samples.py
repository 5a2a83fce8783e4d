"""Golden files: ``payments/<profile>.<extension>`` hold the whole file for an order of ``orders``.

``REWRITE_SAMPLES=1`` writes them anew; read the difference before you commit it.
"""

import os
from pathlib import Path

from odoo.addons.connector_bank.payments import PAYMENT_FORMATS, as_sent, read, shipped, write
from odoo.addons.connector_bank.tests import orders
from odoo.addons.finance_connector_base.tests.pure import PureCase

FOLDER = Path(__file__).parent / "payments"
#: Profile → the order that its golden file holds.
ORDERS = {
    "sepa_credit_03": "credit",
    "sepa_credit_09": "credit",
    "de_credit_09": "credit",
    "ch_credit_03": "swiss",
    "ch_credit_09": "swiss",
    "us_wire_09": "wire",
    "cross_border_12": "abroad",
    "sepa_core_debit_02": "debit",
    "sepa_core_debit_08": "debit",
    "us_ach_ppd": "ach_ppd",
    "us_ach_ccd": "ach_ccd",
    "us_ach_ctx": "ach_ctx",
    "us_ach_iat": "ach_iat",
    "fr_cfonb160": "french",
    "fr_cfonb320": "french_abroad",
    "gb_bacs18": "british",
    "csv_payments": "table",
}


def made(order):
    """``ach_ppd`` is ``ach("PPD")``."""
    name, _mark, entry_class = order.partition("ach_")
    return orders.ach(entry_class.upper()) if entry_class else getattr(orders, name)()


class TestSamples(PureCase):
    def test_whole_files(self):
        for code, order in ORDERS.items():
            with self.subTest(code):
                profile, run = shipped()[code], made(order)
                content = write(run, profile)
                path = FOLDER / f"{code}.{PAYMENT_FORMATS.get(profile.format).file_extension}"
                if os.environ.get("REWRITE_SAMPLES"):
                    path.write_bytes(content)
                self.assertEqual(content, path.read_bytes())
                self.assertEqual(read(content, profile), as_sent(run, profile))

    def test_every_format_has_one(self):
        self.assertEqual({shipped()[code].format for code in ORDERS}, {writer.code for writer in PAYMENT_FORMATS})
