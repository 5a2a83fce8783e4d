from contextlib import suppress
from pathlib import Path

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..events.catalogue import EVENTS
from ..events.catalogue_text import markdown

#: What follows in the documentation is written by the program.
MARK = "<!-- odoo finance events --markdown -->\n"


@tagged("post_install", "-at_install")
class TestEvent(AccountTestInvoicingCommon):
    """What happens in the business is told in the transaction in which it happens, once, in order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create({"name": "Supplier Ltd", "is_company": True, "supplier_rank": 1})

    def setUp(self):
        super().setUp()
        self.env.cr.flush()
        self.env.cr.execute("SELECT coalesce(max(id), 0) FROM finance_event")
        self.before = self.env.cr.fetchone()[0]

    def told(self, record=None):
        """Events since the test began, oldest first."""
        self.env.cr.flush()
        events = self.env["finance.event"].sudo()
        events.invalidate_model()
        domain = [("id", ">", self.before)]
        if record:
            domain += [("res_model", "=", record._name), ("res_id", "=", record.id)]
        return events.search(domain, order="id")

    def invoice(self, kind="out_invoice", amount=100.0):
        return self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": self.partner.id,
                "invoice_date": "2026-01-31",
                "ref": "their number",
                "invoice_line_ids": [Command.create({"name": "Work", "price_unit": amount, "tax_ids": []})],
            }
        )

    def test_life_of_an_invoice(self):
        invoice = self.invoice()
        self.assertEqual(self.told(invoice).mapped("type"), ["invoice.created"])
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        told = self.told(invoice)
        self.assertEqual(told.mapped("type"), ["invoice.created", "invoice.posted", "invoice.paid"])
        posted = told[1]
        self.assertEqual(
            (posted.data["number"], posted.data["total"], posted.data["kind"], posted.data["issued_on"]),
            (invoice.name, "100.00", "customer_invoice", "2026-01-31"),
        )
        self.assertEqual(posted.data["partner"]["id"], self.partner.id)
        self.assertEqual(posted.company_id, invoice.company_id)
        self.assertEqual(told[2].data["open_amount"], "0.00")
        self.assertEqual(len(set(told.mapped("event_id"))), 3)

    def test_credit_notes_and_entries(self):
        refund = self.invoice("in_refund")
        refund.action_post()
        self.assertEqual(self.told(refund).mapped("type"), ["invoice.created", "credit_note.posted"])
        entry = self.env["account.move"].create({"move_type": "entry"})
        self.assertFalse(self.told(entry))

    def test_free_texts_and_names_are_apart(self):
        invoice = self.invoice()
        event = self.told(invoice)
        self.assertNotIn("their number", str(event.data))
        self.assertEqual(event.private, {"reference": "their number", "partner_name": "Supplier Ltd"})

    def test_what_a_savepoint_undoes_is_not_told(self):
        with suppress(ZeroDivisionError), self.env.cr.savepoint():
            self.invoice()
            raise ZeroDivisionError
        self.assertFalse(self.told())

    def test_nothing_new_is_not_told(self):
        invoice = self.invoice()
        invoice.action_post()
        known = self.told()
        invoice.write({"narration": "more"})
        self.partner.write({"name": self.partner.name})
        self.assertEqual(self.told(), known)

    def test_suppliers(self):
        supplier = self.env["res.partner"].create({"name": "Jane Doe", "supplier_rank": 1})
        self.assertEqual(self.told(supplier).mapped("type"), ["supplier.created"])
        supplier.write({"city": "Ghent"})
        told = self.told(supplier)
        self.assertEqual(told.mapped("type"), ["supplier.created", "supplier.updated"])
        self.assertNotIn("Jane", str(told[1].data), "a person's name is private")
        self.assertEqual(told[1].private["person_name"], "Jane Doe")
        customer = self.env["res.partner"].create({"name": "Only a customer"})
        customer.write({"city": "Ghent"})
        self.assertFalse(self.told(customer))
        customer._increase_rank("supplier_rank")
        self.assertEqual(self.told(customer).mapped("type"), ["supplier.created"])

    def test_bank_accounts_of_suppliers(self):
        account = self.env["res.partner.bank"].create(
            {"acc_number": "BE71096123456769", "partner_id": self.partner.id}
        )
        self.told()
        account.acc_holder_name = "Somebody"
        self.told()
        account.unlink()
        told = self.told(self.partner).filtered(lambda event: event.type == "supplier.bank.changed")
        self.assertEqual([event.data["change"] for event in told], ["created", "changed", "removed"])
        self.assertEqual({event.data["account_ending"] for event in told}, {"6769"})
        self.assertNotIn("BE7109612345", str([event.data for event in told]))
        self.assertEqual(told[2].private["account"], "BE71096123456769")
        mine = self.env["res.partner.bank"].create({"acc_number": "1234", "partner_id": self.env.company.partner_id.id})
        self.assertFalse(self.told(mine.partner_id))

    def test_payments(self):
        payment = self.env["account.payment"].create(
            {"payment_type": "outbound", "partner_type": "supplier", "partner_id": self.partner.id, "amount": 12.5}
        )
        payment.action_post()
        payment.action_cancel()
        told = self.told(payment)
        self.assertEqual(told[0].type, "payment.created")
        self.assertEqual(told[-1].type, "payment.reversed")
        self.assertEqual((told[0].data["amount"], told[0].data["direction"]), ("12.50", "out"))

    def test_statement_lines(self):
        journal = self.company_data["default_journal_bank"]
        line = self.env(su=True)["account.bank.statement.line"].create(
            {"journal_id": journal.id, "amount": 100.0, "date": "2026-02-01", "payment_ref": "from somebody"}
        )
        self.assertFalse(self.told(line), "a new line is not unmatched: it never was matched")
        _liquidity, suspense, _other = line._seek_for_lines()
        suspense.account_id = self.company_data["default_account_revenue"]
        line.move_id.line_ids.flush_recordset()
        self.assertEqual(self.told(line).mapped("type"), ["line.reconciled"])
        line.action_undo_reconciliation()
        told = self.told(line)
        self.assertEqual(told.mapped("type"), ["line.reconciled", "line.undone"])
        self.assertEqual(told[1].data["amount"], "100.00")

    def test_cases_and_approvals(self):
        case = self.env["finance.exception"]._report(self.partner, "test.code", "words of it")
        case._solve("done")
        told = self.told(case)
        self.assertEqual(told.mapped("type"), ["case.opened", "case.closed"])
        self.assertEqual((told[1].data["code"], told[1].data["state"]), ("test.code", "solved"))
        self.assertNotIn("words", str(told[0].data))

    def test_positions_follow_the_order_and_stay(self):
        events = self.env["finance.event"].sudo()
        invoice = self.invoice()
        invoice.action_post()
        told = self.told(invoice)
        self.assertFalse(told[0].position)
        while events._place():
            pass
        first, second = told.mapped("position")
        self.assertLess(0, first)
        self.assertLess(first, second)
        invoice.button_draft()
        self.env.flush_all()
        invoice.action_post()
        again = self.told(invoice)[-1]
        events._place()
        self.assertGreater(again.position, second)
        self.assertEqual(told.mapped("position"), [first, second])

    def test_only_wanted_kinds_are_recorded(self):
        self.env["ir.config_parameter"].set_param("finance_connector_base.events_recorded", "payment.*")
        self.assertFalse(self.told(self.invoice()))

    def test_events_are_not_made_by_hand(self):
        event = self.told(self.invoice())
        for change in (lambda: event.write({"type": "x"}), lambda: event.create({"type": "x"})):
            with self.assertRaises(UserError):
                change()

    def test_every_kind_is_of_a_known_model(self):
        for kind in EVENTS.values():
            if kind.model in self.env:
                self.assertTrue(hasattr(self.env[kind.model], "_event_facts"), kind.type)

    def test_the_documentation_has_the_whole_catalogue(self):
        text = Path(__file__).resolve().parents[3] / "docs" / "events.md"
        if not text.exists():
            self.skipTest("the addons are not in their repository")
        if not {"finance.tax.determination", "finance.close.period"} <= set(self.env.registry):
            self.skipTest("not all addons are installed")
        _before, _mark, catalogue = text.read_text().partition(MARK)
        self.assertEqual(catalogue.strip(), markdown().strip(), "odoo finance events --markdown")
