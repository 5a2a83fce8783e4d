"""Reconciliation of pairs of items that settle each other, set-based after exemplars.

Wholly or in part in the currency of the company; wholly, and without a difference of exchange, in another.
"""

import json
from collections import Counter, namedtuple
from decimal import Decimal

from . import rows

#: One pair: the item on the debit side and that on the credit side, what it settles and what it leaves of both (as
#: their balance has it) and of the invoice; ``kind`` tells which exemplar it follows, ``invoice_id`` is the invoice
#: that is paid, or None; ``payment_id`` the payment one of the items is of, or None; ``journal_id`` that of the entry;
#: ``foreign`` that it is not in the company's currency.
Pair = namedtuple(
    "Pair",
    "place debit_id credit_id invoice_id payment_id amount amount_currency debit_left credit_left invoice_left max_date"
    " foreign kind journal_id",
)

#: Items that nothing was done with yet, of an invoice with one instalment and no discount, of an entry, or of a
#: confirmed payment in the company's currency with two items whose documents, if any, are paid. What Odoo makes of two
#: such items is one partial, and one full reconcile where nothing is left.
_UNTOUCHED = """
    SELECT l.id, l.move_id, l.balance::text, l.date::text, m.move_type,
           concat_ws('/', l.account_id, l.company_id), m.statement_line_id IS NULL,
           l.journal_id, l.discount_date IS NOT NULL, l.currency_id, l.amount_currency::text,
           l.currency_id <> l.company_currency_id, p.id,
           concat_ws('/', p.payment_type, p.is_reconciled, p.is_matched, p.finance_told_state,
                     l.account_id = p.outstanding_account_id, l.account_id = p.destination_account_id)
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      JOIN account_account account ON account.id = l.account_id
      JOIN res_company company ON company.id = l.company_id
 LEFT JOIN account_payment p ON p.id = m.origin_payment_id AND p.move_id = m.id AND p.state = 'in_process'
     WHERE l.id = ANY(%s) AND account.reconcile AND company.tax_exigibility IS NOT TRUE
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
_Item = namedtuple(
    "_Item",
    "id move_id balance date move_type of plain journal_id discounted currency_id amount_currency foreign payment_id"
    " payment",
)


def fitting(cr, plans, subtypes):
    """The pairs among ``plans`` (``[(item id, item id)]``) that the quick way may reconcile, as ``Pair``.

    :param subtypes: ids of the message subtypes by which followers are told of a payment
    """
    counted = Counter(item for plan in plans for item in plan)
    cr.execute(_UNTOUCHED, [list(counted)])
    items = {row[0]: _Item(row[0], row[1], Decimal(row[2]), *row[3:]) for row in cr.fetchall() if counted[row[0]] == 1}
    cr.execute(_SPECIAL, {"moves": [item.move_id for item in items.values()], "subtypes": subtypes})
    special = {row[0] for row in cr.fetchall()}
    found = []
    for place, plan in enumerate(plans):
        both = [items[one] for one in plan if one in items and items[one].move_id not in special]
        if len(both) == 2:
            debit, credit = sorted(both, key=lambda item: -item.balance)
            if _fit(debit, credit):
                found.append(_pair(place, debit, credit))
    return found


def _fit(debit, credit):
    whole = debit.balance == -credit.balance
    if debit.foreign and (not whole or Decimal(debit.amount_currency) != -Decimal(credit.amount_currency)):
        return False
    return (
        debit.balance > 0 > credit.balance
        and debit.currency_id == credit.currency_id
        and (whole or not (debit.discounted or credit.discounted))
        and debit.of == credit.of
        and debit.move_id != credit.move_id
        and "entry" in (debit.move_type, credit.move_type)
        and not (debit.payment_id and credit.payment_id)
    )


def _pair(place, debit, credit):
    invoice = next((item for item in (debit, credit) if item.move_type != "entry"), None)
    amount = min(debit.balance, -credit.balance)
    left = debit.balance - amount, credit.balance + amount
    whole = "part of debit" if left[0] else "part of credit" if left[1] else "whole"
    kind = f"{debit.move_type}/{credit.move_type}/{debit.plain}/{credit.plain}/{debit.of}/{whole}/{debit.currency_id}"
    kind += f"/{debit.payment}/{credit.payment}"
    entry = debit if invoice is credit else credit
    return Pair(
        place, debit.id, credit.id, invoice and invoice.move_id, debit.payment_id or credit.payment_id, str(amount),
        debit.amount_currency if debit.foreign else str(amount), *map(str, left),
        str(left[0] if invoice is debit else left[1]), max(debit.date, credit.date), debit.foreign, kind,
        entry.journal_id,
    )  # fmt: skip


def _message(of, model):
    """What is said to the followers of a document that is paid, and the value that is tracked."""
    return {
        f"{of}_message": ("mail_message", {
            "id": f"s.{of}_message_id", "res_id": f"s.{of}_id",
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
#: What changes on rows that are there.
UPDATES = {
    "debit": ("account_move_line", "s.debit_id"),
    "credit": ("account_move_line", "s.credit_id"),
    "invoice": ("account_move", "s.invoice_id"),
    "payment": ("account_payment", "s.payment_id"),
}
_MATCHED = {
    "full_reconcile_id": "s.full_id",
    "matching_number": "coalesce(s.full_id::text, 'P' || s.partial_id)",
}
CHANGING = {
    "debit": {**_MATCHED, "amount_residual": "s.debit_left", "amount_residual_currency": "s.debit_left"},
    "credit": {**_MATCHED, "amount_residual": "s.credit_left", "amount_residual_currency": "s.credit_left"},
    "invoice": {"amount_residual": "abs(s.invoice_left)", "amount_residual_signed": "s.invoice_left"},
    "payment": {},
}

_STAGE = {
    **{f"{name}_id": "int" for name in INSERTS},
    "debit_id": "int", "credit_id": "int", "invoice_id": "int", "payment_id": "int", "amount": "numeric",
    "amount_currency": "numeric", "debit_left": "numeric", "credit_left": "numeric", "invoice_left": "numeric",
    "max_date": "date", "host": "varchar",
}  # fmt: skip


def write_pairs(cr, staged, inserted, changed):
    """Insert and update all rows of ``staged`` pairs of one kind.

    :param inserted: ``{name in INSERTS: row of an exemplar}``; what is without exemplar gets no row
    :param changed: ``{part of UPDATES: {column: value}}`` as the exemplars changed
    """
    given = json.dumps(staged)
    with rows.by_index(cr):
        for name, (table, formulas) in INSERTS.items():
            if name in inserted:
                cr.execute(rows.stage(_STAGE) + rows.insert(table, inserted[name], formulas), [given])
    for part, values in changed.items():
        if values:
            table, key = UPDATES[part]
            cr.execute(rows.stage(_STAGE) + rows.update(table, key, values, CHANGING[part]), [given])
