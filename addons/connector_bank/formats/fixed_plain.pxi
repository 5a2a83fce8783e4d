# Texts of records of fixed width; after plain.pxi.

from .fixed import ABSENT
from .fixed import text as _any_text

cdef Py_ssize_t _LONGEST_ABSENT = max(map(len, ABSENT))


cdef object fixed_text(str line, unsigned char* data, Py_ssize_t start, Py_ssize_t end):
    """As ``fixed.text``."""
    cdef Py_ssize_t at
    cdef str found
    while start < end and data[start] == 32:
        start += 1
    while start < end and data[end - 1] == 32:
        end -= 1
    if start >= end:
        return None
    found = PyUnicode_Substring(line, start, end)
    for at in range(start, end - 1):
        if data[at] == 32 and data[at + 1] == 32:
            return _any_text(found)
    return None if end - start <= _LONGEST_ABSENT and found in ABSENT else found
