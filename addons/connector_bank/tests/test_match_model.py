"""The learned order of proposals: from people's decisions, explained, off at first; what is booked stays the same."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .settle_case import SettleCase

PROPOSAL = "finance.match.proposal"


@tagged("post_install", "-at_install")
class TestMatchModel(SettleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.env["finance.match.model"]
        cls.admin = cls.person("keeper", "finance_connector_base.group_admin")

    def learn(self):
        return self.model.with_user(self.admin)._learn(self.company)

    def decided(self, count=60):
        """Decisions on as many lines: people accept what the payer's account proves, and refuse what names too much."""
        lines = self.env["account.bank.statement.line"].create(
            [
                {"journal_id": self.journal.id, "date": "2025-01-01", "payment_ref": f"old {number}", "amount": 1.0}
                for number in range(count)
            ]
        )  # fmt: skip
        good = {"amount": 1.0, "payer_account": 1.0}
        bad = {"amount": 1.0, "not_open": 1.0}
        rows = []
        for number, line in enumerate(lines):
            odd = number % 10 == 0  # people are not always of one mind
            rows += [
                {"line_id": line.id, "rule": "amount", "state": "rejected" if odd else "accepted", "features": good},
                {"line_id": line.id, "rule": "amount", "state": "accepted" if odd else "rejected", "features": bad},
                {"line_id": line.id, "rule": "amount", "state": "accepted", "automatic": True, "features": bad},
                {"line_id": line.id, "rule": "by_hand", "state": "accepted", "passed_over": [bad, bad]},
            ]
        return self.env[PROPOSAL].sudo().create(rows)

    def test_too_few(self):
        self.decided(20)
        with self.assertRaises(UserError) as refused:
            self.learn()
        self.assertIn("80 decisions", str(refused.exception))
        self.assertFalse(self.model.search([]))

    def test_all_of_one_kind(self):
        self.decided().filtered(lambda each: each.state == "rejected").unlink()
        self.env[PROPOSAL].sudo().search([]).passed_over = False
        self.company.finance_model_least = 10
        self.env[PROPOSAL].sudo().search([("features", "!=", False)]).features = {"amount": 1.0}
        with self.assertRaises(UserError):
            self.learn()

    def test_who_may(self):
        self.decided()
        with self.assertRaises(AccessError):
            self.model.with_user(self.operator)._learn(self.company)

    def test_learned(self):
        """The record says from what, how well, and what each reason counts."""
        self.decided()
        made = self.learn()
        self.assertRecordValues(
            made, [{"version": 1, "decisions": 240, "right": 60, "wrong": 180, "learned_by_id": self.admin.id}]
        )
        self.assertLess(made.brier, made.brier_share)
        weights = {each.feature: each.weight for each in made.weight_ids}
        self.assertGreater(weights["payer_account"], 0)
        self.assertLess(weights["not_open"], 0)
        words = made.weight_ids.filtered(lambda each: each.feature == "payer_account").words
        self.assertEqual(words, "Payer account … belongs to …")
        self.assertEqual(sum(made.bin_ids.mapped("decisions")), 240)
        self.assertFalse(made.in_use)

    def test_reproducible(self):
        self.decided()
        first, second = self.learn(), self.learn()
        self.assertEqual((first.version, second.version), (1, 2))
        for name in ("bias", "slope", "offset", "brier"):
            self.assertEqual(first[name], second[name])
        self.assertEqual(first.weight_ids.mapped("weight"), second.weight_ids.mapped("weight"))
        self.company.finance_model = True
        self.assertEqual(self.model._used(self.company), second)
        second.with_user(self.admin).active = False
        self.assertEqual(self.model._used(self.company), first)

    def of_one_amount(self):
        """Two documents of the payer have the amount: nobody knows which; the account proves the payer of one."""
        self.env["res.partner.bank"].create({"acc_number": "DE89370400440532013000", "partner_id": self.customer.id})
        documents = self.invoice(70.0) + self.invoice(70.0)
        line = self.line("70.00", "INV/2020/99999", account="DE89370400440532013000")
        return line, documents

    def outcome(self):
        """What a run of the matching books and proposes; nothing is kept."""
        with self.env.cr.savepoint() as point:
            self.match()
            rows = self.env[PROPOSAL].search([("journal_id", "=", self.journal.id), ("date", ">", "2026-01-01")])
            booked = {(row.line_id.id, row.signature) for row in rows if row.state == "accepted" and row.automatic}
            shown = [(row.line_id.id, row.signature) for row in rows if row.state == "proposed"]
            told = [(row.probability, row.explained) for row in rows if row.state == "proposed"]
            point.rollback()
        self.env.invalidate_all()
        return booked, shown, told

    def test_books_nothing(self):
        """With the switch on: the same matches are booked, the same proposals stand, in another order at most."""
        self.decided()
        self.learn()
        self.of_one_amount()
        sure = self.invoice(33.0)
        self.line("33.00", sure.name)
        self.line("44.00", "nothing fits")
        booked, shown, told = self.outcome()
        self.assertEqual((len(booked), len(shown)), (1, 2))
        self.assertEqual(told, [(0.0, False)] * 2)
        self.company.finance_model = True
        again, proposed, told = self.outcome()
        self.assertEqual((again, sorted(proposed)), (booked, sorted(shown)))
        for probability, explained in told:
            self.assertGreater(probability, 0.0)
            self.assertIn("Version 1, from 240 decisions", explained)

    def test_likeliest_first(self):
        """What people accepted so far comes first, against the fixed scores; a probability never makes it clear."""
        self.decided()
        made = self.learn()
        line, documents = self.of_one_amount()
        other = self.invoice(70.0, partner=self.supplier)
        line.payment_ref = f"{other.name}"
        self.match()
        before = self.proposals(line).sorted("rank").mapped("signature")
        self.assertEqual(len(before), 3)
        made.sudo().weight_ids = [(5, 0, 0), *(
            (0, 0, {"feature": name, "weight": weight}) for name, weight in (("number", -9.0), ("payer_account", 9.0))
        )]  # fmt: skip
        self.company.finance_model = True
        self.match()
        found = self.proposals(line).sorted("rank")
        self.assertEqual(sorted(found.mapped("signature")), sorted(before))
        self.assertEqual(found[2].part_ids.item_id.move_id, other)
        self.assertEqual(found.mapped("probability"), sorted(found.mapped("probability"), reverse=True))
        self.assertTrue(all(found.mapped("doubts")))
        self.assert_open(line, *documents)

    def test_passed_over(self):
        """What a person did not choose teaches as well."""
        line, _documents = self.of_one_amount()
        self.match()
        first, second = self.proposals(line).sorted("rank")
        refused = first.features
        second.action_accept()
        self.assertEqual(second.passed_over, [refused])
        self.assertEqual([sample.right for sample in self.model._samples(self.company)], [True, False])
        line.with_user(self.operator).action_finance_undo()
        self.assertEqual([sample.right for sample in self.model._samples(self.company)], [False])

    def test_by_hand(self):
        """What a person settles by hand speaks against the other proposals that were there."""
        line, documents = self.of_one_amount()
        self.match()
        first, second = self.proposals(line).sorted("rank")
        refused, item = second.features, first.part_ids.item_id
        parts = [{"item_id": item.id, "amount": 70.0}]
        self.env["finance.desk"].with_user(self.operator).settle(line.id, 70.0, parts, [])
        self.assertEqual(item.move_id.payment_state, "paid")
        self.assertIn(item.move_id, documents)
        self.assertEqual(line.finance_proposal_ids.filtered(lambda each: each.rule == "by_hand").passed_over, [refused])
