from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import ROLES, SandboxCase


@tagged("post_install", "-at_install")
class TestStop(SandboxCase):
    """An emergency stop shuts the line at once; another person opens it again."""

    def stop(self, role="operator", scope="connector", **values):
        values = {"scope": scope, "reason": "strange payments", **values}
        if scope == "connector":
            values.setdefault("connector_id", self.bank.id)
        return self.as_role(role)["finance.stop"].create(values)

    def release(self, stop, role):
        stop = stop.with_user(self.roles[role])
        stop.release_reason = "the bank found its mistake"
        stop.action_release()

    def test_each_scope_holds_the_message_back(self):
        message = self.submit()
        for scope in ("connector", "company", "all"):
            stop = self.stop(scope=scope)
            self.assertIn("emergency stop", self.advance(message))
            self.assertEqual((message.state, message.attempt, self.effects()), ("ready", 0, 0), scope)
            self.assertEqual(message.result_text, "Not sent: emergency stop")
            if scope == "connector":
                self.assertEqual((stop.waiting, stop.under_way), (1, 0))
            self.release(stop, "admin")
        self.advance(message)
        self.assertEqual((message.state, self.effects()), ("processed", 1))

    def test_others_go_on(self):
        message = self.submit()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.stop(connector_id=self.upload.id)
        self.env["finance.stop"].with_context(allowed_company_ids=(self.company | elsewhere).ids).create(
            {"scope": "company", "company_id": elsewhere.id, "reason": "theirs"}
        )
        self.advance(message)
        self.assertEqual(self.effects(), 1)

    def test_what_was_sent_is_still_asked_about(self):
        self.sandbox.fault("reset_after", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        self.assertEqual(message.state, "unknown")
        self.stop()
        self.advance(message)
        self.assertEqual((message.state, self.effects()), ("processed", 1))

    def test_it_never_arrived_and_waits_for_the_release(self):
        self.sandbox.fault("reset_before", party="bank", method="POST")
        message = self.submit()
        self.advance(message)
        stop = self.stop()
        self.advance(message)
        self.assertEqual(message.state, "ready")
        self.advance(message)
        self.assertEqual(self.effects(), 0)
        with trap_jobs() as jobs:
            self.release(stop, "admin")
            jobs.assert_jobs_count(1, only=message.send_job)
        self.advance(message)
        self.assertEqual(self.effects(), 1)

    def test_a_batch_does_not_run_in_circles(self):
        self.flow.drain_messages = 2
        for key in "ABC":
            self.submit(key)
        self.stop()
        with trap_jobs() as jobs:
            self.env["finance.drain"]._drain(self.flow)
            jobs.assert_jobs_count(0)

    def test_the_sweeper_leaves_it_alone(self):
        message = self.submit()
        stop = self.stop()
        self.env.cr.execute("UPDATE finance_message SET write_date = '2020-01-01' WHERE id = %s", [message.id])
        for expected in (0, 1):
            with trap_jobs() as jobs:
                self.env["finance.deliver"]._cron_sweep()
                jobs.assert_jobs_count(expected, only=message.send_job)
            if not expected:
                self.release(stop, "admin")
            self.env.flush_all()
            self.env.cr.execute("UPDATE finance_message SET write_date = '2020-01-01' WHERE id = %s", [message.id])

    def test_who_stops(self):
        for role in ROLES:
            if role in ("operator", "approver", "admin"):
                self.assertEqual(self.stop(role).stopped_by_id, self.roles[role])
            else:
                with self.assertRaises(AccessError):
                    self.stop(role)

    def test_nobody_stops_what_he_does_not_see(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        groups = "finance_connector_base.group_operator"
        stranger = new_test_user(
            self.env, "fc_far", groups=groups, company_id=elsewhere.id, company_ids=[(6, 0, elsewhere.ids)]
        )
        stops = self.env(user=stranger)["finance.stop"]
        for values in ({"scope": "connector", "connector_id": self.bank.id}, {"company_id": self.company.id}):
            with self.assertRaises(AccessError):
                stops.create({"scope": "company", "reason": "x", **values})
        mine = self.stop()
        self.assertFalse(stops.search([("id", "=", mine.id)]))
        self.assertFalse(stops.read_active())
        self.stop(scope="all")
        self.assertEqual([row["covers"] for row in stops.read_active()], ["Everything"])

    def test_another_person_releases(self):
        stop = self.stop("admin")
        for role, error in (("admin", UserError), ("operator", AccessError), ("user", AccessError)):
            with self.assertRaises(error):
                self.release(stop, role)
        with self.assertRaises(UserError):
            stop.with_user(self.roles["approver"]).action_release()  # without a reason
        for env in (self.env(su=True), self.env(user=1)):
            with self.assertRaises(AccessError):
                stop.with_env(env).action_release()
        self.release(stop, "approver")
        self.assertEqual((stop.state, stop.released_by_id), ("released", self.roles["approver"]))
        with self.assertRaises(UserError):
            self.release(stop, "approver")

    def test_nothing_is_written_by_hand(self):
        stop = self.stop()
        admin = stop.with_user(self.roles["admin"])
        for values in ({"state": "released"}, {"reason": "other"}, {"scope": "all"}, {"connector_id": self.upload.id}):
            with self.assertRaises(AccessError):
                admin.write(values)
        with self.assertRaises(AccessError):
            self.stop("admin", state="released")
        with self.assertRaises(AccessError):
            admin.unlink()

    def test_who_and_why_stands_in_the_chatter(self):
        stop = self.stop()
        self.assertIn("strange payments", self.bank.message_ids[:1].body)
        self.assertIn(self.roles["operator"].name, self.bank.message_ids[:1].body)
        self.assertIn("strange payments", self.bank.stop_text)
        self.assertFalse(self.upload.stop_text)
        self.release(stop, "approver")
        self.assertIn("found its mistake", self.bank.message_ids[:1].body)
        self.bank.invalidate_recordset()
        self.assertFalse(self.bank.stop_text)

    def test_the_dialog(self):
        action = self.bank.with_user(self.roles["operator"]).action_emergency_stop()
        dialog = Form(
            self.as_role("operator")["finance.stop"].with_context(**action["context"]), view=action["views"][0][0]
        )
        dialog.reason = "seen in the portal"
        stop = dialog.save()
        self.assertEqual((stop.connector_id, stop.company_id), (self.bank, self.company))
