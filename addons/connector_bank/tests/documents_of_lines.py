"""Documents that would explain given statement lines: to see on real files whether matching finds them.

In a shell of Odoo: ``documents_for(lines[::2])``, then match, then ``wrong(lines, made)`` must be empty.
"""

import re

from odoo import Command

#: A word of the text that can serve as a reference: letters or digits, at least one digit.
_TOKEN = re.compile(r"(?=\w*\d)\w{6,35}")


def token(line):
    """The longest word of the line's text that looks like a reference, or ``None``."""
    return max(_TOKEN.findall(line.payment_ref or ""), key=len, default=None)


def documents_for(lines):
    """``{line id: posted invoice or bill}`` for lines with a usable text: its partner, amount and reference."""
    moves = lines.env["account.move"]
    chosen = {line: token(line) for line in lines if token(line) and line.amount}
    partners = _partners(lines.env, {line.partner_name or "Somebody" for line in chosen})
    made = moves.create([_values(line, text, partners) for line, text in chosen.items()])
    made.action_post()
    return dict(zip((line.id for line in chosen), made, strict=True))


def _partners(env, names):
    return {name: env["res.partner"].create({"name": name}) for name in sorted(names)}


def _values(line, text, partners):
    owed = line.amount > 0
    return {
        "move_type": "out_invoice" if owed else "in_invoice",
        "partner_id": partners[line.partner_name or "Somebody"].id,
        "currency_id": line.currency_id.id,
        "invoice_date": line.date,
        "date": line.date,
        "payment_reference" if owed else "ref": text,
        "invoice_line_ids": [
            Command.create({"name": text, "quantity": 1, "price_unit": abs(line.amount), "tax_ids": [Command.clear()]})
        ],
    }


def settled_by(line):
    """The documents a line is reconciled with."""
    items = line.line_ids
    partials = items.matched_debit_ids + items.matched_credit_ids
    return (partials.debit_move_id + partials.credit_move_id).move_id - line.move_id


def wrong(lines, made):
    """Reconciled lines that settle another document than the one made from them."""
    return [
        (line, settled_by(line))
        for line in lines.filtered("is_reconciled")
        if settled_by(line) != made.get(line.id, line.env["account.move"])
    ]
