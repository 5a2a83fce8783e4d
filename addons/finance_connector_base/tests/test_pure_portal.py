import unittest
from datetime import UTC, datetime, timedelta

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError, TurnError
from odoo.addons.finance_connector_base.core.protocol import Policy, after_send_error
from odoo.addons.finance_connector_base.core.transport import Parcel
from odoo.addons.finance_connector_base.transports.portal import Portal

PARCEL = Parcel("order.xml", b"<a/>")


def portal(**hand):
    return Portal({"hand": hand}, {})


def ago(**past):
    return (datetime.now(UTC) - timedelta(**past)).replace(tzinfo=None).isoformat()


class TestPortal(unittest.TestCase):
    """What a worker may conclude from what people did with a file."""

    def test_nobody_took_it(self):
        """Nothing can have happened: it waits, and that costs no try."""
        with self.assertRaises(TurnError) as caught:
            portal().push(PARCEL, "k")
        outcome = after_send_error(caught.exception.category, 1, Policy(), caught.exception.retry_after)
        self.assertEqual((outcome.state, outcome.counts, outcome.case), ("ready", False, False))

    def test_taken_and_no_word(self):
        """It may be at the bank: the outcome is unknown, not failed."""
        with self.assertRaises(RemoteDefectError) as caught:
            portal(taken_on=ago(minutes=1)).push(PARCEL, "k")
        self.assertEqual(after_send_error(caught.exception.category, 1, Policy()).state, "unknown")

    def test_asked_within_a_day(self):
        with self.assertRaises(TurnError):
            portal(taken_on=ago(hours=23)).ask("k")

    def test_asked_after_a_day(self):
        """Then it is a case for people."""
        with self.assertRaises(RemoteDefectError):
            portal(taken_on=ago(hours=25)).ask("k")

    def test_confirmed(self):
        hand = {"taken_on": ago(hours=30), "confirmed_on": ago(hours=1), "reference": "P-17"}
        self.assertEqual(portal(**hand).push(PARCEL, "k").remote_id, "P-17")
        self.assertEqual(portal(**hand).ask("k").remote_id, "P-17")

    def test_never_absent(self):
        """No path says that the bank surely has not got it: that is for two persons."""
        for hand in ({"taken_on": ago(hours=1)}, {"taken_on": ago(hours=99)}):
            with self.assertRaises((TurnError, RemoteDefectError)):
                portal(**hand).ask("k")
