from odoo.exceptions import AccessError
from odoo.tests import tagged

from .order_case import OrderCase
from .statement_maker import Booking, camt053, statement


@tagged("post_install", "-at_install")
class TestPlainAccountant(OrderCase):
    """Who works in accounting without a role here reads and works as before, with none of our fields in the way."""

    def test_whole_records(self):
        self.bring(camt053(statement(Booking("5.00", "one"), name="A")))
        line = self.lines()[:1]
        plain = self.person("plain", "account.group_account_user")
        records = (
            self.journal, self.statements()[:1], line, line.move_id, line.move_id.line_ids, self.first, self.supplier,
            self.vendor_account, self.company,
        )  # fmt: skip
        trouble = {}
        for record in records:
            for name in record._fields:
                self.env.invalidate_all()
                try:
                    record.with_user(plain).read([name])
                except AccessError as error:
                    if "finance" in name and not record._fields[name].groups:
                        trouble[f"{record._name}.{name}"] = str(error).partition("\n")[0]
        self.assertEqual(trouble, {})
