from datetime import date, datetime, timedelta, timezone

from ..core.errors import ConfigurationError
from ..crypto.expiry import certificates_end, dated_pins, due, thresholds, without_dates
from ..steps.pgp import key_end
from ..transports.session import parsed_pins
from .pgp_keys import PgpKeys
from .pure import PureCase
from .tls import Authority

PIN = "sha256/" + "A" * 43 + "="


def in_days(days):
    return (datetime.now(timezone.utc) + timedelta(days=days)).date()


class TestWarnings(PureCase):
    """Each threshold warns once, whatever days the job misses."""

    def test_year_of_days(self):
        days, warned, told = thresholds("30,7,1"), None, []
        for left in range(60, -60, -1):
            threshold = due(left, warned, days)
            if threshold is not None:
                warned = threshold
                told.append((left, threshold))
        self.assertEqual(told, [(30, 30), (7, 7), (1, 1), (0, 0)])

    def test_entered_late(self):
        days = thresholds("30,7,1")
        self.assertEqual(due(5, None, days), 7)
        self.assertIsNone(due(4, 7, days))
        self.assertEqual(due(-3, 7, days), 0)
        self.assertIsNone(due(-4, 0, days))
        self.assertIsNone(due(31, None, days))

    def test_settings(self):
        self.assertEqual(thresholds("7; 30, 1"), [30, 7, 1, 0])
        self.assertEqual(thresholds(""), [0])
        for wrong in ("soon", "-1", "1.5", "99999"):
            with self.assertRaises(ConfigurationError):
                thresholds(wrong)


class TestDates(PureCase):
    """Certificates, keys and pins tell their last day themselves."""

    def test_certificates(self):
        authority = Authority()
        short, long = authority.issue("a", days=10)[0], authority.issue("b", days=400)[0]
        self.assertEqual(certificates_end(long), in_days(400))
        self.assertEqual(certificates_end(long + short), in_days(10))
        for nothing in ("", None, "no certificate", long[:80]):
            self.assertIsNone(certificates_end(nothing))

    def test_pins(self):
        text = f"{PIN} 2027-01-31\n{'ab' * 32}\n"
        self.assertEqual(dated_pins(text), [(PIN, date(2027, 1, 31))])
        self.assertEqual(parsed_pins(without_dates(text)), (PIN, "ab" * 32))
        with self.assertRaises(ConfigurationError):
            dated_pins(f"{PIN} next year")

    def test_pgp_keys(self):
        keys = self.enterContext(PgpKeys())
        ending, lasting = keys.make("ending", "20d"), keys.make("lasting")
        self.assertEqual(key_end(keys.public(ending)), in_days(20))
        self.assertEqual(key_end(keys.private(ending)), in_days(20))
        self.assertIsNone(key_end(keys.public(lasting)))
        both = keys.public(ending) + keys.public(lasting)
        self.assertEqual(key_end(both), in_days(20))
        self.assertIsNone(key_end(both, lasting))
        self.assertIsNone(key_end("no key"))
