"""Bookings of Norma 43 as nearly all are written, read at once.

Compiled (``n43_plain.pyx``), it reads what ``n43.py`` would read, without a Python object for each field on the
way. Whatever is the least unusual it leaves where it stands; here it leaves everything.
"""


def transactions(lines, at, number, currency, days):
    """``(entries, index of the line behind them)``.

    :param lines: of one block; the first booking is at index ``at`` and has the line number ``number``
    :param days: by their six digits, in the order of the statement
    """
    return (), at
