from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..core import native
from ..core.errors import TechnicalError
from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestTechnical(FinanceCase):
    """Each number of the technical board is what the messages say, and opens them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.cr.execute("DELETE FROM finance_traffic")
        cls.line = cls.connector("upload", "Technical")
        cls.flow = cls.env["finance.flow"].create({"name": "Files", "connector_id": cls.line.id, "kind": "file"})
        cls.board = cls.env["finance.technical"]

    def message(self, content, took=0, effect=None):
        """A message done so many seconds after it was stored; or tried in vain."""
        message, _new = self.store(content, connector=self.line, flow=self.flow)
        with self.processing(effect or (lambda _message: {"text": "done"})):
            message.process_job()
        self.env.flush_all()
        if not effect:
            self.env.cr.execute(
                "UPDATE finance_message SET done_on = create_date + make_interval(secs => %s) WHERE id = %s",
                [took, message.id],
            )
        self.env.invalidate_all()
        return message

    def table(self, board, code):
        return next(table for table in board["tables"] if table["code"] == code)

    def row(self, board, label):
        return next(row for row in self.table(board, "flows")["rows"] if label in row["label"])

    def opened(self, *given):
        action = self.board.open_technical(*given)
        return self.env[action["res_model"]].search(action["domain"])

    def test_numbers_and_their_records(self):
        done = [self.message(b"%d" % number, took) for number, took in enumerate((0, 1, 4, 8, 50))]
        stuck = self.message(b"later", effect=TechnicalError("away"))
        self.env["finance.traffic"]._cron_sum()
        board = self.board.read_technical(24)
        row = self.row(board, "Technical · Files")
        cells = row["cells"]
        self.assertEqual((cells["arrived"], cells["done"], cells["waiting"]), (6, 5, 1))
        self.assertTrue(2 <= cells["p50"] <= 5, cells["p50"])
        self.assertTrue(30 <= cells["p95"] <= 60, cells["p95"])
        self.assertAlmostEqual(cells["failed"], 100 / 6)
        opened = {name: self.opened(name, 24, "flows", row["key"]) for name in ("arrived", "done", "waiting")}
        self.assertEqual({name: set(records.ids) for name, records in opened.items()}, {
            "arrived": {one.id for one in (*done, stuck)},
            "done": {one.id for one in done},
            "waiting": {stuck.id},
        })  # fmt: skip
        self.assertEqual(self.opened("failed", 24, "flows", row["key"]).message_id, stuck)

    def test_summing_again_changes_nothing(self):
        self.message(b"1", 3)
        traffic = self.env["finance.traffic"]
        traffic._cron_sum()
        before = traffic.search([("connector_id", "=", self.line.id)]).read(["arrived", "done", "tries", "waits"])
        traffic._cron_sum()
        after = traffic.search([("connector_id", "=", self.line.id)]).read(["arrived", "done", "tries", "waits"])
        plain = [{name: row[name] for name in row if name != "id"} for row in before]
        self.assertEqual(plain, [{name: row[name] for name in row if name != "id"} for row in after])

    def test_older_hours_stay(self):
        """Only the running hour and the one before are summed anew."""
        traffic = self.env["finance.traffic"]
        message = self.message(b"1")
        hour = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        self.env.cr.execute(
            "UPDATE finance_message SET create_date = %s, done_on = %s WHERE id = %s",
            [hour - timedelta(hours=5), hour - timedelta(hours=5), message.id],
        )
        self.env.invalidate_all()
        traffic._cron_sum()
        old = traffic.search([("hour", "=", hour - timedelta(hours=5)), ("connector_id", "=", self.line.id)])
        self.assertEqual((old.arrived, old.done), (1, 1))
        self.message(b"2")
        traffic._cron_sum()
        self.assertTrue(old.exists())
        self.assertEqual(self.row(self.board.read_technical(1), "Technical")["cells"]["arrived"], 1)
        self.assertEqual(self.row(self.board.read_technical(24), "Technical")["cells"]["arrived"], 2)

    def test_lines_lanes_expiries_nodes(self):
        breaker = self.env["finance.breaker"].sudo()
        breaker = breaker.create({"connector_id": self.line.id, "operation": "send", "state": "open", "failures": 7,
                                  "opened_on": fields.Datetime.now() - timedelta(minutes=3)})  # fmt: skip
        soon = fields.Date.add(fields.Date.today(), days=3)
        expiry = self.env["finance.expiry"].sudo()
        expiry = expiry.create({"name": "Certificate", "connector_id": self.line.id, "expires_on": soon})
        message, _new = self.store(b"queued", connector=self.line, flow=self.flow)
        message._enqueue()
        board = self.board.read_technical()
        line = next(row for row in self.table(board, "lines")["rows"] if row["key"] == str(breaker.id))
        self.assertEqual(line["cells"]["failures"], 7)
        self.assertTrue(170 <= line["cells"]["since"] <= 200)
        ends = next(row for row in self.table(board, "expiries")["rows"] if row["key"] == str(expiry.id))
        self.assertEqual(ends["cells"]["days"], 3)
        lane = next(row for row in self.table(board, "lanes")["rows"] if row["key"] == "root.finance.other")
        self.assertEqual(len(self.opened("pending", 24, "lanes", lane["key"])), lane["cells"]["pending"])
        self.assertEqual(self.opened("failures", 24, "lines", line["key"]), breaker)
        self.assertEqual(self.opened("days", 24, "expiries", ends["key"]), expiry)

    def test_every_card_opens(self):
        self.message(b"1")
        self.env["finance.traffic"]._cron_sum()
        for role in ("user", "admin"):
            board = self.as_role(role)["finance.technical"]
            for card in board.read_technical()["cards"]:
                with self.subTest(card["code"], role=role):
                    if card["opens"]:
                        action = board.open_technical(card["opens"])
                        self.as_role(role)[action["res_model"]].search(action["domain"])
        lanes = self.table(self.as_role("user")["finance.technical"].read_technical(), "lanes")
        self.assertFalse(lanes["opens"], "jobs are for their managers")

    def test_own_companies_only(self):
        self.message(b"1")
        self.env["finance.traffic"]._cron_sum()
        other = self.env["res.company"].create({"name": "Other"})
        reader = self.person("fc_other", "finance_connector_base.group_user", company_id=other.id,
                             company_ids=[(6, 0, other.ids)])  # fmt: skip
        board = self.env(user=reader, context={"allowed_company_ids": other.ids})["finance.technical"].read_technical()
        self.assertFalse(self.table(board, "flows")["rows"])
        clerk = self.person("fc_clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.env(user=clerk)["finance.technical"].read_technical()

    def test_which_readers(self):
        """The form of the readers is told for each state a server can be in."""
        told = {(0, 0): "nothing was compiled", (22, 22): "compiled code (22", (20, 22): "Of 22 modules"}
        for given, words in told.items():
            with self.subTest(given), patch.object(native, "counted", return_value=given):
                self.assertIn(words, self.board.read_technical()["readers"])
        with patch.dict("os.environ", {native.SWITCH: "0"}):
            self.assertIn("FINANCE_NATIVE=0", self.board.read_technical()["readers"])

    def test_readers_as_loaded(self):
        """Counted from what is loaded: the finder's modules, each by its loader."""
        name = "odoo.addons.finance_connector_base.core.money"
        with TemporaryDirectory() as folder:
            Path(folder, f"{name}-0{native.SUFFIX}").touch()
            with patch.object(native.sys, "meta_path", [native.CompiledFinder(folder)]):
                self.assertEqual(native.counted(), (int(native.compiled(name)), 1))
        with patch.object(native.sys, "meta_path", []):
            self.assertEqual(native.counted(), (0, 0))

    def test_few_queries(self):
        for number in range(3):
            self.message(b"%d" % number)
        self.env["finance.traffic"]._cron_sum()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self.board.read_technical()
