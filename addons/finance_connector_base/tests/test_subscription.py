import base64
import hashlib
import hmac
import json
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..core.errors import BusinessError, OutcomeUnknownError
from ..core.transport import Receipt
from ..events.signature import new_secret
from ..transports.broker import Amqp
from ..transports.https import Https
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestSubscription(FinanceCase):
    """Subscribers get what they chose, signed, in order for each object, at least once."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.secret = new_secret()
        self.subscriber = self.subscription()
        self.posts, self.answers = [], []
        test = self

        def call(_self, method, path, body=None, key=None, content_type=None, headers=None):
            test.posts.append((path, body, headers))
            answer = test.answers.pop(0) if test.answers else Receipt(status=200)
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.enterContext(patch.object(Https, "call", call))

    def subscription(self, **values):
        made = self.env["finance.subscription"].create(
            {"name": "Warehouse", "address": "https://events.example.com", "path": "/in",
             "verified_on": fields.Datetime.now(), **values}
        )  # fmt: skip
        self.env["finance.credential"].create(
            {"connector_id": made.connector_id.id, "purpose": "webhook", "secret": self.secret}
        )
        made.action_start()
        return made

    def supplier(self, **values):
        return self.env["res.partner"].create({"name": "S", "is_company": True, "supplier_rank": 1, **values})

    def relay(self):
        self.env.flush_all()
        self.env.cr.flush()
        self.env["finance.event.relay"]._relay()
        self.env.invalidate_all()

    def messages(self, subscription=None):
        flow = (subscription or self.subscriber).flow_id
        return self.env["finance.message"].search([("flow_id", "=", flow.id)], order="id")

    def deliver(self, message):
        message.sudo().next_try_on = False
        self.env.flush_all()
        words = self.env["finance.deliver"]._advance(message.id)
        self.env.invalidate_all()
        return words

    def test_made_on_the_screen(self):
        form = Form(self.env["finance.subscription"].with_user(self.roles["admin"]))
        form.name, form.address = "By hand", "https://hand.example.com"
        made = form.save()
        self.assertEqual((made.flow_id.kind, made.flow_id.keeps_order, made.state), ("event", True, "draft"))
        self.assertEqual(made.connector_id.address, "https://hand.example.com")

    def test_one_event_signed(self):
        supplier = self.supplier()
        self.relay()
        message = self.messages()
        self.deliver(message)
        self.assertEqual(message.state, "processed")
        [(path, body, headers)] = self.posts
        event = json.loads(body)
        self.assertEqual(path, "/in")
        self.assertEqual((event["specversion"], event["type"]), ("1.0", "supplier.created"))
        self.assertEqual((event["subject"], event["data"]["name"]), (f"res.partner/{supplier.id}", "S"))
        self.assertEqual(headers["webhook-id"], event["id"])
        signed = f"{event['id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        self.assertEqual(headers["webhook-signature"], f"v1,{expected}")

    def test_each_event_becomes_one_message(self):
        self.supplier()
        self.relay()
        self.relay()
        self.assertEqual(len(self.messages()), 1)

    def test_choice(self):
        self.subscriber.write({"types": "supplier.updated", "conditions": "country = BE"})
        belgium, france = self.env.ref("base.be"), self.env.ref("base.fr")
        supplier = self.supplier()
        for country in (belgium, france):
            supplier.country_id = country
            self.env.cr.flush()
        self.relay()
        self.assertEqual([message.event_kind for message in self.messages()], ["supplier.updated"])
        for values in ({"types": "no.such"}, {"types": ","}, {"conditions": "nonsense"}):
            with self.assertRaises(ValidationError):
                self.subscriber.write(values)

    def test_other_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.supplier(company_id=other.id)
        self.relay()
        self.assertFalse(self.messages())
        self.supplier()  # shared by all companies
        self.relay()
        self.assertEqual(len(self.messages()), 1)

    def test_private_parts_need_a_wide_scope(self):
        wide = self.subscription(name="Wide", scope="wide")
        self.supplier(name="Jane Doe", is_company=False, email="jane@example.com")
        self.relay()
        self.assertNotIn(b"jane", self.messages()._raw().lower())
        self.assertIn(b"jane@example.com", self.messages(wide)._raw())

    def test_later_events_of_one_object_wait_for_the_earlier(self):
        supplier, _other = self.supplier(), self.supplier()
        self.env.cr.flush()
        supplier.city = "Ghent"
        self.relay()
        first, other_first, second = self.messages()
        self.answers = [OutcomeUnknownError("no answer")]
        self.deliver(first)
        self.assertEqual((first.state, first.tries), ("ready", 1))
        self.deliver(second)
        self.assertEqual((second.state, second.attempt), ("ready", 0))
        self.assertTrue(second.next_try_on)
        self.deliver(other_first)
        self.assertEqual(other_first.state, "processed", "another object does not wait")
        self.deliver(first)
        self.deliver(second)
        self.assertEqual((first | second).mapped("state"), ["processed", "processed"])
        ids = [headers["webhook-id"] for _path, _body, headers in self.posts]
        self.assertEqual(ids[0], ids[2], "a repeated event keeps its id")

    def test_what_is_given_up_holds_its_object_until_a_person_decides(self):
        supplier = self.supplier()
        self.env.cr.flush()
        supplier.city = "Ghent"
        self.relay()
        first, second = self.messages()
        self.answers = [BusinessError("no", code="https.422")]
        self.deliver(first)
        self.deliver(second)
        self.assertEqual((first | second).mapped("state"), ["refused", "ready"])
        first.action_cancel()
        self.deliver(second)
        self.assertEqual(second.state, "processed")

    def test_going_on_without_what_was_given_up(self):
        self.subscriber.flow_id.blocking = "none"
        supplier = self.supplier()
        self.env.cr.flush()
        supplier.city = "Ghent"
        self.relay()
        first, second = self.messages()
        self.answers = [BusinessError("no", code="https.422")]
        self.deliver(first)
        self.deliver(second)
        self.assertEqual((first | second).mapped("state"), ["refused", "processed"])

    def test_a_case_about_a_subscriber_is_not_told(self):
        self.supplier()
        self.relay()
        self.answers = [BusinessError("no", code="https.422")]
        self.deliver(self.messages())
        self.assertTrue(self.messages().exception_ids)
        self.relay()
        self.assertEqual(len(self.messages()), 1)

    def test_a_subscriber_that_is_gone_is_paused(self):
        self.supplier()
        self.relay()
        self.answers = [BusinessError("gone", code="https.410")]
        self.deliver(self.messages())
        self.assertEqual(self.subscriber.state, "paused")
        self.supplier()
        self.relay()
        self.assertEqual(len(self.messages()), 1, "nothing more is handed on")
        self.subscriber.action_start()
        self.relay()
        self.assertEqual(len(self.messages()), 2, "it is served where it stopped")

    def test_proof_of_the_endpoint(self):
        fresh = self.subscription(name="Fresh", verified_on=fields.Datetime.now())
        fresh.address = "https://elsewhere.example.com"
        self.assertFalse(fresh.verified_on, "another address proves itself anew")
        with self.assertRaises(UserError):
            fresh.action_start()
        self.answers = [Receipt(content=b'{"challenge": "wrong"}')]
        fresh.action_verify()
        self.assertFalse(fresh.verified_on)

        def echo(_self, _method, _path, body=None, **_more):
            return Receipt(content=json.dumps(json.loads(body)["data"]).encode())

        with patch.object(Https, "call", echo):
            fresh.action_verify()
        self.assertTrue(fresh.verified_on)

    def test_told_anew(self):
        self.supplier()
        self.relay()
        self.deliver(self.messages())
        wizard = self.env["finance.subscription.replay"].create(
            {"subscription_id": self.subscriber.id, "since": "2020-01-01 00:00:00", "reason": "lost their database"}
        )
        wizard.action_replay()
        self.relay()
        again = self.messages() - self.messages()[0]
        self.assertIn(self.messages()[0].options["id"], [message.options["id"] for message in again])
        with self.assertRaises(AccessError):
            self.subscriber.with_user(self.roles["operator"]).action_replay()

    def test_no_more_than_the_limit_waits(self):
        self.subscriber.backlog_limit = 1
        self.supplier()
        self.relay()
        self.supplier()
        self.relay()
        self.assertEqual(len(self.messages()), 1)
        self.deliver(self.messages())
        self.relay()
        self.assertEqual(len(self.messages()), 2)

    def test_two_secrets_while_one_is_rolled_over(self):
        self.env["finance.credential"].create(
            {"connector_id": self.subscriber.connector_id.id, "purpose": "webhook", "secret": new_secret()}
        )
        self.supplier()
        self.relay()
        self.deliver(self.messages())
        self.assertEqual(self.posts[0][2]["webhook-signature"].count("v1,"), 2)

    def test_only_own_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        with self.assertRaises(AccessError):
            self.subscriber.with_user(self.roles["admin"]).company_ids = [Command.link(other.id)]

    def test_a_new_subscriber_is_told_of_what_happens_from_now_on(self):
        self.supplier()
        self.env.cr.flush()
        late = self.subscription(name="Late")
        self.relay()
        self.assertTrue(self.messages())
        self.assertFalse(self.messages(late))

    def test_who_is_told_more_stands_in_the_audit_trail(self):
        self.subscriber.scope = "wide"
        self.env.cr.flush()
        about = [("res_model", "=", "finance.subscription"), ("res_id", "=", self.subscriber.id)]
        noted = self.env["finance.audit.event"].search(about, limit=1)
        self.assertEqual(noted.kind, "subscription.changed")
        self.assertIn("account numbers", noted.with_user(self.roles["auditor"]).changes)

    def test_over_a_broker(self):
        books = self.subscription(
            name="Books", transport="amqp", address="amqps://broker.example.com/x", path="books", types="supplier.*"
        )
        self.assertEqual(books.state, "active", "the broker's sign-in is proof enough")
        self.supplier()
        self.relay()
        with patch.object(Amqp, "push", return_value=Receipt()) as push:
            self.deliver(self.messages(books))
        [(parcel, event_id), _names] = push.call_args
        self.assertEqual(parcel.headers, {"id": event_id, "type": "supplier.created"})
        self.assertEqual(json.loads(parcel.content)["id"], event_id)
        self.assertEqual(self.messages(books).state, "processed")
