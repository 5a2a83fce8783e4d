from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from ..core.errors import BusinessError
from .common import FinanceCase, SandboxCase


@tagged("post_install", "-at_install")
class TestJourney(SandboxCase):
    """The steps of a message in the order of time, each with its outcome."""

    def titles(self, message):
        message.invalidate_recordset()
        return [step["title"] for step in message.journey]

    def test_a_lost_answer(self):
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.assertEqual(self.titles(message), ["Written down and queued", "Ready to send"])
        self.advance(message)
        self.advance(message)
        self.assertEqual(
            self.titles(message),
            [
                "Written down and queued",
                "Sent, but no answer: it is not known whether it arrived",
                "Asked the other side, and it answered",
                "Done",
            ],
        )
        asked = message.journey[2]
        self.assertEqual((asked["mood"], asked["raw"]), ("good", f"answer-{message.attempt_ids.filtered('answer').id}"))
        self.assertTrue(dict(asked["detail"])["Worker"])
        self.assertIn("K1", message.read_part(asked["raw"])["text"])

    def test_cases_replay_and_relatives(self):
        message, _new = self.store()
        with self.processing(BusinessError("no mapping", code="mapping.missing")):
            message.action_process_now()
        message.action_retry()
        with self.processing(lambda _message: {"text": "read"}):
            message.action_process_now()
            decision = (
                self.env["finance.decision"]
                .with_user(self.roles["operator"])
                .create({"message_id": message.id, "kind": "replay", "reason": "new mapping"})
            )
            decision.action_request()
        link = self.env["finance.link"]._add(self.upload, "partner", "P1", self.env.user.partner_id, message)
        titles = self.titles(message)
        for words in (
            "Received and stored",
            "Processing failed; nothing of it was kept",
            "A person has to decide: Mapping missing",
            "Case solved",
            "Processed",
            "Decided: Process it anew",
            "Replayed as test.txt (again)",
            "1 linked: partner",
        ):
            self.assertIn(words, titles)
        self.assertEqual(titles[-1], "Done")
        shown = next(step for step in message.journey if step["title"] == "1 linked: partner")["opens"]
        self.assertEqual(self.env[shown["model"]].search(shown["domain"]), link)
        self.assertEqual(message.relative_count, 1)
        self.assertEqual(self.env["finance.message"].search(message._relatives()), decision.replay_id)

    def test_every_role_sees_the_journey(self):
        message, _new = self.store()
        message._open_case("test", "Something")
        for role, user in self.roles.items():
            with self.subTest(role):
                self.assertTrue(message.with_user(user).journey)


@tagged("post_install", "-at_install")
class TestRawContents(FinanceCase):
    """Contents are for operators, administrators and auditors; secret ones for auditors alone."""

    def test_by_role_and_sensitivity(self):
        flow = self.env["finance.flow"].create(
            {"name": "Files", "connector_id": self.upload.id, "kind": "file", "direction": "in"}
        )
        message, _new = self.store(b'{"a":1}', flow=flow)
        workers = {"operator", "admin", "auditor"}
        for sensitivity, allowed in (("bank", workers), ("secret", {"auditor"})):
            flow.sensitivity = sensitivity
            for role, user in self.roles.items():
                seen = message.with_user(user)
                seen.invalidate_recordset()
                with self.subTest(role=role, sensitivity=sensitivity):
                    self.assertEqual(seen.raw_allowed, role in allowed)
                    if role in allowed:
                        self.assertEqual(seen.read_part("content")["text"], '{\n  "a": 1\n}')
                    else:
                        for part in ("content", "wire", "answer-1"):
                            with self.assertRaises(AccessError):
                                seen.read_part(part)


@tagged("post_install", "-at_install")
class TestRawRoute(HttpCase):
    """The bytes leave by one route, as a download that no browser runs."""

    def test_download(self):
        connector = self.env["finance.connector"]._upload_connector(self.env.company)
        message, _new = self.env["finance.intake"]._store(connector, "file", b"<script>1</script>", name="x.html")
        path = f"/finance/message/{message.id}/content"
        for login, group, status in (("fc_o", "operator", 200), ("fc_u", "user", 403)):
            new_test_user(self.env, login, groups=f"finance_connector_base.group_{group}", password=login)
            self.authenticate(login, login)
            answer = self.url_open(path)
            self.assertEqual(answer.status_code, status)
        self.authenticate("fc_o", "fc_o")
        answer = self.url_open(path)
        self.assertEqual(answer.content, b"<script>1</script>")
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(self.url_open(f"/finance/message/{message.id}/other").status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(path).url)
