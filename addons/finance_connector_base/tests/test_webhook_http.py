import json
import logging
import time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from . import webhook_maker as maker
from .common import FinanceCase
from .test_webhooks import LOGGER

BODY = b'{"type": "payout.paid", "note": "canary-body-4711"}'
JSON = {"Content-Type": "application/json"}


@tagged("post_install", "-at_install")
class TestWebhookHttp(FinanceCase, HttpCase):
    """Posts over real HTTP: what the provider reads, and what reaches us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hooked = cls.connector("upload", "Hooked", webhook_scheme="standard")
        cls.env["finance.credential"].create(
            {"connector_id": cls.hooked.id, "purpose": "webhook", "secret": maker.SECRET}
        )
        cls.path = f"/finance/hook/{cls.hooked.webhook_address_ids.token}"

    def post(self, body=BODY, headers=None, path=None, **signed):
        headers = maker.standard(body, time=int(time.time()), **signed) if headers is None else headers
        return self.url_open(path or self.path, data=body, headers={**JSON, **headers})

    def stored(self):
        return self.env["finance.message"].search([("connector_id", "=", self.hooked.id)], order="id")

    def test_accepted(self):
        answer = self.post()
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))
        self.assertEqual(self.stored()._raw(), BODY)

    def test_twenty_times(self):
        headers = maker.standard(BODY, time=int(time.time()))
        self.assertEqual({self.post(headers=headers).status_code for _time in range(20)}, {200})
        self.assertEqual(self.stored().duplicates, 19)

    def test_what_is_refused_looks_alike(self):
        old = maker.standard(BODY, time=int(time.time()) - 301)
        with mute_logger(LOGGER):
            answers = [self.post(secrets=(maker.OTHER,)), self.post(headers=old), self.post(headers={})]
        self.assertEqual({(answer.status_code, answer.content) for answer in answers}, {(401, b"")})
        self.assertFalse(self.stored())

    def test_unknown_address(self):
        answer = self.post(path="/finance/hook/unknown")
        self.assertEqual((answer.status_code, answer.content), (404, b""))

    def test_other_methods(self):
        self.assertEqual(self.url_open(self.path).status_code, 405)

    def test_forms(self):
        for content_type in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            with mute_logger(LOGGER):
                answer = self.post(headers={**maker.standard(BODY), "Content-Type": content_type})
            self.assertEqual(answer.status_code, 415)
        self.assertFalse(self.stored())

    def test_two_megabytes(self):
        body = b'"' + b"x" * (2 << 20) + b'"'
        self.assertEqual(self.post(body).status_code, 413)
        self.assertEqual(self.post(body, path="/finance/hook/unknown").status_code, 413)
        self.assertFalse(self.stored())

    def test_chunked(self):
        headers = maker.standard(BODY, time=int(time.time()))
        answer = self.url_open(self.path, data=iter([BODY[:20], BODY[20:]]), headers={**JSON, **headers})
        self.assertEqual((answer.status_code, self.stored()._raw()), (200, BODY))

    def test_chunked_and_too_large(self):
        answer = self.url_open(self.path, data=iter([b"x" * 0x10000] * 20), headers=JSON)
        self.assertEqual(answer.status_code, 413)
        self.assertFalse(self.stored())

    def test_the_query_cannot_change_the_address(self):
        answer = self.post(path=f"{self.path}?token=unknown&body=x")
        self.assertEqual(answer.status_code, 200)

    def test_nothing_secret_in_the_log(self):
        with self.assertLogs(level=logging.DEBUG) as caught, mute_logger("odoo.sql_db"):
            self.post()
            self.post(secrets=(maker.OTHER,))
            self.post(BODY.replace(b"paid", b"lost"))
            self.post(headers={})
        text = "\n".join(caught.output)
        for canary in ("canary-body", maker.SECRET, maker.SECRET.removeprefix("whsec_"), "a secret of twenty"):
            self.assertNotIn(canary, text)

    def test_nothing_of_refused_posts_is_kept(self):
        with mute_logger(LOGGER):
            self.post(secrets=(maker.OTHER,))
        self.env.flush_all()
        for table in ("finance_webhook_tally", "finance_exception", "mail_message", "queue_job"):
            self.env.cr.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%canary-body%'")  # noqa: S608
            self.assertEqual(self.env.cr.fetchone(), (0,), table)

    def test_signed_json_of_any_shape(self):
        for number, body in enumerate((b"[]", b"1", json.dumps({"type": "a\x00b"}).encode(), b"\xff")):
            self.assertEqual(self.post(body, post_id=f"shape_{number}").status_code, 200)
        self.assertEqual(set(self.stored().mapped("event_kind")), {"event"})
