"""parse(write(x)) = x for random orders of every profile; FINANCE_ROUND_TRIPS sets how many for each format."""

import os

from odoo.addons.connector_bank.payments import PAYMENT_FORMATS, as_sent, dry_run, read, shipped, write
from odoo.addons.connector_bank.tests.payment_makers import maker
from odoo.addons.finance_connector_base.tests.pure import PureCase

RUNS = int(os.environ.get("FINANCE_ROUND_TRIPS") or 500)


class TestRoundTrip(PureCase):
    def test_every_profile(self):
        for writer in PAYMENT_FORMATS:
            profiles = [profile for profile in shipped().values() if profile.format == writer.code]
            self.assertTrue(profiles, writer.code)
            for profile in profiles:
                with self.subTest(profile.code):
                    self.round_trips(profile, -(-RUNS // len(profiles)))

    def round_trips(self, profile, runs):
        for seed in range(runs):
            run = maker(profile, seed).order()
            self.assertEqual(dry_run(run, profile), (), f"seed {seed}")
            self.assertEqual(as_sent(run, profile), run, f"seed {seed}")
            content = write(run, profile)
            self.assertEqual(write(run, profile) if seed < 5 else content, content)
            self.assertEqual(read(content, profile), run, f"seed {seed}")
