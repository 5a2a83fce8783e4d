import json
import string
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import validator_for

from ..canonical import openapi, paging, reading, schema
from ..canonical.objects import OBJECTS, Invoice, JournalEntry
from ..canonical.versions import Version
from .pure import PureCase

ENTRY = {
    "external_id": "E-1",
    "dated_on": "2026-01-31",
    "lines": [{"account": "400000", "amount": "10.00"}, {"account": "441000", "amount": "-10.00"}],
}
INVOICE = {
    "external_id": "I-1",
    "partner": "C-1",
    "issued_on": "2026-01-31",
    "lines": [{"text": "Licence", "unit_price": "100.00", "taxes": ["21%"]}],
}


class TestReading(PureCase):
    """What fits becomes an object with exact values; what does not is named by its place."""

    def test_exact_values(self):
        entry, faults = reading.read(JournalEntry, ENTRY)
        self.assertEqual(faults, [])
        self.assertEqual(entry.dated_on, date(2026, 1, 31))
        self.assertEqual(entry.lines[1].amount, Decimal("-10.00"))

    def test_there_and_back(self):
        for cls, value in ((JournalEntry, ENTRY), (Invoice, INVOICE)):
            found, _faults = reading.read(cls, value)
            again, _faults = reading.read(cls, reading.plain(found))
            self.assertEqual(again, found)

    def test_defaults_are_written_out(self):
        invoice, _faults = reading.read(Invoice, INVOICE)
        self.assertEqual(reading.plain(invoice)["lines"][0]["quantity"], "1")

    def test_every_fault_has_its_place(self):
        wrong = {**ENTRY, "dated_on": "2026-02-30", "colour": "red", "lines": [{"amount": "1e3"}, ENTRY["lines"][0]]}
        found, faults = reading.read(JournalEntry, wrong, "/items/7")
        self.assertIsNone(found)
        self.assertEqual(
            {(fault.code, fault.pointer) for fault in faults},
            {
                ("schema.day", "/items/7/dated_on"),
                ("schema.unknown", "/items/7/colour"),
                ("schema.missing", "/items/7/lines/0/account"),
                ("schema.amount", "/items/7/lines/0/amount"),
            },
        )

    def test_refused_values(self):
        for name, value in [
            ("external_id", ""), ("external_id", "a b"), ("external_id", "a\n"), ("external_id", 7),
            ("dated_on", "31.01.2026"), ("currency", "eur"), ("reference", "a\u202eb"), ("reference", None),
            ("reference", "x" * 513), ("lines", ENTRY["lines"][:1]), ("lines", "x"),
        ]:  # fmt: skip
            with self.subTest(name=name, value=value):
                _found, faults = reading.read(JournalEntry, {**ENTRY, name: value})
                self.assertEqual([fault.pointer for fault in faults], [f"/{name}"])

    def test_faults_are_bounded(self):
        _found, faults = reading.read(JournalEntry, {str(number): 1 for number in range(1000)})
        self.assertEqual(len(faults), reading.MAX_FAULTS)


class TestSchema(PureCase):
    """Schemas come from the types and judge as the reader does."""

    def test_documents_are_valid_schemas(self):
        for name in OBJECTS:
            validator_for(schema.schema(name))

    def test_every_field_says_what_it_means(self):
        for registered in OBJECTS.values():
            for field in reading.fields_of(registered.type):
                self.assertTrue(field.metadata["text"].endswith("."), f"{registered.name}.{field.name}")

    def test_description_names_every_object(self):
        whole = openapi.description("/", 10, 10)
        for registered in OBJECTS.values():
            self.assertEqual(f"{openapi.BASE}/{registered.path}" in whole["paths"], bool(registered.access))
        text = json.dumps(whole)
        for name in whole["components"]["schemas"]:
            self.assertIn(f'"#/components/schemas/{name}"', text)

    @given(
        st.fixed_dictionaries(
            {
                "external_id": st.text(alphabet=string.ascii_letters + "/-_ \n\u00e9", max_size=5),
                "dated_on": st.sampled_from(["2026-01-31", "2026-02-30", "2026-1-1", "0000-01-01", ""]),
                "reference": st.text(max_size=4),
                "lines": st.lists(
                    st.fixed_dictionaries(
                        {
                            "account": st.sampled_from(["400000", " 4", "4\n", "K%"]),
                            "amount": st.sampled_from(["1", "-0.10", "01", "1.", ".5", "1e3", "\u0661", "1\n"]),
                        }
                    ),
                    max_size=3,
                ),
            }
        )
    )
    def test_reader_and_schema_agree(self, value):
        validator = validator_for(schema.schema("journal-entry"), validate_formats=True)
        _found, faults = reading.read(JournalEntry, value)
        self.assertEqual(validator.is_valid(value), not faults, faults)


class TestPaging(PureCase):
    """A list goes on exactly where it ended, and says what is wrong with its parameters."""

    def test_cursor_there_and_back(self):
        first = paging.asked(OBJECTS["invoice"], {"journal": "INV", "from": "2026-01-01"}, 500)
        moment = datetime(2026, 1, 31, 12, 0, 0, 123456)
        query = {"journal": "INV", "from": "2026-01-01", "cursor": first.cursor(moment, 77)}
        self.assertEqual(paging.asked(OBJECTS["invoice"], query, 500).after, (moment, 77))

    def test_cursor_of_another_list(self):
        cursor = paging.asked(OBJECTS["invoice"], {}, 500).cursor(datetime(2026, 1, 31), 77)
        for name, query in (("invoice", {"journal": "X"}), ("bill", {})):
            with self.assertRaises(paging.AskedWrong) as wrong:
                paging.asked(OBJECTS[name], {**query, "cursor": cursor}, 500)
            self.assertEqual(wrong.exception.status, 422)

    def test_since_is_kept_in_utc(self):
        found = paging.asked(OBJECTS["customer"], {"since": "2026-01-31T12:00:00.5+02:00"}, 500)
        self.assertEqual(found.after, (datetime(2026, 1, 31, 10, 0, 0, 500000), 0))

    def test_refused(self):
        for name, query, status in [
            ("customer", {"colour": "red"}, 400), ("customer", {"limit": "0"}, 400), ("customer", {"limit": "x"}, 400),
            ("customer", {"since": "yesterday"}, 400), ("customer", {"since": "2026-02-30T00:00:00Z"}, 422),
            ("invoice", {"from": "31.01.2026"}, 400), ("invoice", {"from": "0001-01-01"}, 422),
            ("balance", {"since": "2026-01-31T12:00:00Z"}, 400), ("customer", {"cursor": "!"}, 400),
            ("customer", {"cursor": "AAAA"}, 422), ("tax-code", {"use": "both"}, 400),
            ("customer", {"cursor": "W10", "since": "2026-01-31T12:00:00Z"}, 422),
        ]:  # fmt: skip
            with self.subTest(query=query), self.assertRaises(paging.AskedWrong) as wrong:
                paging.asked(OBJECTS[name], query, 500)
            self.assertEqual(wrong.exception.status, status, query)


class TestVersions(PureCase):
    def test_what_ends_is_announced(self):
        version = Version("v1", date(2027, 1, 1), date(2028, 1, 1), "v2")
        self.assertEqual(
            version.headers("/finance/api/"),
            {
                "Deprecation": "@1798761600",
                "Sunset": "Sat, 01 Jan 2028 00:00:00 GMT",
                "Link": '</finance/api/v2/openapi.json>; rel="successor-version"',
            },
        )
        self.assertEqual([version.ended(date(2027, 12, 31)), version.ended(date(2028, 1, 1))], [False, True])
        self.assertEqual((Version("v1").headers("/"), Version("v1").ended(date(2099, 1, 1))), ({}, False))
