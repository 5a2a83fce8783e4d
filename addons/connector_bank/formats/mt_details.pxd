# Types of the hot path, for the compiler only.
cimport cython


cpdef add(dict facts, str name, str text)

@cython.locals(text=str)
cpdef str take(dict facts, str name)

cdef str _plain(str text)

@cython.locals(text=str)
cdef _read_text(list lines, dict facts)

@cython.locals(found=str, before=str, line=str)
cpdef str joined(list lines)

@cython.locals(gvc=str, mark=str, names=dict, parts=list, meanings=list, running=list, name=list, meaning=str, part=str)
cdef _subfields(str text, match, dict facts)

@cython.locals(before=str, word=str, value=str, name=str)
cdef _keywords(str text, dict facts)

@cython.locals(parts=list, found=list, word=str, value=str, part=str, following=str, rest=str)
cdef tuple _at_pluses(str text)

@cython.locals(values=dict, name=str, text=str, part=str)
cdef _detail(dict facts, line, currency)

cdef _own_reference(line, dict values, dict facts)

@cython.locals(name=str, address=str, number=str, bic=str, local=str, identifier=str)
cdef _party(dict facts, debit, returned, roles)

@cython.locals(structured=list, others=list, name=str, texts=str, text=str)
cdef _keep_rest(dict facts, dict values)
