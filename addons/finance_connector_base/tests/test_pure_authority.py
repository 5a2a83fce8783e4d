from datetime import date

from ..authority.leading import Lead, leader, verdict
from .pure import PureCase

DAY = date(2026, 5, 1)
PAYROLL, ERP = 7, 8


class TestLeading(PureCase):
    """Which system may write what."""

    def test_the_field_before_the_object_and_the_latest_before_earlier_ones(self):
        leads = (
            Lead("*", ERP),
            Lead("phone", None),
            Lead("*", PAYROLL, date_from=date(2026, 4, 1)),
            Lead("*", ERP, date_from=date(2026, 6, 1)),
        )
        self.assertEqual(leader(leads, "name", DAY).connector, PAYROLL)
        self.assertEqual(leader(leads, "name", date(2026, 3, 1)).connector, ERP)
        self.assertEqual(leader(leads, "name", date(2026, 6, 1)).connector, ERP)
        self.assertIsNone(leader(leads, "phone", DAY).connector)

    def test_the_company_before_all_companies(self):
        leads = (Lead("*", ERP, company=1), Lead("*", PAYROLL, date_from=date(2026, 1, 1)))
        self.assertEqual(leader(leads, "name", DAY).connector, ERP)

    def test_fields_led_elsewhere_stay(self):
        leads = (Lead("*", ERP), Lead("phone", None), Lead("ref", PAYROLL))
        found = verdict(leads, {"name", "phone", "ref"}, ERP, DAY)
        self.assertEqual((set(found.writes), set(found.stays)), ({"name"}, {"phone", "ref"}))
        self.assertFalse(found.refused or found.missing)

    def test_a_system_that_does_not_lead_is_refused(self):
        self.assertEqual(verdict((Lead("*", ERP),), {"name"}, PAYROLL, DAY).refused.connector, ERP)
        self.assertIsNone(verdict((Lead("*", None),), {"name"}, PAYROLL, DAY).refused.connector)
        self.assertTrue(verdict((), {"name"}, PAYROLL, DAY).missing)
        self.assertTrue(verdict((Lead("*", ERP, date_to=date(2026, 1, 1)),), {"name"}, ERP, DAY).missing)

    def test_a_record_is_made_by_whoever_leads_the_object(self):
        leads = (Lead("*", ERP), Lead("phone", PAYROLL))
        self.assertEqual(set(verdict(leads, {"phone"}, PAYROLL, DAY).writes), {"phone"})
        self.assertEqual(verdict(leads, {"phone"}, PAYROLL, DAY, create=True).refused.connector, ERP)
        self.assertEqual(set(verdict(leads, {"name"}, ERP, DAY, create=True).writes), {"name"})
        self.assertTrue(verdict((Lead("phone", PAYROLL),), {"phone"}, PAYROLL, DAY, create=True).missing)

    def test_nothing_to_write_needs_a_leader_of_the_object(self):
        self.assertFalse(verdict((Lead("*", ERP),), (), ERP, DAY).refused)
        self.assertEqual(verdict((Lead("*", ERP),), (), PAYROLL, DAY).refused.connector, ERP)
