"""Answers of payment interfaces, as ``interfaces/paying.py`` keeps them: the other side's words, translated by a table.

A word that the table does not know goes on as it is; whoever lays it over a payment makes it a case.
"""

import csv
import re
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import NamedTuple

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.json import json_value

from .answer import GroupAnswer, ItemAnswer, Reason

_MARK = b'"payment_interface"'
#: Codes of the lists in ``reasons.csv``.
_CODE = re.compile(r"[A-Z]{2}\d\d|[A-Z]{4}|[RC]\d\d", re.ASCII)
#: Words that mean the same at every interface: what we keep ourselves.
OWN = "*"
#: Our word, in no table, where the other side has removed what we ask about: it leaves the payment where it was.
GONE = "GONE"


class Word(NamedTuple):
    status: str
    level: str | None


@cache
def words():
    """``{(interface, word): Word}``"""
    with Path(__file__).with_name("interface_statuses.csv").open(encoding="utf-8", newline="") as table:
        return {(row["interface"], row["word"]): Word(row["status"], row["level"] or None)
                for row in csv.DictReader(table)}  # fmt: skip


def recognises(head):
    return head.startswith(b"{") and _MARK in head


def parse(stream):
    """Yield a ``GroupAnswer`` for each order and an ``ItemAnswer`` for each payment told about.

    :raise FormatError: ``interface_answer``
    """
    try:
        document = json_value(stream.read())
        interface, order, rows = document["payment_interface"], document["order"], document["told"]
        for number, row in enumerate(rows, start=1):
            yield _answer(interface, order, row, f"told {number}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError("the answer of the interface is damaged", code="interface_answer") from error


def _answer(interface, order, row, place):
    said = str(row["status"])
    word = words().get((interface, said)) or words().get((OWN, said)) or Word(said, None)
    code, text = row.get("reason"), row.get("text")
    known = bool(code) and _CODE.fullmatch(code)
    reasons = (Reason(code if known else None, None if known else code, text),) if code or text else ()
    if not row.get("end_to_end_id"):
        return GroupAnswer(None, order, word.status, reasons, place=place, level=word.level)
    return ItemAnswer(
        order, None, word.status, end_to_end_id=row["end_to_end_id"], reasons=reasons,
        amount=_amount(row.get("amount")), currency=row.get("currency"), bank_ref=row.get("id"), place=place,
        level=word.level,
    )  # fmt: skip


def _amount(text):
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
