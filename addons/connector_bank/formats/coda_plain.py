"""Movements of CODA as nearly all are written, read at once.

Compiled (``coda_plain.pyx``), it reads what ``coda.py`` would read, without a Python object for each field on the
way. Whatever is the least unusual it leaves where it stands; here it leaves everything.
"""


def movements(lines, at, position, currency, open_number):
    """``(entries, index of the line behind them)``.

    :param lines: of one block; the first movement is at index ``at`` and has the line number ``position``
    :param open_number: sequence number of the movement before, None where there is none
    """
    return (), at
