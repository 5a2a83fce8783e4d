"""What a data warehouse can have: kinds of rows, their columns and where they stand. Addons add theirs."""

from dataclasses import dataclass

#: code → ``ExtractKind``, in order of registration.
KINDS = {}


@dataclass(frozen=True, slots=True)
class ExtractKind:
    """One kind of rows.

    :param version: grows when columns change; it stands in each manifest
    :param columns: name → SQL expression; ``id`` is the number of the record
    :param source: what follows FROM; the record's own table is ``t``
    :param where: which rows belong to it; ``%(company)s`` is the company
    :param written: tables in ``source`` whose changes count
    :param sums: columns whose totals stand in the manifest
    """

    code: str
    label: str
    version: int
    columns: dict
    source: str
    where: str
    written: tuple = ("t",)
    sums: tuple = ()


def add(code, label, **how):
    KINDS[code] = ExtractKind(code, label, **how)


add(
    "journal_item",
    "Journal items (posted)",
    version=1,
    columns={
        "id": "t.id",
        "entry": "t.move_id",
        "number": "t.move_name",
        "booked_on": "t.date",
        "due_on": "t.date_maturity",
        "journal": "t.journal_id",
        "account": "t.account_id",
        "partner": "t.partner_id",
        "currency": "c.name",
        "debit": "t.debit",
        "credit": "t.credit",
        "amount_currency": "t.amount_currency",
        "open_amount": "t.amount_residual",
        "reconciled": "coalesce(t.reconciled, FALSE)",
    },
    source="account_move_line t JOIN res_currency c ON c.id = t.currency_id",
    where="t.company_id = %(company)s AND t.parent_state = 'posted' AND t.account_id IS NOT NULL",
    sums=("debit", "credit"),
)
add(
    "invoice",
    "Invoices and credit notes (posted)",
    version=1,
    columns={
        "id": "t.id",
        "number": "t.name",
        "kind": "t.move_type",
        "issued_on": "t.invoice_date",
        "booked_on": "t.date",
        "due_on": "t.invoice_date_due",
        "partner": "t.partner_id",
        "journal": "t.journal_id",
        "currency": "c.name",
        "total": "t.amount_total",
        "total_tax": "t.amount_tax",
        "open_amount": "t.amount_residual",
        "payment_state": "t.payment_state",
    },
    source="account_move t JOIN res_currency c ON c.id = t.currency_id",
    where="t.company_id = %(company)s AND t.state = 'posted' AND t.move_type <> 'entry'",
    sums=("total", "open_amount"),
)
add(
    "payment",
    "Payments",
    version=1,
    columns={
        "id": "t.id",
        "number": "t.name",
        "direction": "CASE t.payment_type WHEN 'inbound' THEN 'in' ELSE 'out' END",
        "paid_on": "t.date",
        "partner": "t.partner_id",
        "journal": "t.journal_id",
        "currency": "c.name",
        "amount": "t.amount",
        "state": "t.state",
    },
    source="account_payment t JOIN res_currency c ON c.id = t.currency_id",
    where="t.company_id = %(company)s",
    sums=("amount",),
)
add(
    "statement_line",
    "Bank statement lines",
    version=1,
    columns={
        "id": "t.id",
        "statement": "t.statement_id",
        "entry": "t.move_id",
        "journal": "m.journal_id",
        "booked_on": "m.date",
        "partner": "t.partner_id",
        "currency": "c.name",
        "amount": "t.amount",
        "reconciled": "coalesce(t.is_reconciled, FALSE)",
    },
    source="account_bank_statement_line t JOIN account_move m ON m.id = t.move_id"
    " JOIN res_currency c ON c.id = t.currency_id",
    where="t.company_id = %(company)s",
    written=("t", "m"),
    sums=("amount",),
)
add(
    "case",
    "Cases",
    version=1,
    columns={
        "id": "t.id",
        "code": "t.code",
        "category": "t.category",
        "area": "t.domain",
        "connector": "t.connector_id",
        "state": "t.state",
        "blocking": "coalesce(t.blocking, FALSE)",
        "occurrences": "t.occurrences",
        "opened_on": "t.create_date",
        "due_on": "t.due_on",
        "closed_on": "t.closed_on",
    },
    source="finance_exception t",
    where="t.company_id = %(company)s",
)
