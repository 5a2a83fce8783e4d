"""What bank files declare, the lines made of them, and the balances the bank reports."""

from collections import Counter

from odoo.tools import SQL

from odoo.addons.finance_connector_base.checkpoints.conditions import at, of, on, on_day, signed
from odoo.addons.finance_connector_base.core.checkpoint import CHECKPOINTS, Difference, Pair, compared
from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..formats.bounded import parse_bounded
from ..importing.book import statements
from ..importing.label import label
from ..importing.rules import assigned
from ..importing.split import split

#: Files read again to find the keys that differ.
MOST_FILES = 5

LINES_LIST = {"list_view_ref": "connector_bank.statement_line_view_list"}

#: One row for each statement in a file that was processed.
DECLARED = SQL(
    """
    SELECT m.id, m.company_id, m.connector_id, (c->>'journal')::int AS journal_id, m.create_date,
           u.id AS currency_id, m.state, c->'booked' AS booked, c->'known' AS known, c->'left' AS open
      FROM finance_message m
      CROSS JOIN LATERAL jsonb_array_elements(m.result->'control') c
      LEFT JOIN res_currency u ON u.name = c->>'currency'
     WHERE m.kind = 'statement' AND m.direction = 'in' AND m.result ? 'control'
    """
)


def part(name, position):
    return SQL("coalesce(sum((d.%s->>%s)::numeric), 0)", SQL.identifier(name), position)


@CHECKPOINTS.add("bank.file_lines", "Bank files and lines")
class FileLines(Pair):
    domain = "bank"
    sequence = 10
    help = "Every booking that the files of the day declare is a statement line, was one before, or waits for a person."
    left_name = "Files"
    right_name = "Statement lines"
    measures = ("count", "credit", "debit")

    def left(self, env, scope):
        return SQL(
            "SELECT d.company_id, d.connector_id, d.journal_id, d.create_date::date, d.currency_id, %s, %s, %s,"
            " NULL, NULL, sum((d.open->>0)::int) FILTER (WHERE d.state NOT IN ('processed', 'cancelled'))"
            " FROM (%s) d WHERE %s GROUP BY 1, 2, 3, 4, 5",
            SQL("%s::int", part("booked", 0)),
            part("booked", 1),
            part("booked", 2),
            DECLARED,
            on(scope, SQL("d.create_date")),
        )

    def right(self, env, scope):
        """Lines of these messages, what the files repeat or leave to people, and lines whose message is gone."""
        lines = SQL(
            "count(*), %s, %s, NULL::numeric, NULL::bigint, 0",
            signed(SQL("l.amount"), 1),
            signed(SQL("l.amount"), -1),
        )
        return SQL(
            "SELECT m.company_id, m.connector_id, l.journal_id, m.create_date::date, l.currency_id, %s"
            " FROM finance_message m JOIN account_bank_statement_line l ON l.finance_message_id = m.id"
            " WHERE m.kind = 'statement' AND m.result ? 'control' AND %s GROUP BY 1, 2, 3, 4, 5"
            " UNION ALL SELECT d.company_id, d.connector_id, d.journal_id, d.create_date::date, d.currency_id,"
            " %s, %s, %s, NULL, NULL, 0 FROM (%s) d WHERE %s GROUP BY 1, 2, 3, 4, 5"
            " UNION ALL SELECT l.company_id, NULL, l.journal_id, l.create_date::date, l.currency_id, %s"
            " FROM account_bank_statement_line l"
            " WHERE l.finance_fingerprint IS NOT NULL AND l.finance_message_id IS NULL AND %s GROUP BY 1, 3, 4, 5",
            lines,
            on(scope, SQL("m.create_date")),
            SQL("(%s + %s)::int", part("known", 0), part("open", 0)),
            SQL("%s + %s", part("known", 1), part("open", 1)),
            SQL("%s + %s", part("known", 2), part("open", 2)),
            DECLARED,
            on(scope, SQL("d.create_date")),
            lines,
            on(scope, SQL("l.create_date")),
        )

    def differences(self, env, place, limit):
        """The files themselves are read again: they are the evidence."""
        if place.connector is None:
            return self._orphans(env, place, limit)
        found = []
        for message, journal in self._broken(env, place):
            found += self._in_file(env, message, journal)
            if len(found) >= limit:
                break
        return found[:limit]

    def _broken(self, env, place):
        """Messages of the place of which a total differs, each with the journal."""
        here = at(
            place,
            company=SQL("d.company_id"),
            connector=SQL("d.connector_id"),
            journal=SQL("d.journal_id"),
            day=SQL("d.create_date"),
            currency=SQL("d.currency_id"),
        )
        rows = env.execute_query(
            SQL(
                """
                SELECT f.id FROM (
                    SELECT d.id, %s - %s - %s AS number, %s - %s - %s AS paid_in, %s - %s - %s AS paid_out
                      FROM (%s) d WHERE %s GROUP BY d.id) f
                  LEFT JOIN LATERAL (SELECT count(*) AS number, %s AS paid_in, %s AS paid_out
                                       FROM account_bank_statement_line l
                                      WHERE l.finance_message_id = f.id AND l.journal_id = %s) w ON TRUE
                 WHERE (f.number, f.paid_in, f.paid_out) IS DISTINCT FROM (w.number, w.paid_in, w.paid_out)
                 ORDER BY f.id LIMIT %s
                """,
                *(part(name, position) for position in range(3) for name in ("booked", "known", "open")),
                DECLARED,
                here,
                signed(SQL("l.amount"), 1),
                signed(SQL("l.amount"), -1),
                place.journal,
                MOST_FILES,
            )
        )
        journal = env["account.journal"].browse(place.journal or [])
        return [(env["finance.message"].browse(message), journal) for (message,) in rows]

    def _in_file(self, env, message, journal):
        try:
            entries = self._entries(message, journal)
        except FinanceError as error:
            return [Difference("missing", message.name, str(error))]
        rule, former = journal._finance_rule(), journal._finance_former_rules()
        keys = {rule(entry): entry for entry in entries}
        wanted = Counter(rule(entry) for entry in entries)
        known = [*keys, *(earlier(entry) for earlier in former for entry in entries)]
        lines = env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                "|", "|", ("finance_message_id", "=", message.id), ("finance_fingerprint", "in", known),
                ("finance_known_as", "in", list(keys)),
            ]
        )  # fmt: skip
        own_first = lines.sorted(lambda line: line.finance_message_id != message)
        key_of = assigned([line._finance_identity() for line in own_first], entries, rule, former)
        missing = self._not_there(message, keys, wanted, key_of, journal._finance_currency())
        return [*missing, *self._not_expected(message, keys, key_of, lines)]

    def _entries(self, message, journal):
        """Booked entries of the journal's account in the file, as they are imported."""
        found = []
        for statement in statements(parse_bounded(message._source(), (message.options or {}).get("format"))):
            account = statement.header.account
            if account and not journal._finance_has_account(account):
                continue
            for entry in statement.booked:
                found += split(entry) if journal.finance_split_batches else [entry]
        return found

    def _not_there(self, message, keys, wanted, key_of, currency):
        there = Counter(key_of.values())
        for key, number in wanted.items():
            for _again in range(max(number - there[key], 0)):
                entry = keys[key]
                yield Difference("missing", self._entry_name(message, entry), currency.format(float(entry.amount)))

    def _not_expected(self, message, keys, key_of, lines):
        for line in lines:
            format_amount = line.currency_id.format
            entry = keys.get(key_of.get(line.id))
            if entry is None:
                if line.finance_message_id == message:
                    yield Difference("unexpected", self._line_name(line), "", format_amount(line.amount))
            elif line.currency_id.compare_amounts(float(entry.amount), line.amount):
                yield Difference(
                    "changed", self._line_name(line), format_amount(float(entry.amount)), format_amount(line.amount)
                )

    def _orphans(self, env, place, limit):
        lines = env["account.bank.statement.line"].search(
            [*self._orphan_domain(place), ("company_id", "=", place.company)], limit=limit, order="id"
        )
        words = env._("%s: its message is gone")
        return [
            Difference("unexpected", words % self._line_name(line), "", line.currency_id.format(line.amount))
            for line in lines
        ]

    def _orphan_domain(self, place):
        return [
            ("finance_message_id", "=", False),
            ("finance_fingerprint", "!=", False),
            ("journal_id", "=", place.journal),
            *on_day(place),
        ]

    def _entry_name(self, message, entry):
        return f"{message.name}, {entry.place or '?'}: {entry.booked_on or ''} {label(entry)[:60]}"

    def _line_name(self, line):
        return f"{line.date} {(line.payment_ref or '')[:60]}"

    def records(self, env, place, side):
        if place.connector is None:
            return None if side == "left" else ("account.bank.statement.line", self._orphan_domain(place))
        messages = [("connector_id", "=", place.connector), ("kind", "=", "statement"), *on_day(place)]
        if side == "left":
            return "finance.message", messages
        return "account.bank.statement.line", [
            ("journal_id", "=", place.journal), ("finance_message_id", "any", messages)
        ]  # fmt: skip


@CHECKPOINTS.add("bank.balances", "Bank balances and lines")
class Balances(Pair):
    """By the closing day of the statements."""

    domain = "bank"
    sequence = 20
    help = "From the opening to the closing balance that the bank reports, exactly the statement's lines lead."
    left_name = "Balances of the bank"
    right_name = "Lines of the statements"
    measures = ("count", "balance")

    def left(self, env, scope):
        return SQL(
            "SELECT s.company_id, NULL::int, s.journal_id, s.date, coalesce(s.currency_id, %s), count(*), NULL, NULL,"
            " sum(s.balance_end_real - s.balance_start), NULL, 0 FROM account_bank_statement s"
            " JOIN account_journal j ON j.id = s.journal_id JOIN res_company c ON c.id = j.company_id"
            " WHERE s.finance_identity IS NOT NULL AND %s AND %s GROUP BY 1, 3, 4, 5",
            SQL("j.currency_id, c.currency_id"),
            on(scope, SQL("s.date")),
            of(scope, SQL("s.journal_id")),
        )

    def right(self, env, scope):
        return SQL(
            "SELECT s.company_id, NULL::int, s.journal_id, s.date, coalesce(s.currency_id, %s),"
            " count(DISTINCT s.id), NULL, NULL, coalesce(sum(l.amount), 0), NULL, 0 FROM account_bank_statement s"
            " JOIN account_journal j ON j.id = s.journal_id JOIN res_company c ON c.id = j.company_id"
            " LEFT JOIN account_bank_statement_line l ON l.statement_id = s.id"
            " WHERE s.finance_identity IS NOT NULL AND %s AND %s GROUP BY 1, 3, 4, 5",
            SQL("j.currency_id, c.currency_id"),
            on(scope, SQL("s.date")),
            of(scope, SQL("s.journal_id")),
        )

    def narrow(self, env, scope):
        return narrowed(env, scope)

    def differences(self, env, place, limit):
        rows = env.execute_query(
            SQL(
                "SELECT s.name, s.balance_end_real - s.balance_start, coalesce(sum(l.amount), 0)"
                " FROM account_bank_statement s LEFT JOIN account_bank_statement_line l ON l.statement_id = s.id"
                " WHERE s.finance_identity IS NOT NULL AND %s GROUP BY s.id"
                " HAVING s.balance_end_real - s.balance_start != coalesce(sum(l.amount), 0) ORDER BY s.id LIMIT %s",
                at(place, company=SQL("s.company_id"), journal=SQL("s.journal_id"), day=SQL("s.date")),
                limit,
            )
        )
        currency = env["res.currency"].browse(place.currency)
        return list(
            compared(
                {name: moved for name, moved, _lines in rows},
                {name: lines for name, _moved, lines in rows},
                currency.format,
            )
        )

    def records(self, env, place, side):
        own = [
            ("journal_id", "=", place.journal),
            ("finance_identity", "!=", False),
            ("date", "=", place.day),
        ]
        if side == "left":
            return "account.bank.statement", own
        return "account.bank.statement.line", [("statement_id", "any", own)]


def narrowed(env, scope):
    """The days and journals of the lines and statements that came with the messages; ``None`` for none."""
    rows = env.execute_query(
        SQL(
            "SELECT l.journal_id, min(v.date) FROM account_bank_statement_line l"
            " JOIN account_move v ON v.id = l.move_id WHERE l.finance_message_id = ANY(%s) GROUP BY 1"
            " UNION ALL SELECT s.journal_id, min(s.date) FROM account_bank_statement s"
            " WHERE s.finance_message_id = ANY(%s) GROUP BY 1",
            list(scope.messages),
            list(scope.messages),
        )
    )
    days = [day for _journal, day in rows if day]
    if not days:
        return None
    return type(scope)(min(days), journals=tuple({journal for journal, _day in rows}), messages=scope.messages)
