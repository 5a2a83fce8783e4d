from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import FinanceCase

IBAN, OTHER = "BE71 0961 2345 6769", "BE68 5390 0754 7034"


class BankCase(FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vendor = cls.env["res.partner"].create({"name": "Sun GmbH", "phone": "+32 2 555 12 34"})
        cls.account = cls.env["res.partner.bank"].create({"acc_number": IBAN, "partner_id": cls.vendor.id})
        validate = cls.env.ref("account.group_validate_bank_account")
        for role in ("operator", "admin"):
            cls.roles[role].group_ids |= validate | cls.env.ref("base.group_partner_manager")
        cls.maker, cls.ann = cls.roles["operator"], cls.roles["approver"]

    def change(self, account=None, **values):
        known = {
            "partner_id": self.vendor.id,
            "acc_number": account.acc_number if account else OTHER,
            "acc_holder_name": "Sun GmbH",
            "account_id": account.id if account else False,
            "called_person": "Ms Sun",
            "called_number": "+32 2 555 12 34",
            "called_on": fields.Datetime.now() - timedelta(hours=1),
            "call_note": "She read the number herself.",
        }
        return self.env["finance.bank.change"].with_user(self.maker).create({**known, **values})

    def ask(self, account=None, **values):
        change = self.change(account, **values)
        change.action_request()
        return change

    def approve(self, change, user=None):
        change.approval_id.with_env(self.env(user=user or self.ann)).action_approve()

    def rest(self, approval):
        """Let the rest pass: only whoever owns the database can."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE finance_approval DISABLE TRIGGER finance_guard")
        self.env.cr.execute("UPDATE finance_approval SET effective_on = '2020-01-01' WHERE id = %s", [approval.id])
        self.env.cr.execute("ALTER TABLE finance_approval ENABLE ALWAYS TRIGGER finance_guard")
        self.env.invalidate_all()
        self.env["finance.approval"]._cron_watch()

    def trusted(self, account=None, **values):
        change = self.ask(account or self.account, **values)
        self.approve(change)
        self.rest(change.approval_id)
        self.assertTrue(self.account.allow_out_payment)
        return change

    def sql(self, query, *given):
        self.env.flush_all()
        self.env.cr.execute(query, given)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestBankChange(BankCase):
    """A vendor's account is trusted after a call-back, another person's consent and a rest."""

    def test_the_whole_way(self):
        change = self.ask(self.account)
        self.assertEqual((change.state, self.account.allow_out_payment), ("asked", False))
        self.approve(change)
        self.assertEqual(change.approval_id.state, "approved")
        self.env["finance.approval"]._cron_watch()
        self.assertFalse(self.account.allow_out_payment, "it rests for a day")
        self.rest(change.approval_id)
        self.assertEqual((change.state, self.account.allow_out_payment), ("done", True))

    def test_a_new_account(self):
        change = self.ask()
        self.approve(change)
        self.rest(change.approval_id)
        self.assertEqual((change.state, change.made_id.allow_out_payment), ("done", True))
        self.assertEqual(change.made_id.finance_edited_by_id, self.maker)

    def test_new_details_of_a_trusted_account(self):
        self.trusted()
        change = self.ask(self.account, acc_number=OTHER)
        self.assertEqual(self.account.acc_number, IBAN)
        self.approve(change)
        self.rest(change.approval_id)
        self.assertEqual((self.account.acc_number, self.account.allow_out_payment), (OTHER, True))
        self.assertEqual(self.account.finance_edited_by_id, self.maker)

    def test_without_a_call_nobody_is_asked(self):
        for name in ("called_person", "called_number", "called_on", "call_note"):
            with self.assertRaises(UserError):
                self.change(self.account, **{name: False}).action_request()

    def test_doubts_are_shown(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.env["res.partner.bank"].create({"acc_number": IBAN, "partner_id": stranger.id})
        self.vendor.country_id = self.env.ref("base.de")
        warnings = self.ask(self.account, called_number="+1 555 0000").approval_id.warnings
        for words in ("not among those known", "Stranger", "another country", "was changed on"):
            self.assertIn(words, warnings)

    def test_not_by_the_maker_nor_the_last_editor(self):
        self.maker.group_ids |= self.env.ref("finance_connector_base.group_approver")
        change = self.ask(self.account)
        with self.assertRaises(AccessError):
            self.approve(change, self.maker)
        editor = self.person("fc_editor", "finance_connector_base.group_approver,base.group_partner_manager")
        self.account.with_user(editor).acc_holder_name = "Sun GmbH "
        self.assertEqual(self.account.finance_edited_by_id, editor)
        again = change if change.state == "asked" else self.ask(self.account)
        with self.assertRaises(AccessError):
            self.approve(again, editor)

    def test_changed_meanwhile(self):
        change = self.ask(self.account)
        self.account.acc_number = OTHER
        self.assertEqual((change.approval_id.state, change.state), ("void", "dropped"))
        self.assertFalse(self.account.allow_out_payment)

    def test_a_cap_instead_of_the_rest(self):
        setting = self.env["finance.setting.change"].with_user(self.roles["admin"])
        wanted = setting.create(
            {"finance_bank_first_cap": 100, "finance_bank_rest_hours": 24, "reason": "small vendors"}
        )
        wanted.action_request()
        self.assertFalse(self.company.finance_bank_first_cap)
        self.approve(wanted)
        self.assertEqual((wanted.state, self.company.finance_bank_first_cap), ("done", 100))
        change = self.ask(self.account)
        self.approve(change)
        self.assertTrue(self.account.allow_out_payment)
        self.assertTrue(self.account.finance_cap_until)
        payment = self.env["account.payment"].new(
            {
                "payment_type": "outbound",
                "partner_id": self.vendor.id,
                "partner_bank_id": self.account.id,
                "amount": 101,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
            }
        )
        with self.assertRaisesRegex(UserError, "are new"):
            payment.action_post()


@tagged("post_install", "-at_install")
class TestNoWayAround(BankCase):
    """One person alone does not get an account trusted, whichever way is tried."""

    def assertUntrusted(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.account.allow_out_payment)

    def test_by_switch_as_person_and_as_program(self):
        for user in (self.maker, self.roles["admin"], self.env.ref("base.user_admin")):
            for account in (self.account.with_user(user), self.account.with_user(user).sudo()):
                with self.assertRaises(UserError):
                    account.allow_out_payment = True
        self.assertUntrusted()

    def test_by_creating_or_importing_it_trusted(self):
        model = self.env["res.partner.bank"]
        partner = self.env["res.partner"].create({"name": "New"})
        made = model.sudo().create({"acc_number": OTHER, "partner_id": partner.id, "allow_out_payment": True})
        self.assertFalse(made.allow_out_payment)
        admin = self.env.ref("base.user_admin")
        loaded = model.with_user(admin).load(
            ["acc_number", "partner_id/.id", "allow_out_payment"], [["BE43 0689 9999 9501", str(partner.id), "1"]]
        )
        self.assertTrue(loaded["ids"])
        self.assertFalse(model.browse(loaded["ids"]).allow_out_payment)

    def test_by_context(self):
        with self.assertRaises(UserError):
            self.account.with_context(finance_bank_change=True).allow_out_payment = True

    def test_by_sql(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.sql("UPDATE res_partner_bank SET allow_out_payment = TRUE WHERE id = %s", self.account.id)
        self.assertUntrusted()

    def test_details_of_a_trusted_one(self):
        self.trusted()
        bank = self.env["res.bank"].create({"name": "Evil bank", "bic": "EVILBEBB"})
        for values in (
            {"acc_number": OTHER},
            {"acc_holder_name": "Eve"},
            {"clearing_number": "1"},
            {"bank_id": bank.id},
            {"partner_id": self.roles["user"].partner_id.id},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.account.with_user(self.maker).write(values)
            with self.env.cr.savepoint() as point:
                self.account.sudo().write(values)  # a connector
                self.assertUntrusted()
                point.rollback()
            with self.env.cr.savepoint() as point:
                (name, value), *_rest = values.items()
                column = "sanitized_acc_number" if name == "acc_number" else name
                self.sql(f"UPDATE res_partner_bank SET {column} = %s WHERE id = %s", value, self.account.id)
                self.assertUntrusted()
                point.rollback()
            self.env.invalidate_all()
            self.assertTrue(self.account.allow_out_payment)

    def test_bic_of_the_bank(self):
        bank = self.env["res.bank"].create({"name": "House", "bic": "GKCCBEBB"})
        self.account.bank_id = bank
        self.trusted(bank_id=bank.id)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            bank.bic = "EVILBEBB"
            self.env.flush_all()

    def test_by_merging_vendors(self):
        self.trusted()
        target = self.env["res.partner"].create({"name": "Eve"})
        self.env["base.partner.merge.automatic.wizard"]._merge((self.vendor + target).ids, target)
        self.assertEqual(self.account.partner_id, target)
        self.assertUntrusted()

    def test_by_archiving_and_making_it_again(self):
        self.trusted()
        self.account.with_user(self.maker).action_archive()
        with self.assertRaises(UserError):
            self.account.copy({"acc_number": IBAN, "partner_id": self.vendor.id})

    def test_an_old_approval_does_not_count_twice(self):
        self.trusted()
        self.account.with_user(self.maker).allow_out_payment = False
        with self.assertRaises(UserError):
            self.account.with_user(self.maker).allow_out_payment = True

    def test_by_another_company(self):
        self.trusted()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.vendor.company_id = elsewhere
        self.assertUntrusted()

    def test_the_guard_is_not_switched_off_by_one(self):
        for values in ({"finance_bank_guard": False}, {"finance_bank_rest_hours": 0}, {"finance_bank_first_cap": 9}):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.company.sudo().write(values)
                self.env.flush_all()
        setting = self.env["finance.setting.change"].with_user(self.roles["admin"])
        wanted = setting.create({"finance_bank_guard": False, "reason": "no vendors"})
        wanted.action_request()
        with self.assertRaises(AccessError):
            self.approve(wanted, self.roles["admin"])
        self.approve(wanted)
        self.assertFalse(self.company.finance_bank_guard)
        others = self.env["res.company"].search([("finance_bank_guard", "=", True)])
        self.vendor.company_id = self.company
        self.assertFalse(self.company in others)
        self.account.with_user(self.maker).allow_out_payment = True
        self.assertTrue(self.account.allow_out_payment)


@tagged("post_install", "-at_install")
class TestOdooStillWorks(BankCase):
    def test_untrusted_accounts_are_written_as_ever(self):
        manager = self.person("fc_contacts", "base.group_partner_manager,account.group_account_invoice")
        partner = self.env["res.partner"].create({"name": "Customer"})
        account = (
            self.env["res.partner.bank"].with_user(manager).create({"acc_number": OTHER, "partner_id": partner.id})
        )
        account.acc_number = "BE43 0689 9999 9501"
        self.assertEqual(account.sudo().finance_edited_by_id, manager)
        account.unlink()
        self.assertFalse(account.active)

    def test_company_accounts_of_journals(self):
        journal = self.env["account.journal"].create(
            {"name": "House bank", "code": "HB1", "type": "bank", "bank_acc_number": "BE43 0689 9999 9501"}
        )
        self.assertTrue(journal.bank_account_id)

    def test_trust_is_taken_away_by_one_person(self):
        self.trusted()
        self.account.with_user(self.maker).write({"allow_out_payment": False, "acc_number": OTHER})
        self.assertEqual((self.account.allow_out_payment, self.account.acc_number), (False, OTHER))

    def test_evidence_is_kept(self):
        note = self.env["ir.attachment"].with_user(self.maker).create({"name": "call.txt", "raw": b"call"})
        change = self.ask(self.account, attachment_ids=[Command.set(note.ids)])
        with self.assertRaises(UserError):
            change.acc_number = OTHER
        with self.assertRaises(UserError):
            change.unlink()
