# Types of the hot path, for the compiler only.
cimport cython


cdef class _Message:
    cdef public object kind, number, complete, reference, account_text, owner, created_at, opening, closing
    cdef public object sequence, page, currency, first_tag, header, waiting, entries, status, interim
    cdef public list balances, texts
    cdef public dict totals


cdef class _Reader:
    cdef object _message, _carried
    cdef public object found

    @cython.locals(texts=list, numbered=list)
    cdef _entry(self, _Message message)
