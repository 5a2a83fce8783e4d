# Types of the hot path, for the compiler only.


cpdef text(str value)

cpdef scaled(str digits, decimals, code)
