"""Cases close by themselves when their cause is gone, and open again when it comes back."""

from unittest.mock import patch

from odoo.tests import tagged

from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestCaseWatch(FinanceCase):
    def report(self, record, code, place=None):
        return self.env["finance.exception"]._report(record, code, "Text", place)

    def watch(self):
        self.env["finance.exception"]._cron_watch()

    def test_a_line_that_works_again(self):
        breaker = self.env["finance.breaker"].create(
            {"connector_id": self.upload.id, "operation": "push", "state": "open"}
        )
        down, other = self.report(self.upload, "line.down", "push"), self.report(self.upload, "line.down", "pull")
        self.watch()
        self.assertEqual((down.state, other.state), ("open", "solved"))
        breaker.state = "closed"
        self.watch()
        self.assertEqual((down.state, down.closed_by_itself), ("solved", True))
        self.assertEqual(self.report(self.upload, "line.down", "push"), down)
        self.assertEqual((down.state, down.reopened), ("open", 1))

    def test_settled_outcomes(self):
        message, _new = self.env["finance.intake"]._store(self.upload, "file", b"x", name="x")
        case = message._open_case("outcome.unknown", "Text", blocking=False)
        self.watch()
        self.assertEqual(case.state, "open")
        message._move("processed")
        self.watch()
        self.assertEqual((case.state, case.closed_by_itself), ("solved", True))

    def test_what_it_was_about_is_gone(self):
        partner = self.env["res.partner"].create({"name": "Gone"})
        stays = self.report(self.env.user.partner_id, "test.gone")
        case = self.report(partner, "test.gone")
        partner.unlink()
        self.watch()
        self.assertEqual((case.state, stays.state), ("solved", "open"))

    def test_an_addon_says_how_to_see_it(self):
        """Looked at set by set, in batches, and no set twice."""
        partners = self.env["res.partner"].create([{"name": f"P{number}"} for number in range(5)])
        cases = self.env["finance.exception"].concat(*(self.report(one, "test.hook") for one in partners))
        self.env["ir.config_parameter"].set_param("finance_connector_base.case_batch", 2)
        model, seen = type(self.env["finance.exception"]), []

        def still(records):
            seen.append(records)
            return records.filtered(lambda case: case.res_id % 2)

        with (
            patch.object(model, "_cause_checks", lambda _self: {"test.hook": "_still_there"}),
            patch.object(model, "_still_there", still, create=True),
        ):
            self.watch()
        self.assertEqual([len(one) for one in seen], [2, 2, 1])
        self.assertEqual({case.res_id % 2 == 1 for case in cases if case.state == "open"}, {True})
        self.assertEqual({case.res_id % 2 == 0 for case in cases if case.state == "solved"}, {True})
