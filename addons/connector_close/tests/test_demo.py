from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo's months read the same whether its neighbours enter their parts before or after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.env["finance.demo"]
        cls.company = cls.demo._build_close()
        cls.closed, cls.changed, cls.last = (
            cls.env.ref(f"connector_close.demo_period_{back}").sudo() for back in (3, 2, 1)
        )
        cls.late = cls.env.ref("connector_close.demo_entry_late")

    def check_story(self):
        self.assertEqual((self.closed + self.changed + self.last).mapped("state"), ["closed", "closed", "open"])
        self.assertEqual((self.closed + self.last).mapped("late_count"), [0, 0])
        deltas = self.changed._latest_snapshot().delta_ids
        self.assertEqual(deltas.mapped("state"), ["open", "open"])
        self.assertEqual(sorted(deltas.mapped("difference")), [-1250, 1250])
        self.assertEqual(self.late.state, "posted")
        self.assertTrue(self.last.result_ids.filtered(lambda r: r.state == "failed" and r.level == "blocking"))

    def test_story(self):
        self.check_story()

    def test_built_once(self):
        self.assertEqual(self.demo._build_close(), self.company)

    def test_rounding_off_without_news_changes_nothing(self):
        before = (self.closed + self.changed + self.last).snapshot_ids
        self.demo._round_off()
        self.assertEqual((self.closed + self.changed + self.last).snapshot_ids, before)

    def test_entries_that_come_later_are_taken_in(self):
        revisions = self.changed._latest_snapshot().revision
        demo = self.demo._inside(self.company)
        demo._entry(self.closed.date_from, "News", "News", "expense", "current_liabilities", 77).action_post()
        demo._round_off()
        self.check_story()
        self.assertEqual(self.changed._latest_snapshot().revision, revisions + 1)
        self.assertNotIn("failed", self.changed.result_ids.filtered(lambda r: r.level == "blocking").mapped("state"))
