from odoo.tests import HttpCase, tagged

from .common import TaxCase


@tagged("post_install", "-at_install")
class TestTour(TaxCase, HttpCase):
    def test_determine_and_post(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        move = self.invoice()
        self.env.ref("base.user_admin").group_ids += self.env.ref("account.group_account_invoice")
        self.start_tour(f"/odoo/invoicing/{move.id}", "connector_tax_determine", login="admin")
        self.assertEqual((move.state, move.amount_tax), ("posted", 9.5))
