from collections import Counter

from odoo.tests import TransactionCase, tagged

from odoo.addons.connector_bank.operations.demo import run_demo, table

#: What each kind of line may end as; a line of no kind here may not be reconciled.
SURE = ("reconciled",)
EXPECTED = {
    **dict.fromkeys(
        ("full", "several", "batch", "discount", "tolerance", "fee", "foreign", "loose", "own", "own_batch", "debit"),
        SURE,
    ),
    "no_reference": ("reconciled", "proposed"),
    "discount_late": ("proposed",),
    "partial": ("reconciled", "proposed"),
    "stranger": ("proposed",),
    "return": ("reconciled",),
}


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo company's files end where they should: no line with a wrong document, none forgotten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["finance.demo"]._build_bank()
        cls.user = cls.env.ref("base.user_admin")
        cls.env = cls.env(user=cls.user, context={"allowed_company_ids": cls.company.ids})
        cls.plan = cls.env["finance.demo"]._plan()
        cls.result = run_demo(cls.env)
        cls.booking_of = cls._bookings()

    @classmethod
    def _bookings(cls):
        """``{statement line: planned booking}``"""
        planned = cls.plan.bookings
        lines = cls.env["account.bank.statement.line"].search([("company_id", "=", cls.company.id)])
        return {line: planned[line.finance_message_id.name, line.finance_place] for line in lines}

    def _settled(self, line):
        """Keys of the documents and own payments that the line is reconciled with."""
        counterparts = line.move_id.line_ids.filtered("matching_number")
        partials = counterparts.matched_debit_ids | counterparts.matched_credit_ids
        others = (partials.debit_move_id | partials.credit_move_id) - counterparts
        moves = others.move_id.filtered(lambda move: move.journal_id.type != "general")
        return {self._key(move) for move in moves}

    def _key(self, move):
        return move.origin_payment_id.payment_reference or (move.ref if move.move_type == "in_invoice" else move.name)

    def test_every_line_of_the_files_is_there(self):
        self.assertEqual(len(self.booking_of), len(self.plan.bookings))
        for line, booking in self.booking_of.items():
            self.assertEqual(f"{line.amount:.2f}", f"{booking.amount:.2f}")

    def test_no_line_with_a_wrong_document(self):
        for line, booking in self.booking_of.items():
            if line.is_reconciled:
                with self.subTest(booking.kind, line=line.payment_ref):
                    self.assertEqual(self._settled(line), set(booking.truth))

    def test_each_kind_ends_as_it_should(self):
        for line, booking in self.booking_of.items():
            with self.subTest(booking.kind, line=line.payment_ref, why=line.finance_why_not):
                self.assertIn(line.finance_match_state, EXPECTED.get(booking.kind, ("open",)))

    def test_best_proposal_is_right(self):
        """Where one document alone is meant, it is the first proposal."""
        wrong = Counter()
        for line, booking in self.booking_of.items():
            if line.finance_match_state == "proposed" and booking.kind != "no_reference":
                best = line.finance_proposal_ids.filtered(lambda p: p.state == "proposed")[:1]
                if {self._key(move) for move in best.part_ids.move_id} != set(booking.truth):
                    wrong[booking.kind] += 1
        self.assertFalse(wrong)

    def test_no_line_is_forgotten(self):
        totals = self.result["totals"]
        self.assertEqual(totals["uncovered"], 0)
        self.assertEqual(totals["lines"], totals["reconciled"] + totals["proposed"] + totals["in_case"])
        self.assertEqual(totals["lines"], len(self.plan.bookings))

    def test_cases_are_those_planned(self):
        kinds = Counter(booking.kind for booking in self.plan.bookings.values() if booking.kind not in EXPECTED)
        self.assertEqual(
            self.result["open_cases"],
            {
                "match.none": sum(kinds.values()),
                "statement.account_unknown": 1,
                "statement.balance": 1,
                "statement.gap": 1,
            },
        )

    def test_second_run_adds_nothing(self):
        before = self._numbers()
        again = run_demo(self.env)
        self.assertEqual(self._numbers(), before)
        self.assertEqual(again["totals"], {**self.result["totals"], "new_lines": 0})
        self.assertFalse(any(file["new"] for file in again["files"]))
        self.assertLess(again["seconds"], 10)

    def _numbers(self):
        """How much there is of everything, and what became of it."""
        own = [("company_id", "=", self.company.id)]
        counts = {
            name: self.env[name].search_count(own)
            for name in (
                "account.bank.statement", "account.bank.statement.line", "account.move", "account.partial.reconcile",
                "finance.bank.balance", "finance.exception", "finance.match.proposal", "finance.message",
            )
        }  # fmt: skip
        return {**counts, **Counter(self.booking_of and [line.finance_match_state for line in self.booking_of])}

    def test_table_names_every_file(self):
        shown = table(self.result)
        for file in self.plan.files:
            self.assertIn(file.name, shown)
        self.assertIn("seen before", shown)

    def test_built_once(self):
        self.assertEqual(self.env["finance.demo"].sudo()._build_bank(), self.company)
