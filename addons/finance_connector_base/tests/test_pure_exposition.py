"""The Prometheus text, read back by the parser of Prometheus' own client library."""

import math

from prometheus_client.parser import text_string_to_metric_families

from odoo.addons.finance_connector_base.core.exposition import Family, text

from .pure import PureCase

NASTY = 'a"b\\c\nd'


def samples(families):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text(families))
        for sample in family.samples
    }


class TestExposition(PureCase):
    def test_gauge_with_nasty_words(self):
        family = Family("finance_x", "gauge", "Two\nlines \\ and more.")
        family.add({"connector": NASTY, "company": None}, 3)
        family.add({}, 0.25)
        read = next(iter(text_string_to_metric_families(text([family]))))
        self.assertEqual((read.name, read.type, read.documentation), ("finance_x", "gauge", "Two\nlines \\ and more."))
        found = samples([family])
        self.assertEqual(found["finance_x", (("company", ""), ("connector", NASTY))], 3)
        self.assertEqual(found["finance_x", ()], 0.25)

    def test_counter_keeps_its_kind(self):
        family = Family("finance_tries_total", "counter", "Tries.")
        family.add({"outcome": "ok"}, 12)
        read = next(iter(text_string_to_metric_families(text([family]))))
        self.assertEqual((read.type, read.samples[0].value), ("counter", 12))

    def test_histogram(self):
        family = Family("finance_seconds", "histogram", "Seconds.")
        family.add_histogram({"operation": "send"}, (0.5, 1), (2, 5), 6, 7.5)
        found = samples([family])
        label = ("operation", "send")
        self.assertEqual(found["finance_seconds_bucket", (("le", "0.5"), label)], 2)
        self.assertEqual(found["finance_seconds_bucket", (("le", "1"), label)], 5)
        self.assertEqual(found["finance_seconds_bucket", (("le", "+Inf"), label)], 6)
        self.assertEqual(found["finance_seconds_count", (label,)], 6)
        self.assertEqual(found["finance_seconds_sum", (label,)], 7.5)

    def test_infinite(self):
        family = Family("finance_x", "gauge", "X.")
        family.add({}, math.inf)
        self.assertEqual(samples([family])["finance_x", ()], math.inf)
