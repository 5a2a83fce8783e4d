"""Movements of CODA as nearly all are written, read at once: see ``coda_plain.py``.

A movement is plain where it has no details, its records are whole and of one-byte characters, its communication
is free or a Belgian reference, its information free or a name and address, and a movement of another number begins
behind it in the same block. Everything else is read by ``coda._Reader``, with the refusals that belong to it.
"""

from cpython.dict cimport PyDict_GetItem
from libc.string cimport memcmp

from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Party, Reference

from .fixed import DAYS

include "plain.pxi"
include "fixed_plain.pxi"

cdef enum:
    WIDTH = 128
    BBA = 12  # digits of a Belgian reference

cdef object _DAYS = DAYS["dmy"]


cdef object _day(str line, Py_ssize_t start):
    cdef str digits = PyUnicode_Substring(line, start, start + 6)
    cdef PyObject* found = PyDict_GetItem(_DAYS, digits)
    return _DAYS[digits] if found is NULL else <object>found


cdef inline bint _is_blank(unsigned char* data, Py_ssize_t start, Py_ssize_t end) noexcept:
    cdef Py_ssize_t at
    for at in range(start, end):
        if data[at] != 32:
            return False
    return True


cdef inline bint _whole(str line) noexcept:
    return is_clean(line) and PyUnicode_GET_LENGTH(line) >= WIDTH


cdef Py_ssize_t _iban(unsigned char* data, Py_ssize_t start, Py_ssize_t end) noexcept:
    """Where the IBAN that begins at ``start`` ends; 0 where there is none."""
    cdef Py_ssize_t at = start
    while at < end and (c"A" <= data[at] <= c"Z" or c"0" <= data[at] <= c"9"):
        at += 1
    if not 14 <= at - start <= 34 or (at < end and data[at] != 32):
        return 0
    if not (c"A" <= data[start] <= c"Z" and c"A" <= data[start + 1] <= c"Z"):
        return 0
    return at if are_digits(data, start + 2, start + 4) else 0


cdef bint _is_bic(unsigned char* data, Py_ssize_t start, Py_ssize_t end) noexcept:
    """Whether the field is a BIC of 8 or 11 characters without blanks before it."""
    cdef Py_ssize_t at
    if data[start + 8] != 32 and data[start + 10] == 32:
        return False
    for at in range(start, end if data[start + 8] != 32 else start + 8):
        if not (c"A" <= data[at] <= c"Z" or (at >= start + 6 and c"0" <= data[at] <= c"9")):
            return False
    return data[start + 8] != 32 or _is_blank(data, start + 8, end)


cdef str _joined(str one, str other):
    return other if one is None else one if other is None else f"{one} {other}"


cdef class _Movement:
    """What the records of one movement say, besides its first one."""

    cdef str end_to_end, bic, account, name, address, identifier, additional, remittance, reference

    cdef bint communicated(self, str main, str second, str third):
        """Take the communication over all records; false where it is not plain."""
        cdef str said = PyUnicode_Substring(main, 62, 115)
        cdef unsigned char* data
        cdef Py_ssize_t size
        if second is not None:
            said += PyUnicode_Substring(second, 10, 63)
        if third is not None:
            said += PyUnicode_Substring(third, 82, 125)
        data = PyUnicode_1BYTE_DATA(said)
        size = PyUnicode_GET_LENGTH(said)
        if PyUnicode_1BYTE_DATA(main)[61] != c"1":
            self.remittance = fixed_text(said, data, 0, size)
            return True
        if memcmp(data, b"101", 3) and memcmp(data, b"102", 3) or not are_digits(data, 3, 3 + BBA):
            return False
        self.reference = PyUnicode_Substring(said, 3, 3 + BBA)
        self.additional = fixed_text(said, data, 3 + BBA, size)
        return True

    cdef bint second(self, str line):
        cdef unsigned char* data = PyUnicode_1BYTE_DATA(line)
        if not _is_blank(data, 112, 125):
            return False
        self.end_to_end = fixed_text(line, data, 63, 98)
        if self.end_to_end is not None and not self.end_to_end.strip("0"):
            self.end_to_end = None
        if not _is_blank(data, 98, 109):
            if not _is_bic(data, 98, 109):
                return False
            self.bic = PyUnicode_Substring(line, 98, 109 if data[106] != 32 else 106)
        return True

    cdef bint third(self, str line):
        cdef unsigned char* data = PyUnicode_1BYTE_DATA(line)
        cdef Py_ssize_t end = _iban(data, 10, 47)
        if end == 0 and not _is_blank(data, 10, 47):
            return False
        if end:
            self.account = PyUnicode_Substring(line, 10, end)
        self.name = fixed_text(line, data, 47, 82)
        return True

    cdef bint informed(self, bint structured, str told):
        """Take one information; false where it is not plain."""
        cdef unsigned char* data = PyUnicode_1BYTE_DATA(told)
        cdef Py_ssize_t size = PyUnicode_GET_LENGTH(told)
        cdef str said
        if not structured:
            said = fixed_text(told, data, 0, size)
            if said is not None:
                self.additional = f"{self.additional} {said}" if self.additional is not None else said
            return True
        if memcmp(data, b"001", 3):
            return False
        said = fixed_text(told, data, 3, 73)
        self.name = self.name if said is None else said
        said = _joined(_part(told, data, 73, 108), _part(told, data, 108, 143))
        self.address = self.address if said is None else said
        said = _part(told, data, 143, 178)
        self.identifier = self.identifier if said is None else said
        return True

    cdef tuple details(self, amount, currency, bank_ref, code):
        cdef object party = None
        if not (
            self.account is None and self.name is None and self.bic is None and self.address is None
            and self.identifier is None
        ):
            party = Party(self.name, self.account, self.bic, self.identifier, self.address)
        return (
            Detail(
                amount=amount,
                currency=currency,
                end_to_end_id=self.end_to_end,
                bank_ref=bank_ref,
                counterparty=party,
                references=() if self.reference is None else (Reference(self.reference, "BBA"),),
                remittance=() if self.remittance is None else (self.remittance,),
                additional=self.additional,
                code=code,
            ),
        )


cdef str _part(str told, unsigned char* data, Py_ssize_t start, Py_ssize_t end):
    """A field that may lie behind the end."""
    cdef Py_ssize_t size = PyUnicode_GET_LENGTH(told)
    return fixed_text(told, data, start, min(end, size)) if start < size else None


cdef bint _belongs(str line, unsigned char* main) noexcept:
    """Whether the record goes on with the movement ``main``."""
    return _whole(line) and not memcmp(PyUnicode_1BYTE_DATA(line) + 2, main + 2, 4)


cdef bint _goes_on(str line, unsigned char* main) noexcept:
    """The same for records 22 and 23, which have its detail number, too."""
    return _belongs(line, main) and not memcmp(PyUnicode_1BYTE_DATA(line) + 6, main + 6, 4)


def movements(list lines, Py_ssize_t at, long position, currency, str open_number):
    cdef list entries = []
    cdef Py_ssize_t size = len(lines), first = at, after, digits
    cdef unsigned char* data
    cdef unsigned char* other
    cdef str line, second, third, told, bank_ref, code
    cdef _Movement movement
    cdef object amount
    while at < size:
        line = lines[at]
        if not _whole(line):
            break
        data = PyUnicode_1BYTE_DATA(line)
        if memcmp(data, b"21", 2) or memcmp(data + 6, b"0000", 4):
            break
        if not entries and open_number is not None and PyUnicode_Substring(line, 2, 6) == open_number:
            break
        if data[46] != c"0" or not are_digits(data, 32, 46) or (data[31] != c"0" and data[31] != c"1"):
            break
        movement = _Movement.__new__(_Movement)
        second = third = None
        after = at + 1
        if after < size and _begins(lines[after], b"22") and _goes_on(lines[after], data):
            second = lines[after]
            after += 1
        if after < size and _begins(lines[after], b"23") and _goes_on(lines[after], data):
            third = lines[after]
            after += 1
        if not movement.communicated(line, second, third):
            break
        if second is not None and not movement.second(second):
            break
        if third is not None and not movement.third(third):
            break
        while after < size and _begins(lines[after], b"31") and _belongs(lines[after], data):
            other = PyUnicode_1BYTE_DATA(lines[after])
            told = PyUnicode_Substring(lines[after], 40, 113)
            structured = other[39] == c"1"
            after += 1
            if after < size and _begins(lines[after], b"32") and _belongs(lines[after], data):
                told += PyUnicode_Substring(lines[after], 10, 115)
                after += 1
            if after < size and _begins(lines[after], b"33") and _belongs(lines[after], data):
                told += PyUnicode_Substring(lines[after], 10, 100)
                after += 1
            if after - at > MOST_LINES or not movement.informed(structured, told):
                after = size
        if after >= size or not _begins_another(lines[after], data):
            break
        try:
            value_on = _day(line, 47)
            booked_on = value_on if not memcmp(data + 47, data + 115, 6) else _day(line, 115)
        except ValueError:
            break
        digits = 32
        while digits < 45 and data[digits] == c"0":
            digits += 1
        amount = decimal(data + digits, 46 - digits, 2, data[31] == c"1" and data[digits] != c"0")
        bank_ref = fixed_text(line, data, 10, 31)
        code = fixed_text(line, data, 53, 61)
        entries.append(
            Entry(
                booked_on=booked_on,
                amount=amount,
                currency=currency,
                value_on=value_on,
                reversal=(data[56] == c"4" or data[56] == c"9") and data[57] == c"9",
                entry_ref=PyUnicode_Substring(line, 2, 6),
                bank_ref=bank_ref,
                code=code,
                details=movement.details(amount, currency, bank_ref, code),
                place=line_place(position + at - first),
            )
        )
        at = after
    return entries, at


cdef inline bint _begins(str line, const char* kind) noexcept:
    """Whether the record is of one-byte characters and of the two-digit ``kind``."""
    if PyUnicode_KIND(line) != 1 or PyUnicode_GET_LENGTH(line) < 2:
        return False
    return not memcmp(PyUnicode_1BYTE_DATA(line), kind, 2)


cdef bint _begins_another(str line, unsigned char* main) noexcept:
    """Whether ``line`` begins a movement of another number."""
    cdef unsigned char* data
    if not _whole(line):
        return False
    data = PyUnicode_1BYTE_DATA(line)
    return not memcmp(data, b"21", 2) and not memcmp(data + 6, b"0000", 4) and memcmp(data + 2, main + 2, 4) != 0
