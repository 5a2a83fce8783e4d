"""The one safe way to read each kind of file from outside: every refusal is a ``FormatError`` with code and place.

==========  =======================================================================
``xml``     streamed elements, no DOCTYPE, no entities, no network
``zip``     members in order, no link, no nesting, real bytes counted
``text``    lines in a known charset, no NUL, control or bidi characters
``csv``     rows with their line numbers
``json``    values with exact numbers, one document or one a line
``xlsx``    rows of values, formulas never evaluated
==========  =======================================================================

``limits`` holds how much of each is too much. The reading itself belongs into ``core.bounded``: a
process that the kernel stops when it takes too much memory or time.
"""
