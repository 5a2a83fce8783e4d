"""Statement profiles: proposed from a file, looked at, approved by another person, used by imports; and who may."""

import base64
from datetime import datetime

from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.finance_connector_base.tests.common import at_the_screen

from ..profiles.library import shipped
from .common import BankCase
from .statement_maker import ACCOUNT
from .test_pure_workbooks import COVER, FEBRUARY, OTHER, TITLES, workbook

#: A bank that no profile of the addon knows; balances prove that a plain amount is a debit.
UNKNOWN = (
    "Boekdag;Wat;Uit of in;Over\n"
    "12.01.2026;Coffee;2,50;97,50\n"
    "13.01.2026;Invoice 7;-100,00;197,50\n"
    "14.01.2026;Coffee;2,50;195,00\n"
)
#: A sheet with more rows than are shown.
LONG = [TITLES, *([datetime(2026, 1, day), f"Invoice {day}", day if day < 20 else -day] for day in range(1, 21))]
BARCLAYS = "Number,Date,Account,Amount,Subcategory,Memo\n,03/02/2026,1,5.00,a,b\n"


@tagged("post_install", "-at_install")
class TestStatementProfile(BankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.person("checker", "finance_connector_base.group_approver")
        cls.approver.email = "checker@example.com"
        cls.operator.email = "operator@example.com"

    def setUp(self):
        super().setUp()
        self.enterContext(at_the_screen())

    def maker(self, text=UNKNOWN, **values):
        makers = self.env["finance.statement.profile.make"].with_user(self.operator)
        content = text if isinstance(text, bytes) else text.encode()
        maker = makers.create(
            {
                "company_id": self.company.id,
                "sample": base64.b64encode(content),
                "sample_name": "unknown bank.csv",
                **values,
            }
        )
        maker.action_propose()
        return maker

    def kept(self, maker):
        return self.env["finance.statement.profile"].with_user(self.operator).browse(maker.action_save()["res_id"])

    def approve(self, profile):
        profile.action_request()
        profile.approval_id.with_env(self.env(user=self.approver)).action_approve()

    def live(self, text=UNKNOWN, **values):
        maker = self.maker(text)
        maker.write(values)
        profile = self.kept(maker)
        self.approve(profile)
        return profile

    # the way from an unknown table to its lines

    def test_the_whole_way(self):
        """Unknown table → case → proposed → approved → Retry books it, with the sign that the balances prove."""
        message = self.bring(UNKNOWN.encode(), journal=self.journal)
        self.assertEqual(self.cases(message), ["profile.unknown"])
        self.assertFalse(self.lines())
        case = self.case("profile.unknown").with_user(self.operator)
        self.assertTrue(case.can_make_profile)
        action = case.action_make_profile()
        maker = self.env[action["res_model"]].with_user(self.operator).browse(action["res_id"])
        self.assertEqual((maker.state, maker.sign, maker.dates), ("edit", "inverted", "DD.MM.YYYY"))
        self.assertIn("195.00", maker.preview)
        profile = self.kept(maker)
        self.assertEqual((profile.state, profile.number, profile.maker_id.id), ("draft", 1, False))
        self.retry(message)
        self.assertEqual(self.cases(message), ["profile.unknown"])  # a draft reads nothing
        self.approve(profile)
        self.assertEqual(profile.state, "live")
        self.retry(message)
        self.assertEqual(message.state, "processed", message.result_text)
        self.assertEqual(message.result["profiles"], [f"{profile.code} 1"])
        self.assert_booked(["-2.50", "100.00", "-2.50"])
        statement = self.statements()
        self.assertEqual((statement.balance_start, statement.balance_end_real), (100.0, 195.0))

    def test_again_and_more(self):
        """The same table twice, then the same days with one line more: only that one is new."""
        self.live()
        self.bring(UNKNOWN.encode(), journal=self.journal)
        self.bring((UNKNOWN + "\n").encode(), journal=self.journal)
        self.assert_booked(["-2.50", "100.00", "-2.50"])
        more = self.bring((UNKNOWN + "14.01.2026;Tea;3,00;192,00\n").encode(), journal=self.journal)
        self.assertEqual(self.cases(more), [])
        self.assert_booked(["-2.50", "100.00", "-2.50", "-3.00"])

    def test_workbook(self):
        """All sheets are proposed, shown and booked; a copy of one counts once, a sheet left is told."""
        content = workbook(
            {"Cover": COVER, "January": [*LONG], "February": FEBRUARY, "January (2)": [*LONG], "Cards": OTHER}
        )
        maker = self.maker(content)
        self.assertIn("January, row 16", maker.preview)
        self.assertNotIn("January, row 17", maker.preview)
        self.assertIn("February, row 2", maker.preview)
        self.assertIn("Sheet Cards was not read", maker.preview)
        self.approve(self.kept(maker))
        message = self.bring(content, journal=self.journal)
        self.assertEqual(self.cases(message), ["profile.sheet"])
        self.assertEqual(len(self.lines()), 21)
        self.assertEqual(sum(self.lines().mapped("amount")), 500 + sum(range(1, 20)) - 20)
        self.bring(workbook({"February": FEBRUARY}), journal=self.journal)
        self.assertEqual(len(self.lines()), 21)

    def test_shipped(self):
        """A profile of the addon reads its bank without anybody making one; switched off it does not."""
        message = self.bring(BARCLAYS.encode(), journal=self.bank_journal("BNKG"))
        self.assertEqual(self.cases(message), ["statement.currency_mismatch"])  # read: the journal is in euro
        profile = self.env["finance.statement.profile"].search([("code", "=", "gb_barclays")])
        profile.with_user(self.operator).active = False
        message = self.bring(BARCLAYS.replace("5.00", "6.00").encode(), journal=self.journal)
        self.assertEqual(self.cases(message), ["profile.unknown"])

    def test_chosen(self):
        """Two profiles that nothing tells apart ask; the one that a person chooses reads."""
        first, second = self.live(name="First bank"), self.live(name="Second bank", sign="signed")
        message = self.bring(UNKNOWN.encode(), journal=self.journal)
        self.assertEqual(self.cases(message), ["profile.ambiguous"])
        importer = self.env["finance.statement.import"].with_user(self.operator)
        importer._import_files(self.company, [("file1.csv", UNKNOWN.encode())], self.journal, second)
        self.assert_booked(["2.50", "-100.00", "2.50"])
        self.assertEqual(first.state, "live")

    # versions and approval

    def test_versions(self):
        """A change is a new version; it replaces the one in force once another person agreed."""
        first = self.live()
        action = first.action_change()
        maker = self.env[action["res_model"]].with_user(self.operator).browse(action["res_id"])
        self.assertEqual((maker.sign, maker.profile_id), ("inverted", first))
        maker.sign = "signed"
        second = self.kept(maker)
        self.assertEqual((second.code, second.number), (first.code, 2))
        self.assertEqual((first.state, second.state), ("live", "draft"))
        second.action_request()
        changes = second._approval_facts()["changes"]
        self.assertEqual([line[0] for line in changes], ["Sign"])
        second.approval_id.with_env(self.env(user=self.approver)).action_approve()
        self.assertEqual((first.state, second.state), ("retired", "live"))

    def test_own_from_shipped(self):
        profile = self.env["finance.statement.profile"].search([("code", "=", "nl_abn_amro_tab")])
        action = profile.with_user(self.operator).action_change()
        maker = self.env[action["res_model"]].with_user(self.operator).browse(action["res_id"])
        maker.name = "ABN of ours"
        own = self.kept(maker)
        theirs = next(layout for layout in shipped() if layout.code == "nl_abn_amro_tab")
        self.assertEqual(own._layout().columns, theirs.columns)
        self.assertEqual((own._layout().delimiters, own._layout().quote), (theirs.delimiters, theirs.quote))
        self.assertTrue(own.code.startswith("own_"))

    def test_nobody_approves_alone(self):
        profile = self.kept(self.maker())
        profile.action_request()
        with self.assertRaises(UserError):
            profile.approval_id.with_env(self.env(user=self.operator)).action_approve()
        with self.assertRaises(UserError):
            profile.write({"note": "later"})
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute("UPDATE finance_statement_profile SET state = 'live' WHERE id = %s", [profile.id])

    def test_not_past_the_approval(self):
        """Neither what was approved nor the mark of the addon's own is changed in the database."""
        profile = self.live()
        for change in ("layout = '{}'", "shipped = true", "code = 'x'"):
            with (
                self.subTest(change),
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(f"UPDATE finance_statement_profile SET {change} WHERE id = %s", [profile.id])

    # the wizard

    def test_problem(self):
        """What cannot be read is shown with its place, and is not kept."""
        maker = self.maker()
        maker.dates = "MM/DD/YYYY"
        self.assertTrue(maker.has_problem)
        self.assertIn("row 2, column Boekdag", maker.preview)
        with self.assertRaises(UserError):
            maker.action_save()

    def test_does_not_add_up(self):
        maker = self.maker(UNKNOWN.replace("197,50", "199,50").replace("Over", "Saldo"))
        self.assertIn("does not follow", maker.preview)
        self.assertFalse(maker.has_problem)
        self.assertIn("does not follow", self.kept(maker).sample_result)

    def test_known_already(self):
        self.assertIn("Barclays", self.maker(BARCLAYS).notes)

    def test_name_taken(self):
        """A second profile of one name would replace the first unasked."""
        self.live()
        with self.assertRaises(UserError):
            self.maker().action_save()

    def test_no_table(self):
        with self.assertRaises(UserError):
            self.maker("nothing to see here")
        with self.assertRaises(UserError):
            self.maker(b"")

    def test_markup(self):
        """Texts of a file are shown, never executed."""
        maker = self.maker(UNKNOWN.replace("Coffee", "<script>alert(1)</script>"))
        self.assertNotIn("<script>", maker.preview)
        self.assertIn("&lt;script&gt;", maker.preview)

    def test_every_shipped_profile_is_listed(self):
        profiles = self.env["finance.statement.profile"].search([("shipped", "=", True)])
        self.assertEqual(set(profiles.mapped("code")), {layout.code for layout in shipped()})
        self.assertTrue(all(profile.content_table for profile in profiles))
        self.env["finance.statement.profile"]._load_shipped()  # a second time changes nothing
        self.assertEqual(profiles, self.env["finance.statement.profile"].search([("shipped", "=", True)]))

    # rights

    def test_rights(self):
        reader = self.person("reader2", "finance_connector_base.group_user")
        profiles = self.env["finance.statement.profile"]
        self.assertTrue(profiles.with_user(reader).search_count([]))
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.env["finance.statement.profile.make"].with_user(reader).create({})
        with self.assertRaises(AccessError):
            profiles.with_user(self.operator).create({"name": "Mine", "layout": {}, "state": "live", "shipped": True})
        barclays = profiles.search([("code", "=", "gb_barclays")])
        with self.assertRaises(UserError):
            barclays.with_user(self.operator).name = "Other"
        with self.assertRaises(UserError):
            barclays.with_user(self.operator).unlink()

    def test_companies(self):
        other = self.setup_other_company(name="Elsewhere", currency_id=self.euro.id)["company"]
        stranger = self.person("stranger2", "finance_connector_base.group_operator", other)
        profile = self.live()
        seen = self.env["finance.statement.profile"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(seen.search([("id", "=", profile.id)]))
        tables = self.env["finance.statement.profile"]._tables(other)
        self.assertFalse(tables["own"])
        self.assertEqual(self.journal.bank_account_id.sanitized_acc_number, ACCOUNT)
