"""Lines whose item on suspense becomes their counterpart, set-based after exemplars."""

import json
from collections import namedtuple
from decimal import Decimal

from . import rows
from .formulas import OF_PARTNER

#: What a caller wants of one line: its item on suspense is to become this; ``payer_id`` is the partner that the line
#: learns by it, or None; ``reconcile_model_id`` the rule that says so.
Wanted = namedtuple(
    "Wanted", "account_id partner_id payer_id name currency_id balance amount_currency reconcile_model_id",
    defaults=(None,),
)  # fmt: skip

#: One line that is of a known ``kind``: all of a kind differ only in the columns that have formulas. ``wanted`` is what
#: the caller wants of it, ``columns`` those of the entry that follow from the payer; they come later.
Change = namedtuple(
    "Change", "line_id move_id item_id liquidity_id journal_id date currency_id name old_name partner_id payer_id kind"
    " wanted columns", defaults=(None, None),
)  # fmt: skip

#: Lines that nothing was done with yet: two items, of which one stands on suspense. When each row was written last
#: tells whether Odoo's stamp changes it.
_OPEN = """
    SELECT l.id, m.id, s.id, b.id, m.journal_id, m.date, s.currency_id, s.balance::text, s.amount_currency::text,
           s.name, s.partner_id, l.partner_id,
           ARRAY[concat_ws(' ', m.write_date, m.write_uid), concat_ws(' ', l.write_date, l.write_uid),
                 concat_ws(' ', s.write_date, s.write_uid), concat_ws(' ', b.write_date, b.write_uid)]
      FROM account_bank_statement_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_journal j ON j.id = m.journal_id AND j.suspense_account_id <> j.default_account_id
      JOIN account_move_line s ON s.move_id = m.id AND s.account_id = j.suspense_account_id
      JOIN account_move_line b ON b.move_id = m.id AND b.account_id = j.default_account_id
     WHERE l.id = ANY(%s) AND m.state = 'posted' AND l.is_reconciled IS NOT TRUE AND m.inalterable_hash IS NULL
       AND j.restrict_mode_hash_table IS NOT TRUE
       AND s.matching_number IS NULL AND b.matching_number IS NULL AND s.full_reconcile_id IS NULL
       AND s.tax_line_id IS NULL AND s.analytic_distribution IS NULL AND b.analytic_distribution IS NULL
       AND (SELECT count(*) FROM account_move_line i WHERE i.move_id = m.id) = 2
"""


def fitting(cr, wanted, now):
    """The lines of ``wanted`` (``{line id: Wanted}``) that the quick way may change, as ``Change``.

    :param now: the time of this transaction and the user, as PostgreSQL writes them
    """
    cr.execute(_OPEN, [list(wanted)])
    found = []
    for row in cr.fetchall():
        line_id, move_id, item_id, liquidity_id, journal_id, day, currency_id, balance, amount, name, *partners = row
        one, (item_partner, line_partner, stamps) = wanted[line_id], partners
        money = (Decimal(balance), Decimal(amount))
        if one.currency_id != currency_id or not _same_money(one, money):
            continue
        if one.payer_id and (line_partner or item_partner):
            continue
        fresh = "".join("n" if stamp == now else "o" for stamp in stamps)
        one = one._replace(name=one.name or None, partner_id=one.partner_id or None)
        partner = "same" if one.partner_id == item_partner else "none" if not item_partner else "other"
        kind = (
            journal_id, currency_id, one.account_id, one.reconcile_model_id, money[0] > 0, bool(one.payer_id), partner,
            bool(one.partner_id), one.name == name, fresh,
        )  # fmt: skip
        found.append(
            Change(line_id, move_id, item_id, liquidity_id, journal_id, day, currency_id, one.name, name,
                   one.partner_id, one.payer_id, kind)
        )  # fmt: skip
    return found


def _same_money(one, money):
    return (round(Decimal(one.balance), 6), round(Decimal(one.amount_currency), 6)) == money


#: Where the rows of a line stand, and by which id.
PARTS = {
    "item": ("account_move_line", "s.item_id"),
    "liquidity": ("account_move_line", "s.liquidity_id"),
    "move": ("account_move", "s.move_id"),
    "line": ("account_bank_statement_line", "s.line_id"),
}
#: What changes from line to line; ``t`` is the row as it was.
CHANGING = {
    "item": {
        "name": "s.name", "partner_id": "s.partner_id", "amount_residual": "t.balance",
        "amount_residual_currency": "t.amount_currency",
    },
    "liquidity": {"partner_id": "s.payer_id"},
    "move": {"partner_id": "s.payer_id", **{name: f"s.{name}" for name in OF_PARTNER}},
    "line": {"partner_id": "s.payer_id"},
}  # fmt: skip
MESSAGE = {
    "id": "s.message_id",
    "res_id": "s.move_id",
    "body": "s.body",
    "message_id": "'<' || gen_random_uuid() || '-openerp-message-notify@' || s.host || '>'",
}
TRACKED = {"id": "s.tracking_id", "mail_message_id": "s.message_id"}
#: Of tracked values that vary, by what they track.
TRACKING = {
    None: {},
    "payer": {"new_value_integer": "s.payer_id", "new_value_char": "s.payer_name"},
    "name": {"old_value_char": "s.old_shown", "new_value_char": "s.shown"},
}

_STAGE = {
    "line_id": "int", "move_id": "int", "item_id": "int", "liquidity_id": "int", "partner_id": "int",
    "name": "varchar", "shown": "varchar", "old_shown": "varchar", "payer_id": "int", "payer_name": "varchar",
    "host": "varchar", "body": "text", "message_id": "int", "tracking_id": "int",
    **{name: "varchar" if name == "invoice_partner_display_name" else "int" for name in OF_PARTNER},
}  # fmt: skip


def change_lines(cr, staged, changed):
    """Change the rows of ``staged`` lines of one kind.

    :param changed: ``{part: {column: value}}`` as the exemplar changed
    """
    given = json.dumps(staged)
    for part, values in changed.items():
        if values:
            table, key = PARTS[part]
            constant = {name for name in ("amount_residual", "amount_residual_currency") if not values.get(name)}
            formulas = {name: formula for name, formula in CHANGING[part].items() if name not in constant}
            cr.execute(rows.stage(_STAGE) + rows.update(table, f"t.id = {key}", values, formulas), [given])


def log_lines(cr, staged, pattern, tracked):
    """Insert one message for each line, and the values it tracks.

    :param staged: with ``body``
    :param pattern: row of the exemplar's message
    :param tracked: ``[(row of a tracked value, key of TRACKING)]``
    """
    ids = rows.new_ids(cr, "mail_message", len(staged))
    staged = [{**row, "message_id": message_id} for row, message_id in zip(staged, ids, strict=True)]
    with rows.by_index(cr):
        cr.execute(rows.stage(_STAGE) + rows.insert("mail_message", pattern, MESSAGE), [json.dumps(staged)])
        for value, what in tracked:
            ids = rows.new_ids(cr, "mail_tracking_value", len(staged))
            given = [{**row, "tracking_id": one} for row, one in zip(staged, ids, strict=True)]
            formulas = {**TRACKED, **TRACKING[what]}
            cr.execute(rows.stage(_STAGE) + rows.insert("mail_tracking_value", value, formulas), [json.dumps(given)])
