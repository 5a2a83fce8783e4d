from odoo import Command
from odoo.tests import tagged

from .canonical_case import CanonicalCase


@tagged("post_install", "-at_install")
class TestJournalEntries(CanonicalCase):
    """Entries are written once, as Odoo itself would write them, or refused with a place."""

    def test_draft_and_posted(self):
        draft = self.record(self.send("journal-entries", self.entry("E-1")))
        posted = self.record(self.send("journal-entries", self.entry("E-2"), post=True))
        self.assertEqual((draft.state, posted.state), ("draft", "posted"))

    def test_same_rows_as_the_ordinary_way(self):
        ours = self.record(self.send("journal-entries", self.entry(), post=True))
        plain = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": ours.journal_id.id,
                "date": "2026-01-31",
                "ref": "Payroll E-1",
                "line_ids": [
                    (0, 0, {"account_id": self.accounts[0].id, "debit": 10, "name": "Payroll E-1"}),
                    (0, 0, {"account_id": self.accounts[1].id, "credit": 10, "name": "Payroll E-1"}),
                ],
            }
        )
        plain.action_post()
        own = {"id", "move_id", "name", "move_name", "create_date", "write_date", "sequence_number", "access_token"}
        for one, other in [(ours, plain), *zip(ours.line_ids, plain.line_ids, strict=True)]:
            stored = [
                name
                for name, field in one._fields.items()
                if field.store and field.column_type and name not in own and field.type != "json"
            ]
            self.assertEqual(one.read(stored, load=None)[0] | {"id": 0}, other.read(stored, load=None)[0] | {"id": 0})

    def test_twice_is_once(self):
        first = self.record(self.send("journal-entries", self.entry()))
        again = self.send("journal-entries", self.entry())
        self.assertEqual(again.body["items"][0]["state"], "unchanged")
        self.assertEqual(self.record(again), first)

    def test_other_content_is_refused(self):
        self.send("journal-entries", self.entry())
        again = self.send("journal-entries", self.entry(amount="11.00"))
        self.assertEqual((again.status, again.body["code"]), (422, "duplicate.content"))
        self.assertEqual(self.env["account.move"].search_count([("ref", "=", "Payroll E-1")]), 1)

    def test_each_and_all(self):
        wrong = self.entry("E-2")
        wrong["lines"][1]["account"] = "nowhere"
        each = self.send("journal-entries", self.entry("E-1"), wrong, self.entry("E-3"))
        self.assertEqual([item["state"] for item in each.body["items"]], ["done", "refused", "done"])
        self.assertEqual(each.body["items"][1]["error"]["pointer"], "/items/1/lines/1/account")
        none = self.send("journal-entries", self.entry("E-4"), {**wrong, "external_id": "E-5"}, mode="all")
        self.assertEqual((none.status, none.body["code"]), (422, "unknown.account"))
        self.assertFalse(self.env["account.move"].search([("ref", "=", "Payroll E-4")]))

    def test_what_odoo_refuses_is_found_among_many(self):
        blocked = self.accounts[0].copy({"code": "BLOCKED"})
        blocked.active = False
        entries = [self.entry(f"E-{number}") for number in range(9)]
        entries[4]["lines"][0] |= {"amount": "99999999999999.00"}
        entries[4]["lines"][1] |= {"amount": "-99999999999999.00", "account": "BLOCKED"}
        answer = self.send("journal-entries", *entries)
        self.assertEqual(answer.body["counts"], {"done": 8, "refused": 1})
        self.assertEqual(answer.body["items"][4]["state"], "refused")

    def test_must_balance(self):
        entry = self.entry()
        entry["lines"][1]["amount"] = "-9.99"
        answer = self.send("journal-entries", entry)
        self.assertEqual((answer.status, answer.body["code"]), (422, "entry.unbalanced"))

    def test_locked_period(self):
        self.company.fiscalyear_lock_date = "2026-01-31"
        answer = self.send("journal-entries", self.entry(), post=True)
        self.assertEqual(answer.body["code"], "period.locked")
        self.assertEqual(answer.body["errors"][0]["pointer"], "/items/0/dated_on")

    def test_foreign_currency_leaves_no_cent(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        currency.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 3, "name": "2026-01-01", "company_id": self.company.id}
        )
        entry = self.entry(currency="CHF")
        first, second = self.accounts.mapped("code")
        entry["lines"] = [
            {"account": first, "amount": "0.10"},
            {"account": first, "amount": "0.10"},
            {"account": second, "amount": "-0.20"},
        ]
        move = self.record(self.send("journal-entries", entry, post=True))
        self.assertEqual(move.line_ids.mapped("balance"), [0.03, 0.03, -0.06])
        self.assertEqual(move.line_ids.mapped("amount_currency"), [0.1, 0.1, -0.2])

    def test_too_many_decimals(self):
        answer = self.send("journal-entries", self.entry(amount="10.001"))
        self.assertEqual(answer.body["code"], "amount.decimals")

    def test_reversed_as_a_batch_once(self):
        sent = self.send("journal-entries", self.entry("E-1"), self.entry("E-2"), post=True)
        reversal = {"external_id": "R-1", "request": sent.body["id"], "dated_on": "2026-02-01", "reason": "Wrong run"}
        answer = self.send("reversals", reversal)
        self.assertEqual(answer.body["counts"], {"done": 1})
        moves = self.record(sent) | self.record(sent, 1)
        self.assertEqual(moves.reversal_move_ids.mapped("state"), ["posted", "posted"])
        self.assertEqual(set(moves.reversal_move_ids.mapped("ref")), {"Wrong run"})
        self.assertFalse(sum((moves | moves.reversal_move_ids).line_ids.mapped("balance")))
        again = self.send("reversals", {**reversal, "external_id": "R-2"})
        self.assertEqual(again.body["code"], "reversal.done")

    def test_reversed_once_within_a_request(self):
        sent = self.send("journal-entries", self.entry("E-1"), post=True)
        reversal = {"external_id": "R-1", "request": sent.body["id"], "dated_on": "2026-02-01", "reason": "Wrong run"}
        self.send("reversals", reversal, {**reversal, "external_id": "R-2"})
        self.assertEqual(len(self.record(sent).reversal_move_ids), 1)

    def test_mended_object_settles_the_refused_one(self):
        wrong = self.entry("E-1")
        wrong["lines"][0]["account"] = "nowhere"
        refused = self.message(self.send("journal-entries", wrong))
        self.assertEqual((refused.state, refused.open_case_count), ("refused", 1))
        self.send("journal-entries", self.entry("E-1"))
        self.assertEqual(refused.state, "received")
        refused.process_job()
        refused.invalidate_recordset()
        self.assertEqual((refused.state, refused.open_case_count), ("processed", 0))

    def test_retry_writes_only_what_is_missing(self):
        late = self.entry("E-2")
        late["lines"][0]["account"] = "LATE"
        message = self.message(self.send("journal-entries", self.entry("E-1"), late))
        self.accounts[0].copy({"code": "LATE"})
        message.action_process_now()
        self.assertEqual(message.state, "processed")
        self.assertEqual(self.env["account.move"].search_count([("ref", "=", "Payroll E-1")]), 1)
        self.assertEqual(self.env["account.move"].search_count([("ref", "=", "Payroll E-2")]), 1)

    def test_mapping_decides_where_one_is_approved(self):
        values = {"name": "Payroll accounts", "kind": "account", "connector_id": self.client.id}
        mapping = self.env["finance.mapping"].with_user(self.roles["admin"]).create(values)
        targets = zip(("WAGE", "BANK"), self.accounts, strict=True)
        lines = [{"source": code, "target_ref": f"account.account,{account.id}"} for code, account in targets]
        version = mapping.version_ids.create(
            {"mapping_id": mapping.id, "line_ids": [Command.create(line) for line in lines]}
        )
        version.action_request()
        version.approval_id.with_user(self.roles["approver"]).action_approve()
        entry = self.entry()
        entry["lines"] = [{"account": "WAGE", "amount": "1.00"}, {"account": "BANK", "amount": "-1.00"}]
        sent = self.send("journal-entries", entry, self.entry("E-2"))
        self.assertEqual(self.record(sent).line_ids.account_id, self.accounts)
        self.assertEqual(sent.body["items"][1]["error"]["code"], "mapping.missing")

    def test_another_system_leads(self):
        other = self.connector("upload", "Other ledger")
        self.led("entry", other)
        answer = self.send("journal-entries", self.entry())
        self.assertEqual((answer.status, answer.body["code"]), (422, "authority.not_leading"))
        self.assertFalse(self.env["account.move"].search([("ref", "=", "Payroll E-1")]))


@tagged("post_install", "-at_install")
class TestDocuments(CanonicalCase):
    def setUp(self):
        super().setUp()
        self.send("customers", {"external_id": "C-1", "name": "Acme", "country": "BE"})
        self.send("suppliers", {"external_id": "S-1", "name": "Supplies"})

    def test_customer_changes(self):
        partner = self.record(self.send("customers", {"external_id": "C-1", "name": "Acme Ltd", "city": "Ghent"}))
        self.assertEqual((partner.name, partner.city, partner.country_id.code), ("Acme Ltd", "Ghent", "BE"))
        self.assertEqual((partner.company_id, partner.customer_rank), (self.company, 1))

    def test_invoice_bill_and_credit_note(self):
        invoice = self.record(self.send("invoices", self.invoice(due_on="2026-03-15"), post=True))
        self.assertEqual((invoice.move_type, invoice.state, invoice.amount_total), ("out_invoice", "posted", 100))
        self.assertEqual(str(invoice.invoice_date_due), "2026-03-15")
        bill = self.record(self.send("bills", self.invoice("B-1", partner="S-1", reference="77")))
        self.assertEqual((bill.move_type, bill.state, bill.ref), ("in_invoice", "draft", "77"))
        note = self.record(self.send("credit-notes", self.invoice("N-1", side="customer", credits="I-1")))
        self.assertEqual((note.move_type, note.reversed_entry_id), ("out_refund", invoice))

    def test_total_is_held_against_ours(self):
        answer = self.send("invoices", self.invoice(total="121.00"))
        self.assertEqual((answer.status, answer.body["code"]), (422, "document.total"))
        self.assertFalse(self.env["account.move"].search([("partner_id.name", "=", "Acme")]))

    def test_taxes_by_code(self):
        self.env["account.tax"].create({"name": "Test 21%", "amount": 21, "type_tax_use": "sale"})
        line = {"text": "Licence", "unit_price": "100.00", "taxes": ["Test 21%"]}
        invoice = self.record(self.send("invoices", self.invoice(lines=[line], total="121.00")))
        self.assertEqual(invoice.amount_tax, 21)

    def test_partner_unknown(self):
        answer = self.send("invoices", self.invoice(partner="C-9"))
        self.assertEqual(answer.body["errors"][0]["pointer"], "/items/0/partner")

    def test_what_we_pay_stays_a_draft(self):
        paid = {"external_id": "P-1", "direction": "out", "partner": "S-1", "amount": "5.00", "paid_on": "2026-01-31"}
        out = self.record(self.send("payments", paid, post=True))
        self.assertEqual((out.payment_type, out.state), ("outbound", "draft"))
        got = {**paid, "external_id": "P-2", "direction": "in", "partner": "C-1"}
        received = self.record(self.send("payments", got, post=True))
        self.assertNotEqual(received.state, "draft")

    def test_cost_centre_is_used(self):
        self.send("cost-centres", {"external_id": "K-1", "code": "SALES9", "name": "Sales"})
        line = {"text": "Licence", "unit_price": "100.00", "cost_centre": "SALES9"}
        invoice = self.record(self.send("invoices", self.invoice(lines=[line])))
        centre = self.env["account.analytic.account"].search([("code", "=", "SALES9")])
        self.assertEqual(invoice.invoice_line_ids.analytic_distribution, {str(centre.id): 100})
