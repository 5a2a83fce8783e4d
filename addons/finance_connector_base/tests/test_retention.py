from pathlib import Path

from psycopg2.errors import CheckViolation, LockNotAvailable

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..core.errors import BusinessError
from ..services import finance_retention
from .retention_case import BODY, LARGE, RetentionCase


@tagged("post_install", "-at_install")
class TestRetention(RetentionCase):
    """What is older than its rule goes, hash and facts stay, and the trail stays verifiable."""

    def test_nothing_goes_without_a_rule_in_force(self):
        message = self.done(days=4000)
        self.draft().action_request()
        self.assertFalse(self.night())
        self.assert_here(message)

    def test_a_rule_needs_a_second_person(self):
        rule = self.draft()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            rule.sudo().state = "live"
            self.env.flush_all()
        rule.action_request()
        with self.assertRaises(AccessError):
            rule.approval_id.with_env(self.env(user=self.maker)).action_approve()
        self.agree(rule)
        with self.assertRaises(UserError):
            rule.days = 1

    def test_contents_go_and_facts_stay(self):
        old, young = self.done(days=31), self.done(BODY + b"2", days=29)
        digest, size = old.sha256, old.size
        self.live()
        run = self.night()
        self.assertEqual((run.due, run.gone, run.state), (1, 1, "done"))
        self.assertEqual(run.freed, size)
        self.assertTrue(old.erased_on)
        self.assertEqual((old.sha256, old.size, old.state), (digest, size, "processed"))
        self.env.cr.execute("SELECT body, attachment_id FROM finance_message WHERE id = %s", [old.id])
        self.assertEqual(self.env.cr.fetchone(), (None, None))
        self.assert_here(young, BODY + b"2")
        with self.assertRaises(BusinessError):
            old._raw()
        with self.assertRaises(UserError):
            old.with_user(self.roles["auditor"]).read_part("content")
        self.assertEqual(self.events(kind="message.erased").res_id, old.id)
        self.checkpoint()
        self.assertEqual(self.codes(), set())

    def test_a_copy_is_still_known(self):
        old = self.done()
        self.live()
        self.night()
        again, new = self.store(BODY, flow=self.flow)
        self.assertEqual((again, new), (old, False))

    def test_files_go_from_the_file_store(self):
        old = self.done(LARGE)
        attachment = old.sudo().attachment_id
        path = Path(attachment._full_path(attachment.store_fname))
        self.assertTrue(path.exists())
        self.live()
        self.night()
        self.assertFalse(attachment.exists())
        self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertFalse(path.exists())

    def test_what_is_not_done_stays(self):
        message, _new = self.store(BODY, flow=self.flow)
        self.env.cr.execute("UPDATE finance_message SET create_date = create_date - interval '9 year'")
        self.live()
        self.night()
        self.assert_here(message)

    def test_classes_of_their_own(self):
        flow_class, own_class = self.done(), self.done(BODY + b"2")
        own_class.sudo().sensitivity = "bank"
        self.live()
        self.night()
        self.assertTrue(flow_class.erased_on)
        self.assert_here(own_class, BODY + b"2")

    def test_a_company_s_own_rule_goes_before(self):
        message = self.done(days=100)
        self.live(days=30)
        self.live(days=200, company_id=self.company.id)
        self.night()
        self.assert_here(message)

    def test_a_trial_changes_nothing(self):
        message, held = self.done(), self.done(BODY + b"2")
        self.hold(message_id=held.id)
        action = self.draft(company_id=self.company.id).action_try()
        run = self.env["finance.retention.run"].search(action["domain"])
        self.assertEqual((run.dry, run.due, run.gone, run.held, run.state), (True, 2, 1, 1, "done"))
        self.assert_here(message)

    def test_chunks_end(self):
        """Also where more than a chunk is kept, and done in the same second."""
        messages = [self.done(BODY + b"%d" % number) for number in range(5)]
        self.hold(connector_id=self.upload.id)
        self.live()
        self.patch(finance_retention, "CHUNK", 2)
        run = self.night()
        self.assertEqual((run.due, run.held, run.gone, run.state), (5, 5, 0, "done"))
        for number, message in enumerate(messages):
            self.assert_here(message, BODY + b"%d" % number)

    def test_out_of_time_it_goes_on(self):
        messages = [self.done(BODY + b"%d" % number) for number in range(5)]
        self.live()
        self.patch(finance_retention, "CHUNK", 2)
        self.env["ir.config_parameter"].set_param("finance_connector_base.retention_seconds", "-1")
        self.assertEqual(self.night().state, "running")
        self.assertEqual(sum(bool(message.erased_on) for message in messages), 2)
        for _night in range(3):
            self.night()
        self.assertTrue(all(message.erased_on for message in messages))
        self.assertEqual(self.env["finance.retention.run"].search([]).mapped("gone"), [5])

    def test_a_failure_is_told(self):
        self.done()
        self.live()
        payload = finance_retention.RETAINED.get("payload")
        self.patch(payload, "apply", lambda *_given: 1 / 0)
        with mute_logger(finance_retention.__name__):
            run = self.night()
        self.assertEqual(run.state, "failed")
        self.assertIn("ZeroDivisionError", run.text)


@tagged("post_install", "-at_install")
class TestBooks(RetentionCase):
    """Contents behind entries in the books stay as long as the law asks for, and the entries are not touched."""

    def evidence(self, days):
        move = self.env["account.move"].create({"move_type": "entry", "ref": "Mustermann"})
        message = self.done(days=days)
        self.env["finance.link"]._add(self.upload, "entry", f"e{days}", move, message)
        return message, move

    def test_the_law_wins(self):
        kept, move = self.evidence(days=400)
        self.live()
        run = self.night()
        self.assertEqual((run.gone, run.lawful), (0, 1))
        self.assert_here(kept)
        self.company.finance_books_years = 1
        old, _move = self.evidence(days=365 * 3)
        run.sudo().unlink()
        self.night()
        self.assertTrue(old.erased_on)
        self.assertEqual(move.ref, "Mustermann")

    def test_attempts_of_evidence_stay(self):
        kept, _move = self.evidence(days=400)
        other = self.done(BODY + b"2", days=400)
        self.live("attempt", action="delete")
        self.night()
        self.assertTrue(kept.attempt_ids)
        self.assertFalse(other.attempt_ids)


@tagged("post_install", "-at_install")
class TestLegalHold(RetentionCase):
    """On hold nothing goes, whatever covers it and whoever writes; a hold ends with two persons."""

    def test_every_scope(self):
        partner = self.env["res.partner"].create({"name": "Erika Mustermann"})
        today = fields.Date.today()
        scopes = {
            "everything": {"company_id": False},
            "company": {},
            "connector": {"connector_id": self.upload.id},
            "message": {},
            "period": {
                "date_from": fields.Date.subtract(today, days=101),
                "date_to": fields.Date.subtract(today, days=99),
            },
            "person": {"partner_id": partner.id},
        }
        self.live()
        for name, scope in scopes.items():
            with self.subTest(name), self.cr.savepoint() as savepoint:
                message = self.done()
                self.hold(**({"message_id": message.id} if name == "message" else scope))
                run = self.night()
                self.assertEqual((run.held, run.gone), (1, 0))
                self.assert_here(message)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_what_it_does_not_cover_goes(self):
        stranger = self.env["res.partner"].create({"name": "Otto Normalverbraucher"})
        other = self.connector("upload", "Another")
        today = fields.Date.today()
        message = self.done()
        for scope in (
            {"partner_id": stranger.id},
            {"connector_id": other.id},
            {"connector_id": self.upload.id, "partner_id": stranger.id},
            {"date_from": fields.Date.subtract(today, days=50)},
        ):
            self.hold(**scope)
        self.live()
        self.night()
        self.assertTrue(message.erased_on)

    def test_the_database_keeps_it_too(self):
        message = self.done()
        self.hold()
        for statement in (
            "UPDATE finance_message SET erased_on = now(), body = NULL WHERE id = %s",
            "DELETE FROM finance_message WHERE id = %s",
        ):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
                self.env.cr.execute(statement, [message.id])

    def test_its_end_needs_two_persons(self):
        message, hold = self.done(), self.hold()
        self.live()
        with self.assertRaises(UserError):
            hold.action_lift()  # no reason given
        hold.lift_reason = "Audit closed on 3 March, letter of the authority."
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            hold.sudo().state = "lifted"
            self.env.flush_all()
        hold.action_lift()
        with self.assertRaises(AccessError):
            hold.approval_id.with_env(self.env(user=self.maker)).action_approve()
        self.night()
        self.assert_here(message)
        self.agree(hold)
        self.assertEqual(hold.state, "lifted")
        self.env["finance.retention.run"].search([]).unlink()
        self.night()
        self.assertTrue(message.erased_on)

    def test_it_does_not_shrink(self):
        hold = self.hold()
        with self.assertRaises(UserError):
            hold.date_to = "2020-01-01"
        with self.assertRaises(UserError):
            hold.unlink()
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            hold.sudo().connector_id = self.upload
            self.env.flush_all()

    def test_who_may(self):
        values = {"name": "x", "reason": "y"}
        for role in ("user", "operator", "approver"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.as_role(role)["finance.legal.hold"].create(values)
        self.assertTrue(self.as_role("auditor")["finance.legal.hold"].create(values))


@tagged("post_install", "-at_install")
class TestHoldRace(TransactionCase):
    """While a chunk erases, no hold is committed that it does not know; the next one sees it."""

    def test_a_hold_waits_for_the_chunk(self):
        with self.registry.cursor() as eraser, self.registry.cursor() as holder:
            self.env(cr=eraser)["finance.legal.hold"]._bar()
            holder.execute("SET LOCAL lock_timeout = '200ms'")
            with self.assertRaises(LockNotAvailable), mute_logger("odoo.sql_db"):
                holder.execute("LOCK TABLE finance_legal_hold IN ROW EXCLUSIVE MODE")  # as any INSERT does
            holder.rollback()
            eraser.rollback()
            holder.execute("SET LOCAL lock_timeout = '200ms'")
            holder.execute("LOCK TABLE finance_legal_hold IN ROW EXCLUSIVE MODE")
            holder.rollback()


@tagged("post_install", "-at_install")
class TestOtherKinds(RetentionCase):
    """Tries, cases and the readable part of the trail go by rules of their own."""

    def test_attempts(self):
        failed = self.done()
        failed.sudo().attempt_ids.text = "no account of Erika Mustermann"
        self.live("attempt")
        self.night()
        attempt = failed.attempt_ids
        self.assertTrue(attempt.erased_on)
        self.assertFalse(attempt.text)
        self.assertEqual(attempt.outcome, "ok")
        self.assert_here(failed)

    def test_cases(self):
        message = self.done()
        case = message._open_case("bank.refused", "Erika Mustermann is not known", "line 7", blocking=False)
        case.message_post(body="I rang Erika Mustermann")
        case._drop("settled with Erika Mustermann")
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_exception SET closed_on = closed_on - interval '99 day'")
        self.env.invalidate_all()
        self.live("case", action="anonymise")
        self.night()
        shown = f"{case.name} {case.text} {case.solution} {case.place} {case.message_ids.mapped('body')}"
        self.assertNotIn("Mustermann", shown)
        self.assertEqual((case.code, case.state), ("bank.refused", "dropped"))
        self.assertTrue(case.closed_on)

    def test_details(self):
        self.upload.name = "Files of Mustermann"
        self.env.cr.flush()
        changed = self.events(kind="connector.changed")
        self.assertIn("Mustermann", changed.changes)
        self.checkpoint()
        self.unguarded("UPDATE finance_audit_event SET occurred_on = occurred_on")
        rule = self.live("detail")
        self.env["finance.audit.sealer"]._erase_details(changed.ids, {"rule": rule.id})
        self.env.invalidate_all()
        self.assertEqual(changed.changes, "Erased")
        self.checkpoint("second")
        self.assertEqual(self.codes(), set())
        run = self.night()
        self.assertEqual((run.due, run.state), (0, "done"))  # nothing else is that old
