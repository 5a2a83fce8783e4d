"""Orders over a treasury platform: it acknowledges, passes them on, and brings the banks' answers back."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.connector_bank.tests.order_case import OrderCase
from odoo.addons.finance_connector_base.tests.sandbox import sandbox
from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
class TestPlatformOrders(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        url = cls.sandbox.url("treasury")
        cls.connector.write(
            {"transport": "treasury_platform", "domain": "treasury", "address": url, "timeout_seconds": 2,
             "auth_scheme": "oauth2", "oauth_token_url": f"{url}/oauth/token", "username": "SANDBOX-TMS",
             "credential_ids": [Command.create({"purpose": "client_secret", "secret": "SANDBOX-TMS-SECRET"})],
             "flow_ids": [
                 Command.create({"name": "Acknowledgements", "kind": "payment_answer", "direction": "in",
                                 "answered_by": "treasury", "pull_path": "/answers?from=platform"}),
                 Command.create({"name": "Banks", "kind": "payment_answer", "direction": "in",
                                 "answered_by": "bank", "pull_path": "/answers?from=bank"}),
             ]}
        )  # fmt: skip
        cls.platform, cls.banks = cls.connector.flow_ids.filtered("answered_by").sorted("id")
        cls.flow.quiet_seconds = 0

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.enterContext(self.enter_registry_test_mode())
        self.order_ = self.handed(self.first, self.second)
        self.message = self.order_.message_id

    def release(self):
        with trap_jobs():
            self.message.approval_id.with_user(self.approver).action_approve()
        self.env.invalidate_all()

    def step(self):
        if self.message.next_try_on:
            self.message.sudo().next_try_on = self.env.cr.now()
        self.env.flush_all()
        with trap_jobs():
            self.message.sudo().send_job()
        self.env.invalidate_all()

    def fetch(self, flow):
        self.env.flush_all()
        with trap_jobs():
            self.env["finance.intake"]._pull(flow)
        self.env.invalidate_all()
        for message in self.env["finance.message"].sudo().search(
            [("connector_id", "=", self.connector.id), ("state", "=", "received")]
        ):  # fmt: skip
            with trap_jobs():
                message.process_job()
        self.env.invalidate_all()

    def orders(self):
        return self.sandbox.effects("treasury", "order")

    def stage(self, code):
        stages = self.env["finance.payment.journey"].read_journey(self.order_._name, self.order_.id)["stages"]
        return next((one for one in stages if one["code"] == code), {}).get("mood")

    def test_way(self):
        self.step()
        self.assertEqual(self.sandbox.effects("treasury", "file"), [], "others release it first")
        self.release()
        self.step()
        self.assertEqual((self.message.state, self.message.remote_id), ("processed", "task-1"))
        self.assertIsNone(self.stage("treasury"))
        self.fetch(self.platform)
        self.assertEqual(self.order_.payment_ids.mapped("finance_told_level"), ["treasury"] * 2)
        self.assertEqual((self.stage("treasury"), self.stage("bank")), ("done", "todo"))
        self.sandbox.parties["treasury"].settings["reject"] = (self.second._finance_own_id(),)
        self.sandbox.happen("treasury", "passed", "task-1")
        self.fetch(self.banks)
        self.assertEqual((self.first.finance_told_level, self.first.finance_told_code), ("bank", "ACSP"))
        self.assertEqual((self.second.finance_way, self.stage("bank")), ("rejected", "done"))
        self.assertEqual(len(self.sandbox.effects("treasury", "payment")), 1)
        self.fetch(self.banks)
        self.assertEqual(len(self.first.finance_answer_ids), 2)

    def test_lost_answers(self):
        self.release()
        for kind, method in (("reset_after", "PUT"), ("reset_before", "POST"), ("malformed", "POST")):
            self.sandbox.fault(kind, party="treasury", method=method, path="/(files|tasks)")
        for _step in range(12):
            if self.message.state == "processed":
                break
            self.step()
            if self.message.state == "unknown":
                with self.assertRaises(UserError):
                    self.order_.action_cancel()
        self.assertEqual((self.message.state, len(self.orders())), ("processed", 1))

    def test_the_same_ids_after_a_restore_are_another_order(self):
        key, name = self.message.dedup_key, self.message.name
        self.sandbox.happen("treasury", "file", name, digest="", orders=[], message="of yesterday")
        self.sandbox.happen("treasury", "order", "task-0", reference=key, file=name, state="done", text="")
        self.release()
        self.step()
        self.assertEqual((self.message.state, len(self.orders())), ("processed", 2))
        self.assertNotEqual(self.message.remote_id, "task-0")
        self.sandbox.happen("treasury", "passed", self.message.remote_id)
        self.assertEqual(len(self.sandbox.effects("treasury", "payment")), 2)

    def test_the_task_of_another_file_is_not_ours(self):
        self.sandbox.happen("treasury", "file", "other.xml", digest="", orders=[], message="other")
        reference = self.message.options["reference"]
        self.sandbox.happen("treasury", "order", "task-0", reference=reference, file="other.xml", state="done", text="")
        self.release()
        self.step()
        self.step()
        self.assertEqual((self.message.state, self.message.arrived), ("unknown", "maybe"))
        self.assertIn("outcome.unknown", self.message._blocking_cases().mapped("code"))
        self.assertEqual(len(self.orders()), 1)

    def test_refused_by_the_platform(self):
        self.sandbox.parties["treasury"].settings["task_fails"] = True
        self.release()
        self.step()
        self.assertEqual((self.message.state, self.message.arrived), ("refused", "no"))
        self.order_.action_cancel()
        self.assertEqual(self.order_.state, "cancelled")
