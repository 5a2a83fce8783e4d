import json
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.tests.common import at_the_screen, server_option
from odoo.addons.queue_job.tests.common import trap_jobs

from ..ebics import keys as ebics_keys
from .ebics_bank import HOST, PARTNER, USER, EbicsBank, user_keys
from .order_case import OrderCase
from .statement_maker import Booking, camt053, statement


class EbicsCase(OrderCase):
    """A company that pays over EBICS, with the sandbox's bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.enterClassContext(EbicsBank())
        cls.enterClassContext(server_option(environment="sandbox"))
        cls.admin = cls.person("ebics_admin", "finance_connector_base.group_admin")
        cls.enterClassContext(patch.object(ebics_keys, "make_keys", lambda user_id, *_a, **_k: user_keys(user_id)))
        cls.connector.write(
            {"transport": "ebics", "address": cls.bank.address, "ebics_host_id": HOST, "ebics_partner_id": PARTNER,
             "ebics_user_id": USER}
        )  # fmt: skip
        cls.flow.write({"ebics_preset": "sepa_sct", "quiet_seconds": 0})
        flows = [("Statements", "statement", {"ebics_preset": "de_c53"}), ("Protocol", "ebics_protocol", {})]
        cls.statements, cls.protocol = cls.env["finance.flow"].sudo().create(
            [{"name": name, "kind": kind, "connector_id": cls.connector.id, "direction": "in", **values}
             for name, kind, values in flows]
        )  # fmt: skip
        cls.user = cls.connector.ebics_user_ids

    def setUp(self):
        super().setUp()
        self.bank.sandbox.reset()
        self.enterContext(self.enter_registry_test_mode())

    def as_admin(self):
        return self.user.with_user(self.admin)

    def initialise(self):
        user = self.as_admin()
        user.action_make_keys()
        user.action_send_keys()
        user.action_letter()
        self.bank.activate()
        user.action_fetch_bank_keys()
        told = self.bank.desk("letter")
        user.write({"told_authentication": told["X002"], "told_encryption": told["E002"].upper()})
        user.action_confirm_bank_keys()
        self.env.flush_all()

    def pull(self, flow):
        self.env.flush_all()
        with trap_jobs():
            words = self.env["finance.intake"].sudo()._pull(flow)
        self.env.invalidate_all()
        return words

    def incoming(self, flow):
        return self.env["finance.message"].sudo().search([("flow_id", "=", flow.id)], order="id")

    def released(self, *payments):
        order = self.handed(*payments)
        order.message_id.approval_id.with_user(self.approver).action_approve()
        return order

    def advance(self, message):
        message = message.sudo()
        if message.next_try_on:
            message.next_try_on = fields.Datetime.now()
        self.env.flush_all()
        words = self.env["finance.deliver"].sudo()._advance(message.id)
        self.env.invalidate_all()
        return words


@tagged("post_install", "-at_install")
class TestEbicsUser(EbicsCase):
    """From the first key to the day on which the bank believes us and we believe the bank."""

    def test_the_whole_way(self):
        user, connector = self.as_admin(), self.connector
        self.assertIn("Initialise an EBICS user", " ".join(connector._remains()))
        user.action_make_keys()
        self.assertEqual((user.state, connector.credential_ids.purpose), ("keys", "ebics_keys"))
        self.assertEqual(len(ebics_keys.read_hash(user.signature_hash)), 32)
        user.action_send_keys()
        self.assertEqual((user.state, user.trouble), ("sent", False))
        user.action_letter()
        user.action_fetch_bank_keys()
        self.assertIn("not active", user.trouble)
        self.assertTrue(user.trouble_advice)
        self.assertEqual(user.state, "letter")
        self.bank.activate()
        user.action_fetch_bank_keys()
        self.assertEqual((user.state, connector.ebics_bank_keys), ("fetched", False))
        told = self.bank.desk("letter")
        user.write({"told_authentication": told["X002"], "told_encryption": told["X002"]})
        with self.assertRaisesRegex(UserError, "E002"):
            user.action_confirm_bank_keys()
        self.assertFalse(connector.ebics_bank_keys)
        user.told_encryption = told["E002"]
        user.action_confirm_bank_keys()
        self.assertEqual(user.state, "ready")
        self.env.flush_all()
        connector.with_user(self.admin).action_test()
        self.assertEqual((connector.health, connector.health_code), ("ok", False), connector.health_text)
        self.assertIn("EBICS keys of the bank", connector.expiry_ids.mapped("name"))

    def test_keys_are_never_shown(self):
        self.initialise()
        sealed = self.connector.credential_ids
        self.assertFalse(sealed.with_user(self.admin).secret)
        with self.assertRaises(AccessError):
            sealed.with_user(self.admin).read(["sealed"])
        shown = json.dumps(self.user.with_user(self.admin).read()[0], default=str)
        self.assertNotIn("PRIVATE", shown)

    def test_only_administrators(self):
        for action in ("action_make_keys", "action_send_keys", "action_letter", "action_fetch_bank_keys",
                       "action_confirm_bank_keys", "action_was_sent"):  # fmt: skip
            with self.assertRaises(AccessError):
                getattr(self.user.with_user(self.operator), action)()
        with self.assertRaises(AccessError):
            self.as_admin().write({"state": "ready"})
        with self.assertRaises(AccessError):
            self.connector.with_user(self.admin).write({"ebics_bank_keys": "{}"})

    def test_blanks_in_ids(self):
        with self.assertRaises(ValidationError):
            self.user.name = "USER 1"
        with self.assertRaises(ValidationError):
            self.connector.ebics_partner_id = "PARTNER1 "

    def test_a_lost_answer_to_the_keys(self):
        user = self.as_admin()
        user.action_make_keys()
        self.bank.sandbox.fault("reset_after", party="ebics")
        user.action_send_keys()
        self.assertEqual(user.state, "keys")
        user.action_send_keys()
        self.assertIn("not active", user.trouble)  # the bank has INI already
        self.user.sudo().state = "ini"
        user.action_send_keys()
        self.assertEqual(user.state, "sent")

    def test_letter(self):
        self.initialise()
        report = self.env["ir.actions.report"].with_user(self.admin)
        content, _kind = report._render_qweb_html("connector_bank.ebics_letter_report", self.user.ids)
        text = "".join(html.fromstring(content).text_content().split())
        self.assertEqual(text.count("EBICSinitialisationletter"), 2)
        for shown in (self.user.signature_hash, self.user.authentication_hash, self.user.encryption_hash):
            self.assertIn("".join(shown.split()), text)
        for told in (HOST, PARTNER, USER, "A006", "X002", "E002", "BEGINCERTIFICATE"):
            self.assertIn(told, text)
        self.assertNotIn("PRIVATE", text)

    def test_a_live_connector_needs_another_person(self):
        self.initialise()
        with server_option(environment="live"):
            parts = self.connector._setup_parts()["ebics"][1]
            self.assertIn([USER, self.user.signature_hash], parts)
            self.connector.sudo().write({"state": "paused", "environment": "live"})
            self.connector.approval_id.sudo()._void("test") if self.connector.approval_id else None
            before = self.connector._approval_hash()
            self.connector.sudo().ebics_distributed = True
            self.assertNotEqual(before, self.connector._approval_hash())
            self.statements.sudo().ebics_version = "02"
            self.assertIn("/02", str(self.connector._setup_parts()))


@tagged("post_install", "-at_install")
class TestEbicsStatements(EbicsCase):
    def setUp(self):
        super().setUp()
        self.initialise()

    def test_from_the_bank_to_the_ledger(self):
        account = self.journal.bank_account_id.sanitized_acc_number
        made = statement(Booking("12.34", "Rent", ref="R1"), name="S1", account=account, currency="EUR", opening="0.00")
        self.bank.offer(**{"one.xml": camt053(made, message="M1").decode()})
        self.assertIn("1 new", self.pull(self.statements))
        message = self.incoming(self.statements)
        self.assertEqual(self.bank.receipts(), ["0"])
        message.process_job()
        self.assertEqual((message.state, self.lines().mapped("amount")), ("processed", [12.34]))
        self.assertIn("0 new", self.pull(self.statements))

    def test_the_receipt_comes_after_our_commit(self):
        self.bank.offer(**{"one.xml": "<one/>", "two.xml": "<two/>"})
        real = type(self.env["finance.intake"])._take
        calls = []

        def take(intake, env, flow, parcel):
            calls.append(parcel.name)
            if len(calls) == 2:
                raise RuntimeError("the disk is full")
            return real(intake, env, flow, parcel)

        with patch.object(type(self.env["finance.intake"]), "_take", take):
            try:
                self.pull(self.statements)
            except RuntimeError as error:  # assertRaises would undo what was kept before
                self.assertIn("disk", str(error))
            else:
                self.fail("the second part was kept")
        self.assertNotIn("0", self.bank.receipts())
        self.assertIn("1 new, 1 seen", self.pull(self.statements))
        self.assertEqual(self.bank.receipts()[-1], "0")

    def test_trouble_is_a_case(self):
        self.bank.fault(phase="Initialisation", code="061099")
        self.pull(self.statements)
        self.assertIn("ebics.061099", self.cases())
        self.pull(self.statements)
        self.assertNotIn("ebics.061099", self.cases())
        self.bank.desk("keys", now=True)
        self.pull(self.statements)
        self.assertIn("ebics.signature", self.cases())

    def test_what_is_agreed(self):
        self.connector.with_user(self.operator).action_ebics_agreed()
        self.assertIn("BTD EOP/DE/-/ZIP/camt.053/08", self.connector.ebics_agreed)
        self.bank.desk("block", user=USER)
        with self.assertRaisesRegex(UserError, "not active"):
            self.connector.with_user(self.operator).action_ebics_agreed()

    def test_days_again(self):
        self.bank.offer(**{"one.xml": "<one/>"})
        self.pull(self.statements)
        today = fields.Date.to_string(fields.Date.today())
        wizard = self.env["finance.ebics.days"].with_user(self.operator).create({"flow_id": self.statements.id})
        with trap_jobs() as trap:
            wizard.action_fetch()
            trap.assert_jobs_count(1, only=self.statements.ebics_days_job)
        self.env.flush_all()
        self.assertIn("1 seen", self.statements.sudo().ebics_days_job(today, today))


@tagged("post_install", "-at_install")
class TestEbicsPayments(EbicsCase):
    def setUp(self):
        super().setUp()
        self.initialise()

    def test_sent_once(self):
        order = self.released(self.first, self.second)
        self.advance(order.message_id)
        self.assertEqual(order.message_id.state, "processed", order.message_id.result_text)
        self.assertEqual(sorted(self.bank.payments()), sorted((self.first | self.second).mapped("finance_end_to_end")))
        transfer = self.env["finance.ebics.transfer"].search([("connector_id", "=", self.connector.id)])
        self.assertEqual((transfer.message_id, transfer.order_id), (order.message_id, order.message_id.remote_id))

    def test_nothing_without_release(self):
        order = self.handed(self.first)
        self.advance(order.message_id)
        self.assertEqual((order.message_id.state, self.bank.payments()), ("ready", []))

    def test_lost_answer_is_settled_by_the_protocol(self):
        order = self.released(self.first)
        self.bank.sandbox.fault("reset_after", party="ebics", skip=1)
        self.advance(order.message_id)
        self.assertEqual(order.message_id.state, "unknown")
        self.advance(order.message_id)
        self.assertEqual(order.message_id.state, "processed", order.message_id.result_text)
        self.assertEqual(len(self.bank.payments()), 1)

    def test_never_arrived_is_sent_again(self):
        order = self.released(self.first)
        self.bank.sandbox.fault("reset_before", party="ebics", skip=1, times=9)
        self.advance(order.message_id)
        self.assertEqual(order.message_id.state, "unknown")
        self.bank.sandbox.plan.reset()
        self.advance(order.message_id)
        self.assertEqual((order.message_id.state, self.bank.payments()), ("ready", []))
        self.advance(order.message_id)
        self.assertEqual((order.message_id.state, len(self.bank.payments())), ("processed", 1))

    def test_doubt_goes_to_two_people(self):
        order = self.released(self.first)
        self.bank.sandbox.fault("reset_after", party="ebics", skip=1)
        self.advance(order.message_id)
        self.env["finance.ebics.transfer"].sudo().search([]).unlink()  # as after a backup was put back
        self.advance(order.message_id)
        self.assertEqual((order.message_id.state, order.message_id.next_try_on), ("unknown", False))
        self.assertIn("outcome.unknown", self.cases())
        self.assertEqual(len(self.bank.payments()), 1)

    def uploaded(self, order):
        """The order reached the bank; its upload is not told yet."""
        self.advance(order.message_id)
        transfer = self.env["finance.ebics.transfer"].search([("connector_id", "=", self.connector.id)])
        self.bank.sandbox.parties["ebics"].settings["faults"] = ()
        self.pull(self.protocol)
        self.incoming(self.protocol).process_job()
        self.assertEqual(transfer.state, "done")
        transfer.sudo().state = "begun"
        return transfer

    def refused_upload(self, transfer, reason="AM04"):
        """The bank's protocol says that it refuses this upload."""
        event = {"action": "ORDER_HAC_FINAL_NEG", "order_id": transfer.order_id, "type": "BTU", "partner": PARTNER,
                 "user": USER, "reason": reason, "text": "no", "at": self.bank.effects("protocol")[0]["data"]["at"]}
        party = self.bank.sandbox.parties["ebics"]
        party._events = [event]
        party._read = 0
        self.pull(self.protocol)
        self.incoming(self.protocol)[-1].process_job()
        self.assertEqual((transfer.state, transfer.reason), ("refused", reason))
        self.assertIn("ebics.order_refused", self.cases())

    def test_the_bank_refuses_afterwards(self):
        self.refused_upload(self.uploaded(self.released(self.first)))
        self.assertEqual(self.first.finance_way, "rejected")

    def test_an_upload_refused_and_another_executed(self):
        """The same bytes went twice: the one that counts may be the earlier or the later one."""
        first = self.uploaded(self.released(self.first))
        second = first.sudo().copy({"order_id": "Z001", "state": "begun"})
        self.refused_upload(first)
        self.assertEqual((self.first.finance_way, self.first._finance_frozen()), ("initiated", self.first))
        first.sudo().state = "done"  # now the earlier one counts, and the later one is refused as its double
        self.refused_upload(second, "AM05")
        self.assertEqual((self.first.finance_way, self.first._finance_frozen()), ("initiated", self.first))

    def test_all_uploads_refused(self):
        first = self.uploaded(self.released(self.first))
        second = first.sudo().copy({"order_id": "Z001", "state": "begun"})
        self.refused_upload(first)
        self.refused_upload(second)
        self.assertEqual(self.first.finance_way, "rejected")

    def test_others_sign_at_the_bank(self):
        """The order waits there for a second signature: shown with who signed, paid once the other has signed."""
        self.connector.ebics_distributed = True
        self.bank.settings["signatures"] = 2
        waiting = self.flow.sudo().create(
            {"name": "Waiting", "kind": "ebics_signatures", "connector_id": self.connector.id, "direction": "in"}
        )
        order = self.released(self.first)
        self.advance(order.message_id)
        self.assertEqual((order.message_id.state, self.bank.payments()), ("processed", []))
        self.assertFalse(order.signatures_text)
        self.assertIn("1 new", self.pull(waiting))
        self.incoming(waiting).process_job()
        self.env.invalidate_all()
        self.assertEqual(order.signatures_text, "1 of 2 signatures: User1")
        self.assertEqual(self.first.finance_way, "initiated")
        self.bank.desk("sign", order_id=order.message_id.remote_id, user="USER9")
        self.assertEqual(len(self.bank.payments()), 1)
        self.pull(waiting)
        self.pull(self.protocol)
        self.incoming(self.protocol).process_job()
        self.env.invalidate_all()
        self.assertFalse(order.signatures_text)

    def test_the_bank_has_new_keys(self):
        order = self.released(self.first)
        self.bank.desk("keys", now=True)
        self.advance(order.message_id)
        self.assertEqual((order.message_id.state, self.connector.state), ("refused", "paused"))
        self.assertEqual(self.bank.payments(), [])


@tagged("post_install", "-at_install")
class TestEbicsConnect(EbicsCase):
    def test_connected_step_by_step(self):
        with at_the_screen():
            wizard = self.env["finance.connect"].with_user(self.admin).create({})
            wizard._choose(self.env.ref("connector_bank.system_bank_ebics"))
            wizard.write({"name": "EBICS house bank", "address": self.bank.address, "ebics_host_id": HOST,
                          "ebics_partner_id": PARTNER, "ebics_user_id": "USER2"})  # fmt: skip
            wizard.action_next()
            self.assertEqual(wizard.health, "ok", wizard.health_text)
            for _step in range(2):
                wizard.action_next()
            wizard.action_create()
        connector = wizard.connector_id
        self.assertEqual((connector.transport, connector.ebics_user_ids.name), ("ebics", "USER2"))
        found = {flow.kind: flow._ebics_words() for flow in connector.flow_ids}
        self.assertEqual(found["statement"], "EOP/DE/-/ZIP/camt.053/08")
        self.assertEqual(found["payment_order"], "SCT/-/-/-/pain.001/09")
        self.assertTrue(connector.flow_ids.filtered(lambda flow: flow.kind == "payment_order").needs_approval)
