"""Transactions of BAI2 as nearly all are written, read at once.

Compiled (``bai2_plain.pyx``), it reads what ``bai2.py`` would read, without a Python object for each field on the
way. Whatever is the least unusual it leaves where it stands; here it leaves everything.
"""


def transactions(lines, at, number, account):
    """``(entries, index of the line behind them, sum of their figures in minor units)``.

    :param lines: of one block; the first record is at index ``at`` and has the line number ``number``
    :param account: with ``on``, ``currency``, ``places`` and ``status`` of its entries
    """
    return (), at, 0
