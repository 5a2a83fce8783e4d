from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCatalogue(FinanceCase):
    """Each flow with its figures, from the same few queries however many there are."""

    def flow(self, number=0, **values):
        connector = self.connector("upload", f"Line {number}")
        return self.env["finance.flow"].create(
            {"name": f"Flow {number}", "connector_id": connector.id, "kind": "file", "direction": "in", **values}
        )

    def row(self, flow, role="user"):
        self.env.flush_all()
        rows = self.as_role(role)["finance.catalogue"]
        rows.invalidate_model()
        return rows.search([("flow_id", "=", flow.id)])

    def put(self, flow, content, days=0, **values):
        message, _new = self.env["finance.intake"]._store(flow.connector_id, "file", content, name="x", flow=flow)
        created = fields.Datetime.now() - timedelta(days=days)
        self.env.cr.execute("UPDATE finance_message SET create_date = %s WHERE id = %s", [created, message.id])
        if values:
            message.write(values)
        return message

    def test_figures_of_a_flow(self):
        flow = self.flow(target_hours=0)
        for number, days in enumerate((0, 3, 10)):
            self.put(flow, str(number).encode(), days, state="processed")
        failed = self.put(flow, b"bad", 0, state="refused")
        failed._open_case("test", "Something")
        row = self.row(flow)
        self.assertEqual((row.messages_day, row.messages_week, row.failures, row.cases), (2, 3, 1, 1))
        self.assertEqual((row.connector_id, row.owner_id, row.breach), (flow.connector_id, self.env.user, False))
        self.assertEqual(row.last_on.date(), fields.Date.today())

    def test_late_is_a_waiting_message_or_an_overdue_case(self):
        flow, other = self.flow(1, target_hours=8), self.flow(2, target_hours=8)
        self.put(flow, b"a", days=1)
        case = self.put(other, b"b", state="refused")._open_case("test", "Something")
        self.assertEqual((self.row(flow).breach, self.row(other).breach), (True, False))
        case.due_on = fields.Datetime.now() - timedelta(hours=1)
        self.assertTrue(self.row(other).breach)

    def test_traffic_of_no_flow_has_a_row(self):
        self.store(b"by hand")
        row = self.env["finance.catalogue"].search([("connector_id", "=", self.upload.id)])
        self.assertEqual((row.flow_id.id, row.messages_day, row.display_name), (False, 1, "Test upload"))
        self.assertEqual(
            self.env["finance.message"].search_count(row.action_open_messages()["domain"]), row.messages_day
        )

    def test_queries_do_not_grow_with_the_rows(self):
        wanted = {
            name: {"fields": {"display_name": {}}} if name.endswith("_id") else {}
            for name in ("connector_id", "flow_id", "owner_id", "health", "last_on", "messages_day", "cases", "breach")
        }

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            begun = self.env.cr.sql_log_count
            found = self.as_role("user")["finance.catalogue"].web_search_read([], wanted, limit=500)
            return self.env.cr.sql_log_count - begun, found["length"]

        self.put(self.flow(0), b"0")
        queries()
        few, rows = queries()
        for number in range(1, 60):
            self.put(self.flow(number), str(number).encode(), state="refused")._open_case("test", "x")
        queries()  # what the new rows took from Odoo's caches
        many, more_rows = queries()
        self.assertEqual(more_rows, rows + 59)
        self.assertEqual(many, few)
        self.assertLess(many, 12)

    def test_a_connector_at_a_glance_reads_sets(self):
        connectors = self.env["finance.connector"].concat(*(self.flow(number).connector_id for number in range(40)))
        glance = ("last_in_on", "last_out_on", "backlog", "quota_left", "stop_text", "case_count")

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            begun = self.env.cr.sql_log_count
            some.with_user(self.roles["user"]).read(glance)
            return self.env.cr.sql_log_count - begun

        queries(connectors)
        self.assertEqual(queries(connectors), queries(connectors[:2]))
