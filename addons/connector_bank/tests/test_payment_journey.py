"""Where is my money: found by what people know, each stage with its time, stuck files are told."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .answer_maker import report
from .order_case import OrderWayCase
from .run_case import RunCase


@tagged("post_install", "-at_install")
class TestPaymentJourney(OrderWayCase):
    def journey(self, record=None):
        self.env.flush_all()
        self.env.invalidate_all()
        record = record or self.first
        return self.env["finance.payment.journey"].with_user(self.operator).read_journey(record._name, record.id)

    def stages(self, journey):
        return {one["code"]: one["mood"] for one in journey["stages"]}

    def now(self, journey):
        return [one["code"] for one in journey["stages"] if one.get("now")]

    def find(self, text, user=None):
        found = self.env["finance.payment.journey"].with_user(user or self.operator).find(text)
        return [row["id"] for row in found["rows"]]

    def test_found_by_what_people_know(self):
        bill = self.invoice(12.34, move_type="in_invoice", ref="INV-4711")
        paid = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({"journal_id": self.journal.id})._create_payments()  # fmt: skip
        for text in ("cobalt 40.5", "40,50 COBALT", self.second.name, self.ref(self.second), "Bill 40.5"):
            self.assertEqual(self.find(text), self.second.ids, text)
        self.assertEqual(self.find("4711"), paid.ids)
        self.assertEqual(set(self.find(self.order_.name)), {self.first.id, self.second.id})
        self.assertFalse(self.find("cobalt 41"))
        self.assertFalse(self.find("  "))
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.person("stranger", "finance_connector_base.group_user,account.group_account_readonly", other)
        self.assertFalse(self.find("cobalt", stranger))
        with self.assertRaises(AccessError):
            self.env["finance.payment.journey"].with_user(stranger).read_journey("account.payment", self.first.id)

    def test_each_stage(self):
        journey = self.journey()
        self.assertEqual(self.now(journey), ["approved"])
        self.assertIn("waits to be released", journey["words"])
        self.order_.message_id.approval_id.with_user(self.approver).action_approve()
        journey = self.journey()
        approved = next(one for one in journey["stages"] if one["code"] == "approved")
        self.assertEqual((approved["mood"], approved["text"]), ("done", self.approver.name))
        self.assertEqual(self.now(journey), ["sent"])
        self.assertTrue(approved["on"])
        self.delivered(self.order_)
        self.assertIn("not answered yet", self.journey()["words"])
        self.acknowledge((self.ref(self.first), "ACSP"))
        journey = self.journey()
        self.assertEqual((self.stages(journey)["bank"], self.now(journey)), ("done", ["scheme"]))
        self.settled()
        journey = self.journey()
        self.assertEqual(self.now(journey), [])
        self.assertEqual(self.stages(journey)["scheme"], "skipped")
        self.assertIn(str(self.day), journey["words"])

    def test_every_file_and_answer(self):
        """The steps hold the file, the approval, each answer and the statement; contents are a click away."""
        self.order_.message_id.approval_id.with_user(self.approver).action_approve()
        self.settled()
        steps = self.journey()["steps"]
        opened = {(one["opens"]["model"], one["opens"].get("id")) for one in steps if one.get("opens")}
        answer = self.first.finance_answer_ids
        line = self.first.reconciled_statement_line_ids
        for record in (self.order_, self.order_.message_id, self.order_.message_id.approval_id, answer,
                       answer.message_id, line, self.first):  # fmt: skip
            self.assertIn((record._name, record.id), opened)
        self.assertTrue([one for one in steps if one.get("raw") and one.get("message") == answer.message_id.id])
        facts = dict(self.journey()["head"]["facts"])
        self.assertEqual(facts["Correlation id"], self.order_.message_id.correlation_id)

    def test_refused(self):
        self.delivered(self.order_)
        self.acknowledge((self.ref(self.first), "RJCT", "AC04"), (self.ref(self.second), "ACSP"))
        journey = self.journey()
        self.assertEqual((self.stages(journey)["bad"], self.now(journey)), ("bad", []))
        self.assertIn("The account is closed", journey["words"])
        order = self.journey(self.order_)
        bad = next(one for one in order["stages"] if one["code"] == "bad")
        self.assertEqual((bad["count"], bad["total"], len(order["rows"])), (1, 2, 2))
        self.assertTrue(self.now(order))

    def test_stuck(self):
        """One case a file while nothing is heard; an answer closes it."""
        self.answer(b"no answer, but there is a flow now")
        self.delivered(self.order_)
        orders = self.env["finance.payment.order"]
        orders._cron_stuck()
        self.assertNotIn("payment.stuck", self.cases())
        self.sql("UPDATE finance_message SET done_on = done_on - interval '25 hours' WHERE id = %s",
                 self.order_.message_id.id)  # fmt: skip
        orders._cron_stuck()
        orders._cron_stuck()
        case = self.case("payment.stuck")
        self.assertEqual((case.state, case.occurrences, case.flow_id), ("open", 1, self.flow))
        self.assertIn(self.order_.name, case.text)
        self.env["finance.exception"]._cron_watch()
        self.assertEqual(case.state, "open")
        self.acknowledge((self.ref(self.first), "ACSP"))
        self.env["finance.exception"]._cron_watch()
        self.assertEqual(case.state, "solved")

    def test_no_acknowledgements_expected(self):
        self.answer(b"no answer, but there is a flow now")
        self.delivered(self.order_)
        self.flow.answer_hours = 0
        self.sql("UPDATE finance_message SET done_on = done_on - interval '25 days' WHERE id = %s",
                 self.order_.message_id.id)  # fmt: skip
        self.env["finance.payment.order"]._cron_stuck()
        self.assertNotIn("payment.stuck", self.cases())


@tagged("post_install", "-at_install")
class TestRunJourney(RunCase):
    """A run on one screen, with its orders below."""

    def journey(self, run):
        self.env.flush_all()
        self.env.invalidate_all()
        journey = self.env["finance.payment.journey"].with_user(self.operator).read_journey(run._name, run.id)
        now = [one["code"] for one in journey["stages"] if one.get("now")]
        return journey, now

    def test_each_stage(self):
        self.bill(100)
        self.bill(50)
        run = self.run_of()
        self.assertEqual(self.journey(run)[1], ["agreed"])
        self.released(run)
        journey, now = self.journey(run)
        agreed = next(one for one in journey["stages"] if one["code"] == "agreed")
        self.assertEqual((now, agreed["text"]), (["approved"], self.approver.name))
        run.action_hand_over()
        order = run.order_ids
        order.message_id.approval_id.with_user(self.approver).action_approve()
        self.assertEqual(self.journey(run)[1], ["sent"])
        self.delivered(order)
        first, second = run.line_ids.payment_id
        self.answer(report((first.name.replace("/", "-"), "ACSP"), (second.name.replace("/", "-"), "RJCT", "AC04"),
                           order=order._order_ref(), batch=order._batch_ref()))  # fmt: skip
        journey, _now = self.journey(run)
        counts = {one["code"]: (one["count"], one["total"]) for one in journey["stages"]}
        self.assertEqual((counts["bank"], counts["bad"]), ((2, 2), (1, 2)))
        self.assertEqual([(row["model"], row["id"], row["mood"]) for row in journey["rows"]],
                         [(order._name, order.id, "bad")])  # fmt: skip
        self.assertIn(order.message_id.correlation_id, dict(journey["head"]["facts"])["Correlation ids"])
        opened = {(one["opens"]["model"], one["opens"].get("id")) for one in journey["steps"] if one.get("opens")}
        for record in (run, run.approval_id, order, order.message_id):
            self.assertIn((record._name, record.id), opened)

    def test_strangers_see_nothing(self):
        self.bill(100)
        run = self.run_of()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.person("stranger", "finance_connector_base.group_user", other)
        with self.assertRaises(AccessError):
            self.env["finance.payment.journey"].with_user(stranger).read_journey(run._name, run.id)
