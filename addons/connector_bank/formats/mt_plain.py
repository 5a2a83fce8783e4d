"""Entries of MT940 as nearly all are written, read at once: ``:61:`` and a structured ``:86:``.

Compiled (``mt_plain.pyx``), it reads what ``mt_fields.line`` and ``mt_details.read`` would read, without a Python
object for each sub-field on the way. Whatever is the least unusual it leaves to them; here it leaves everything.
"""


def line(parts):
    """``mt_fields.Line`` of a ``:61:``, or None."""
    return None


def text(lines, entry):
    """What ``mt_details.read`` gives for the only ``:86:`` of an entry without supplementary details, or None.

    :param lines: physical lines of the ``:86:``
    :param entry: ``mt_fields.Line``
    """
    return None
