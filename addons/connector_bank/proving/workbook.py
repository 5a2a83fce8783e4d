"""Proofs as a workbook: the totals, what differs, and every payment; amounts as numbers, texts never executed."""

from decimal import Decimal

from odoo.addons.finance_connector_base.core.table import xlsx_bytes

#: Columns of the sheet of payments: key of the item, and whether it is an amount.
COLUMNS = (
    ("name", False), ("payee", False), ("amount", True), ("end_to_end", False), ("order", False), ("file", False),
    ("sent_on", False), ("code", False), ("answered", True), ("seen", True), ("line", False), ("standing", False),
)  # fmt: skip


def workbook(proofs, words):
    """
    :param proofs: dicts with ``bank``, ``day``, ``currency``, ``state``, ``made_on``, ``sha256``, ``stages``,
        ``differences`` (rows of four texts) and ``items``
    :param words: titles of the sheets (``totals``, ``differences``, ``payments``), of their columns (``…_columns``)
        and of the stages (``stages``)
    """
    totals, differences, payments = [words["totals_columns"]], [words["differences_columns"]], []
    payments.append(words["payments_columns"])
    for proof in proofs:
        about = [proof["bank"], proof["day"], proof["currency"]]
        for stage, (number, incoming, outgoing) in proof["stages"].items():
            totals.append(
                [*about, words["stages"][stage], number, Decimal(incoming), Decimal(outgoing), proof["state"],
                 proof["made_on"], proof["sha256"]]
            )  # fmt: skip
        differences += [[*about, *row] for row in proof["differences"]]
        for item in proof["items"]:
            payments.append([*about, *(_cell(item[key], amount) for key, amount in COLUMNS)])
    return xlsx_bytes(
        {words["totals"]: totals, words["differences"]: differences, words["payments"]: payments}
    )


def _cell(value, amount):
    if value in (None, False):
        return ""
    return Decimal(value) if amount else str(value)
