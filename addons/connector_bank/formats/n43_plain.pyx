"""Bookings of Norma 43 as nearly all are written, read at once: see ``n43_plain.py``.

A booking is plain where it and its texts have only characters of one byte, and another booking begins behind it in
the same block. Everything else is read by ``n43._Reader``, with the refusals that belong to it.
"""

from cpython.dict cimport PyDict_GetItem
from libc.string cimport memcmp

from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Reference

from .n43_booking import CANCELLATION, REFERENCES, concept

include "plain.pxi"
include "fixed_plain.pxi"

cdef enum:
    FIXED = 42  # where the references begin

cdef tuple _KINDS = tuple([kind for kind, where in REFERENCES])
cdef Py_ssize_t[3] _STARTS = [where.start for kind, where in REFERENCES]
cdef Py_ssize_t[3] _ENDS = [where.stop for kind, where in REFERENCES]
cdef dict _CONCEPTS = {}


cdef inline bint _begins(str line, unsigned char second) noexcept:
    """Whether it is a record of one-byte characters that begins with 2 and ``second``."""
    cdef unsigned char* data
    if PyUnicode_KIND(line) != 1 or PyUnicode_GET_LENGTH(line) < 2:
        return False
    data = PyUnicode_1BYTE_DATA(line)
    return data[0] == c"2" and data[1] == second


cdef object _day(days, str line, Py_ssize_t start):
    cdef str digits = PyUnicode_Substring(line, start, start + 6)
    cdef PyObject* found = PyDict_GetItem(days, digits)
    return days[digits] if found is NULL else <object>found


cdef tuple _concept(str line):
    cdef str codes = PyUnicode_Substring(line, 22, 27)
    cdef PyObject* found = PyDict_GetItem(_CONCEPTS, codes)
    if found is not NULL:
        return <tuple>found
    if len(_CONCEPTS) > 4096:
        _CONCEPTS.clear()
    _CONCEPTS[codes] = made = concept(codes)
    return made


cdef tuple _references(str line, unsigned char* data, Py_ssize_t size):
    """Those that say something: other characters than blanks and zeros."""
    cdef Py_ssize_t at, end
    cdef list found = None
    cdef int one
    for one in range(3):
        end = min(_ENDS[one], size)
        at = _STARTS[one]
        while at < end and (data[at] == 32 or data[at] == c"0"):
            at += 1
        if at < end:
            found = found or []
            found.append(Reference(fixed_text(line, data, _STARTS[one], end), _KINDS[one]))
    return () if found is None else tuple(found)


def transactions(list lines, Py_ssize_t at, long number, currency, days):
    cdef list entries = []
    cdef list remittance
    cdef Py_ssize_t size = len(lines), first = at, after, end, one, digits
    cdef unsigned char* data
    cdef str line, told
    cdef object amount, said
    cdef tuple codes
    while at < size:
        line = lines[at]
        if not _begins(line, c"2"):
            break
        data = PyUnicode_1BYTE_DATA(line)
        end = PyUnicode_GET_LENGTH(line)
        if end < FIXED or not is_clean(line) or not are_digits(data, 28, FIXED):
            break
        if data[27] != c"1" and data[27] != c"2":
            break
        try:
            booked_on = _day(days, line, 10)
            value_on = booked_on if not memcmp(data + 10, data + 16, 6) else _day(days, line, 16)
        except ValueError:
            break
        after = at + 1
        remittance = []
        while after < size and after - at < MOST_LINES:
            told = lines[after]
            if not _begins(told, c"3") or not is_clean(told):
                break
            one = PyUnicode_GET_LENGTH(told)
            said = fixed_text(told, PyUnicode_1BYTE_DATA(told), 4, min(one, FIXED))
            if said is not None:
                remittance.append(said)
            said = fixed_text(told, PyUnicode_1BYTE_DATA(told), FIXED, one)
            if said is not None:
                remittance.append(said)
            after += 1
        if after == size or not _begins(lines[after], c"2"):
            break
        digits = 28
        while digits < FIXED - 1 and data[digits] == c"0":
            digits += 1
        amount = decimal(data + digits, FIXED - digits, 2, data[27] == c"1" and data[digits] != c"0")
        codes = _concept(line)
        entries.append(
            Entry(
                booked_on=booked_on,
                amount=amount,
                currency=currency,
                value_on=value_on,
                reversal=codes[0] == CANCELLATION,
                code=codes[0],
                own_code=codes[1],
                additional=codes[2],
                details=(
                    Detail(
                        amount=amount,
                        currency=currency,
                        remittance=tuple(remittance),
                        other_references=_references(line, data, end),
                    ),
                ),
                place=line_place(number + at - first),
            )
        )
        at = after
    return entries, at
