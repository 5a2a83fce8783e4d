"""One bad part keeps the rest out only where the policy says so."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCaseBlocking(FinanceCase):
    """A file of three parts, the second of which is bad."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["finance.case.policy"].search([]).active = False
        cls.flow = cls.env["finance.flow"].create(
            {"name": "Files", "connector_id": cls.upload.id, "kind": "file", "direction": "in"}
        )

    def policy(self, effect, **values):
        return self.env["finance.case.policy"].create({"name": "As agreed", "effect": effect, **values})

    def parts(self, message):
        for number in (1, 2, 3):
            if number == 2:
                message._open_case("test.part", "part 2 is bad", "part 2", category=self.category)
            else:
                self.env["res.partner"].create({"name": f"part {number} of {message.id}"})
        return {"text": "done"}

    def process(self, message=None, category="data"):
        self.category = category
        if message is None:
            message, _new = self.store(flow=self.flow, content=category.encode())
        else:
            message._move("received")
        with self.processing(self.parts):
            self.env["finance.intake"]._process(message)
        booked = self.env["res.partner"].search_count([("name", "like", f"% of {message.id}")])
        return message, message.exception_ids, booked

    def test_the_rest_goes_in(self):
        message, case, booked = self.process()
        self.assertEqual((message.state, case.state, case.blocking, booked), ("refused", "open", True, 2))

    def test_the_whole_message_stays_out(self):
        self.policy("whole", flow_id=self.flow.id, code="test.*")
        message, case, booked = self.process()
        self.assertEqual((message.state, case.state, case.place, booked), ("refused", "open", "part 2", 0))

    def test_whole_also_when_tried_again(self):
        self.policy("whole", flow_id=self.flow.id)
        message, case, _booked = self.process()
        again, same, booked = self.process(message)
        self.assertEqual((again.state, same, booked), ("refused", case, 0))

    def test_only_a_warning(self):
        policy = self.policy("warn", code="test.part")
        message, case, booked = self.process()
        self.assertEqual((message.state, case.state, case.blocking, booked), ("processed", "open", False, 2))
        self.assertEqual(case.policy_id, policy)

    def test_only_recorded(self):
        self.policy("ignore", category="data")
        message, case, booked = self.process()
        self.assertEqual((message.state, case.state, booked), ("processed", "dropped", 2))
        self.assertIn("As agreed", case.solution)
        self.assertFalse(case.activity_ids)

    def test_a_milder_policy_later(self):
        message, case, _booked = self.process()
        self.policy("warn")
        message, same, _booked = self.process(message)
        self.assertEqual((message.state, same, case.blocking, case.state), ("processed", case, False, "open"))

    def test_other_flows_are_not_touched(self):
        other = self.flow.copy({"name": "Other"})
        self.policy("ignore", flow_id=other.id)
        message, case, _booked = self.process()
        self.assertEqual((message.state, case.state), ("refused", "open"))

    def test_what_is_never_let_go(self):
        self.policy("ignore")
        for category in ("security", "outcome_unknown", "duplicate"):
            with self.subTest(category):
                message, case, _booked = self.process(category=category)
                self.assertEqual((message.state, case.state, case.blocking), ("refused", "open", True))
                with self.assertRaises(ValidationError):
                    self.policy("warn", category=category)

    def test_a_refused_message_keeps_its_case(self):
        """Nothing of it was booked, so nothing may go on as if it were."""
        self.policy("ignore")
        message, _new = self.store(flow=self.flow)
        case = message._open_case("test", "all of it")
        self.assertEqual((case.state, case.blocking), ("open", True))

    def test_about_other_records(self):
        self.policy("ignore")
        report = self.env["finance.exception"]._report
        cases = {report(self.upload, "test", "Text", connector_id=self.upload.id) for _time in range(2)}
        self.assertEqual([(case.state, case.occurrences) for case in cases], [("dropped", 2)])
