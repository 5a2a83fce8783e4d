"""Reconciliation of pairs of items that settle each other, set-based after exemplars.

Wholly or in part in the currency of the company; wholly, and without a difference of exchange, in another.
"""

import json
from collections import Counter, namedtuple
from decimal import Decimal

from . import rows

#: One pair: the item on the debit side and that on the credit side with their entries, what it settles and what it
#: leaves of both (as their balance has it) and of the invoice; ``kind`` tells which exemplar it follows, ``invoice_id``
#: is the invoice that is paid, or None; ``payment_id`` the payment one of the items is of, or None; ``journal_id`` that
#: of the entry; ``foreign`` that it is not in the company's currency.
Pair = namedtuple(
    "Pair",
    "place debit_id credit_id debit_entry_id credit_entry_id invoice_id payment_id amount amount_currency debit_left"
    " credit_left invoice_left max_date foreign kind journal_id",
)

#: What an exemplar of a kind shows: ``{name: row}`` of what is inserted (what has no row gets none), ``{part of
#: UPDATES: {column: value}}`` as they changed, and ``{name: (table, {column: formula})}``.
Pattern = namedtuple("Pattern", "inserted changed inserts stage")

#: Items that nothing was done with yet, of an invoice with one instalment and no discount, of an entry, or of a
#: confirmed payment in the company's currency with two items whose documents, if any, are paid. What Odoo makes of two
#: such items is one partial, and one full reconcile where nothing is left. Last, which rows bear the stamp of this
#: transaction and user already, so that Odoo's does not show.
_UNTOUCHED = """
    SELECT l.id, l.move_id, l.balance::text, l.date::text, m.move_type,
           concat_ws('/', l.account_id, l.company_id), m.statement_line_id IS NULL,
           l.journal_id, l.discount_date IS NOT NULL, l.currency_id, l.amount_currency::text,
           l.currency_id <> l.company_currency_id, p.id,
           concat_ws('/', p.payment_type, p.is_reconciled, p.is_matched, p.finance_told_state,
                     l.account_id = p.outstanding_account_id, l.account_id = p.destination_account_id),
           concat_ws('/', (l.write_date, l.write_uid) = (%(now)s, %(user)s),
                     (m.write_date, m.write_uid) = (%(now)s, %(user)s),
                     (p.write_date, p.write_uid) = (%(now)s, %(user)s),
                     (SELECT bool_and((i.write_date, i.write_uid) = (%(now)s, %(user)s)) FROM account_move_line i
                       WHERE i.move_id = m.id AND i.id <> l.id AND i.display_type IS DISTINCT FROM 'cogs'))
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_account account ON account.id = l.account_id
      JOIN res_company company ON company.id = l.company_id
 LEFT JOIN account_payment p ON p.id = m.origin_payment_id AND p.move_id = m.id AND p.state = 'in_process'
     WHERE l.id = ANY(%(items)s) AND account.reconcile AND company.tax_exigibility IS NOT TRUE
       AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE AND l.full_reconcile_id IS NULL
       AND l.matching_number IS NULL
       AND l.amount_residual = l.balance AND l.amount_residual_currency = l.amount_currency
       AND (l.currency_id <> l.company_currency_id OR l.amount_currency = l.balance)
       AND l.payment_id IS NOT DISTINCT FROM p.id AND m.origin_payment_id IS NOT DISTINCT FROM p.id
       AND (p.id IS NULL OR (l.currency_id = l.company_currency_id
            AND (SELECT count(*) FROM account_move_line i WHERE i.move_id = m.id) = 2
            AND NOT EXISTS (SELECT FROM account_move__account_payment d JOIN account_move b ON b.id = d.invoice_id
                             WHERE d.payment_id = p.id AND b.payment_state IS DISTINCT FROM 'paid')))
       AND m.state = 'posted'
       AND m.tax_cash_basis_rec_id IS NULL AND m.inalterable_hash IS NULL
       AND (m.move_type = 'entry'
            OR (m.payment_state = 'not_paid' AND m.currency_id = l.currency_id
                AND m.amount_residual = abs(l.amount_currency)))
"""
#: Invoices with a payment of their own, and documents with a follower who would be told.
_SPECIAL = """
    SELECT invoice_id FROM account_move__account_payment WHERE invoice_id = ANY(%(moves)s)
     UNION
    SELECT f.res_id FROM mail_followers f
      JOIN mail_followers_mail_message_subtype_rel told ON told.mail_followers_id = f.id
     WHERE f.res_model = 'account.move' AND f.res_id = ANY(%(moves)s)
       AND told.mail_message_subtype_id = ANY(%(subtypes)s)
     UNION
    SELECT p.move_id FROM mail_followers f JOIN account_payment p ON p.id = f.res_id
      JOIN mail_followers_mail_message_subtype_rel told ON told.mail_followers_id = f.id
     WHERE f.res_model = 'account.payment' AND p.move_id = ANY(%(moves)s)
       AND told.mail_message_subtype_id = ANY(%(subtypes)s)
"""
#: Why an item is not simple.
_WHY = """
    SELECT l.id, CASE
           WHEN company.tax_exigibility THEN 'cash_basis'
           WHEN m.inalterable_hash IS NOT NULL THEN 'hashed'
           WHEN l.matching_number IS NOT NULL OR l.amount_residual <> l.balance THEN 'begun'
           WHEN m.origin_payment_id IS NOT NULL THEN 'payment'
           WHEN m.move_type <> 'entry' AND m.amount_residual <> abs(l.amount_currency) THEN 'instalments'
           ELSE 'other' END
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id JOIN res_company company ON company.id = l.company_id
     WHERE l.id = ANY(%s)
"""
_Item = namedtuple(
    "_Item",
    "id move_id balance date move_type of plain journal_id discounted currency_id amount_currency foreign payment_id"
    " payment stamped",
)


def fitting(cr, plans, subtypes, user):
    """``(pairs, {place: reason})``: which of ``plans`` (``[(item id, item id)]``) the quick way may reconcile.

    :param subtypes: ids of the message subtypes by which followers are told of a payment
    :param user: the id of who does it
    """
    counted = Counter(item for plan in plans for item in plan)
    cr.execute(_UNTOUCHED, {"items": list(counted), "now": cr.now(), "user": user})
    items = {row[0]: _Item(row[0], row[1], Decimal(row[2]), *row[3:]) for row in cr.fetchall() if counted[row[0]] == 1}
    cr.execute(_SPECIAL, {"moves": [item.move_id for item in items.values()], "subtypes": subtypes})
    special = {row[0] for row in cr.fetchall()}
    cr.execute(_WHY, [[one for one in counted if one not in items]])
    why_of = dict(cr.fetchall())
    found, why = [], {}
    for place, plan in enumerate(plans):
        both = [items[one] for one in plan if one in items and items[one].move_id not in special]
        if len(both) == 2:
            debit, credit = sorted(both, key=lambda item: -item.balance)
            reason = _unfit(debit, credit)
            if not reason:
                found.append(_pair(place, debit, credit))
        else:
            reason = next((why_of[one] for one in plan if one in why_of), "special")
        if reason:
            why[place] = reason
    return found, why


def _unfit(debit, credit):
    """Why two simple items are no simple pair, a key of the reasons; ``None`` where they are."""
    in_currency = Decimal(debit.amount_currency), -Decimal(credit.amount_currency)
    if debit.currency_id != credit.currency_id or (debit.foreign and in_currency[0] != in_currency[1]):
        return "foreign"
    if not debit.foreign and debit.balance != -credit.balance and (debit.discounted or credit.discounted):
        return "discount"
    if "entry" not in (debit.move_type, credit.move_type) or (debit.payment_id and credit.payment_id):
        return "documents"
    if debit.balance > 0 > credit.balance and debit.of == credit.of and debit.move_id != credit.move_id:
        return None
    return "other"


def _pair(place, debit, credit):
    invoice = next((item for item in (debit, credit) if item.move_type != "entry"), None)
    amount = min(debit.balance, -credit.balance)
    left = debit.balance - amount, credit.balance + amount
    whole = "part of debit" if left[0] else "part of credit" if left[1] else "whole"
    kind = f"{debit.move_type}/{credit.move_type}/{debit.plain}/{credit.plain}/{debit.of}/{whole}/{debit.currency_id}"
    kind += f"/{debit.payment}/{credit.payment}/{debit.stamped}/{credit.stamped}"
    entry = debit if invoice is credit else credit
    return Pair(
        place, debit.id, credit.id, debit.move_id, credit.move_id, invoice and invoice.move_id,
        debit.payment_id or credit.payment_id, str(amount),
        debit.amount_currency if debit.foreign else str(amount), *map(str, left),
        str(left[0] if invoice is debit else left[1]), max(debit.date, credit.date), debit.foreign, kind,
        entry.journal_id,
    )  # fmt: skip


def _message(of, model):
    """What is said to the followers of a document that is paid, and the value that is tracked."""
    return {
        f"{of}_message": ("mail_message", {
            "id": f"s.{of}_message_id", "res_id": f"s.{of}_id", "parent_id": f"s.{of}_parent_id",
            "message_id": f"'<' || gen_random_uuid() || '-' || s.{of}_id || '-{model}@' || s.host || '>'",
        }),
        f"{of}_tracked": ("mail_tracking_value", {"id": f"s.{of}_tracked_id", "mail_message_id": f"s.{of}_message_id"}),
    }  # fmt: skip


#: What each pair brings: table, and columns with formulas; ``s`` is the staged pair.
INSERTS = {
    "full": ("account_full_reconcile", {"id": "s.full_id"}),
    "partial": ("account_partial_reconcile", {
        "id": "s.partial_id", "debit_move_id": "s.debit_id", "credit_move_id": "s.credit_id",
        "full_reconcile_id": "s.full_id", "amount": "s.amount", "debit_amount_currency": "s.amount_currency",
        "credit_amount_currency": "s.amount_currency", "max_date": "s.max_date",
    }),
    **_message("invoice", "account.move"),
    **_message("payment", "account.payment"),
}  # fmt: skip


def _others(side):
    return (
        "account_move_line",
        f"t.move_id = s.{side}_entry_id AND t.id <> s.{side}_id AND t.display_type IS DISTINCT FROM 'cogs'",
    )


#: What changes on rows that are there, and which. The other items of an entry are stamped, or they are not: it depends
#: on the type of the entry whether Odoo asks them for items that depend on them.
UPDATES = {
    "debit": ("account_move_line", "t.id = s.debit_id"),
    "credit": ("account_move_line", "t.id = s.credit_id"),
    "debit_entry": ("account_move", "t.id = s.debit_entry_id"),
    "credit_entry": ("account_move", "t.id = s.credit_entry_id"),
    "payment": ("account_payment", "t.id = s.payment_id"),
    **{f"{side}_others": _others(side) for side in ("debit", "credit")},
}
_MATCHED = {
    "full_reconcile_id": "s.full_id",
    "matching_number": "coalesce(s.full_id::text, 'P' || s.partial_id)",
}
_ENTRY = {"amount_residual": "abs(s.invoice_left)", "amount_residual_signed": "s.invoice_left"}
CHANGING = {
    "debit": {**_MATCHED, "amount_residual": "s.debit_left", "amount_residual_currency": "s.debit_left"},
    "credit": {**_MATCHED, "amount_residual": "s.credit_left", "amount_residual_currency": "s.credit_left"},
    "debit_entry": _ENTRY,
    "credit_entry": _ENTRY,
    "payment": {},
    "debit_others": {},
    "credit_others": {},
}

#: Columns of a staged pair and their types.
STAGE = {
    **{f"{name}_id": "int" for name in (*INSERTS, "invoice_parent", "payment_parent")},
    **{f"{name}_id": "int" for name in ("debit", "credit", "debit_entry", "credit_entry", "invoice", "payment")},
    "amount": "numeric", "amount_currency": "numeric", "debit_left": "numeric", "credit_left": "numeric",
    "invoice_left": "numeric", "max_date": "date", "host": "varchar",
}  # fmt: skip


def parents(cr, model, ids):
    """``{id of a document: the message that the next one follows}``, of the last 200, as Odoo chooses it."""
    cr.execute(
        """
        SELECT d.id, first.id FROM unnest(%s::int[]) d (id)
          JOIN LATERAL (SELECT m.id FROM (
                    SELECT id, message_type IN ('comment', 'email') AS said, coalesce(date, create_date) AS told
                      FROM mail_message
                     WHERE model = %s AND res_id = d.id AND message_type <> 'user_notification'
                     ORDER BY date DESC, id DESC LIMIT 200) m
                 ORDER BY said DESC, told DESC, id DESC LIMIT 1) first ON true
        """,
        [ids, model],
    )
    return dict(cr.fetchall())


def write_pairs(cr, staged, pattern):
    """Insert and update all rows of ``staged`` pairs of one kind, after their ``Pattern``."""
    given = json.dumps(staged)
    with rows.by_index(cr):
        for name, (table, formulas) in pattern.inserts.items():
            if name in pattern.inserted:
                cr.execute(rows.stage(pattern.stage) + rows.insert(table, pattern.inserted[name], formulas), [given])
    for part, values in pattern.changed.items():
        if values:
            table, where = UPDATES[part]
            cr.execute(rows.stage(pattern.stage) + rows.update(table, where, values, CHANGING[part]), [given])
