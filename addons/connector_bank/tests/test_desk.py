"""The matching desk on the server: pages, searches, decisions, and what happened meanwhile."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .settle_case import SettleCase


class DeskCase(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.person("colleague", "finance_connector_base.group_operator")
        cls.onlooker = cls.person("onlooker", "finance_connector_base.group_user")

    def desk(self, user=None):
        user = user or self.operator
        return self.env["finance.desk"].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def proposed(self, text="DESK-4711", *, invoice=100.0, amount="40.00"):
        """A line with a part payment, which waits for a person as long as part payments are not booked alone."""
        self.company.finance_sure_partial = False
        document = self.invoice(invoice, payment_reference=text)
        line = self.line(amount, f"Thanks for {text}")
        self.match(line)
        self.assertEqual(line.finance_match_state, "proposed")
        return line, document, self.proposals(line)[0]


@tagged("post_install", "-at_install")
class TestDeskReading(DeskCase):
    def test_first_sight(self):
        line, document, proposal = self.proposed()
        other = self.line("77.00", "Nobody knows")
        self.match(other)
        seen = self.desk().open_desk()
        self.assertEqual([row["id"] for row in seen["lines"]], [line.id, other.id])
        self.assertEqual([row["state"] for row in seen["lines"]], ["proposed", "open"])
        self.assertEqual(seen["lines"][0]["hint"], document.name)
        self.assertEqual(seen["counts"], {"all": 2, "clear": 0, "proposed": 1, "open": 1, "mine": 0})
        self.assertEqual(seen["journals"], [{"id": self.journal.id, "name": self.journal.display_name, "count": 2}])
        self.assertEqual(list(seen["details"]), [line.id])
        detail = seen["details"][line.id]
        self.assertEqual(detail["proposals"][0]["id"], proposal.id)
        self.assertEqual(detail["proposals"][0]["parts"][0]["name"], document.name)
        self.assertTrue(detail["proposals"][0]["reasons"])
        self.assertTrue(detail["proposals"][0]["doubts"])
        self.assertTrue(self.desk().read_lines([other.id])[other.id]["why_not"])

    def test_pages(self):
        """Every line stands on exactly one page, in each order; equal amounts too."""
        for number in range(23):
            self.line("5.00" if number % 2 else f"{number + 1}.00", f"Page {number}")
        self.company.finance_desk_page = 10
        for order in ("oldest", "newest", "largest"):
            ids, after = [], None
            while after is not False:
                page = self.desk().read_page({"order": order}, after)
                ids += [row["id"] for row in page["lines"]]
                after = page["after"]
            self.assertEqual(len(ids), 23, order)
            self.assertEqual(sorted(ids), sorted(self.lines().ids), order)

    def test_filters(self):
        first = self.line("1234.50", "Almond rent")
        second = self.line("-20.00", "Cobalt parts")
        found = lambda **filters: [row["id"] for row in self.desk().read_page(filters)["lines"]]  # noqa: E731
        self.assertEqual(found(text="rent"), [first.id])
        self.assertEqual(found(text="1.234,50"), [first.id])
        self.assertEqual(found(text="20"), [second.id])
        self.assertEqual(found(least="100"), [first.id])
        self.assertEqual(found(most="100"), [second.id])
        self.assertEqual(found(journal=self.journal.id), [first.id, second.id])
        self.assertEqual(found(until="2020-01-01"), [])
        self.assertEqual(found(state="open"), [first.id, second.id])
        self.assertEqual(found(state="proposed"), [])

    def test_clear(self):
        """Clear is what has one proposal without doubt; then it says so in the list, the count and the filter."""
        line, _document, proposal = self.proposed()
        proposal.sudo().doubts = False
        desk = self.desk()
        self.assertEqual(desk.read_counts()["counts"]["clear"], 1)
        self.assertEqual([row["state"] for row in desk.read_page({"state": "clear"})["lines"]], ["clear"])
        proposal.sudo().rest = 1.0
        self.assertEqual(desk.read_counts()["counts"]["clear"], 0)
        self.assertEqual(desk.read_page()["lines"][0]["state"], "proposed")
        self.assertEqual(line.finance_match_state, "proposed")

    def test_what_to_do(self):
        """A line without a match says what a person can do; the likeliest step depends on the line."""
        unknown, charge, known = self.line("77.00", "?"), self.line("-3.00", "Charges"), self.line("78.00", "?")
        known.partner_id = self.customer
        details = self.desk().read_lines([unknown.id, charge.id, known.id])
        keys = {line: [step["key"] for step in details[line.id]["steps"]] for line in (unknown, charge, known)}
        self.assertEqual(keys, {unknown: ["P", "S", "M", "W", "R", "A"], charge: ["P", "W", "S", "M", "R", "A"],
                                known: ["S", "M", "W", "R", "A"]})
        proposed, _document, _proposal = self.proposed()
        self.assertFalse(self.desk().read_lines([proposed.id])[proposed.id]["steps"])
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_company SET hard_lock_date = %s WHERE id = %s", [unknown.date, self.company.id])
        self.env.invalidate_all()
        locked = self.desk().read_lines([unknown.id])[unknown.id]["steps"][0]
        self.assertIn("locked until", locked["words"])

    def test_searches(self):
        invoice = self.invoice(60.0, payment_reference="FIND-1")
        self.invoice(60.0, partner=self.supplier)
        line = self.line("60.00", "?")
        desk = self.desk()
        self.assertEqual([one["name"] for one in desk.find_items(line.id, "FIND-1")], [invoice.name])
        self.assertEqual(len(desk.find_items(line.id, "60")), 2)
        line.partner_id = self.customer
        self.assertEqual([one["name"] for one in desk.find_items(line.id, "")], [invoice.name])
        self.assertEqual(len(desk.find_items(line.id, "", False)), 2)
        self.assertEqual(desk.find_accounts(line.id, "658100")[0]["id"], self.differences.id)
        self.assertFalse(desk.find_accounts(line.id, self.journal.default_account_id.code))
        self.assertFalse(desk.find_accounts(line.id, self.journal.suspense_account_id.code))
        self.assertEqual([one["id"] for one in desk.find_partners(line.id, "almond")], [self.customer.id])
        self.assertIn(self.colleague.id, [one["id"] for one in desk.find_colleagues(line.id)])
        self.assertNotIn(self.onlooker.id, [one["id"] for one in desk.find_colleagues(line.id)])


@tagged("post_install", "-at_install")
class TestDeskDecisions(DeskCase):
    def test_accept_goes_on(self):
        line, document, proposal = self.proposed()
        other = self.line("77.00", "Nobody knows")
        answer = self.desk().accept(line.id, proposal.id, [other.id])
        self.assert_matched(line, document, state="partial")
        self.assertEqual((answer["line_id"], answer["open"]), (line.id, False))
        self.assertEqual(list(answer["details"]), [other.id])
        self.assertEqual(proposal.decided_by_id, self.operator)
        self.assertEqual(self.desk().read_counts()["tally"], {"mine": 1, "all": 1})
        self.assertEqual(self.desk(self.colleague).read_counts()["tally"], {"mine": 0, "all": 1})

    def test_undo_stands_again(self):
        line, document, proposal = self.proposed()
        self.desk().accept(line.id, proposal.id)
        with self.assertRaisesRegex(UserError, "no decision of yours"):
            self.desk(self.colleague).undo_last()
        answer = self.desk().undo_last()
        self.assertEqual([row["id"] for row in answer["back"]], [line.id])
        self.assertEqual(list(answer["details"]), [line.id])
        self.assert_open(line, document, proposals=1)
        self.assertEqual(proposal.state, "undone")
        again = self.proposals(line)
        self.assertEqual([part.amount for part in again.part_ids], ["40.00"])
        self.desk().accept(line.id, again.id)
        self.assert_matched(line, document, state="partial")
        self.assertEqual(document.amount_residual, 60.0)

    def test_undone_is_not_reconciled_alone(self):
        """What a person took back comes back as a proposal only, however sure it looks."""
        invoice = self.invoice(250.0, payment_reference="DESK-4719")
        line = self.line("250.00", "nothing")
        item = invoice.line_ids.filtered(lambda one: one.display_type == "payment_term")
        self.desk().settle(line.id, 250.0, [{"item_id": item.id, "amount": 250.0}], [])
        self.desk().undo_last()
        line.payment_ref = "DESK-4719"
        self.match(line)
        self.assert_open(line, invoice, proposals=1)

    def test_reject_and_take_back(self):
        line, _document, proposal = self.proposed()
        self.desk().reject(line.id, proposal.id)
        self.assertEqual(proposal.state, "rejected")
        answer = self.desk().undo_last()
        self.assertEqual((proposal.state, proposal.rank), ("proposed", 1))
        self.assertFalse(line.is_reconciled)
        self.assertEqual([row["id"] for row in answer["back"]], [line.id])

    def test_many(self):
        first, _document, one = self.proposed("DESK-4711")
        second, _other, two = self.proposed("DESK-4712")
        stale = two.id + 1000
        result = self.desk().accept_many([[first.id, one.id], [second.id, stale]])
        self.assertEqual(result["done"], [first.id])
        self.assertEqual([refused["line_id"] for refused in result["refused"]], [second.id])
        self.assertIn("no longer stands", result["refused"][0]["words"])
        self.assertTrue(first.is_reconciled)
        self.assertFalse(second.is_reconciled)
        self.company.finance_desk_batch = 1
        with self.assertRaisesRegex(UserError, "At most 1"):
            self.desk().accept_many([[first.id, one.id], [second.id, two.id]])

    def test_many_undone_together(self):
        """One undo takes back what was accepted in one go, and nothing that was decided before it."""
        alone, _document, single = self.proposed("DESK-4710")
        self.desk().accept(alone.id, single.id)
        first, _document, one = self.proposed("DESK-4711")
        second, _other, two = self.proposed("DESK-4712")
        self.desk().accept_many([[first.id, one.id], [second.id, two.id]])
        answer = self.desk().undo_last()
        self.assertIn("2 lines", answer["words"])
        self.assertEqual([(row["id"], row["state"]) for row in answer["back"]],
                         [(first.id, "proposed"), (second.id, "proposed")])
        self.assertEqual([line.is_reconciled for line in (alone, first, second)], [True, False, False])
        self.assertEqual([len(self.proposals(line)) for line in (first, second)], [1, 1])
        self.desk().accept(first.id, self.proposals(first).id)
        self.desk().undo_last()
        self.assertFalse(first.is_reconciled)
        self.assertTrue(alone.is_reconciled)

    def test_many_for_one_document(self):
        """What the first leaves is all that the next can have; a third that would take more is refused alone."""
        self.company.finance_sure_partial = False
        document = self.invoice(100.0, payment_reference="DESK-4720")
        lines = [self.line(amount, "For DESK-4720") for amount in ("40.00", "50.00", "30.00")]
        self.match(sum(lines, self.lines().browse()))
        choices = [[line.id, self.proposals(line)[0].id] for line in lines]
        result = self.desk().accept_many(choices)
        self.assertEqual(result["done"], [line.id for line in lines[:2]])
        self.assertEqual([refused["line_id"] for refused in result["refused"]], [lines[2].id])
        self.assertEqual(document.amount_residual, 10.0)
        self.assertEqual([line.is_reconciled for line in lines], [True, True, False])
        for line in lines:
            self.assert_balanced(line)

    def test_many_for_one_settled_document(self):
        """The first settles the document, so the proposal of the second is gone: it is refused with words, no more."""
        self.company.finance_sure_payer = False
        document = self.invoice(100.0, payment_reference="DESK-4721")
        lines = [self.line("100.00", text) for text in ("DESK 4721 a", "DESK 4721 b")]
        self.match(sum(lines, self.lines().browse()))
        choices = [[line.id, self.proposals(line)[0].id] for line in lines]
        result = self.desk().accept_many(choices)
        self.assertEqual(result["done"], [lines[0].id])
        (refused,) = result["refused"]
        self.assertEqual(refused["line_id"], lines[1].id)
        self.assertRegex(refused["words"], r"100\.00.*no longer stands")
        self.assertEqual([line.is_reconciled for line in lines], [True, False])
        self.assertEqual(document.payment_state, "paid")

    def test_rows_of_the_same_document(self):
        """The answer names the other lines whose proposals may have changed."""
        self.company.finance_sure_partial = False
        self.invoice(100.0, payment_reference="DESK-4722")
        first, second = self.line("40.00", "For DESK-4722"), self.line("50.00", "For DESK-4722")
        self.match(first | second)
        answer = self.desk().accept(first.id, self.proposals(first)[0].id)
        self.assertEqual(answer["changed"], [second.id])

    def test_rule_from_a_line(self):
        """A rule made at the line is proposed at once, for the others it fits as well."""
        line, alike = self.line("-3.00", "Charges of May"), self.line("-4.00", "Charges of June")
        self.match(line | alike)
        before = self.desk().rule_action(line.id)
        self.assertEqual(before["context"]["default_finance_direction"], "out")
        self.assertIn("No rule", self.desk().use_new_rule(line.id, before["newest"])["words"])
        rule = self.env["account.reconcile.model"].with_user(self.operator).with_context(**before["context"]).create(
            {"match_label_param": "Charges of", "line_ids": [Command.create({"account_id": self.fees.id})]}
        )
        answer = self.desk().use_new_rule(line.id, before["newest"])
        self.assertIn("fits 2", answer["words"])
        self.assertEqual(answer["changed"], [alike.id])
        for one in line | alike:
            self.assertIn(rule.name, self.proposals(one)[0].reasons)
            self.assertEqual(one.finance_match_state, "proposed")
        self.assertFalse(line.is_reconciled)

    def test_handed_to_me(self):
        """Who was handed a line finds it by a filter, and everybody sees whose it is."""
        line, _document, _proposal = self.proposed()
        other = self.line("77.00", "Nobody knows")
        self.desk().hand_over(line.id, self.colleague.id)
        mine = self.desk(self.colleague).open_desk({"state": "mine"})
        self.assertEqual([row["id"] for row in mine["lines"]], [line.id])
        self.assertEqual((mine["counts"]["mine"], mine["left"]), (1, 2))
        rows = {row["id"]: row["handed"] for row in self.desk().read_page()["lines"]}
        self.assertEqual(rows, {line.id: self.colleague.name, other.id: ""})
        self.assertEqual(self.desk().read_counts()["counts"]["mine"], 0)
        self.assertIn("/odoo/finance-desk", line.move_id.activity_ids.note)

    def test_left_whatever_is_searched(self):
        self.proposed()
        self.line("77.00", "Nobody knows")
        counts = self.desk().read_counts({"text": "Nobody"})
        self.assertEqual((counts["counts"]["all"], counts["left"]), (1, 2))

    def test_document_of_another_kind(self):
        """By hand a document in another currency or of another partner says so."""
        dollar = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        invoice = self.invoice(100.0, currency_id=dollar.id)
        line = self.line("50.00", "x")
        self.assertEqual([(one["foreign"], one["stranger"]) for one in self.desk().find_items(line.id, invoice.name)],
                         [(True, False)])
        line.partner_id = self.supplier
        found = self.desk().find_items(line.id, invoice.name, same_partner=False)
        self.assertEqual([one["stranger"] for one in found], [True])

    def test_next_lines_as_they_are_now(self):
        """The answer brings the next lines, without the proposals that this decision has made void."""
        line, document, proposal = self.proposed()
        whole = self.line("100.00", "By hand")
        item = document.line_ids.filtered(lambda one: one.display_type == "payment_term")
        parts = [{"item_id": item.id, "amount": 100.0}]
        answer = self.desk().settle(whole.id, 100.0, parts, [], [line.id])
        self.assertEqual(list(answer["details"]), [line.id])
        self.assertEqual(answer["details"][line.id]["proposals"], [])
        self.assertFalse(proposal.exists())

    def test_by_hand(self):
        """Two documents, a write-off, and what remains stays open until it is settled too."""
        first, second = self.invoice(100.0), self.invoice(50.0)
        line = self.line("200.00", "All in one")
        items = (first + second).line_ids.filtered(lambda one: one.display_type == "payment_term")
        parts = [{"item_id": item.id, "amount": item.amount_residual} for item in items]
        off = {"account_id": self.fees.id, "amount": 20.0, "label": "Charges"}
        answer = self.desk().settle(line.id, 200.0, parts, [off])
        self.assertTrue(answer["open"])
        self.assertEqual(answer["details"][line.id]["open"], 30.0)
        self.assertEqual({first.payment_state, second.payment_state}, {"paid"})
        self.assertEqual(self.balance(self.fees), -20.0)
        self.assert_balanced(line)
        off = {"account_id": self.differences.id, "amount": 30.0, "label": ""}
        self.assertFalse(self.desk().settle(line.id, 30.0, [], [off])["open"])
        self.assertTrue(line.is_reconciled)
        self.assert_balanced(line)
        self.assertEqual({first.payment_state, second.payment_state}, {"paid"})
        self.assertEqual(self.balance(self.differences), -30.0)
        self.assertEqual(self.desk().read_counts()["tally"]["mine"], 1)
        self.desk().undo_last()
        self.assertEqual((first.payment_state, line.finance_open_amount), ("not_paid", 200.0))
        self.assertEqual((self.balance(self.fees), self.balance(self.differences)), (0.0, 0.0))

    def test_undone_in_steps_books_no_more_than_its_share(self):
        """Settled in two steps and undone: the last step again settles its own share, and the rest stays open."""
        first, second = self.invoice(60.0), self.invoice(40.0)
        line = self.line("100.00", "In two steps")
        for move, amount in ((first, 60.0), (second, 40.0)):
            item = move.line_ids.filtered(lambda one: one.display_type == "payment_term")
            self.desk().settle(line.id, line.finance_open_amount, [{"item_id": item.id, "amount": amount}], [])
        self.assertTrue(line.is_reconciled)
        self.desk().undo_last()
        [again] = self.proposals(line)
        self.assertEqual((line.finance_open_amount, again.rest), (100.0, 60.0))
        self.desk().accept(line.id, again.id)
        self.assertEqual((first.amount_residual, second.amount_residual), (60.0, 0.0))
        self.assertEqual(line.finance_open_amount, 60.0)
        self.assert_balanced(line)

    def test_proposal_of_another_amount_is_refused(self):
        """What a proposal leaves out is never booked to its last document."""
        line, document, proposal = self.proposed()
        part = proposal.sudo().part_ids
        part.write({"amount": "30.00", "item_amount": "30.00"})
        with self.assertRaisesRegex(UserError, r"settles .*30\.00.*, but .*40\.00.* of the line are open"):
            self.desk().accept(line.id, proposal.id)
        self.assertEqual((document.amount_residual, line.is_reconciled), (100.0, False))

    def test_one_document_twice_is_refused(self):
        invoice = self.invoice(60.0)
        line = self.line("100.00", "Twice")
        item = invoice.line_ids.filtered(lambda one: one.display_type == "payment_term")
        part = {"item_id": item.id, "amount": 50.0}
        with self.assertRaisesRegex(UserError, "left to settle"):
            self.desk().settle(line.id, 100.0, [part, part], [])
        self.assertEqual(invoice.amount_residual, 60.0)

    def test_rejection_of_a_line_settled_meanwhile_stays(self):
        line, document, proposal = self.proposed()
        self.desk().reject(line.id, proposal.id)
        item = document.line_ids.filtered(lambda one: one.display_type == "payment_term")
        self.desk(self.colleague).settle(line.id, 40.0, [{"item_id": item.id, "amount": 40.0}], [])
        with self.assertRaisesRegex(UserError, "reconciled this line meanwhile"):
            self.desk().undo_last()
        self.assertFalse(self.proposals(line))

    def test_by_hand_foreign(self):
        """A document in another currency is settled whole at the rate of the line's day."""
        dollar = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        invoice = self.invoice(100.0, currency_id=dollar.id)
        line = self.line("50.00", "USD")
        found = self.desk().find_items(line.id, invoice.name)
        self.assertEqual(found[0]["amount"], 50.0)
        self.desk().settle(line.id, 50.0, [{"item_id": found[0]["id"], "amount": 50.0}], [])
        self.assert_matched(line, invoice)

    def test_by_hand_refused(self):
        invoice, bill = self.invoice(100.0), self.invoice(30.0, move_type="in_invoice")
        line = self.line("80.00", "Wrong")
        item, other = (
            move.line_ids.filtered(lambda one: one.display_type == "payment_term").id for move in (invoice, bill)
        )
        bank = self.journal.default_account_id.id
        for words, parts, offs in (
            ("Choose a document", [], []),
            ("20.00.* more than the line", [{"item_id": item, "amount": 100.0}], []),
            ("other sign", [{"item_id": other, "amount": 30.0}], []),
            ("needs an amount", [], [{"account_id": self.fees.id, "amount": 0.0}]),
            ("cannot be used", [], [{"account_id": bank, "amount": 80.0}]),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.desk().settle(line.id, 80.0, parts, offs)
        self.assert_open(line, invoice, bill)

    def test_around_the_line(self):
        line, _document, _proposal = self.proposed()
        desk = self.desk()
        detail = desk.set_partner(line.id, self.supplier.id)["details"][line.id]
        self.assertEqual(detail["partner"]["id"], self.supplier.id)
        self.assertEqual(set(line.move_id.line_ids.partner_id.ids), {self.supplier.id})
        note = desk.add_note(line.id, "<b>Ask</b> the shop")["details"][line.id]["notes"][0]
        self.assertIn("&lt;b&gt;Ask", note["body"])
        activities = desk.hand_over(line.id, self.colleague.id, "Please")["details"][line.id]["activities"]
        self.assertEqual(line.move_id.activity_ids.user_id, self.colleague)
        self.assertIn("Please", activities[0]["text"])
        with self.assertRaisesRegex(UserError, "does not work"):
            desk.hand_over(line.id, self.onlooker.id)
        context = desk.rule_action(line.id)["context"]
        self.assertEqual(context["default_match_label_param"], line.payment_ref)
        rule = self.env["account.reconcile.model"].with_user(self.operator).with_context(**context).create({})
        self.assertEqual(rule.match_journal_ids, self.journal)

    def test_partner_of_a_part_settled_line(self):
        """Assigning a partner would throw away what is settled already; it is refused."""
        line = self.line("80.00", "Half")
        self.desk().settle(line.id, 80.0, [], [{"account_id": self.fees.id, "amount": 30.0}])
        with self.assertRaisesRegex(UserError, "undo that first"):
            self.desk().set_partner(line.id, self.customer.id)
        self.assertEqual(line.finance_open_amount, 50.0)

    def test_part_settled_takes_no_more_than_is_left(self):
        line, document, proposal = self.proposed()
        self.desk().settle(line.id, 40.0, [], [{"account_id": self.fees.id, "amount": 15.0}])
        self.assertFalse(proposal.exists())
        self.match(line)
        for again in self.proposals(line):
            with self.assertRaisesRegex(UserError, r"25\.00.*of the line are open"):
                again.action_accept()
        self.assertEqual((line.finance_open_amount, document.amount_residual), (25.0, 100.0))


@tagged("post_install", "-at_install")
class TestDeskMeanwhile(DeskCase):
    """Somebody else was faster: the words say who and what, and nothing is booked twice."""

    def test_reconciled_by_a_colleague(self):
        line, document, proposal = self.proposed()
        self.desk(self.colleague).accept(line.id, proposal.id)
        with self.assertRaisesRegex(UserError, "colleague.* reconciled this line meanwhile"):
            self.desk().accept(line.id, proposal.id)
        with self.assertRaisesRegex(UserError, "reconciled this line meanwhile"):
            self.desk().settle(line.id, 40.0, [], [{"account_id": self.fees.id, "amount": 40.0}])
        self.assertEqual(document.amount_residual, 60.0)
        self.assertNotIn(line.id, self.desk().read_lines([line.id]))

    def test_matched_again(self):
        line, _document, proposal = self.proposed()
        gone = proposal.id
        self.match(line)
        with self.assertRaisesRegex(UserError, "no longer stands"):
            self.desk().accept(line.id, gone)

    def test_document_paid(self):
        line, document, proposal = self.proposed(invoice=40.0, amount="38.00")
        paying = self.line("40.00", "other way")
        item = document.line_ids.filtered(lambda one: one.display_type == "payment_term")
        self.desk(self.colleague).settle(paying.id, 40.0, [{"item_id": item.id, "amount": 40.0}], [])
        self.assertFalse(proposal.exists())
        with self.assertRaisesRegex(UserError, "settled or gone meanwhile"):
            self.desk().settle(line.id, 38.0, [{"item_id": item.id, "amount": 38.0}], [])

    def test_open_amount_changed(self):
        line = self.line("80.00", "Half")
        self.desk(self.colleague).settle(line.id, 80.0, [], [{"account_id": self.fees.id, "amount": 30.0}])
        with self.assertRaisesRegex(UserError, r"Meanwhile .*50\.00"):
            self.desk().settle(line.id, 80.0, [], [{"account_id": self.fees.id, "amount": 80.0}])

    def test_deleted(self):
        line = self.line("80.00", "Gone")
        gone = line.id
        line.move_id.button_draft()
        line.with_context(force_delete=True).sudo().unlink()
        with self.assertRaisesRegex(UserError, "no longer exists"):
            self.desk().add_note(gone, "x")
