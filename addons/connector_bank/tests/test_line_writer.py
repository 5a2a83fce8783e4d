"""Statement lines written at once: equal to Odoo's in every column, and everything Odoo does afterwards works."""

import random
from contextlib import closing
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests.common import server_option

from ..services.finance_line_plan import Plan
from ..services.undone import NotAlike, undone
from ..writing import witness
from .common import BankCase
from .ledger_cases import LedgerCases, few, seeds


@tagged("post_install", "-at_install")
class TestLineWriter(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.writer = cls.env["finance.line.writer"]
        cls.cases_of_lines = LedgerCases(cls.env, cls.company, cls.bank_journal)

    def values(self, count, **changes):
        return [
            {
                "journal_id": self.journal.id, "statement_id": False, "date": f"2026-03-{number % 28 + 1:02}",
                "payment_ref": f"Payment {number}", "partner_id": self.customer.id if number % 2 else False,
                "amount": 10.0 + number if number % 3 else -10.0 - number, "finance_fingerprint": f"line-{number}",
                "finance_occurrence": 1, **changes,
            }
            for number in range(count)
        ]  # fmt: skip

    def written(self, values):
        with server_option(bulk_lines="2"):
            return self.writer._create(values)

    def proof(self):
        return self.env["finance.writer.proof"].search([("journal_id", "=", self.journal.id)], limit=1)

    def stated(self, chance, journal, values):
        """No statement, one of the journal, or one that learns its journal from the lines; its balance fits or not."""
        known = chance.choice((None, False, True))
        if known is not None:
            end = 1.5 + sum(one["amount"] for one in values) + chance.choice((0, 1))
            statement = self.env["account.bank.statement"].create(
                {"name": "Case", "balance_start": 1.5, "balance_end_real": end,
                 "finance_journal_id": journal.id if known else False, "finance_identity": "Case" if known else False}
            )  # fmt: skip
            for one in values:
                one["statement_id"] = statement.id

    def test_every_column(self):
        """Random lines both ways: no row and no column differs."""
        model = self.env["account.bank.statement.line"].with_context(
            tracking_disable=True, mail_create_nolog=True, mail_notrack=True
        )
        for seed in seeds():
            chance = random.Random(seed)
            with self.subTest(seed=seed), closing(self.env.cr.savepoint()):
                journal, values = self.cases_of_lines.lines(chance, chance.randint(2, 7))
                self.stated(chance, journal, values)
                kinds = self.writer._kinds(journal, values)
                chosen = few(values, kinds)
                with undone(self.env):
                    expected, _told = self.writer._by_odoo(model, journal, values, True)
                with undone(self.env):
                    sample = [values[at] for at in chosen]
                    pattern, _told = self.writer._by_odoo(model, journal, sample, True)
                plan = Plan(model, journal, values, self.writer._patterns(pattern, [kinds[at] for at in chosen]))
                with undone(self.env):
                    marked = witness.mark(self.env.cr, "account_journal", journal.id)
                    found = self.writer._found(self.writer._by_pattern(plan, values, kinds), marked)
                    self.writer._compare(expected, found)

    def test_by_index(self):
        """A session that planned its foreign keys on small tables does not read whole tables for each line."""
        cr = self.env.cr
        cr.execute("DISCARD PLANS; SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;"
                   " SET LOCAL enable_indexonlyscan = off")  # fmt: skip
        self.env["account.bank.statement.line"].create(self.values(12, finance_occurrence=2))
        self.env.flush_all()
        cr.execute("SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on;"
                   " SET LOCAL enable_indexonlyscan = on")  # fmt: skip
        before = self.scans("account_move")
        self.assertGreater(before, 12)
        self.written(self.values(400))
        self.assertLess(self.scans("account_move") - before, 400)

    def scans(self, table):
        """How often this transaction read the whole table."""
        self.env.cr.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        return self.env.cr.fetchone()[0]

    def test_difference_is_seen(self):
        """The comparison finds a column that is off in one row."""
        values = self.values(4)
        kinds = self.writer._kinds(self.journal, values)
        model = self.env["account.bank.statement.line"]
        with undone(self.env):
            expected, _told = self.writer._by_odoo(model, self.journal, values, True)
        plan = Plan(model, self.journal, values, self.writer._patterns(expected, kinds))
        with undone(self.env):
            marked = witness.mark(self.env.cr, "account_journal", self.journal.id)
            lines = self.writer._by_pattern(plan, values, kinds)
            lines[2].move_id.line_ids[0].is_storno = True
            with self.assertRaises(NotAlike):
                self.writer._compare(expected, self.writer._found(lines, marked))

    def test_quick(self):
        lines = self.written(self.values(40))
        self.assertEqual(self.proof().state, "alike")
        self.assertEqual(lines.mapped("payment_ref"), [f"Payment {number}" for number in range(40)])
        names = lines.move_id.sorted(lambda move: (move.date, move.id)).mapped("sequence_number")
        self.assertEqual(names, list(range(names[0], names[0] + 40)))
        self.assertFalse(any(lines.move_id.mapped("made_sequence_gap")))
        following = self.env["account.bank.statement.line"].create(self.values(1, finance_fingerprint="next")[0])
        self.assertEqual(following.move_id.sequence_number, names[-1] + 1)

    def test_statement_and_running_balance(self):
        statement = self.env["account.bank.statement"].create(
            {"name": "S", "finance_journal_id": self.journal.id, "balance_start": 100.0}
        )
        lines = self.written(self.values(30, statement_id=statement.id))
        total = sum(lines.mapped("amount"))
        self.assertEqual(statement.journal_id, self.journal)
        self.assertAlmostEqual(statement.balance_end, 100.0 + total)
        self.assertEqual(statement.date, max(lines.mapped("date")))
        self.assertAlmostEqual(lines.sorted("internal_index")[-1].running_balance, 100.0 + total)

    def test_events(self):
        """What is told of lines and statements is told of quick ones: one that moves nothing is reconciled."""
        statement = self.env["account.bank.statement"].create(
            {"name": "S", "finance_journal_id": self.journal.id, "balance_start": 0.0}
        )
        values = self.values(20, statement_id=statement.id)
        values[7]["amount"] = values[12]["amount"] = 0.0
        lines = self.written(values)
        self.env.cr.flush()
        self.assertEqual(self.proof().state, "alike")
        told = self.env["finance.event"].sudo().search([("res_model", "=", lines._name), ("res_id", "in", lines.ids)])
        self.assertEqual({event.res_id for event in told}, {lines[7].id, lines[12].id})
        imported = self.env["finance.event"].sudo().search(
            [("res_model", "=", statement._name), ("res_id", "=", statement.id)]
        )
        self.assertEqual([event.data["lines"] for event in imported], [20])

    def test_few_lines_go_by_odoo(self):
        with patch.object(type(self.writer), "_write", side_effect=AssertionError("not for a few")):
            self.assertEqual(len(self.writer._create(self.values(3))), 3)

    def test_switch(self):
        self.company.finance_quick_writing = False
        with patch.object(type(self.writer), "_write", side_effect=AssertionError("switched off")):
            self.assertEqual(len(self.written(self.values(3))), 3)
        self.assertFalse(self.cases())

    # what steps back

    def stepped_back(self, words):
        """The lines are there, Odoo wrote them, and the reason is said."""
        lines = self.written(self.values(6))
        self.assertEqual(len(lines), 6)
        self.assertEqual(self.proof().state, "differs")
        self.assertIn(words, self.proof().reason)
        self.assertEqual(self.cases(), ["writer.differs"])
        return lines

    def test_stranger_overrides_create(self):
        model_class = self.env.registry["account.bank.statement.line"]
        original = model_class.create

        def create(records, values_list):
            for values in values_list:
                if values.get("amount", 0) > 12:
                    values["payment_ref"] = "changed"
            return original(records, values_list)

        with patch.object(model_class, "create", create):
            lines = self.stepped_back("account.bank.statement.line.create")
        self.assertIn("changed", lines.mapped("payment_ref"))

    def test_unknown_column(self):
        """A trigger of the database, of which no Python knows: the rows differ, so Odoo writes."""
        self.env.cr.execute(
            """
            CREATE FUNCTION pg_temp.number_place() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.finance_place := (SELECT count(*) FROM account_bank_statement_line)::text; RETURN NEW; END $$;
            CREATE TRIGGER number_place BEFORE INSERT ON account_bank_statement_line
            FOR EACH ROW EXECUTE FUNCTION pg_temp.number_place()
            """
        )
        self.stepped_back("account_bank_statement_line.finance_place")

    def test_refused_late(self):
        """What PostgreSQL refuses of a line that was no exemplar is left to Odoo, whole."""
        self.env.cr.execute(
            """
            CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN
                IF NEW.payment_ref = 'Payment 13' AND NEW.is_reconciled IS NOT NULL AND NEW.internal_index IS NOT NULL
                THEN RAISE EXCEPTION 'not at once'; END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON account_bank_statement_line
            FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()
            """
        )
        with mute_logger("odoo.sql_db"):
            lines = self.written(self.values(30))
        self.assertEqual(len(lines), 30)
        self.assertEqual(len(lines.search([("journal_id", "=", self.journal.id)])), 30)
        self.assertEqual((self.proof().state, self.proof().reason), ("differs", "not at once"))

    def test_other_table(self):
        """What Odoo writes elsewhere for a line, the quick way would not: analytic items."""
        plan = self.env["account.analytic.plan"].create({"name": "Projects"})
        analytic = self.env["account.analytic.account"].create({"name": "One", "plan_id": plan.id})
        self.env["account.analytic.distribution.model"].create(
            {"account_prefix": self.journal.suspense_account_id.code, "analytic_distribution": {analytic.id: 100}}
        )
        lines = self.stepped_back("account_analytic_line")
        self.assertTrue(all(line._seek_for_lines()[1].analytic_distribution for line in lines))

    def test_try_again(self):
        proof = self.env["finance.writer.proof"]._of("lines", self.journal)
        proof._differs("as it was yesterday")
        self.written(self.values(3))
        self.assertEqual(self.proof().state, "differs")
        proof.action_try_again()
        self.written(self.values(3, finance_occurrence=2))
        self.assertEqual(self.proof().state, "alike")
        self.assertFalse(self.cases())

    def test_unfit_values(self):
        """Values the formulas do not know, and partners of another company, are left to Odoo."""
        with patch.object(type(self.writer), "_write", side_effect=AssertionError("not fit")):
            lines = self.written(self.values(3, narration="A note"))
        self.assertIn("A note", str(lines[0].narration))

    # what Odoo does afterwards

    def test_undo_and_change(self):
        lines = self.written(self.values(12))
        line = lines[4]
        invoice = self.invoice(line.amount)
        receivable = invoice.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")
        suspense = line._seek_for_lines()[1]
        suspense.write({"account_id": receivable.account_id.id, "partner_id": invoice.partner_id.id})
        (suspense + receivable).reconcile()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "paid")
        line.action_undo_reconciliation()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(invoice.payment_state, "not_paid")
        line.amount += 1
        self.assertEqual(abs(line.move_id.amount_total), abs(line.amount))

    def test_draft_and_delete(self):
        lines = self.written(self.values(12))
        lines[3].move_id.button_draft()
        self.assertEqual(lines[3].move_id.state, "draft")
        lines[3].move_id.action_post()
        moves = lines.move_id
        lines.unlink()
        self.assertFalse(moves.exists())

    def test_lock_date(self):
        lines = self.written(self.values(12))
        self.assertTrue(lines)
        cost = self.account("Cost", "699998", "expense")
        for line in lines.search([("company_id", "=", self.company.id)]):
            line._seek_for_lines()[1].account_id = cost
        self.company.fiscalyear_lock_date = fields.Date.to_date("2026-03-31")
        with self.assertRaises(UserError):
            lines[0].move_id.button_draft()
        late = self.written(self.values(4, finance_occurrence=2))
        by_odoo = self.env["account.bank.statement.line"].create(self.values(1, finance_occurrence=3)[0])
        self.assertEqual(set(late.mapped("date")), {by_odoo.date})

    def test_hash(self):
        """A journal that hashes refuses open lines, quick or not; afterwards it hashes what was written quickly."""
        lines = self.written(self.values(5))
        self.journal.restrict_mode_hash_table = True
        with self.assertRaises(UserError):
            self.written(self.values(5, finance_occurrence=2))
        cost = self.account("Cost", "699999", "expense")
        for line in lines:
            line._seek_for_lines()[1].account_id = cost
        lines.move_id._hash_moves(force_hash=True)
        self.assertTrue(all(lines.move_id.mapped("inalterable_hash")))

    def test_rights(self):
        """Who may not create a line may not create many."""
        reader = self.person("reader", "finance_connector_base.group_user")
        with server_option(bulk_lines="2"), self.assertRaises(UserError):
            self.writer.with_user(reader)._create(self.values(3))
