# Types of the hot path, for the compiler only.
cimport cython


@cython.locals(kind=str, said=str, found=dict)
cpdef dict communication(str value)

@cython.locals(kind=str, said=str, address=str, party=dict)
cpdef dict information(structured, str value)
