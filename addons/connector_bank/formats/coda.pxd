# Types of the hot path, for the compiler only.
cimport cython


cdef _day(digits)


cdef class _Movement:
    cdef public str line, number, detail_number, second, third
    cdef public object position
    cdef public list told

    cpdef amount(self)

    @cython.locals(said=str)
    cdef dict communication(self)

    @cython.locals(line=str, second=str, values=dict, party=dict)
    cpdef dict detail(self, currency)

    cdef _add(self, dict values, dict party, dict found)

    @cython.locals(zone=str)
    cdef dict _counterparty(self)


cdef class _Reader:
    cdef public object header, statements
    cdef object _file, _structure, _closing, _moved
    cdef _Movement _main, _last
    cdef list _parts, _notes
    cdef long _counted
    cdef dict _records

    @cython.locals(movement=_Movement, kind=str)
    cdef bint _continues(self, str line)

    @cython.locals(main=_Movement, movement=_Movement)
    cpdef _move(self, str line, position)

    @cython.locals(main=_Movement, parts=list)
    cdef tuple _finished(self)

    @cython.locals(line=str, whole=dict)
    cdef _entry(self, _Movement main, list parts)
