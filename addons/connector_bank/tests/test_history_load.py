"""Years of statements: looked at before anything is written, loaded in order, nothing twice; openings tie out."""

import io
import os
import zipfile
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from .common import BankCase
from .statement_maker import OTHER_ACCOUNT, UNKNOWN_ACCOUNT, Booking, camt053, statement


def day(number, opening, account=None, amount="5.00"):
    on = f"2026-03-{number:02}"
    values = {"account": account} if account else {}
    made = statement(
        Booking(amount, f"day {number}", day=on), name=f"2026-{number}", first=on, opening=opening, **values
    )
    return camt053(made, message=f"{account}{number}")


@tagged("post_install", "-at_install")
class TestHistoryLoad(BankCase):
    def load(self, *contents, zipped=(), **values):
        """A load of these files, the zipped ones together in one."""
        env = self.env(user=self.operator, context={**self.env.context, "allowed_company_ids": self.company.ids})
        files = [(f"f{number}.xml", content) for number, content in enumerate(contents)]
        if zipped:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for number, content in enumerate(zipped):
                    archive.writestr(f"z{number}.xml", content)
            files.append(("all.zip", packed.getvalue()))
        attachments = env["ir.attachment"].create([{"name": name, "raw": content} for name, content in files])
        return env["finance.history.load"].create({"attachment_ids": [Command.set(attachments.ids)], **values})

    def account(self, load, journal=None):
        return load.account_ids.filtered(lambda one: one.journal_id == (journal or self.journal))

    def test_look(self):
        """Two accounts in files and a zip, out of order: days, gaps and openings are told, nothing is written."""
        other = self.bank_journal("BNKB", OTHER_ACCOUNT)
        load = self.load(
            day(5, "120.00"), day(2, "100.00"), zipped=(day(3, "105.00"), day(2, "50.00", OTHER_ACCOUNT))
        )
        load.action_look()
        self.assertEqual((load.state, load.file_count, load.refused_count), ("looked", 4, 0))
        main = self.account(load)
        self.assertEqual((main.statement_count, main.gap_count, main.overlap_count), (3, 1, 0))
        self.assertIn("03/04/2026", main.words)
        self.assertEqual((main.opening, main.ledger, main.difference, load.untied_count), (100, 0, 100, 2))
        self.assertEqual(self.account(load, other).opening, 50)
        self.assertFalse(self.lines() | self.lines(other))
        self.assertFalse(self.env["finance.message"].search([("name", "like", "z0.xml")]))

    def test_in_order(self):
        """Whatever order they were brought in, they are imported by their days, without a gap or a question."""
        load = self.load(day(4, "110.00"), day(2, "100.00"), day(5, "115.00"), day(3, "105.00"))
        load.action_look()
        with trap_jobs() as trap:
            load.action_load()
            trap.assert_jobs_count(1, only=load.load_job)
            trap.perform_enqueued_jobs()
        self.assertEqual((load.state, load.left_count, load.line_count), ("done", 0, 4))
        self.assertEqual(self.statements().sorted("id").mapped("name"), [f"2026-{number}" for number in range(2, 6)])
        self.assertEqual(self.cases(), [])
        self.assertFalse(load.attachment_ids | load.sudo().file_ids.attachment_id)
        self.assertIn(b"2026-2", load.file_ids[0].message_id._raw())

    def test_forgotten(self):
        """Files of a load that nobody went on with do not stay for ever; a load that was done stays as evidence."""
        done, forgotten = (self.load(day(number, "100.00")) for number in (2, 3))
        attachments = forgotten.attachment_ids
        done.action_look()
        done.action_continue()
        self.env.flush_all()
        self.env.cr.execute("UPDATE finance_history_load SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        self.env["finance.history.load"]._gc_forgotten()
        self.assertEqual((done.exists(), forgotten.exists(), attachments.exists()),
                         (done, forgotten.browse(), attachments.browse()))

    def test_chunks_and_again(self):
        """In chunks, each by a job of its own; broken off and begun anew, or brought again: nothing twice."""
        load = self.load(zipped=tuple(day(number, f"{90 + 5 * number}.00") for number in range(2, 7)))
        load.action_look()
        with patch.dict(os.environ, FINANCE_HISTORY_CHUNK="2"), trap_jobs() as trap:
            load.action_load()
            load.load_job()
            self.assertEqual((load.state, load.left_count, len(self.lines())), ("loading", 3, 2))
            load.load_job()
            load.load_job()
            self.assertEqual((load.state, load.load_job()), ("done", "nothing to do"))
            trap.assert_jobs_count(3, only=load.load_job)
        self.assert_booked(["5.00"] * 5)
        again = self.load(zipped=tuple(day(number, f"{90 + 5 * number}.00") for number in range(2, 7)))
        again.action_look()
        self.assertEqual(self.account(again).known_count, 5)
        again.action_continue()
        self.assertEqual((again.state, again.line_count), ("done", 0))
        self.assertEqual(set(again.file_ids.mapped("state")), {"known"})
        self.assert_booked(["5.00"] * 5)

    def test_read_on(self):
        """Reading ends with the time of a request and goes on with the next."""
        load = self.load(day(2, "100.00"), day(3, "105.00"))
        with patch.dict(os.environ, FINANCE_HISTORY_SECONDS="-1"):
            load.action_look()
        self.assertEqual((load.state, load.left_count, len(load.account_ids)), ("looking", 2, 0))
        load.action_look()
        self.assertEqual((load.state, load.account_ids.statement_count), ("looked", 2))

    def test_refused(self):
        """What cannot be read, or is of an account that nobody has, is named; the others go on."""
        load = self.load(b"nonsense", day(2, "100.00"), day(3, "1.00", UNKNOWN_ACCOUNT))
        load.action_look()
        self.assertEqual((load.refused_count, load.left_count), (2, 1))
        self.assertTrue(all(load.file_ids.filtered(lambda one: one.state == "refused").mapped("text")))
        load.action_continue()
        self.assertEqual((load.state, load.line_count), ("done", 1))
        with self.assertRaises(UserError):
            self.load(b"PK\x03\x04broken").action_look()
        with patch.dict(os.environ, FINANCE_HISTORY_FILES="1"), self.assertRaisesRegex(UserError, "At most 1"):
            self.load(day(2, "100.00"), day(3, "105.00")).action_look()

    def test_locked(self):
        """A locked period refuses its file with the reason, and nothing of it is booked elsewhere."""
        load = self.load(day(2, "100.00"))
        load.action_look()
        self.company.fiscalyear_lock_date = "2026-03-31"
        load.action_continue()
        self.assertEqual((load.state, load.file_ids.state, load.file_ids.text and True), ("done", "refused", True))
        self.assertFalse(self.lines())

    def test_opening(self):
        """The difference to the ledger becomes a draft on the day before, once; posted, the opening ties out."""
        load = self.load(day(2, "100.00"))
        load.action_look()
        account = self.account(load)
        with self.assertRaisesRegex(UserError, "counterpart"):
            load.action_openings()
        load.opening_account_id = self.account_of_openings()
        before = self.env["account.move"].search_count([])
        load.action_openings()
        move = account.move_id
        self.assertEqual((move.state, str(move.date), self.env["account.move"].search_count([])),
                         ("draft", "2026-03-01", before + 1))
        self.assertRecordValues(
            move.line_ids.sorted("balance"),
            [
                {"account_id": load.opening_account_id.id, "balance": -100.0},
                {"account_id": self.journal.default_account_id.id, "balance": 100.0},
            ],
        )
        with self.assertRaisesRegex(UserError, "draft already"):
            load.action_openings()
        move.sudo().action_post()
        again = self.load(day(2, "100.00"))
        again.action_look()
        self.assertEqual((self.account(again).difference, again.untied_count), (0, 0))

    def test_opening_in_foreign_currency(self):
        """Compared and proposed in the currency of the account."""
        dollar = self.setup_other_currency("USD", rates=[("2026-01-01", 2.0)])
        journal = self.bank_journal("BNKD", OTHER_ACCOUNT, currency_id=dollar.id)
        made = statement(Booking("5.00", "x"), account=OTHER_ACCOUNT, currency="USD")
        load = self.load(camt053(made))
        load.action_look()
        load.opening_account_id = self.account_of_openings()
        load.action_openings()
        line = self.account(load, journal).move_id.line_ids.filtered(lambda one: one.balance > 0)
        self.assertEqual((line.currency_id, line.amount_currency, line.balance), (dollar, 100.0, 50.0))

    def account_of_openings(self):
        found = self.env["account.account"].create(
            {"name": "Opening balances", "code": "999001", "account_type": "equity"}
        )
        return found.with_user(self.operator)

    def test_who(self):
        """Users look, operators of the company load; what was found cannot be entered by hand."""
        load = self.load(day(2, "100.00"))
        load.action_look()
        reader = self.person("reader", "finance_connector_base.group_user")
        self.assertEqual(load.with_user(reader).file_count, 1)
        for step in ("action_look", "action_load", "action_continue", "action_openings"):
            with self.assertRaises(AccessError):
                getattr(load.with_user(reader), step)()
        with self.assertRaises(AccessError):
            load.state = "done"
        elsewhere = self.setup_other_company()["company"]
        stranger = self.person("stranger", "finance_connector_base.group_operator", elsewhere)
        with self.assertRaises(AccessError):
            load.with_user(stranger).action_load()
