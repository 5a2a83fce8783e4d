# Types of the hot path, for the compiler only.

cdef class _Level:
    cdef public object children, facts, number, records, total


cdef class _Account(_Level):
    cdef public object balances, booked, credits, currency, debits, entries, entry_total, on, places, status


cdef class _Reader:
    cdef object _file, _group, _miscounted
    cdef _Account _account
    cdef public object found

    cdef object _entry(self, number, str text, list rest, size)
