"""parse(write(x)) = x for random orders of every profile; FINANCE_ROUND_TRIPS sets how many for each format."""

import os

from odoo.addons.connector_bank.payments import PAYMENT_FORMATS, as_sent, dry_run, read, shipped, write
from odoo.addons.connector_bank.tests.orders import maker
from odoo.addons.finance_connector_base.tests.pure import PureCase

RUNS = int(os.environ.get("FINANCE_ROUND_TRIPS") or 500)


class TestRoundTrip(PureCase):
    def test_every_format_is_here(self):
        self.assertEqual({f"test_{writer.code}" for writer in PAYMENT_FORMATS} - set(dir(self)), set())

    def test_pain001(self):
        self.round_trips("pain001")

    def test_pain008(self):
        self.round_trips("pain008")

    def test_nacha(self):
        self.round_trips("nacha")

    def test_cfonb160(self):
        self.round_trips("cfonb160")

    def test_cfonb320(self):
        self.round_trips("cfonb320")

    def test_bacs18(self):
        self.round_trips("bacs18")

    def test_csv_table(self):
        self.round_trips("csv_table")

    def round_trips(self, code):
        profiles = [profile for profile in shipped().values() if profile.format == code]
        self.assertTrue(profiles)
        for number in range(RUNS):
            profile, seed = profiles[number % len(profiles)], number // len(profiles)
            self.round_trip(profile, seed, f"{profile.code}, seed {seed}")

    def round_trip(self, profile, seed, told):
        run = maker(profile, seed).order()
        self.assertEqual(dry_run(run, profile), (), told)
        self.assertEqual(as_sent(run, profile), run, told)
        content = write(run, profile)
        if seed < 5:
            self.assertEqual(write(run, profile), content, told)
        self.assertEqual(read(content, profile), run, told)
