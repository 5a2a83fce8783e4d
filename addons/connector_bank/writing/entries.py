"""Entries of payments: what differs from one to the next of its kind; all other columns stand as in the exemplar.

A kind is one journal, day, direction, pair of accounts and method. The expressions speak of ``s``, one row for each
payment (``STAGE``).
"""

import json

from psycopg2 import sql

from . import rows
from .formulas import OF_PARTNER

#: Columns of a staged payment and their types; ``amount`` is positive, in the currency of the company.
STAGE = {
    "payment_id": "int", "move_id": "int", "liquidity_id": "int", "counterpart_id": "int",
    "name": "varchar", "sequence_prefix": "varchar", "sequence_number": "int",
    "ref": "varchar", "label": "varchar", "partner_id": "int",
    "commercial_partner_id": "int", "partner_bank_id": "int", "fiscal_position_id": "int",
    "preferred_payment_method_line_id": "int", "invoice_partner_display_name": "varchar",
    "amount": "numeric",
}  # fmt: skip

_MOVE = {
    "id": "s.move_id",
    "origin_payment_id": "s.payment_id",
    "made_sequence_gap": "false",
    **{name: f"s.{name}" for name in ("partner_id", *OF_PARTNER, "name", "sequence_prefix", "sequence_number", "ref")},
}
_ITEM = {
    "move_id": "s.move_id",
    "payment_id": "s.payment_id",
    "partner_id": "s.partner_id",
    "move_name": "s.name",
    "ref": "s.ref",
    "name": "s.label",
}
#: The rows of one entry, in Odoo's order: table and formulas.
PARTS = {
    "move": ("account_move", _MOVE),
    "liquidity": ("account_move_line", {**_ITEM, "id": "s.liquidity_id"}),
    "counterpart": ("account_move_line", {**_ITEM, "id": "s.counterpart_id"}),
}


def money(pattern, names, amount, column):
    """Formulas of the columns of money: nothing, the amount, or the amount the other way round.

    :param pattern: row of an exemplar over ``amount``
    :param column: of the staged row, which has the amount
    :raise ValueError: a column holds something else
    """
    found = {}
    for name in names:
        value = pattern.get(name)
        if value:
            if abs(value) != amount:
                raise ValueError(name)
            found[name] = f"s.{column}" if value > 0 else f"-s.{column}"
    return found


def write_entries(cr, staged, patterns, formulas_of_money):
    """Insert entry and items of ``staged`` payments of one kind, and let the payments refer to them.

    :param patterns: ``{part: row of an exemplar}``
    :param formulas_of_money: ``{part: {column: expression}}``
    """
    query = sql.SQL(
        """
        {stage}, move AS ({move}), liquidity AS ({liquidity}), counterpart AS ({counterpart})
        UPDATE account_payment p SET move_id = s.move_id FROM s WHERE p.id = s.payment_id
        """
    ).format(
        stage=rows.stage(STAGE),
        **{
            part: rows.insert(table, patterns[part], {**formulas, **formulas_of_money[part]})
            for part, (table, formulas) in PARTS.items()
        },
    )
    with rows.by_index(cr):
        cr.execute(query, [json.dumps(staged)])
