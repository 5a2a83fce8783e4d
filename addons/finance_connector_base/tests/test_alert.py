from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import FinanceCase, at_the_screen

BASE = "finance_connector_base"


class AlertCase(FinanceCase):
    """One company to watch; ``watch`` looks at a rule so many minutes from now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.company_id = cls.company
        cls.owner = cls.roles["operator"]
        cls.now = fields.Datetime.now()

    def watch(self, rule, minutes=0):
        """Look at the rule ``minutes`` from now."""
        self.env.flush_all()
        rule.sudo()._watch(self.now + timedelta(minutes=minutes))
        return self.alert(rule)

    def alert(self, rule):
        """The latest alert of the rule here."""
        alerts = self.env["finance.alert"].search([("rule_id", "=", rule.id)])
        return alerts.filtered(lambda alert: not alert.company_id or alert.company_id == self.company)[:1]

    def rule(self, **values):
        return self.env["finance.alert.rule"].create(
            {
                "name": "Test rule",
                "figure": "cases.open",
                "company_id": self.company.id,
                "owner_id": self.owner.id,
                **values,
            }
        )

    def limit_above_now(self, rule):
        """What other data of this database gives is no alert."""
        value = rule._value(self.company)
        rule.write({"threshold": value, "clear_at": value})
        return rule

    def case(self, code="alert.test"):
        message, _new = self.store(code.encode())
        return message._open_case(code, "words")


@tagged("post_install", "-at_install")
class TestAlert(AlertCase):
    """Somebody is told when it begins, others when nobody acts, all when it is over; nothing else stops for it."""

    def test_other_systems_are_told(self):
        rule = self.limit_above_now(self.rule())
        case = self.case()
        alert = self.watch(rule)
        self.env.cr.flush()
        case._solve("done")
        self.watch(rule, 1)
        self.env.cr.flush()
        events = (
            self.env["finance.event"]
            .sudo()
            .search([("res_model", "=", "finance.alert"), ("res_id", "=", alert.id)], order="id")
        )
        self.assertEqual(events.mapped("type"), ["alert.raised", "alert.cleared"])
        self.assertEqual((events[0].data["rule"], events[0].data["state"]), (rule.id, "firing"))

    def test_fires_tells_and_clears(self):
        rule = self.limit_above_now(self.rule(tell_mail=True))
        self.assertFalse(self.watch(rule))
        case = self.case()
        alert = self.watch(rule)
        self.assertEqual((alert.state, alert.owner_id), ("firing", self.owner))
        self.assertEqual(alert.activity_ids.user_id, self.owner)
        told = self.env["mail.message"].search([("model", "=", alert._name), ("res_id", "=", alert.id)])
        self.assertIn(self.owner.partner_id, told.notified_partner_ids)
        self.assertEqual(self.watch(rule, 1), alert, "the same alert goes on")
        self.assertEqual(len(alert.activity_ids), 1, "and is told once")
        case._solve("done")
        self.watch(rule, 2)
        self.assertEqual(alert.state, "cleared")
        self.assertEqual(alert.cleared_on, self.now + timedelta(minutes=2))
        self.assertFalse(alert.activity_ids)
        self.case("again")
        self.assertNotEqual(self.watch(rule, 3), alert, "the next time is another alert")

    def test_what_does_not_last_leaves_nothing(self):
        rule = self.limit_above_now(self.rule(for_minutes=10))
        case = self.case()
        self.assertEqual(self.watch(rule).state, "pending")
        self.assertFalse(self.alert(rule).activity_ids)
        case._solve("done")
        self.assertFalse(self.watch(rule, 5))

    def test_escalates_until_acknowledged(self):
        lead, head = self.roles["approver"], self.roles["admin"]
        steps = [(0, 0, {"minutes": 15, "user_id": lead.id}), (0, 0, {"minutes": 30, "user_id": head.id})]
        rule = self.limit_above_now(self.rule(step_ids=steps))
        self.case()
        told = lambda: self.alert(rule).activity_ids.user_id  # noqa: E731
        self.watch(rule)
        self.watch(rule, 14)
        self.assertEqual(told(), self.owner)
        self.watch(rule, 15)
        self.watch(rule, 16)
        self.assertEqual(told(), self.owner | lead)
        self.assertEqual(len(self.alert(rule).activity_ids), 2)
        self.alert(rule).with_user(self.owner).action_acknowledge()
        self.watch(rule, 60)
        self.assertFalse(told(), "head is not told: the owner is on it")
        self.assertEqual(self.alert(rule).acknowledged_by_id, self.owner)
        self.assertEqual(self.alert(rule).state, "firing")

    def test_team_is_told_as_of_late_cases(self):
        team = self.env["finance.team"].create(
            {"name": "Team", "lead_id": self.roles["approver"].id, "lead_after_hours": 0}
        )
        rule = self.limit_above_now(self.rule(team_id=team.id))
        self.case()
        self.watch(rule)
        self.watch(rule, 7 * 24 * 60)
        self.assertEqual(self.alert(rule).activity_ids.user_id, self.owner | team.lead_id)

    def test_silenced(self):
        rule = self.limit_above_now(self.rule(silenced_until=self.now + timedelta(hours=1)))
        self.case()
        alert = self.watch(rule)
        self.assertEqual((alert.state, alert.told, alert.activity_ids.ids), ("firing", False, []))
        self.watch(rule, 61)
        self.assertEqual(alert.activity_ids.user_id, self.owner, "told once the silence is over")

    def test_channel(self):
        channel = self.env["discuss.channel"].create({"name": "Finance alerts"})
        rule = self.limit_above_now(self.rule(channel_id=channel.id))
        case = self.case()
        self.watch(rule)
        case._solve("done")
        self.watch(rule, 1)
        said = "".join(channel.message_ids.mapped("body"))
        self.assertIn("Test rule", said)
        self.assertIn("Cleared", said)

    def test_each_company_by_itself(self):
        other = self.env["res.company"].create({"name": "Alerting"})
        rule = self.limit_above_now(self.rule(company_id=False))
        away = self.connector("upload", "Alerting upload", company_id=other.id)
        for number in range(int(rule.threshold) + 1):
            message, _new = self.env["finance.intake"]._store(away, "file", b"%d" % number, name="x")
            message._open_case("x", "words")
        self.env.flush_all()
        rule.sudo()._watch(self.now)
        found = self.env["finance.alert"].search([("rule_id", "=", rule.id), ("company_id", "=", other.id)])
        self.assertEqual(found.state, "firing")
        self.assertFalse(self.alert(rule))
        self.assertFalse(self.as_role("user")["finance.alert"].search([("id", "=", found.id)]))

    def test_rights(self):
        rule = self.limit_above_now(self.rule())
        self.case()
        alert = self.watch(rule)
        with self.assertRaises(AccessError):
            alert.with_user(self.roles["user"]).action_acknowledge()
        with self.assertRaises(AccessError):
            alert.with_user(self.roles["admin"]).state = "cleared"
        with self.assertRaises(AccessError):
            rule.with_user(self.roles["operator"]).threshold = 10_000
        self.assertTrue(alert.with_user(self.roles["user"]).action_open_figure()["domain"])

    def test_a_broken_rule_says_so_and_holds_up_nobody(self):
        rule, good = self.rule(), self.limit_above_now(self.rule(name="Good"))
        self.case()
        value = type(rule)._value

        def broken(self, company):
            return 1 / 0 if self == rule else value(self, company)

        self.env.flush_all()
        with patch.object(type(rule), "_value", broken), mute_logger(f"odoo.addons.{BASE}.models.finance_alert_rule"):
            self.env["finance.alert.rule"]._cron_watch()
        self.assertIn("division", rule.error)
        self.assertEqual(self.alert(good).state, "firing")
        self.env["finance.alert.rule"]._cron_watch()
        self.assertFalse(rule.error)

    def test_rules_that_make_no_sense(self):
        for values in (
            {"source": "records", "model_name": "no.such.model"},
            {"source": "records", "model_name": "finance.message", "record_domain": "[('nothing', '=', 1)]"},
            {"source": "records", "model_name": "finance.message", "record_domain": "__import__('os')"},
            {"comparison": ">", "threshold": 1, "clear_at": 2},
            {"comparison": "<", "threshold": 1, "clear_at": 0},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.rule(**values)

    def test_statement_not_there_by_nine(self):
        """A Monday: nothing before nine, an alert after it, over when the record comes."""
        rule = self.rule(
            source="records",
            figure=False,
            model_name="finance.message",
            record_domain=repr([("connector_id", "=", self.upload.id), ("create_date", ">=", "today")]),
            comparison="<",
            threshold=1,
            clear_at=1,
            has_deadline=True,
            deadline=9.0,
        )
        self.company.partner_id.tz = "UTC"
        self.env.flush_all()
        moments = {"2031-03-02 12:00": False, "2031-03-03 08:59": False, "2031-03-03 09:00": "firing"}
        for moment, expected in moments.items():
            with freeze_time(moment):
                rule.sudo()._watch(fields.Datetime.now())
                self.assertEqual(self.alert(rule).state, expected, moment)
        message, _new = self.store(b"statement")
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_message SET create_date = '2031-03-03 09:05' WHERE id = %s", [message.id])
        with freeze_time("2031-03-03 09:10"):
            rule.sudo()._watch(fields.Datetime.now())
        self.assertEqual(self.alert(rule).state, "cleared")


@tagged("post_install", "-at_install")
class TestDefaultRules(AlertCase):
    """Every rule that comes with the addon is made to fire by a fault, and to clear by its mending."""

    def fault(self, name, harm, mend, minutes=0):
        """``harm`` and ``mend`` are called; between and after them the rule is looked at."""
        rule = self.env.ref(f"{BASE}.{name}")
        comparison = rule.comparison
        if comparison == ">":
            self.limit_above_now(rule)
        self.assertNotEqual(self.watch(rule).state, "firing", "before the fault")
        harm()
        self.watch(rule)
        late = rule.for_minutes + minutes
        alert = self.watch(rule, late)
        self.assertEqual(alert.state, "firing", name)
        self.assertTrue(alert.activity_ids, "somebody is told")
        self.assertTrue(rule.runbook, "and what to do")
        mend()
        self.watch(rule, late + 1)
        self.watch(rule, late + 1 + rule.clear_minutes)
        self.assertEqual(alert.state, "cleared", name)

    def message(self, state):
        message, _new = self.store(state.encode())
        message.sudo().state = state
        return message

    def test_sent_twice(self):
        message = self.message("sent")
        tries = [
            {
                "message_id": message.id,
                "company_id": self.company.id,
                "number": number,
                "outcome": "ok",
                "ended_on": fields.Datetime.now(),
            }
            for number in (1, 2)
        ]
        self.fault(
            "alert_sent_twice",
            lambda: self.env["finance.attempt"].create(tries),
            lambda: message.sudo().attempt_ids[:1].write({"outcome": "superseded"}),
        )

    def test_lost_file(self):
        cases = []
        self.fault("alert_lost_file", lambda: cases.append(self.case("statement.gap")), lambda: cases[0]._solve("came"))

    def test_unknown(self):
        message = self.message("sending")
        self.fault(
            "alert_unknown",
            lambda: message.sudo().write({"state": "unknown"}),
            lambda: message.sudo().write({"state": "processed"}),
        )

    def test_backlog(self):
        message, _new = self.store()

        def grow_old():
            self.env.flush_all()
            old = fields.Datetime.now() - timedelta(days=2)
            self.env.cr.execute("UPDATE finance_message SET create_date = %s WHERE id = %s", [old, message.id])
            self.env.invalidate_all()

        self.fault("alert_backlog", grow_old, lambda: message._move("processed"))

    def test_line(self):
        breaker = self.env["finance.breaker"].create({"connector_id": self.upload.id, "operation": "pull"})
        self.fault("alert_line", lambda: breaker.write({"state": "open"}), lambda: breaker.write({"state": "closed"}))

    def test_expiry(self):
        expiry = self.env["finance.expiry"].create(
            {"connector_id": self.upload.id, "name": "Key", "expires_on": fields.Date.today() + timedelta(days=90)}
        )
        soon, later = (fields.Date.today() + timedelta(days=days) for days in (7, 8))
        self.fault(
            "alert_expiry",
            lambda: expiry.write({"expires_on": soon}),
            lambda: expiry.write({"expires_on": later}),
        )

    def test_dead(self):
        message = self.message("ready")
        self.fault(
            "alert_dead",
            lambda: message.sudo().write({"state": "dead"}),
            lambda: message.sudo().write({"state": "cancelled"}),
        )

    def test_runner(self):
        node = self.env["finance.node"].create({"name": "test-node", "last_seen": fields.Datetime.now()})
        self.fault(
            "alert_runner",
            lambda: self.env["finance.node"].search([]).write({"last_seen": False}),
            lambda: node.write({"last_seen": fields.Datetime.now()}),
        )

    def test_overdue(self):
        case = self.case()
        past = fields.Datetime.now() - timedelta(hours=1)
        self.fault("alert_overdue", lambda: case.sudo().write({"due_on": past}), lambda: case._solve("done"))

    def test_unsealed(self):
        figure = type(self.env["finance.board"]._figures(["audit.unsealed"])[0])
        age = {"seconds": 0}
        with patch.object(figure, "value", lambda *_given: age["seconds"]):
            self.fault("alert_unsealed", lambda: age.update(seconds=99999), lambda: age.update(seconds=0))

    def test_same_address(self):
        self.env.ref(f"{BASE}.alert_same_address").active = True

        def vote():
            values = {"object": "account", "company_id": self.company.id}
            with at_the_screen():
                rule = self.env["finance.authority"].with_user(self.roles["admin"]).create(values)
                rule.action_request()
                rule.approval_id.with_user(self.roles["approver"]).action_approve()
            self.votes = rule.sudo().approval_id.vote_ids

        def forget():
            """Two days pass, which only the owner of the table can pretend."""
            self.env.flush_all()
            self.env.cr.execute("ALTER TABLE finance_approval_vote DISABLE TRIGGER finance_keep_rows")
            self.env.cr.execute(
                "UPDATE finance_approval_vote SET voted_on = voted_on - interval '2 days' WHERE id = ANY(%s)",
                [self.votes.ids],
            )
            self.env.cr.execute("ALTER TABLE finance_approval_vote ENABLE ALWAYS TRIGGER finance_keep_rows")
            self.env.invalidate_all()

        self.fault("alert_same_address", vote, forget)

    def test_none_is_left_out(self):
        """A rule that is added is made to fire here, too."""
        data = self.env["ir.model.data"].search([("module", "=", BASE), ("model", "=", "finance.alert.rule")])
        tested = {f"alert_{name.removeprefix('test_')}" for name in dir(self) if name.startswith("test_")}
        self.assertLessEqual(set(data.mapped("name")), tested)
