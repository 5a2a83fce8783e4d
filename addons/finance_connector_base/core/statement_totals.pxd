# Types of the hot path, for the compiler only.


cdef class Totals:
    cdef public object header, currency, currencies, booked_credits, booked_debits, other_credits, other_debits
    cdef public long booked, others

    cpdef add(self, entry)
