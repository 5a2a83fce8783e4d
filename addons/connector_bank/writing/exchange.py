"""Pairs of items in one other currency whose balances differ: what the difference of exchange adds to a pair.

Odoo settles the smaller balance and books the rest: an entry in the exchange journal, of which one item settles what is
left of the item with the greater balance, and the other stands on the account of gains or losses. A full reconcile that
it makes on the way stays behind unused.
"""

from collections import namedtuple

from . import pairs

#: A pair with what its difference needs: the ``day`` of the entry, the ``difference`` (positive), whether it is the
#: debit item that has it, the partner of that item, and the number of the entry.
ExchangePair = namedtuple(
    "ExchangePair",
    (*pairs.Pair._fields, "day", "difference", "on_debit", "partner_id", "name", "sequence_prefix", "sequence_number"),
    defaults=(None, None, None),
)

FOLLOWER, TOLD_OF = "mail_followers", "mail_followers_mail_message_subtype_rel"

_ITEM = {"move_id": "s.exchange_id", "move_name": "s.name", "date": "s.day", "partner_id": "s.partner_id"}
#: In this order, because each row refers to those before.
INSERTS = {
    "unused": ("account_full_reconcile", {"id": "s.unused_id"}),
    "full": pairs.INSERTS["full"],
    "exchange": ("account_move", {
        "id": "s.exchange_id", "date": "s.day", "name": "s.name", "sequence_prefix": "s.sequence_prefix",
        "sequence_number": "s.sequence_number", "made_sequence_gap": "false",
    }),
    "settling": ("account_move_line", {
        **_ITEM, "id": "s.settling_id", "full_reconcile_id": "s.full_id", "matching_number": "s.full_id::text",
    }),
    "result": ("account_move_line", {**_ITEM, "id": "s.result_id"}),
    "partial": ("account_partial_reconcile", {
        **pairs.INSERTS["partial"][1], "exchange_move_id": "s.exchange_id",
    }),
    "second": ("account_partial_reconcile", {
        "id": "s.second_id", "full_reconcile_id": "s.full_id", "amount": "s.difference", "max_date": "s.day",
        "debit_move_id": "CASE WHEN s.on_debit THEN s.debit_id ELSE s.settling_id END",
        "credit_move_id": "CASE WHEN s.on_debit THEN s.settling_id ELSE s.credit_id END",
    }),
    "created": ("mail_message", {
        "id": "s.created_id", "res_id": "s.exchange_id",
        "message_id": "'<' || gen_random_uuid() || '-openerp-message-notify@' || s.host || '>'",
    }),
    "follower": (FOLLOWER, {"id": "s.follower_id", "res_id": "s.exchange_id"}),
    **{name: pairs.INSERTS[name] for name in ("invoice_message", "invoice_tracked")},
}  # fmt: skip
#: Those whose columns of money are worked out from the exemplar.
OF_ENTRY = ("exchange", "settling", "result")

STAGE = {
    **pairs.STAGE,
    **{f"{name}_id": "int" for name in INSERTS},
    "day": "date", "difference": "numeric", "on_debit": "boolean", "partner_id": "int",
    "name": "varchar", "sequence_prefix": "varchar", "sequence_number": "int",
}  # fmt: skip


_BESIDE = {
    "items": "SELECT id, move_id FROM account_move_line WHERE move_id = ANY(%s)",
    "seconds": "SELECT p.id, i.move_id FROM account_partial_reconcile p"
               " JOIN account_move_line i ON i.id IN (p.debit_move_id, p.credit_move_id) WHERE i.move_id = ANY(%s)",
    "followers": "SELECT id, res_id FROM mail_followers WHERE res_model = 'account.move' AND res_id = ANY(%s)",
}  # fmt: skip


def beside(cr, items):
    """What the differences of exchange of pairs of ``items`` have added.

    :return: ``{"entries" and others: {id: debit item of the pair}}``
    """
    cr.execute(
        "SELECT exchange_move_id, debit_move_id FROM account_partial_reconcile"
        " WHERE debit_move_id = ANY(%(items)s) AND credit_move_id = ANY(%(items)s) AND exchange_move_id IS NOT NULL",
        {"items": items},
    )
    entries = dict(cr.fetchall())
    parts = {"entries": entries}
    for name, query in _BESIDE.items():
        cr.execute(query, [list(entries)])
        parts[name] = {row_id: entries[entry] for row_id, entry in cr.fetchall()}
    return parts


def unused(cr, last):
    """Ids of the full reconciles after ``last`` that nothing refers to."""
    cr.execute(
        """
        SELECT id FROM account_full_reconcile f WHERE id > %s
           AND NOT EXISTS (SELECT FROM account_move_line WHERE full_reconcile_id = f.id)
           AND NOT EXISTS (SELECT FROM account_partial_reconcile WHERE full_reconcile_id = f.id) ORDER BY id
        """,
        [last],
    )
    return [row[0] for row in cr.fetchall()]


def subtypes(cr, followers):
    """``[(follower, subtype)]``"""
    cr.execute(
        "SELECT mail_followers_id, mail_message_subtype_id FROM mail_followers_mail_message_subtype_rel"
        " WHERE mail_followers_id = ANY(%s) ORDER BY 1, 2",
        [followers],
    )
    return cr.fetchall()
