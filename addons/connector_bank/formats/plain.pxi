# Texts of one byte a character, looked at where they lie; what the readers of plain records share.

from cpython.object cimport PyObject
from cpython.unicode cimport PyUnicode_Substring
from libc.string cimport memchr

from decimal import Decimal

cdef extern from "Python.h":
    int PyUnicode_KIND(object text)
    int PyUnicode_IS_ASCII(object text)
    unsigned char* PyUnicode_1BYTE_DATA(object text)
    Py_ssize_t PyUnicode_GET_LENGTH(object text)
    object PyUnicode_FromStringAndSize(const char* text, Py_ssize_t size)

cdef enum:
    MOST_DIGITS = 15  # of an amount; the sum of a block's stays within 63 bits
    MOST_LINES = 100  # of one record; from there on its length is watched


cdef inline bint is_clean(str line) noexcept:
    """Whether blanks are the only white space; lines of ``forgiving_blocks`` hold no other control character."""
    cdef unsigned char* data
    cdef Py_ssize_t at
    if PyUnicode_IS_ASCII(line):
        return memchr(PyUnicode_1BYTE_DATA(line), 9, PyUnicode_GET_LENGTH(line)) is NULL
    if PyUnicode_KIND(line) != 1:
        return False
    data = PyUnicode_1BYTE_DATA(line)
    for at in range(PyUnicode_GET_LENGTH(line)):
        if data[at] == 9 or data[at] == 0xA0:
            return False
    return True


cdef inline bint are_digits(unsigned char* data, Py_ssize_t start, Py_ssize_t end) noexcept:
    cdef Py_ssize_t at
    for at in range(start, end):
        if not c"0" <= data[at] <= c"9":
            return False
    return True


cdef object decimal(unsigned char* digits, Py_ssize_t size, int places, bint negative):
    """The exact amount of up to ``MOST_DIGITS`` digits without a point."""
    cdef char text[MOST_DIGITS + 8]
    cdef Py_ssize_t at, to = 0, whole = size - places
    if negative:
        text[0] = c"-"
        to = 1
    if whole <= 0:
        text[to] = c"0"
        to += 1
    for at in range(min(whole, 0), size):
        if at == whole and places:
            text[to] = c"."
            to += 1
        text[to] = digits[at] if at >= 0 else c"0"
        to += 1
    return Decimal(PyUnicode_FromStringAndSize(text, to))


cdef inline str line_place(long number):
    cdef char text[32]
    cdef int at = 32
    while number:
        at -= 1
        text[at] = 48 + number % 10
        number //= 10
    at -= 5
    text[at], text[at + 1], text[at + 2], text[at + 3], text[at + 4] = c"l", c"i", c"n", c"e", c" "
    return PyUnicode_FromStringAndSize(text + at, 32 - at)
