"""Entries of MT940 as nearly all are written, read at once: see ``mt_plain.py``.

A ``:61:`` is plain where nothing but what SWIFT wants stands in it; a ``:86:`` where it has characters of one byte,
sub-fields marked by ``?`` that the table of dialects knows, each once, and keywords of SEPA with a plus behind them.
Everything else is read by ``mt_fields`` and ``mt_details``, with the refusals that belong to it.
"""

from libc.stdint cimport uint32_t
from libc.string cimport memcpy

from odoo.addons.finance_connector_base.core.statement import Detail, Party, Reference

from .mt_details import OTHER_KINDS
from .mt_dialects import FULL_LINE, FULL_SUBFIELD, KEYWORDS, SUBFIELDS
from .mt_fields import NO_REFERENCE, Line, day, entry_day, is_bic, is_iban

include "plain.pxi"

cdef extern from "Python.h":
    str PyUnicode_DecodeLatin1(const char* text, Py_ssize_t size, const char* errors)

ctypedef const unsigned char* Text

cdef enum:
    MOST_TEXT = 2048  # characters of one ``:86:``
    WIDTH = 65  # of its lines; blanks behind it only fill a record up
    LONGEST_WORD = 12  # of ``NO_REFERENCE``
    MOST_WORDS = 64
    # what a sub-field holds
    UNKNOWN = 0
    RUNNING = 1
    NAME = 2
    SINGLE = 3  # and the next: each once
    POSTING = 3
    BATCH = 4
    BANK = 5
    ACCOUNT = 6
    EXTENSION = 7
    IBAN = 8
    # what a keyword introduces
    BIC = 9
    END_TO_END = 10
    INSTRUCTION = 11
    MANDATE = 12
    CREDITOR = 13
    DEBTOR = 14
    PURPOSE = 15
    REMITTANCE = 16
    FACTS = 17

cdef Py_ssize_t _FULL_LINE = FULL_LINE, _FULL_SUBFIELD = FULL_SUBFIELD
cdef frozenset _NO_REFERENCE = NO_REFERENCE
cdef str _BANK_KIND = OTHER_KINDS["bank"], _EXTENSION_KIND = OTHER_KINDS["extension"]
cdef str _CREDITOR_KIND = OTHER_KINDS["creditor_id"], _DEBTOR_KIND = OTHER_KINDS["debtor_id"]
cdef dict _MEANINGS = {
    "remittance": RUNNING, "name": NAME, "posting": POSTING, "batch": BATCH, "bank": BANK, "account": ACCOUNT,
    "extension": EXTENSION, "iban": IBAN,
}
cdef dict _INTRODUCED = {
    "end_to_end_id": END_TO_END, "instruction_id": INSTRUCTION, "mandate_id": MANDATE, "creditor_id": CREDITOR,
    "debtor_id": DEBTOR, "purpose": PURPOSE, "remittance": REMITTANCE, "iban": IBAN, "bic": BIC,
}
cdef int[100] _SUBFIELD
cdef uint32_t[MOST_WORDS] _WORDS  # keywords of four letters
cdef int[MOST_WORDS] _WORD_FACTS
cdef int _words = 0
cdef object _NOTHING = Detail()


cdef inline uint32_t _word(Text data) noexcept:
    cdef uint32_t found
    memcpy(&found, data, 4)
    return found


def _fill():
    global _words
    cdef bytes letters
    cdef int number
    for number in range(100):
        _SUBFIELD[number] = _MEANINGS.get(SUBFIELDS.get(f"{number:02}"), UNKNOWN)
    for keyword, name in KEYWORDS.items():
        letters = keyword.encode()
        if len(letters) == 4 and _words < MOST_WORDS:
            _WORDS[_words] = _word(letters)
            _WORD_FACTS[_words] = _INTRODUCED.get(name, UNKNOWN)
            _words += 1
        elif keyword != "BIC":
            raise ValueError(f"no room for this keyword: {keyword}")


_fill()


cdef inline int _of_four(Text data) noexcept:
    """What a keyword of four letters introduces, ``UNKNOWN`` where that is rare; -1: it is none."""
    cdef uint32_t word = _word(data)
    cdef int at
    for at in range(_words):
        if _WORDS[at] == word:
            return _WORD_FACTS[at]
    return -1


cdef inline bint _is_bic_word(Text data) noexcept:
    return data[0] == c"B" and data[1] == c"I" and data[2] == c"C"


cdef inline bint _starts_with_keyword(Text data, Py_ssize_t size) noexcept:
    return size > 4 and data[4] == c"+" and _of_four(data) >= 0 or size > 3 and data[3] == c"+" and _is_bic_word(data)


cdef inline str _copy(Text data, Py_ssize_t start, Py_ssize_t end):
    return PyUnicode_DecodeLatin1(<const char*>data + start, end - start, NULL)


cdef str _plain(Text data, Py_ssize_t start, Py_ssize_t end, bint whole):
    """The text with one blank for several, as it is where there are not several.

    :param whole: a line end counts as several
    """
    cdef char[MOST_TEXT] found
    cdef Py_ssize_t at, to = 0
    cdef bint several = False, blank = False
    for at in range(start, end):
        if data[at] == c"\n" and whole or data[at] == c" " and at + 1 < end and data[at + 1] == c" ":
            several = True
            break
    if not several:
        return _copy(data, start, end)
    for at in range(start, end):
        if data[at] == c" " or data[at] == c"\n":
            blank = to > 0
        else:
            if blank:
                found[to] = c" "
                to += 1
                blank = False
            found[to] = data[at]
            to += 1
    return PyUnicode_DecodeLatin1(found, to, NULL)


cdef inline bint _trim(Text data, Py_ssize_t* start, Py_ssize_t* end) noexcept:
    """Whether anything is left between the blanks and line ends."""
    while start[0] < end[0] and (data[start[0]] == c" " or data[start[0]] == c"\n"):
        start[0] += 1
    while start[0] < end[0] and (data[end[0] - 1] == c" " or data[end[0] - 1] == c"\n"):
        end[0] -= 1
    return start[0] < end[0]


cdef inline bint _says_nothing(str said):
    return PyUnicode_GET_LENGTH(said) <= LONGEST_WORD and said.upper() in _NO_REFERENCE


def line(list parts):
    cdef str first = parts[0]
    cdef unsigned char* data
    cdef char[MOST_DIGITS + 1] digits
    cdef Py_ssize_t size, at, start, count = 0
    cdef int places = -1
    cdef bint debit, reversal, expected
    if not is_clean(first):
        return None
    data = PyUnicode_1BYTE_DATA(first)
    size = PyUnicode_GET_LENGTH(first)
    if size < 12 or not are_digits(data, 0, 6):
        return None
    at = 6
    booked = None
    if are_digits(data, 6, 10):
        booked = PyUnicode_Substring(first, 6, 10)
        at = 10
    reversal, expected = data[at] == c"R", data[at] == c"E"
    at += reversal or expected
    if data[at] != c"C" and data[at] != c"D":
        return None
    debit = (data[at] == c"D") != reversal
    at += 1
    if at < size and c"A" <= data[at] <= c"Z":
        at += 1
    start = at
    while at < size and count < MOST_DIGITS:
        if c"0" <= data[at] <= c"9":
            digits[count] = data[at]
            count += 1
        elif data[at] == c"," and places < 0 and count:
            places = <int>count
        else:
            break
        at += 1
    if not count or at + 4 > size or not c"A" <= data[at] <= c"Z":
        return None
    places = <int>count - places if places >= 0 else 0
    if places > 5:
        return None
    for start in range(at + 1, at + 4):
        if not (c"A" <= data[start] <= c"Z" or c"0" <= data[start] <= c"9"):
            return None
    start = at + 4
    at = start
    while at < size and not (data[at] == c"/" and at + 1 < size and data[at + 1] == c"/"):
        if data[at] == c" " and at + 1 < size and data[at + 1] == c" ":
            return None
        at += 1
    value_on = day(PyUnicode_Substring(first, 0, 6))
    if value_on is None:
        return None
    reference = PyUnicode_Substring(first, start, at).strip()
    bank_ref = PyUnicode_Substring(first, at + 2, size).strip() if at < size else ""
    return Line(
        value_on,
        value_on if booked is None else entry_day(value_on, booked),
        decimal(<unsigned char*>digits, count, places, debit and not _is_zero(digits, count)),
        reversal,
        expected,
        PyUnicode_Substring(first, start - 4, start),
        None if _says_nothing(reference) else reference,
        None if _says_nothing(bank_ref) else bank_ref,
        tuple([part for part in map(str.strip, parts[1:]) if part]) if len(parts) > 1 else (),
    )


cdef inline bint _is_zero(const char* digits, Py_ssize_t count) noexcept:
    cdef Py_ssize_t at
    for at in range(count):
        if digits[at] != c"0":
            return False
    return True


cdef Py_ssize_t _join(list lines, unsigned char* to):
    """All lines as one in ``to``; its length, or -1 where they are not plain."""
    cdef str one
    cdef Py_ssize_t size = 0, before = _FULL_LINE, length
    cdef unsigned char* data
    for one in lines:
        length = PyUnicode_GET_LENGTH(one)
        if length > WIDTH or size + length >= MOST_TEXT or not is_clean(one):
            return -1
        data = PyUnicode_1BYTE_DATA(one)
        if before < _FULL_LINE and not (length and data[0] in b"?>~^"):
            to[size] = c" "
            size += 1
        memcpy(to + size, data, length)
        size += length
        before = length
    while size and to[size - 1] == c" ":
        size -= 1
    return size


cdef class _Facts:
    """Where the facts of a text stand: in the text itself, or in its running part."""

    cdef unsigned char[MOST_TEXT] whole
    cdef unsigned char[MOST_TEXT] running
    cdef unsigned char[MOST_TEXT] name
    cdef Py_ssize_t said, named  # lengths of the last two
    cdef Text[FACTS] data  # NULL: not there
    cdef Py_ssize_t[FACTS] start
    cdef Py_ssize_t[FACTS] end
    cdef Py_ssize_t[2] before  # remittance in front of all keywords

    cdef bint read(self, list lines):
        """Whether the text is plain."""
        cdef Py_ssize_t size, at, end, last = -1, last_name = -1
        cdef int meaning
        for meaning in range(FACTS):
            self.data[meaning] = NULL
        self.said = self.named = 0
        size = _join(lines, self.whole)
        if size < 6 or not are_digits(self.whole, 0, 3) or self.whole[3] != c"?":
            return False
        at = 4
        while at <= size:
            end = at
            while end < size and self.whole[end] != c"?":
                end += 1
            if end < at + 2 or not are_digits(self.whole, at, at + 2):
                return False
            meaning = _SUBFIELD[(self.whole[at] - 48) * 10 + self.whole[at + 1] - 48]
            at += 2
            if meaning == RUNNING:
                last = self._append(self.running, &self.said, last, at, end, c"\n")
            elif meaning == NAME:
                last_name = self._append(self.name, &self.named, last_name, at, end, c" ")
            elif meaning == UNKNOWN or not self._put(meaning, self.whole, at, end):
                return False
            at = end + 1
        if last_name >= 0 and not self.named or memchr(self.running, c":", self.said) is not NULL:
            return False
        return self._keywords()

    cdef Py_ssize_t _append(
        self, unsigned char* to, Py_ssize_t* size, Py_ssize_t last, Py_ssize_t at, Py_ssize_t end, unsigned char between
    ):
        """A part of a running text goes on with the part before where that was full; its length."""
        if last >= 0:
            if last % _FULL_SUBFIELD or _starts_with_keyword(self.whole + at, end - at):
                to[size[0]] = between
                size[0] += 1
                last = 0
        else:
            last = 0
        memcpy(to + size[0], self.whole + at, end - at)
        size[0] += end - at
        return last + end - at

    cdef bint _put(self, int fact, Text data, Py_ssize_t start, Py_ssize_t end) noexcept:
        """Whether this fact stands there for the first time, and is not empty."""
        if self.data[fact] is not NULL or not _trim(data, &start, &end):
            return False
        self.data[fact], self.start[fact], self.end[fact] = data, start, end
        return True

    cdef bint _keywords(self):
        cdef Py_ssize_t at, start = 0, word
        cdef int fact = -1, following
        for at in range(self.said + 1):
            if at < self.said:
                if self.running[at] != c"+":
                    continue
                word, following = at - 4, -1
                if word >= start:
                    following = _of_four(self.running + word)
                if following < 0:
                    word = at - 3
                    if word >= start and _is_bic_word(self.running + word):
                        following = BIC
                if following < 0 or word > start and self.running[word - 1] not in b" \n":
                    continue
            else:
                word, following = at, -1
            if not self._introduced(fact, start, word):
                return False
            fact, start = following, at + 1
        return True

    cdef bint _introduced(self, int fact, Py_ssize_t start, Py_ssize_t end):
        if fact == UNKNOWN:
            return False
        if fact < 0:
            _trim(self.running, &start, &end)
            self.before[0], self.before[1] = start, end
            return True
        if not _trim(self.running, &start, &end):
            return self.data[fact] is NULL and fact != REMITTANCE
        if fact != REMITTANCE and end - start <= LONGEST_WORD and _copy(self.running, start, end) in _NO_REFERENCE:
            return self.data[fact] is NULL
        return self._put(fact, self.running, start, end)

    cdef str get(self, int fact):
        return None if self.data[fact] is NULL else _plain(self.data[fact], self.start[fact], self.end[fact], True)

    cdef tuple remittance(self):
        cdef list found = []
        if self.before[0] < self.before[1]:
            self._lines(self.before[0], self.before[1], found)
        if self.data[REMITTANCE] is not NULL:
            self._lines(self.start[REMITTANCE], self.end[REMITTANCE], found)
        return tuple(found)

    cdef _lines(self, Py_ssize_t start, Py_ssize_t end, list found):
        cdef Py_ssize_t at
        for at in range(start, end + 1):
            if at == end or self.running[at] == c"\n":
                found.append(_plain(self.running, start, at, False))
                start = at + 1

    cdef bint one_line(self, int fact) noexcept:
        return memchr(self.data[fact] + self.start[fact], c"\n", self.end[fact] - self.start[fact]) is NULL


def text(list lines, entry):
    cdef _Facts facts = _Facts.__new__(_Facts)
    cdef str batch, bank, number, local, bic, identifier = None, name, end_to_end, cheque = None, reference
    cdef list others = []
    cdef int fact, ours
    if not facts.read(lines):
        return None
    number, local, bic, bank = facts.get(IBAN), facts.get(ACCOUNT), facts.get(BIC), facts.get(BANK)
    if number is None:
        number = local
    elif local is not None and local.replace(" ", "") != number.replace(" ", ""):
        return None
    if bank is not None and bic is None and is_bic(_copy(facts.whole, facts.start[BANK], facts.end[BANK])):
        bic, bank = bank, None
    extension = facts.get(EXTENSION)
    if bank is not None:
        others.append(Reference(bank, _BANK_KIND))
    if extension is not None:
        others.insert(
            0 if facts.start[EXTENSION] < facts.start[BANK] else len(others), Reference(extension, _EXTENSION_KIND)
        )
    if facts.data[CREDITOR] is not NULL or facts.data[DEBTOR] is not NULL:
        if facts.data[CREDITOR] is not NULL and facts.data[DEBTOR] is not NULL:
            return None
        fact = CREDITOR if facts.data[CREDITOR] is not NULL else DEBTOR
        ours = CREDITOR if entry.amount < 0 else DEBTOR
        if fact == ours and not entry.reversal and entry.kind != "NRTI":
            identifier = facts.get(fact)
        elif facts.one_line(fact):
            others.append(Reference(facts.get(fact), _CREDITOR_KIND if fact == CREDITOR else _DEBTOR_KIND))
        else:
            return None
    end_to_end, reference = facts.get(END_TO_END), entry.reference
    if reference is not None:
        if entry.kind == "NCHK":
            cheque = reference
        elif number is None and is_iban(reference):
            return None
        elif end_to_end is None:
            end_to_end = reference
        elif end_to_end != reference:
            others.append(Reference(reference, "owner"))
    name = _plain(facts.name, 0, facts.named, False) if facts.named else None
    party = None
    if not (name is None and number is None and bic is None and identifier is None):
        party = Party(
            name, number and number.replace(" ", ""), bic, identifier and identifier.replace(" ", ""), None
        )
    detail = Detail(
        end_to_end_id=end_to_end,
        instruction_id=facts.get(INSTRUCTION),
        mandate_id=facts.get(MANDATE),
        cheque_number=cheque,
        other_references=tuple(others),
        counterparty=party,
        remittance=facts.remittance(),
        purpose=facts.get(PURPOSE),
    )
    batch = facts.get(BATCH)
    code = _copy(facts.whole, 0, 3)
    return facts.get(POSTING), f"{code}+{batch}" if batch is not None else code, None if detail == _NOTHING else detail
