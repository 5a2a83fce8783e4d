import base64

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..payments import shipped
from .order_case import VENDOR_IBAN
from .run_case import RunCase


@tagged("post_install", "-at_install")
class TestPaymentLists(RunCase):
    """Salaries and others from a table, recognised by the payee's account."""

    def table(self, *rows):
        columns = shipped()["csv_payments"].options["columns"]
        day = self.day.strftime("%d.%m.%Y")
        lines = [";".join(column["title"] for column in columns)]
        for iban, name, amount, reference in rows:
            values = {"Batch": "S1", "Execution day": day, "Our IBAN": "DE89370400440532013000", "Reference": reference,
                      "Amount": amount, "Currency": "EUR", "Payee": name, "IBAN": iban, "Text": "Salary March",
                      "Type": "TRANSFER"}  # fmt: skip
            lines.append(";".join(values.get(column["title"], "") for column in columns))
        return base64.b64encode("\r\n".join(lines).encode())

    def read(self, run, content):
        self.env["finance.payment.list"].create({"run_id": run.id, "content": content}).action_read()

    def test_read(self):
        run = self.run_of("list", propose=False)
        rows = (VENDOR_IBAN, "Cobalt", "1500,00", "P1"), ("DE02120300000000202051", "New", "1,50", "P2")
        self.read(run, self.table(*rows))
        known, unknown = run.line_ids.sorted("amount", reverse=True)
        self.assertEqual((known.partner_id, known.amount, known.text), (self.supplier, 1500, "Salary March"))
        self.assertIn("no_account", unknown.flags)
        with self.assertRaisesRegex(UserError, "no bank account"):
            run.action_request()
        unknown.action_leave_out()
        self.released(run)
        self.assertEqual(run.line_ids.payment_id.amount, 1500)

    def test_the_same_list_twice(self):
        content = self.table((VENDOR_IBAN, "Cobalt", "1500,00", "P1"))
        run = self.run_of("list", propose=False)
        self.read(run, content)
        refused = self.assertRaisesRegex(IntegrityError, "one_row_uniq")
        with refused, mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.read(self.run_of("list", propose=False), content)
        run.action_cancel()
        again = self.run_of("list", propose=False)
        self.read(again, content)
        self.assertEqual(again.line_ids.state, "proposed")

    def test_refused(self):
        run = self.run_of("list", propose=False)
        for content in (b"x;y\n1;2\n", self.table((VENDOR_IBAN, "Cobalt", "abc", "P1"))):
            with self.assertRaises(UserError):
                self.read(run, content if content.isascii() and b";" not in content else base64.b64encode(content))
