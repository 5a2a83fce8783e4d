"""Orders over payment interfaces, from the release to the bank's last word, against the sandboxes."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.finance_connector_base.services import finance_deliver
from odoo.addons.finance_connector_base.tests.common import server_option
from odoo.addons.finance_connector_base.tests.sandbox import sandbox
from odoo.addons.queue_job.tests.common import trap_jobs

from .interface_case import agree
from .order_case import OrderCase

OWN = "DE20500105175412907713"
LINES = {
    "psd2": ({"transport": "berlin_group", "auth_scheme": "none", "psu_ip_address": "203.0.113.7"}, {}),
    "wise": ({"transport": "wise", "auth_scheme": "bearer"}, {"token": "SANDBOX-WISE"}),
    "hub": ({"transport": "modern_treasury", "auth_scheme": "basic", "username": "SANDBOX-ORG"},
            {"password": "SANDBOX-HUB"}),
}  # fmt: skip


class PayingOrderCase(OrderCase):
    party = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        values, secrets = LINES[cls.party]
        cls.connector.write(
            {**values, "address": cls.sandbox.url(cls.party), "timeout_seconds": 2,
             "credential_ids": [Command.create({"purpose": name, "secret": text}) for name, text in secrets.items()],
             "flow_ids": [
                 Command.create({"name": "Answers", "kind": "payment_answer", "direction": "in"}),
                 Command.create({"name": "Cancel", "kind": "payment_cancellation", "direction": "out",
                                 "needs_approval": True}),
             ]}
        )  # fmt: skip
        cls.answers = cls.connector._flow("payment_answer", "in")
        cls.flow.write({"resend": "key", "quiet_seconds": 0})
        cls.journal.bank_account_id = cls.env["res.partner.bank"].create(
            {"acc_number": OWN, "partner_id": cls.company.partner_id.id}
        )

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.sandbox.parties["wise"].settings["proof"] = False
        if not isinstance(self, HttpCase):
            self.enterContext(self.enter_registry_test_mode())

    def released(self, *payments):
        order = self.handed(*payments)
        self.release(order.message_id)
        return order

    def release(self, message):
        with trap_jobs():
            message.approval_id.with_user(self.approver).action_approve()
        self.env.invalidate_all()

    def step(self, message):
        """What a worker does next with an outgoing message."""
        if message.next_try_on:
            message.sudo().next_try_on = self.env.cr.now()
        self.env.flush_all()
        with trap_jobs():
            words = message.sudo().send_job()
        self.env.invalidate_all()
        return words

    def send(self, message, most=8):
        """Until nothing is left to be done."""
        for _step in range(most):
            if message.state in ("processed", "refused", "dead"):
                break
            self.step(message)
        self.process()

    def process(self):
        for message in self.env["finance.message"].sudo().search(
            [("connector_id", "=", self.connector.id), ("state", "=", "received")]
        ):  # fmt: skip
            with trap_jobs():
                message.process_job()
        self.env.invalidate_all()

    def ask(self):
        """The schedule, or a person, has the interface asked."""
        self.env.flush_all()
        with trap_jobs():
            words = self.env["finance.intake"]._pull(self.answers)
        self.env.invalidate_all()
        self.process()
        return words

    def paid(self):
        return [effect["key"] for effect in self.sandbox.effects(self.party, "payment")]

    def told(self, order):
        return order.payment_ids.sorted("id").mapped("finance_told_code")


@tagged("post_install", "-at_install")
class TestBerlinGroupOrders(PayingOrderCase):
    party = "psd2"

    def link(self, order):
        return order.with_user(self.approver).action_authorise()["url"]

    def test_way(self):
        order = self.released(self.first, self.second)
        self.assertFalse(order.to_authorise)
        self.send(order.message_id)
        self.assertEqual((order.message_id.state, order.to_authorise), ("processed", True))
        self.assertEqual((self.told(order), self.paid()), (["RCVD", "RCVD"], []))
        journey = self.env["finance.payment.journey"].read_journey(self.first._name, self.first.id)
        self.assertIn("authorises it there", journey["words"])
        agree(self.link(order))
        self.assertEqual(len(self.paid()), 2)
        self.ask()
        self.assertEqual(self.told(order), ["ACSC", "ACSC"])
        self.assertEqual(set(order.payment_ids.mapped("finance_way")), {"acknowledged"}, "only a statement proves more")
        self.assertFalse(order.to_authorise)
        self.assertIn("0 new", self.ask())
        self.assertEqual(len(self.paid()), 2)

    def test_a_long_answer_keeps_its_numbers(self):
        order = self.released(self.first, self.second)
        with patch.object(finance_deliver, "ANSWER_BYTES", 40):
            self.send(order.message_id)
        self.assertEqual((order.message_id.state, len(order.remote_ids), order.to_authorise), ("processed", 1, True))

    def test_an_answer_that_cannot_be_read_is_not_done(self):
        order = self.released(self.first)
        self.step(order.message_id)
        with patch.object(type(order.message_id), "_answer", lambda _message: b'{"payment_interface": "ber'):
            self.send(order.message_id)
        self.assertNotEqual(order.message_id.state, "processed")
        self.assertIn("pay.numbers", order.message_id._blocking_cases().mapped("code"))

    def test_nothing_before_the_release(self):
        order = self.handed(self.first)
        self.step(order.message_id)
        self.assertEqual(self.sandbox.effects("psd2"), [])

    def test_lost_answer(self):
        order = self.released(self.first, self.second)
        self.sandbox.fault("reset_after", party="psd2", method="POST")
        self.step(order.message_id)
        self.assertEqual((order.message_id.state, order.message_id.arrived), ("unknown", "maybe"))
        with self.assertRaises(UserError):
            order.action_cancel()
        self.send(order.message_id)
        self.assertEqual(len(self.sandbox.effects("psd2", "initiation")), 1)
        self.assertTrue(order.to_authorise)

    def test_a_bank_without_memory_is_left_to_people(self):
        self.flow.resend = "absent"
        order = self.released(self.first)
        self.sandbox.fault("reset_after", party="psd2", method="POST")
        self.step(order.message_id)
        self.step(order.message_id)
        self.assertEqual((order.message_id.state, order.message_id.next_try_on), ("unknown", False))
        self.assertIn("outcome.unknown", self.env["finance.exception"].search(
            [("message_id", "=", order.message_id.id)]).mapped("code"))  # fmt: skip
        self.assertEqual(len(self.sandbox.effects("psd2", "initiation")), 1)
        with trap_jobs() as jobs:
            order.with_user(self.operator).action_ask_bank()
            self.assertEqual(len(jobs.enqueued_jobs), 1)
        self.step(order.message_id)
        self.assertEqual((order.message_id.state, len(self.sandbox.effects("psd2", "initiation"))), ("unknown", 1))

    def test_who_may_authorise_and_where(self):
        order = self.released(self.first)
        self.send(order.message_id)
        with self.assertRaises(AccessError):
            order.with_user(self.operator).action_authorise()
        with patch.object(type(self.env["finance.permit"]), "_refusal", lambda *_args: "a copy"):
            with self.assertRaisesRegex(UserError, "a copy"):
                self.link(order)
        self.connector.state = "paused"
        with self.assertRaisesRegex(UserError, "paused"):
            self.link(order)

    def test_not_authorised_in_time(self):
        order = self.released(self.first)
        self.send(order.message_id)
        self.sandbox.parties["psd2"].settings["sca_over"] = True
        agree(self.link(order))
        self.ask()
        self.assertEqual((self.first.finance_way, self.paid()), ("rejected", []))
        self.assertIn("payment.rejected", self.cases_of(self.first))

    def test_purged_by_the_bank(self):
        first, second = self.released(self.first), self.released(self.second)
        self.send(first.message_id)
        self.send(second.message_id)
        agree(self.link(second))
        self.ask()
        self.sandbox.parties["psd2"].settings["purged"] = "RESOURCE_EXPIRED"
        self.ask()
        self.assertIn("0 new", self.ask())
        self.assertEqual((self.connector.state, self.told(first), self.told(second)), ("active", ["RCVD"], ["ACSC"]))
        self.assertEqual((self.cases_of(self.first), self.cases_of(self.second)), (["payment.gone"], []))

    def looks(self):
        return sum(call["path"].endswith("/status") for call in self.sandbox.calls)

    def test_purged_is_not_asked_about_for_ever(self):
        first, second = self.released(self.first), self.released(self.second)
        for order in (first, second):
            self.send(order.message_id)
        purged = self.sandbox.parties["psd2"].settings
        purged["purged"] = "RESOURCE_EXPIRED"
        self.ask()
        purged["purged"] = ""
        self.ask()
        self.assertEqual(first.remote_ids.gone_times, 0, "it was there again: only in a row it counts")
        purged["purged"] = "RESOURCE_EXPIRED"
        for _look in range(self.connector.gone_looks):
            self.ask()
        asked = self.looks()
        self.ask()
        self.assertEqual((self.looks(), self.told(first)), (asked, ["RCVD"]))
        case = self.env["finance.exception"].search([("res_id", "=", self.first.id), ("code", "=", "payment.gone")])
        self.assertEqual((len(case), case.state), (1, "open"))
        self.assertIn("said 3 times", case.text)
        purged["purged"] = ""
        with trap_jobs():
            first.with_user(self.operator).action_ask_bank()
        self.ask()
        self.assertEqual((self.looks(), first.remote_ids.gone_times, second.remote_ids.gone_times), (asked + 1, 0, 3))

    def test_purged_asked_about_less_often(self):
        """A setting that is lowered meanwhile leaves nothing unasked without words."""
        order = self.released(self.first)
        self.send(order.message_id)
        self.sandbox.parties["psd2"].settings["purged"] = "RESOURCE_EXPIRED"
        self.ask()
        self.ask()
        self.assertEqual(order.remote_ids.gone_times, 2)
        self.connector.gone_looks = 1
        self.ask()
        case = self.env["finance.exception"].search([("res_id", "=", self.first.id), ("code", "=", "payment.gone")])
        self.assertIn("said 3 times", case.text)
        asked = self.looks()
        self.ask()
        self.assertEqual(self.looks(), asked)

    def cases_of(self, record):
        return self.env["finance.exception"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        ).mapped("code")  # fmt: skip

    def test_cancelled_as_a_whole(self):
        order = self.released(self.first, self.second)
        self.send(order.message_id)
        part = self.env["finance.payment.cancellation"]._of_payments(self.first)
        with self.assertRaisesRegex(UserError, "as a whole"):
            part.action_ask()
        part.action_drop()
        request = self.env["finance.payment.cancellation"]._of_payments(order.payment_ids)
        request.action_ask()
        self.assertFalse(self.sandbox.effects("psd2", "word"), "others release it first")
        self.release(request.message_id)
        self.send(request.message_id)
        self.assertEqual(set(order.payment_ids.mapped("finance_way")), {"rejected"})
        self.assertEqual((request.state, self.paid()), ("done", []))

    def test_another_format_is_not_taken(self):
        order = self.order(self.first)
        order.profile = "csv_payments"
        with self.assertRaisesRegex(UserError, "pain.001"):
            order.action_hand_over()


@tagged("post_install", "-at_install")
class TestPaymentWayBack(PayingOrderCase, HttpCase):
    party = "psd2"

    def test_who_comes_back(self):
        order = self.released(self.first)
        message = order.message_id
        self.operator.password = "operator-password"  # noqa: S105 - of this test alone
        self.authenticate(self.operator.login, "operator-password")
        path = f"/finance/payment/{message.id}/"
        self.assertEqual(self.url_open(f"{path}forged", allow_redirects=False).status_code, 404)
        token = message.sudo()._payment_return_token()
        for _visit in range(2):
            back = self.url_open(path + token, allow_redirects=False)
            self.assertIn(f"/odoo/finance-payment-orders/{order.id}", back.headers["Location"])
        jobs = self.env["queue.job"].sudo().search([("identity_key", "=", f"finance.flow.pull:{self.answers.id}")])
        self.assertEqual(len(jobs), 1, "a doubled way back asks once")


@tagged("post_install", "-at_install")
class TestHubOrders(PayingOrderCase):
    party = "hub"

    def setUp(self):
        super().setUp()
        with trap_jobs():
            self.connector.action_find_accounts()

    def test_way(self):
        order = self.released(self.first, self.second)
        self.send(order.message_id)
        self.assertEqual((order.message_id.state, len(self.paid())), ("processed", 2))
        self.assertEqual((self.told(order), set(order.payment_ids.mapped("finance_told_level"))),
                         (["RCVD", "RCVD"], {"hub"}))  # fmt: skip
        journey = self.env["finance.payment.journey"].read_journey(order._name, order.id)
        self.assertIn("hub", [stage["code"] for stage in journey["stages"]])
        for key in self.paid():
            self.sandbox.happen("hub", "state", key, status="completed")
        self.ask()
        self.assertEqual(self.told(order), ["ACSC", "ACSC"])
        self.sandbox.happen("hub", "state", self.paid()[0], status="returned",
                            current_return={"code": "R03", "reason": "No account"})  # fmt: skip
        self.ask()
        self.assertEqual(order.payment_ids.sorted("id").mapped("finance_way"), ["acknowledged"] * 2)
        cases = self.env["finance.exception"].search([("res_model", "=", "account.payment"),
                                                      ("res_id", "=", self.first.id)])  # fmt: skip
        self.assertEqual(cases.mapped("code"), ["payment.contradiction"])

    def test_a_part_lost(self):
        order = self.released(self.first, self.second, self.pay(30))
        self.sandbox.fault("reset_after", party="hub", method="POST", skip=1)
        self.step(order.message_id)
        self.assertEqual((order.message_id.state, len(self.paid())), ("unknown", 2))
        self.step(order.message_id)
        self.assertEqual((order.message_id.state, order.message_id.arrived), ("ready", "maybe"))
        with self.assertRaises(UserError):
            order.action_cancel()
        self.send(order.message_id)
        self.assertEqual((order.message_id.state, len(self.paid()), len(order.remote_ids)), ("processed", 3, 3))

    def test_one_refused(self):
        other = self.trusted_account("FR7630006000011234567890189")
        third = self.pay(30, partner_bank_id=other.id)
        self.sandbox.parties["hub"].settings["reject"] = (other.sanitized_acc_number,)
        order = self.released(self.first, third)
        self.send(order.message_id)
        self.assertEqual((self.first.finance_way, third.finance_way), ("acknowledged", "rejected"))
        self.assertEqual(len(self.paid()), 1)

    def test_a_webhook_only_makes_us_ask(self):
        order = self.released(self.first)
        self.send(order.message_id)
        self.connector.write({
            "webhook_scheme": "hmac", "webhook_header": "X-Signature", "webhook_kind_path": "event",
            "credential_ids": [Command.create({"purpose": "webhook", "secret": "hub-secret"})],
            "flow_ids": [
                Command.create({"name": "Events", "kind": "webhook_fetch", "direction": "in", "mode": "event"})
            ],
        })  # fmt: skip
        headers, body = self.sandbox.parties["hub"].hook(self.paid()[0], "completed")
        token = self.connector.sudo().webhook_url.rpartition("/")[2]
        with trap_jobs():
            self.assertEqual(self.env["finance.hook"]._receive(token, headers, body)[0], 200)
        event = self.env["finance.message"].sudo().search([("kind", "=", "webhook_fetch")])
        with trap_jobs() as jobs:
            event.process_job()
            self.assertEqual([job.method_name for job in jobs.enqueued_jobs], ["pull_job"])
        self.assertEqual(self.told(order), ["RCVD"], "what the event says is not believed")


@tagged("post_install", "-at_install")
class TestWiseOrders(PayingOrderCase):
    party = "wise"

    def setUp(self):
        super().setUp()
        with trap_jobs():
            self.connector.action_find_accounts()
        accesses = self.connector.access_ids.sudo()
        accesses.filtered(lambda one: one.remote_id.endswith("acc-eur-1")).number = OWN
        self.env.invalidate_all()

    def test_way(self):
        order = self.released(self.first, self.second)
        self.send(order.message_id)
        self.assertEqual((order.message_id.state, len(self.paid())), ("processed", 2))
        self.assertEqual(self.told(order), ["ACTC", "ACTC"])
        for effect in self.sandbox.effects("wise", "transfer"):
            self.sandbox.happen("wise", "state", effect["key"], status="outgoing_payment_sent")
        self.ask()
        self.assertEqual(self.told(order), ["ACSC", "ACSC"])

    def test_lost_while_it_was_funded(self):
        order = self.released(self.first, self.second)
        self.sandbox.fault("reset_after", party="wise", method="POST", path="/payments$")
        self.send(order.message_id)
        self.assertEqual((order.message_id.state, len(self.paid())), ("processed", 2))
        self.assertEqual(len(set(self.paid())), 2)

    def test_too_many_for_one_order(self):
        """An order that cannot be through in time is not begun."""
        with server_option(interface_payments="1"), self.assertRaisesRegex(UserError, "no more than 1"):
            self.released(self.first, self.second)
        self.assertFalse(self.paid())

    def test_without_an_account(self):
        self.connector.access_ids.sudo().unlink()
        order = self.released(self.first)
        self.send(order.message_id)
        self.assertEqual((order.message_id.state, order.message_id.arrived), ("refused", "no"))
        order.action_cancel()
        self.assertEqual((order.state, self.sandbox.effects("wise")), ("cancelled", []))
