from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..services import finance_metrics
from .common import FinanceCase, server_option

TOKEN = "test-monitor-token"
#: All that may stand as a label: names of our own set-up.
LABELS = {"connector", "company", "environment", "direction", "state", "operation", "outcome", "area", "node", "lane",
          "figure", "le"}
GUIDE = Path(__file__).parents[3] / "docs/monitoring.md"


class MetricsCase(FinanceCase):
    def setUp(self):
        super().setUp()
        finance_metrics._answers.clear()
        self.enterContext(server_option(metrics_token=TOKEN, metrics_seconds="0"))

    def families(self):
        text = self.env["finance.metrics"]._text()
        return {family.name: family for family in text_string_to_metric_families(text)}

    def number(self, sample_name, **labels):
        """Sum of the samples of this name that have these labels."""
        return sum(
            sample.value
            for family in self.families().values()
            for sample in family.samples
            if sample.name == sample_name and labels.items() <= sample.labels.items()
        )

    def attempt(self, message, outcome="ok", **values):
        now = fields.Datetime.now()
        return self.env["finance.attempt"].create(
            {
                "message_id": message.id,
                "company_id": message.company_id.id,
                "connector_id": message.connector_id.id,
                "step": "process",
                "outcome": outcome,
                "started_on": now,
                "ended_on": now,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestMetrics(MetricsCase):
    """Every metric follows what it is about, read by the parser of Prometheus' own client library."""

    def test_messages_and_their_age(self):
        before = self.number("finance_messages", connector=self.upload.code, state="received")
        message, _new = self.store()
        self.env.flush_all()
        old = fields.Datetime.now() - timedelta(hours=3)
        self.env.cr.execute("UPDATE finance_message SET create_date = %s WHERE id = %s", [old, message.id])
        labels = {"connector": self.upload.code, "state": "received", "company": self.company.name}
        self.assertEqual(self.number("finance_messages", **labels), before + 1)
        self.assertAlmostEqual(self.number("finance_message_oldest_seconds", **labels), 3 * 3600, delta=600)
        message._move("processed")
        self.assertEqual(self.number("finance_messages", **labels), before)

    def test_tries(self):
        message, _new = self.store()
        labels = {"connector": self.upload.code, "operation": "process"}
        self.attempt(message, number=1, milliseconds=40, outcome="failed")
        self.attempt(message, number=2, milliseconds=700)
        self.attempt(message, number=3, milliseconds=10, ended_on=fields.Datetime.now() - timedelta(days=1))
        self.assertEqual(self.number("finance_attempts_total", outcome="ok", **labels), 1)
        self.assertEqual(self.number("finance_attempts_total", outcome="failed", **labels), 1)
        self.assertEqual(self.number("finance_retries_total", **labels), 1)
        self.assertEqual(self.number("finance_attempt_seconds_bucket", le="0.1", **labels), 1)
        self.assertEqual(self.number("finance_attempt_seconds_bucket", le="1", **labels), 2)
        self.assertAlmostEqual(self.number("finance_attempt_seconds_sum", **labels), 0.74)

    def test_lines_quota_expiry_cases_stops(self):
        self.env["finance.breaker"].create(
            {"connector_id": self.upload.id, "operation": "pull", "state": "open"}
        )
        self.env["finance.quota"].create({"connector_id": self.upload.id, "limit_calls": 4})
        self.env["finance.expiry"].create(
            {
                "connector_id": self.upload.id,
                "name": "Certificate",
                "expires_on": fields.Date.today() + timedelta(days=5),
            }
        )
        cases = self.number("finance_cases_open", company=self.company.name)
        stops = self.number("finance_stops_active")
        message, _new = self.store()
        message._open_case("x", "y")
        self.env["finance.stop"].sudo().create({"scope": "all", "reason": "test"})
        labels = {"connector": self.upload.code, "operation": "pull"}
        self.assertEqual(self.number("finance_breaker_open", **labels), 1)
        self.assertEqual(self.number("finance_quota_left", **labels), 4)
        self.assertEqual(self.number("finance_expiry_days", connector=self.upload.code), 5)
        self.assertEqual(self.number("finance_cases_open", company=self.company.name), cases + 1)
        self.assertEqual(self.number("finance_stops_active"), stops + 1)

    def test_figures_without_amounts(self):
        self.env["finance.figure.value"]._cron_keep()
        family = self.families()["finance_figure"]
        codes = {sample.labels["figure"] for sample in family.samples}
        units = {figure.code: figure.unit for figure in self.env["finance.board"]._figures()}
        self.assertEqual(codes, {code for code, unit in units.items() if unit != "amount"})

    def test_labels_are_bounded(self):
        message, _new = self.store(name="DE02120300000000202051")
        self.attempt(message, number=1)
        for family in self.families().values():
            for sample in family.samples:
                self.assertLessEqual(sample.labels.keys(), LABELS, sample.name)
        self.assertNotIn("DE02120300000000202051", self.env["finance.metrics"]._text())

    def test_answered_from_what_was_counted_last(self):
        with server_option(metrics_seconds="60"):
            first = self.env["finance.metrics"]._text()
            self.store()
            self.assertEqual(self.env["finance.metrics"]._text(), first)
        self.assertNotEqual(self.env["finance.metrics"]._text(), first)

    def test_guide_lists_every_metric(self):
        if not GUIDE.exists():
            self.skipTest("the guide is not beside the addons here")
        guide = GUIDE.read_text()
        names = {family.name for family in self.env["finance.metrics"].sudo()._families()}
        told = {line.split("`")[1] for line in guide.splitlines() if line.startswith("| `finance_")}
        self.assertEqual(told, names)


@tagged("post_install", "-at_install")
class TestMonitorHttp(MetricsCase, HttpCase):
    """Over HTTP: who may read metrics, and what load balancers are told."""

    def get(self, path="/finance/metrics", token=TOKEN):
        return self.url_open(path, headers={"Authorization": f"Bearer {token}"} if token else {})

    def beat(self, seconds=0):
        self.env.cr.execute("DELETE FROM finance_node")
        self.env["finance.node"].create(
            {"name": "test-node", "last_seen": fields.Datetime.now() - timedelta(seconds=seconds)}
        )
        self.env.flush_all()

    def test_token(self):
        answer = self.get()
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/plain; version=0.0.4", answer.headers["Content-Type"])
        self.assertTrue(list(text_string_to_metric_families(answer.text)))
        for wrong in ("", "wrong", TOKEN + "x", "ü"):
            header = {"Authorization": f"Bearer {wrong}".encode()} if wrong else {}
            self.assertEqual(self.url_open("/finance/metrics", headers=header).status_code, 401, wrong)

    def test_off_where_the_host_says_nothing(self):
        with server_option(metrics_token="", metrics_networks=""):
            self.assertEqual(self.get(token="").status_code, 404)

    def test_networks(self):
        with server_option(metrics_token="", metrics_networks="10.0.0.0/8"):
            self.assertEqual(self.get(token="").status_code, 401)
        with server_option(metrics_token="", metrics_networks="10.0.0.0/8, 127.0.0.1"):
            self.assertEqual(self.get(token="").status_code, 200)

    def test_healthy(self):
        self.beat()
        answer = self.get("/finance/health")
        checks = answer.json()["checks"]
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(checks["runner"]["status"], "ok")
        self.assertIn("last heard of", checks["runner"]["detail"])

    def test_strangers_get_no_details(self):
        self.beat()
        answer = self.get("/finance/health", token="")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json().keys(), {"status", "checks"})
        self.assertEqual({frozenset(check) for check in answer.json()["checks"].values()}, {frozenset(["status"])})

    def test_dead_runner(self):
        self.beat(seconds=600)
        answer = self.get("/finance/health")
        self.assertEqual((answer.status_code, answer.json()["status"]), (503, "failing"))
        self.assertEqual(self.get("/finance/health/live").status_code, 200)

    def test_a_backlog_and_a_stop_take_no_server_away(self):
        self.beat()
        message, _new = self.store()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE finance_message SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=2), message.id],
        )
        self.env["finance.stop"].sudo().create({"scope": "all", "reason": "test"})
        self.env.flush_all()
        answer = self.get("/finance/health")
        checks = answer.json()["checks"]
        self.assertEqual((answer.status_code, answer.json()["status"]), (200, "degraded"))
        self.assertEqual((checks["backlog"]["status"], checks["stop"]["status"]), ("warn", "warn"))
