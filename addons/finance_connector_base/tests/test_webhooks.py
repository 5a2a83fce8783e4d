from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..core.figure import FIGURES
from . import webhook_maker as maker
from .common import FinanceCase

BODY = b'{"type": "payout.paid", "timestamp": "2025-10-09T08:50:00Z"}'
LOGGER = "odoo.addons.finance_connector_base.services.finance_hook"


class WebhookCase(FinanceCase):
    """A connector that takes Standard Webhooks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hooked = cls.connector("upload", "Hooked", webhook_scheme="standard")
        cls.secret = cls.add_secret(maker.SECRET)

    @classmethod
    def add_secret(cls, secret, **values):
        return cls.env["finance.credential"].create(
            {"connector_id": cls.hooked.id, "purpose": "webhook", "secret": secret, **values}
        )

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())

    @property
    def token(self):
        return self.hooked.webhook_address_ids.filtered(lambda address: not address.valid_until).token

    def post(self, body=BODY, headers=None, token=None, now=maker.NOW, **signed):
        headers = {"Content-Type": "application/json", **(headers or maker.standard(body, **signed))}
        answer = self.env["finance.hook"]._receive(token or self.token, headers, body, now=now)
        self.env.flush_all()
        self.env.invalidate_all()
        return answer

    def messages(self):
        return self.env["finance.message"].search([("connector_id", "=", self.hooked.id)], order="id")

    def cases(self, code):
        return self.env["finance.exception"].search(
            [("res_model", "=", "finance.connector"), ("res_id", "=", self.hooked.id), ("code", "=", code)]
        )

    def jobs(self):
        return self.env["queue.job"].search([("method_name", "=", "process_job")])

    def refusals(self):
        tallies = self.env["finance.webhook.tally"].search([("connector_id", "=", self.hooked.id)])
        return {tally.code: tally.times for tally in tallies}


@tagged("post_install", "-at_install")
class TestIntake(WebhookCase):
    """What becomes of a post."""

    def test_stored_once_with_a_job(self):
        before = self.jobs()
        self.assertEqual(self.post(), (200, b""))
        message = self.messages()
        self.assertRecordValues(
            message,
            [{"dedup_key": "msg_1", "kind": "webhook", "event_kind": "payout.paid", "state": "received", "size": 60}],
        )
        self.assertEqual((message._raw(), message.occurred_on.minute), (BODY, 50))
        self.assertEqual(len(self.jobs() - before), 1)
        self.assertEqual(self.hooked.webhook_last_on, message.create_date)

    def test_again(self):
        before = self.jobs()
        for _time in range(3):
            self.assertEqual(self.post()[0], 200)
        self.assertEqual(self.messages().duplicates, 2)
        self.assertEqual(len(self.jobs() - before), 1)

    def test_same_id_other_contents(self):
        self.post()
        for _time in range(2):
            self.assertEqual(self.post(BODY.replace(b"paid", b"lost"))[0], 200)
        self.assertEqual(self.messages().mapped("state"), ["received", "quarantined"])
        self.assertEqual(self.messages()[1].exception_ids.mapped("code"), ["duplicate.content"])

    def test_spaced_anew_is_the_same(self):
        self.post()
        self.post(BODY.replace(b": ", b":"))
        self.assertEqual(self.messages().duplicates, 1)

    def test_paused_connectors_store(self):
        self.hooked.action_pause()
        self.assertEqual(self.post()[0], 200)
        self.assertEqual(len(self.messages()), 1)

    def test_processed_as_evidence(self):
        self.post()
        self.env["finance.intake"]._process(self.messages())
        self.assertRecordValues(
            self.messages(), [{"state": "processed", "result_text": "Kept as evidence: payout.paid"}]
        )

    def test_the_flow_chooses_the_kind(self):
        for name, pattern in (("Payouts", "refund.*, payout.*"), ("Rest", "*")):
            self.env["finance.flow"].create(
                {
                    "name": name,
                    "connector_id": self.hooked.id,
                    "kind": "file",
                    "mode": "event",
                    "event_pattern": pattern,
                    "sequence": 1 if pattern != "*" else 2,
                }
            )
        self.post()
        self.post(BODY.replace(b"payout", b"report"), post_id="msg_2")
        self.assertEqual(self.messages().mapped("flow_id.name"), ["Payouts", "Rest"])
        self.assertEqual(set(self.messages().mapped("kind")), {"file"})

    def test_other_flows_take_no_events(self):
        self.env["finance.flow"].create({"name": "Files", "connector_id": self.hooked.id, "kind": "file"})
        self.post()
        self.assertFalse(self.messages().flow_id)

    def test_in_any_order(self):
        """The later event first: both are kept, each with its own time."""
        for minute in ("55", "50"):
            body = BODY.replace(b"08:50", f"08:{minute}".encode())
            self.post(body, post_id=f"msg_{minute}")
        self.assertEqual([message.occurred_on.minute for message in self.messages()], [55, 50])

    def test_several_events_in_a_post(self):
        self.secret.secret = "gc_secret"
        self.hooked.webhook_scheme = "gocardless"
        for ids in (("EV2", "EV1", "EV1"), ("EV1", "EV3")):
            body = maker.gocardless_body(*ids)
            self.assertEqual(self.post(body, maker.gocardless(body))[0], 200)
        self.assertEqual(sorted(self.messages().mapped("dedup_key")), ["EV1", "EV2", "EV3"])
        self.assertEqual(sum(self.messages().mapped("duplicates")), 2)

    def test_adyen(self):
        self.secret.secret = maker.ADYEN_KEY
        self.hooked.webhook_scheme = "adyen"
        body = maker.adyen_body(maker.adyen_item("A"), maker.adyen_item("B"))
        self.assertEqual(self.post(body, {"X": ""}), (200, b"[accepted]"))
        self.assertEqual(len(self.messages()), 2)

    def test_large_ones_too(self):
        body = BODY[:-1] + b', "x": "%s"}' % (b"x" * 100_000)
        self.post(body)
        self.assertEqual(self.messages()._raw(), body)


@tagged("post_install", "-at_install")
class TestRefused(WebhookCase):
    """What is not let in leaves a number, one case and one line in the log."""

    def refused(self, code, status=401, **post):
        with mute_logger(LOGGER):
            self.assertEqual(self.post(**post), (status, b""))
        self.assertFalse(self.messages())
        self.assertIn(code, self.refusals())

    def test_forged(self):
        for _time in range(3):
            self.refused("hook.signature", secrets=(maker.OTHER,))
        self.assertEqual(self.refusals(), {"hook.signature": 3})
        case = self.cases("hook.signature")
        self.assertRecordValues(
            case, [{"state": "open", "occurrences": 1, "owner_id": self.hooked.owner_id.id, "category": "security"}]
        )
        self.assertNotIn("payout", case.text)

    def test_stale(self):
        self.refused("hook.stale", now=maker.NOW + 301)
        self.hooked.webhook_window_seconds = 400
        self.assertEqual(self.post(now=maker.NOW + 301)[0], 200)

    def test_types(self):
        for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""):
            self.refused("hook.content_type", 415, headers={**maker.standard(BODY), "Content-Type": content_type})
        packed = {**maker.standard(BODY), "Content-Encoding": "gzip"}
        self.refused("hook.content_type", 415, headers=packed)
        for content_type in ("application/json; charset=utf-8", "application/cloudevents+json", "text/xml"):
            self.assertEqual(self.post(headers={**maker.standard(BODY), "Content-Type": content_type})[0], 200)

    def test_signed_but_unreadable(self):
        self.secret.secret = "whsec_stripe"
        self.hooked.webhook_scheme = "stripe"
        self.refused("hook.malformed", 400, body=b"{}", headers=maker.stripe(b"{}"))

    def test_no_secret(self):
        self.secret.unlink()
        self.refused("hook.secret_missing")
        case = self.cases("hook.secret_missing")
        self.assertEqual((case.state, case.category), ("open", "configuration"))
        self.add_secret(maker.SECRET)
        self.assertEqual(case.state, "solved")
        self.assertEqual(self.post()[0], 200)

    def test_a_secret_without_contents(self):
        self.secret.sudo().sealed = False
        self.refused("hook.secret_missing")

    def test_a_secret_of_another_server(self):
        self.secret.sudo().sealed = "v1|0|0|0|0"
        self.refused("hook.secret_missing")

    def test_one_line_in_the_log(self):
        with self.assertLogs(LOGGER, "WARNING") as caught:
            for _time in range(5):
                self.post(secrets=(maker.OTHER,))
        self.assertEqual(len(caught.output), 1)
        self.assertNotIn(self.token, caught.output[0])

    def test_figure(self):
        self.refused("hook.signature", secrets=(maker.OTHER,))
        self.refused("hook.stale", now=0)
        self.assertEqual(self.hooked.webhook_refused, 2)
        figure = FIGURES.get("webhooks.refused")()
        self.assertEqual(figure.value(self.env, self.company), 2)

    def test_old_numbers_go(self):
        self.refused("hook.stale", now=0)
        tally = self.env["finance.webhook.tally"].search([("connector_id", "=", self.hooked.id)])
        tally.hour -= timedelta(days=91)
        tally._gc_old()
        self.assertFalse(tally.exists())


@tagged("post_install", "-at_install")
class TestRolling(WebhookCase):
    """Secrets and addresses are replaced without losing an event."""

    def later(self, **delta):
        """Let the time of the overlap pass."""
        for record in (*self.hooked.credential_ids, *self.hooked.webhook_address_ids):
            if record.valid_until:
                record.valid_until -= timedelta(**delta)

    def test_a_new_secret(self):
        self.add_secret(maker.OTHER)
        for number, secret in enumerate((maker.SECRET, maker.OTHER)):
            self.assertEqual(self.post(post_id=f"in_{number}", secrets=(secret,))[0], 200)
        self.later(hours=24)
        with mute_logger(LOGGER):
            self.assertEqual(self.post(post_id="after", secrets=(maker.SECRET,))[0], 401)
        self.assertEqual(self.post(post_id="new", secrets=(maker.OTHER,))[0], 200)

    def test_a_secret_for_later(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self.add_secret(maker.OTHER, valid_from=tomorrow)
        self.assertEqual(self.secret.valid_until, tomorrow + timedelta(hours=24))
        with mute_logger(LOGGER):
            self.assertEqual(self.post(secrets=(maker.OTHER,))[0], 401)

    def test_typed_over_ends_at_once(self):
        self.secret.secret = maker.OTHER
        with mute_logger(LOGGER):
            self.assertEqual(self.post()[0], 401)

    def test_transports_never_see_it(self):
        self.assertEqual(self.hooked._secrets(), {})

    def test_a_new_address(self):
        old = self.token
        self.hooked.action_webhook_renew()
        self.assertNotEqual(self.token, old)
        self.assertIn(self.token, self.hooked.webhook_url)
        for number, token in enumerate((old, self.token)):
            self.assertEqual(self.post(post_id=f"in_{number}", token=token)[0], 200)
        self.later(hours=24)
        self.assertEqual(self.post(post_id="after", token=old), (404, b""))

    def test_closed_doors_look_alike(self):
        token = self.token
        self.assertEqual(self.post(token="unknown"), (404, b""))
        self.hooked.webhook_scheme = False
        self.assertEqual(self.post(token=token), (404, b""))
        self.hooked.write({"webhook_scheme": "standard", "active": False})
        self.assertEqual(self.post(token=token), (404, b""))
        self.assertFalse(self.refusals())

    def test_a_copied_connector_has_its_own_door(self):
        copy = self.hooked.copy({"code": "copy"})
        self.assertEqual(len(copy.webhook_address_ids), 1)
        self.assertNotEqual(copy.webhook_address_ids.token, self.token)
        self.assertFalse(copy.credential_ids)


@tagged("post_install", "-at_install")
class TestSettings(WebhookCase):
    """Only administrators see and set the door, and only sound settings."""

    def test_rights(self):
        names = [name for name in self.hooked._fields if name.startswith("webhook_")]
        self.assertGreater(len(names), 15)
        for role in ("user", "operator", "approver", "auditor"):
            connector = self.hooked.with_user(self.roles[role])
            for name in names:
                with self.assertRaises(AccessError, msg=(role, name)):
                    connector.read([name])
            with self.assertRaises(AccessError):
                self.as_role(role)["finance.webhook.address"].search([]).read(["token"])
            with self.assertRaises(AccessError):
                connector.action_webhook_renew()
        admin = self.hooked.with_user(self.roles["admin"])
        self.assertIn("/finance/hook/", admin.read(names)[0]["webhook_url"])
        admin.action_webhook_renew()

    def test_administrators_of_another_company(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "hook_stranger",
            groups="finance_connector_base.group_admin",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        self.assertFalse(self.env(user=stranger)["finance.webhook.address"].search([]))

    def test_what_is_not_signed_cannot_be_trusted(self):
        unsound = (
            {"webhook_scheme": "hmac"},
            {"webhook_scheme": "hmac", "webhook_header": "S", "webhook_signed": "{timestamp}"},
            {"webhook_scheme": "hmac", "webhook_header": "S", "webhook_timestamp_header": "T"},
            {"webhook_scheme": "rsa"},
        )
        for values in unsound:
            with self.assertRaises(ValidationError):
                self.hooked.write(values)
        self.hooked.write(
            {
                "webhook_scheme": "hmac",
                "webhook_header": "S",
                "webhook_timestamp_header": "T",
                "webhook_signed": "{timestamp}.{body}",
            }
        )
