import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from .canonical_case import CanonicalCase
from .common import server_option


@tagged("post_install", "-at_install")
class TestCalls(CanonicalCase):
    """Who may call, and what is answered."""

    def test_same_key_same_answer(self):
        first = self.send("journal-entries", self.entry(), key="K1")
        again = self.send("journal-entries", self.entry(), key="K1")
        self.assertEqual((again.status, again.body), (first.status, first.body))
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(self.env["finance.message"].search_count([("connector_id", "=", self.client.id)]), 1)

    def test_same_key_other_request(self):
        self.send("journal-entries", self.entry(), key="K1")
        again = self.send("journal-entries", self.entry("E-2"), key="K1")
        self.assertEqual((again.status, again.body["code"]), (422, "idempotency.mismatch"))

    def test_key_is_needed(self):
        answer = self.call("POST", "journal-entries", {"items": [self.entry()]})
        self.assertEqual((answer.status, answer.body["code"]), (400, "idempotency.key"))

    def test_later(self):
        answer = self.call(
            "POST", "journal-entries", {"items": [self.entry()]}, **{"Idempotency-Key": "K", "Prefer": "respond-async"}
        )
        self.assertEqual((answer.status, answer.body["state"]), (202, "waiting"))
        status = self.call("GET", answer.headers["Location"].removeprefix("/finance/api/v1/"))
        self.assertEqual(status.body["counts"], {"waiting": 1})
        self.message(answer).process_job()
        status = self.call("GET", answer.headers["Location"].removeprefix("/finance/api/v1/"))
        self.assertEqual((status.body["state"], status.body["counts"]), ("done", {"done": 1}))

    def test_large_requests_wait(self):
        with server_option(api_sync_items="1"):
            answer = self.send("journal-entries", self.entry("E-1"), self.entry("E-2"))
        self.assertEqual(answer.status, 202)

    def test_earlier_request_first(self):
        with server_option(api_sync_items="0"):
            first = self.send("customers", {"external_id": "C-1", "name": "First"})
        second = self.send("customers", {"external_id": "C-1", "name": "Second"})
        self.assertEqual((first.status, second.status), (202, 202))
        self.message(first).action_process_now()
        self.message(second).action_process_now()
        self.assertEqual(self.record(self.call("GET", f"requests/{second.body['id']}")).name, "Second")

    def test_paused_client_is_kept_and_waits(self):
        self.client.action_pause()
        self.assertEqual(self.send("journal-entries", self.entry()).status, 202)

    def test_form_of_the_request(self):
        for content, code, pointers in [
            (b"{", "json.malformed", None),
            (b"[]", "schema.type", None),
            (b'{"items": [], "colour": 1}', "schema", ["/colour", "/items"]),
            (b'{"items": [{"external_id": 1}]}', "schema", ["/items/0/external_id", "/items/0/name"]),
        ]:
            with self.subTest(content=content):
                answer = self.call("POST", "customers", content, **{"Idempotency-Key": "K"})
                self.assertEqual((answer.status, answer.body["code"]), (400, code))
                if pointers:
                    self.assertEqual([error["pointer"] for error in answer.body["errors"]], pointers)
        self.assertFalse(self.env["finance.message"].search([("connector_id", "=", self.client.id)]))

    def test_content_type(self):
        answer = self.call("POST", "customers", b"{}", **{"Idempotency-Key": "K", "Content-Type": "text/plain"})
        self.assertEqual(answer.status, 415)

    def test_scopes(self):
        self.key.scope_ids = self.env["finance.api.scope"].search([("name", "=", "customer:write")])
        self.assertEqual(self.send("customers", {"external_id": "C-1", "name": "Acme"}).status, 200)
        answer = self.send("journal-entries", self.entry())
        self.assertEqual((answer.status, answer.body["code"]), (403, "api.scope"))

    def test_requests_of_others_are_not_there(self):
        sent = self.send("customers", {"external_id": "C-1", "name": "Acme"})
        other = self.connector("upload", "Other", api_client=True)
        key = self.key.copy({"connector_id": other.id})
        self.token = key._make()
        self.assertEqual(self.call("GET", f"requests/{sent.body['id']}").status, 404)

    def test_refused_keys(self):
        for token in ("", "fck_", self.token[:-1], self.token + "x", "fck_000000000000_secret"):
            answer = self.call("GET", "requests/x", Authorization=f"Bearer {token}")
            self.assertEqual((answer.status, answer.headers["WWW-Authenticate"]), (401, "Bearer"), token)
        self.key.expires_on = fields.Date.today() - timedelta(days=1)
        self.assertEqual(self.send("journal-entries", self.entry()).status, 401)

    def test_revoked(self):
        self.key.action_revoke()
        self.assertEqual(self.send("journal-entries", self.entry()).status, 401)

    def test_networks(self):
        self.key.networks = "192.0.2.0/24"
        self.assertEqual(self.send("customers", {"external_id": "C-1", "name": "Acme"}).status, 200)
        self.key.networks = "198.51.100.0/24, ::1"
        self.assertEqual(self.send("customers", {"external_id": "C-1", "name": "Acme"}).body["code"], "api.network")
        with self.assertRaises(ValidationError):
            self.key.networks = "somewhere"

    def test_rate(self):
        self.enterContext(self.enter_registry_test_mode())
        self.client.write({"rate_calls": 1, "rate_unit": "hour", "rate_burst": 2})
        statuses = [self.call("GET", "requests/x").status for _time in range(3)]
        self.assertEqual(statuses, [400, 400, 429])

    def test_secret_is_not_kept(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(k)::text FROM finance_api_key k WHERE id = %s", [self.key.id])
        self.assertNotIn(self.token.rpartition("_")[2], self.env.cr.fetchone()[0])

    def test_paths_and_methods(self):
        self.assertEqual(self.call("GET", "nothing").status, 404)
        answer = self.call("DELETE", "customers")
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "GET, HEAD, POST"))
        self.assertEqual(self.call("POST", "balances").headers["Allow"], "GET, HEAD")


@tagged("post_install", "-at_install")
class TestHttp(CanonicalCase, HttpCase):
    """The same over real HTTP."""

    def post(self, path, content, **headers):
        wanted = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        return self.url_open(f"/finance/api/v1/{path}", data=json.dumps(content), headers=wanted)

    def test_taken(self):
        answer = self.post("customers", {"items": [{"external_id": "C-1", "name": "Acme"}]}, **{"Idempotency-Key": "K"})
        self.assertEqual((answer.status_code, answer.json()["counts"]), (200, {"done": 1}))
        self.assertNotIn("session_id", answer.headers.get("Set-Cookie", ""))

    def test_problem(self):
        answer = self.post("customers", {}, **{"Idempotency-Key": "K"})
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (400, "application/problem+json"))

    def test_too_large(self):
        with server_option(api_max_bytes="100"):
            answer = self.post("customers", {"items": ["x" * 200]}, **{"Idempotency-Key": "K"})
        self.assertEqual(answer.status_code, 413)

    def test_description(self):
        answer = self.url_open("/finance/api/v1/openapi.json").json()
        self.assertIn("/finance/api/v1/journal-entries", answer["paths"])
        self.assertEqual(self.url_open("/finance/api/v1/schemas/customer.json").json()["title"], "Customer")
        self.assertEqual(self.url_open("/finance/api/v1/schemas/nothing.json").status_code, 404)
