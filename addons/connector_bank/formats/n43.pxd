# Types of the hot path, for the compiler only.
cimport cython


cdef class _Reader:
    cdef object _order, _account, _to_on, _converted
    cdef object _header, _currency, _days
    cdef dict _records
    cdef str _line
    cdef object _position
    cdef list _texts
    cdef long _counted, _statements
    cdef bint _ended

    @cython.locals(line=str, texts=list, references=list, remittance=list, part=str)
    cdef _entry(self)


@cython.locals(value=object)
cdef _signed(str sign, str digits)
