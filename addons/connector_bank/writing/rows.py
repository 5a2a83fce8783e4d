"""Rows in and out of PostgreSQL as text, so that a copy equals its pattern to the last digit."""

import json
from contextlib import contextmanager
from datetime import date

from psycopg2 import sql

from .formulas import STAGE, TABLES


def columns(cr, table):
    """``{column: type}`` of a table, as the database has it; columns nobody knows of count."""
    cr.execute(
        """
        SELECT attname, format_type(atttypid, NULL) FROM pg_attribute
         WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
        """,
        [table],
    )
    return dict(cr.fetchall())


def new_ids(cr, table, count):
    """``count`` ids of a table's sequence, ascending."""
    cr.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
    cr.execute("SELECT array_agg(nextval(%s::regclass)) FROM generate_series(1, %s)", [cr.fetchone()[0], count])
    return sorted(cr.fetchone()[0] or ())


def read(cr, table, ids):
    """``{id: {column: value as JSON has it}}``"""
    query = sql.SQL("SELECT t.id, to_jsonb(t) FROM {} t WHERE t.id = ANY(%s)").format(sql.Identifier(table))
    cr.execute(query, [list(ids)])
    return dict(cr.fetchall())


@contextmanager
def by_index(cr):
    """Tables grow many times over within a transaction: whatever is looked up inside is looked up by index.

    PostgreSQL knows nothing of rows that are not committed, and plans the check of a foreign key once in a session.
    Planned while the table was small, each row that comes in reads the whole table.
    """
    cr.execute("SELECT current_setting('enable_seqscan')")
    usual = cr.fetchone()[0]
    cr.execute("DISCARD PLANS; SET LOCAL enable_seqscan = off")
    yield
    cr.execute("SELECT set_config('enable_seqscan', %s, true)", [usual])


def write_lines(cr, staged, patterns, formulas, direct):
    """Insert the entries, lines and items of ``staged`` lines of one kind in one statement.

    One statement, because entry and line refer to each other: their foreign keys are checked at its end, by index
    where the caller says so (``by_index``).

    :param patterns: ``{part: row of an exemplar}`` for the columns without formula
    :param formulas: ``{part: {column: expression}}``
    :param direct: ``{column: type}`` of what comes from the file besides ``STAGE``
    """
    query = sql.SQL("{stage}, move AS ({move}), line AS ({line}), liquidity AS ({liquidity}) {suspense}").format(
        stage=stage({**STAGE, **direct}),
        **{part: insert(table, patterns[part], formulas[part]) for part, table in TABLES.items()},
    )
    cr.execute(query, [json.dumps(staged, default=date.isoformat)])


def stage(fields):
    """The rows that are given as one JSON text, as ``s``; ``fields`` are their columns and types."""
    columns_of = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in fields.items()
    )
    return sql.SQL("WITH s AS MATERIALIZED (SELECT * FROM json_to_recordset(%s) AS s({}))").format(columns_of)


def insert(table, pattern, formulas):
    """``INSERT INTO table SELECT … FROM s``: a formula, or the value of the pattern.

    The pattern is a row as JSON, read back by PostgreSQL itself into the types of the table.
    """
    constant = {name: value for name, value in pattern.items() if name not in formulas and value is not None}
    names = [*formulas, *constant]
    return sql.SQL(
        " INSERT INTO {table} ({names})"
        " SELECT {values} FROM s CROSS JOIN json_populate_record(NULL::{table}, {row}) pattern"
    ).format(
        table=sql.Identifier(table), names=sql.SQL(", ").join(map(sql.Identifier, names)),
        values=sql.SQL(", ").join(_value(name, formulas) for name in names), row=sql.Literal(json.dumps(constant)),
    )  # fmt: skip


def update(table, where, values, formulas):
    """``UPDATE table t SET … FROM s WHERE …``: of the columns of ``values``, by formula or as given."""
    constant = {name: value for name, value in values.items() if name not in formulas}
    settings = [sql.SQL("{} = {}").format(sql.Identifier(name), _value(name, formulas)) for name in values]
    return sql.SQL(
        " UPDATE {table} t SET {settings}"
        " FROM s CROSS JOIN json_populate_record(NULL::{table}, {row}) pattern WHERE {where}"
    ).format(
        table=sql.Identifier(table), settings=sql.SQL(", ").join(settings), row=sql.Literal(json.dumps(constant)),
        where=sql.SQL(where),
    )  # fmt: skip


def _value(name, formulas):
    return sql.SQL(formulas[name]) if name in formulas else sql.SQL("pattern.{}").format(sql.Identifier(name))
