"""What differs from one statement line to the next of its kind; every other column stands as in the exemplar.

A kind is one journal, one foreign currency or none, and one sign. The expressions speak of ``s``, one row for each
line (``STAGE``); money is signed as the account sees it.
"""

#: Columns of a staged line and their types: ids, what the file says, and what follows from it.
STAGE = {
    "line_id": "int", "move_id": "int", "liquidity_id": "int", "suspense_id": "int",
    "name": "varchar", "sequence_prefix": "varchar", "sequence_number": "int", "internal_index": "varchar",
    "date": "date", "payment_ref": "varchar", "partner_id": "int",
    "commercial_partner_id": "int", "partner_bank_id": "int", "fiscal_position_id": "int",
    "preferred_payment_method_line_id": "int", "invoice_partner_display_name": "varchar",
    "amount": "numeric",       # in the currency of the journal
    "transaction": "numeric",  # in the foreign currency, where there is one, else the amount
    "foreign": "numeric",      # the amount in the foreign currency, or 0
    "balance": "numeric",      # in the currency of the company
    "total": "numeric",        # of the item on the debit side, in its own currency
}  # fmt: skip

#: Columns of the entry that Odoo computes from its partner.
OF_PARTNER = (
    "commercial_partner_id", "partner_bank_id", "fiscal_position_id", "preferred_payment_method_line_id",
    "invoice_partner_display_name",
)  # fmt: skip

MOVE = {
    "id": "s.move_id",
    "statement_line_id": "s.line_id",
    "partner_id": "s.partner_id",
    **{column: f"s.{column}" for column in OF_PARTNER},
    "name": "s.name",
    "sequence_prefix": "s.sequence_prefix",
    "sequence_number": "s.sequence_number",
    "made_sequence_gap": "false",
    "date": "s.date",
    "amount_total": "s.total",
    "amount_total_signed": "abs(s.balance)",
    "amount_total_in_currency_signed": "s.total",
}

LINE = {
    "id": "s.line_id",
    "move_id": "s.move_id",
    "partner_id": "s.partner_id",
    "payment_ref": "s.payment_ref",
    "internal_index": "s.internal_index",
    "amount": "s.amount",
    "amount_currency": "s.foreign",
    "amount_residual": "-s.transaction",
}

_ITEM = {
    "move_id": "s.move_id",
    "statement_line_id": "s.line_id",
    "partner_id": "s.partner_id",
    "move_name": "s.name",
    "date": "s.date",
    "name": "s.payment_ref",
}

LIQUIDITY = {
    **_ITEM,
    "id": "s.liquidity_id",
    "debit": "greatest(s.balance, 0)",
    "credit": "greatest(-s.balance, 0)",
    "balance": "s.balance",
    "amount_currency": "s.amount",
    "amount_residual": "s.balance",
    "amount_residual_currency": "s.amount",
    "price_subtotal": "s.amount",
    "price_total": "s.amount",
}

SUSPENSE = {
    **_ITEM,
    "id": "s.suspense_id",
    "debit": "greatest(-s.balance, 0)",
    "credit": "greatest(s.balance, 0)",
    "balance": "-s.balance",
    "amount_currency": "-s.transaction",
    "price_subtotal": "-s.transaction",
    "price_total": "-s.transaction",
}

#: On a suspense account that is reconciled, the item has something left.
SUSPENSE_RESIDUAL = {"amount_residual": "-s.balance", "amount_residual_currency": "-s.transaction"}


def expressions(direct, *, statement=True, suspense_reconciles=False):
    """``{part: {column: expression}}`` of the rows of one line.

    :param direct: columns of the line that come from the file as they are
    :param statement: the file says the statement; the items repeat it
    """
    of_statement = {"statement_id": "s.statement_id"} if statement else {}
    return {
        "move": MOVE,
        "line": {**LINE, **{column: f's."{column}"' for column in direct}},
        "liquidity": {**LIQUIDITY, **of_statement},
        "suspense": {**SUSPENSE, **of_statement, **(SUSPENSE_RESIDUAL if suspense_reconciles else {})},
    }


#: Which table each part of a line stands in.
TABLES = {
    "move": "account_move",
    "line": "account_bank_statement_line",
    "liquidity": "account_move_line",
    "suspense": "account_move_line",
}
