"""Control totals of a statement in a file: what it declares, and what became of it; kept with the message."""

from decimal import Decimal

from odoo.addons.finance_connector_base.core.money import plain


def sums(entries):
    """``[number, money in, money out]`` as texts that keep every digit; both sums are positive."""
    amounts = [entry.amount for entry in entries]
    paid_in = sum((amount for amount in amounts if amount > 0), Decimal(0))
    paid_out = sum((-amount for amount in amounts if amount < 0), Decimal(0))
    return [len(amounts), plain(paid_in), plain(paid_out)]


def control(statement, booked, *, journal=None, currency=None, known=(), left=()):
    """One row of the message's result.

    :param booked: the booked entries as they are imported, batches split where the journal wants it
    :param known: those that are lines of other messages
    :param left: those that wait for a person
    """
    return {
        "place": statement.place,
        "journal": journal,
        "currency": currency or statement.header.currency,
        "booked": sums(booked),
        "known": sums(known),
        "left": sums(left),
    }
