from datetime import date, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from ..canonical.objects import OBJECTS
from ..canonical.reading import read
from ..canonical.versions import VERSIONS, Version
from ..services.finance_reader import FinanceReader
from .canonical_case import CanonicalCase
from .common import server_option


class ReadCase(CanonicalCase):
    """Everything of the test is in one open transaction, so the horizon is set behind it."""

    def setUp(self):
        super().setUp()
        later = fields.Datetime.now() + timedelta(minutes=1)
        self.horizon = self.startPatcher(patch.object(FinanceReader, "_horizon", lambda _self: later))

    def page(self, path, **headers):
        answer = self.call("GET", path, **headers)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.body

    def everything(self, path, **filters):
        """All pages of a list, one object each, and the last cursor."""
        query, found = {"limit": "1", **filters}, []
        for _page in range(200):
            page = self.page(path + "?" + "&".join(f"{name}={value}" for name, value in query.items()))
            found += page["items"]
            query["cursor"] = page["cursor"]
            if not page["more"]:
                return found, page["cursor"]
        raise AssertionError("the list does not end")


@tagged("post_install", "-at_install")
class TestLists(ReadCase):
    """What was sent can be read again, page by page, and later only what changed."""

    def test_own_names_come_back(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme", "vat": "BE0477472701", "country": "BE"})
        mine = [one for one in self.everything("customers")[0] if one["source_system"] == self.client.code]
        self.assertEqual(
            mine,
            [{"source_system": self.client.code, "external_id": "C-1", "name": "Acme", "is_company": True,
              "vat": "BE0477472701", "country": "BE"}],
        )  # fmt: skip

    def test_every_object_has_the_described_form(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme"})
        self.send("invoices", self.invoice(), post=True)
        self.send("journal-entries", self.entry(), post=True)
        self.send("cost-centres", {"external_id": "K-1", "code": "SALES", "name": "Sales"})
        for registered in OBJECTS.values():
            if "r" in registered.access:
                with self.subTest(registered.name):
                    page = self.page(f"{registered.path}?limit=50")
                    for one in page["items"]:
                        self.assertEqual(read(registered.type, one)[1], [])
                    if registered.name in ("customer", "invoice", "journal-entry", "balance", "tax-code", "tax-result"):
                        self.assertTrue(page["items"])

    def test_watermark(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme"})
        _all, cursor = self.everything("customers")
        self.assertEqual(self.page(f"customers?cursor={cursor}")["items"], [])
        partner = self.record(self.send("customers", {"external_id": "C-1", "name": "Acme II"}))
        later = fields.Datetime.now() + timedelta(seconds=30)
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET write_date = %s WHERE id = %s", [later, partner.id])
        page = self.page(f"customers?cursor={cursor}")
        self.assertEqual([one["name"] for one in page["items"]], ["Acme II"])
        self.assertEqual(self.page(f"customers?cursor={page['cursor']}")["items"], [])

    def test_what_is_not_in_force_any_more(self):
        entry = self.record(self.send("journal-entries", self.entry(), post=True))
        drafts = self.send("journal-entries", self.entry("E-2"))
        self.assertEqual(drafts.status, 200)
        items, _cursor = self.everything("journal-entries")
        self.assertEqual([one["external_id"] for one in items if one["source_system"] == self.client.code], ["E-1"])
        entry.button_draft()
        page = self.page("journal-entries?limit=50")
        self.assertIn({"source_system": self.client.code, "external_id": "E-1"}, page["withdrawn"])
        self.assertNotIn("E-2", str(page))

    def test_entry_as_it_was_sent(self):
        sent = self.entry()
        self.send("journal-entries", sent, post=True)
        one = self.page("journal-entries/E-1")
        pairs = [(row["account"], row["amount"], row["company_amount"]) for row in one["lines"]]
        self.assertEqual(pairs, [(row["account"], row["amount"], row["amount"]) for row in sent["lines"]])
        self.assertEqual((one["dated_on"], one["reference"]), (sent["dated_on"], sent["reference"]))

    def test_invoice_with_discount_and_tax(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme"})
        partner = self.record(self.call_done)
        tax = self.env["account.tax"].create(
            {"name": "21%", "amount": 21, "type_tax_use": "sale", "company_id": self.company.id}
        )
        row = {"name": "Licence", "quantity": 3, "price_unit": 100, "discount": 10, "tax_ids": [Command.set(tax.ids)]}
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": date(2026, 1, 31),
             "company_id": self.company.id, "invoice_line_ids": [Command.create(row)]}
        )  # fmt: skip
        move.action_post()
        one = self.page(f"invoices/{move.id}?source_system=here")
        self.assertEqual((one["partner"], one["total"]), (f"here:{partner.id}", "326.70"))
        self.assertEqual((one["lines"][0]["quantity"], one["lines"][0]["unit_price"]), ("3", "90"))
        result = self.page(f"tax-results/{move.id}?source_system=here")
        self.assertEqual(result["taxes"], [{"tax": "21%", "base": "270.00", "amount": "56.70"}])

    def test_here_names_a_partner(self):
        partner = self.env["res.partner"].create({"name": "By hand", "customer_rank": 1})
        answer = self.send("invoices", self.invoice(partner=f"here:{partner.id}"))
        self.assertEqual(self.record(answer).partner_id, partner)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        partner.company_id = elsewhere
        answer = self.send("invoices", self.invoice("I-2", partner=f"here:{partner.id}"))
        self.assertEqual((answer.status, answer.body["code"]), (422, "unknown.partner"))

    def test_our_own_objects_are_not_taken_back(self):
        answer = self.send("customers", {"external_id": "1", "name": "X", "source_system": "here"})
        self.assertEqual((answer.status, answer.body["code"]), (422, "source.here"))

    def test_balances(self):
        self.send("journal-entries", self.entry(), post=True)
        first, second = self.accounts.mapped("code")
        for until, expected in (("2026-01-30", False), ("2026-01-31", True)):
            items, _cursor = self.everything("balances", until=until)
            found = {one["account"]: one["balance"] for one in items}
            self.assertEqual({first, second} <= found.keys(), expected, found)
        self.assertEqual((found[first], found[second]), ("10.00", "-10.00"))
        self.assertEqual(sum(float(balance) for balance in found.values()), 0)
        only, _cursor = self.everything("balances", until="2026-01-31", account=first)
        self.assertEqual([one["account"] for one in only], [first])

    def test_statements_and_transactions(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        row = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": date(2026, 1, 30), "amount": -121, "payment_ref": "Rent\nJanuary"}
        )
        statement = self.env["account.bank.statement"].create(
            {"name": "2026/1", "line_ids": [Command.set(row.ids)], "balance_end_real": -121}
        )
        one = self.page(f"transactions/{row.id}?source_system=here")
        self.assertEqual((one["amount"], one["text"], one["statement"]), ("-121.00", "Rent January", str(statement.id)))
        one = self.page(f"statements/{statement.id}?source_system=here")
        self.assertEqual((one["closing"], one["rows"], one["dated_on"]), ("-121.00", "1", "2026-01-30"))

    def test_what_cannot_be_said_is_named(self):
        partner = self.env["res.partner"].create({"name": "\u200b", "customer_rank": 1})
        partner.flush_recordset()
        self.env.cr.execute("UPDATE res_partner SET name = ' ' WHERE id = %s", [partner.id])
        self.env.invalidate_all()
        items = [one for one in self.page("customers?limit=500")["skipped"] if one["external_id"] == str(partner.id)]
        self.assertEqual([(one["code"], one["pointer"]) for one in items], [("schema.missing", "/name")])
        self.assertEqual(self.call("GET", f"customers/{partner.id}?source_system=here").status, 422)

    def test_companies_stay_apart(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        partner = self.env["res.partner"].create({"name": "Theirs", "customer_rank": 1, "company_id": elsewhere.id})
        self.assertNotIn(str(partner.id), [one["external_id"] for one in self.everything("customers")[0]])
        self.assertEqual(self.call("GET", f"customers/{partner.id}?source_system=here").status, 404)

    @property
    def call_done(self):
        return self.send("customers", {"external_id": "C-1", "name": "Acme"})


@tagged("post_install", "-at_install")
class TestReading(ReadCase):
    """Who may read, and what an answer says about itself."""

    def test_scopes(self):
        self.key.scope_ids = self.env["finance.api.scope"].search([("name", "=", "customer:write")])
        answer = self.call("GET", "customers")
        self.assertEqual((answer.status, answer.body["code"]), (403, "api.scope"))
        self.key.scope_ids = self.env["finance.api.scope"].search([("name", "=", "customer:read")])
        self.assertEqual(self.call("GET", "customers").status, 200)
        self.assertEqual(self.send("customers", {"external_id": "C-1", "name": "Acme"}).status, 403)

    def test_unchanged(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme"})
        first = self.call("GET", "customers/C-1")
        again = self.call("GET", "customers/C-1", **{"If-None-Match": first.headers["ETag"]})
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, None, first.headers["ETag"]))
        self.send("customers", {"external_id": "C-1", "name": "Acme II"})
        self.assertEqual(self.call("GET", "customers/C-1", **{"If-None-Match": first.headers["ETag"]}).status, 200)

    def test_parameters(self):
        for path, status in (("customers?colour=red", 400), ("customers?limit=0", 400), ("customers?cursor=AAAA", 422),
                             ("customers/C-1?limit=1", 400), ("customers/none", 404), ("balances/1", 404)):  # fmt: skip
            self.assertEqual(self.call("GET", path).status, status, path)

    def test_largest_page(self):
        with server_option(api_page="2"):
            self.assertEqual(self.call("GET", "tax-codes?limit=3").status, 400)
            self.assertEqual(len(self.page("tax-codes")["items"]), 2)

    def test_open_transactions_end_the_page(self):
        self.startPatcher(patch.object(FinanceReader, "_horizon", self.real_horizon))
        with self.registry.cursor() as other:
            other.execute("SELECT now() AT TIME ZONE 'UTC'")
            (begun,) = other.fetchone()
            self.assertLessEqual(self.env["finance.reader"]._horizon(), begun)

    def test_version_that_ends(self):
        today = fields.Date.today()
        for ends, status in ((today + timedelta(days=1), 200), (today, 410)):
            version = Version("v1", today - timedelta(days=400), ends, "v2")
            with patch.dict(VERSIONS, {"v1": version}):
                answer = self.call("GET", "customers")
            self.assertEqual(answer.status, status)
            self.assertEqual({"Deprecation", "Sunset", "Link"} - answer.headers.keys(), set())

    real_horizon = FinanceReader._horizon


@tagged("post_install", "-at_install")
class TestReadHttp(ReadCase, HttpCase):
    """The same over real HTTP."""

    def test_not_modified(self):
        self.send("customers", {"external_id": "C-1", "name": "Acme"})
        headers = {"Authorization": f"Bearer {self.token}"}
        first = self.url_open("/finance/api/v1/customers/C-1", headers=headers)
        self.assertEqual((first.status_code, first.headers["Cache-Control"]), (200, "private, no-cache"))
        again = self.url_open(
            "/finance/api/v1/customers/C-1", headers={**headers, "If-None-Match": first.headers["ETag"]}
        )
        self.assertEqual((again.status_code, again.content), (304, b""))
