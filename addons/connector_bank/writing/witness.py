"""What a piece of work left in the database, and whether two pieces left the same."""

from psycopg2 import sql

from .rows import columns


def touched(cr):
    """``{table: (inserted, updated, deleted)}`` of this transaction so far, undone work included."""
    cr.execute(
        """
        SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_xact_user_tables
         WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
        """
    )
    return {row[0]: row[1:] for row in cr.fetchall()}


def tables_since(cr, before):
    """Tables written to since ``before`` (of ``touched``)."""
    return {table for table, counts in touched(cr).items() if counts != before.get(table)}


def counts_rows(cr):
    """Whether the server counts what a transaction writes; without it nothing can be proven."""
    cr.execute("SELECT current_setting('track_counts')::bool")
    return cr.fetchone()[0]


def mark(cr, table, row_id):
    """The id of this subtransaction: rows written from here on carry this or a later one."""
    cr.execute(
        sql.SQL("UPDATE {table} SET id = id WHERE id = %s RETURNING xmin::text::bigint").format(
            table=sql.Identifier(table)
        ),
        [row_id],
    )
    return cr.fetchone()[0]


def rows_since(cr, table, marked):
    """Rows of a table written since ``mark``, as JSON, by id."""
    if "id" not in columns(cr, table):
        return None
    query = sql.SQL("SELECT t.id, to_jsonb(t) FROM {} t WHERE t.xmin::text::bigint >= %s ORDER BY t.id")
    cr.execute(query.format(sql.Identifier(table)), [marked])
    return dict(cr.fetchall())


def references(cr, tables):
    """``{(table, column): table it refers to}`` among ``tables``."""
    cr.execute(
        """
        SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
          FROM pg_constraint c
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE c.contype = 'f' AND cardinality(c.conkey) = 1
           AND c.conrelid = ANY(%(tables)s::regclass[]) AND c.confrelid = ANY(%(tables)s::regclass[])
        """,
        {"tables": list(tables)},
    )
    return {(table, column): target for table, column, target in cr.fetchall()}


#: Texts that end in the id of a row, ten digits wide: (table, column) → the table the id is of.
INDEXES = {
    ("account_bank_statement_line", "internal_index"): "account_bank_statement_line",
    ("account_bank_statement", "first_line_index"): "account_bank_statement_line",
}
#: Texts that are the id of a row, or of another one after a letter.
NUMBERS = {("account_move_line", "matching_number"): ("account_full_reconcile", "account_partial_reconcile")}
#: Numbers of records of any model; of these tables only entries are made anew here.
RECORDS = {("mail_message", "res_id"): "account_move", ("mail_followers", "res_id"): "account_move"}
#: Columns that are drawn at random, or from the clock while others are as of the transaction.
RANDOM = {("mail_message", "message_id"), ("mail_message", "date"), ("account_move", "access_token")}


def comparable(found, labels, refers):
    """Rows with the ids of new records replaced by labels that are the same for both pieces of work.

    :param found: ``{table: {id: row}}``
    :param labels: ``{table: {id: label}}`` of new rows; all others keep their ids
    :param refers: of ``references``
    """
    result = {}
    for table, rows in found.items():
        own = labels.get(table, {})
        result[table] = {
            own.get(row_id, row_id): {
                column: _labelled(table, column, value, labels, refers) for column, value in row.items()
            }
            for row_id, row in rows.items()
        }
    return result


def _labelled(table, column, value, labels, refers):
    if (table, column) in RANDOM:
        return value is not None
    if (table, column) in INDEXES and value:
        known = labels.get(INDEXES[table, column], {})
        return (value[:-10], known.get(int(value[-10:]), value[-10:]))
    if (table, column) in NUMBERS and value:
        number = value.removeprefix("P")
        known = labels.get(NUMBERS[table, column][number != value], {})
        return known.get(int(number), value) if number.isdecimal() else value
    target = table if column == "id" else refers.get((table, column)) or RECORDS.get((table, column))
    return labels.get(target, {}).get(value, value) if target else value


def differences(expected, found):
    """``[(table, column or None, expected, found)]``: rows that only one side has, columns that differ."""
    differing = []
    for table in sorted({*expected, *found}):
        ours, theirs = found.get(table, {}), expected.get(table, {})
        if ours.keys() != theirs.keys():
            differing.append((table, None, len(theirs), len(ours)))
            continue
        for label, row in theirs.items():
            other = ours[label]
            differing += [
                (table, column, row.get(column), other.get(column))
                for column in {**row, **other}
                if row.get(column) != other.get(column)
            ]
    return differing
