"""Transactions of BAI2 as nearly all are written, read at once: see ``bai2_plain.py``.

A record is plain where each of its lines has only characters of one byte, no blanks but single ones inside, and
the next record begins behind it in the same block. Amounts have up to 15 digits, the availability no fields of
its own. Everything else is read by ``bai2._Reader``, with the refusals that belong to it.
"""

from cpython.dict cimport PyDict_GetItem

include "plain.pxi"

from odoo.addons.finance_connector_base.core.statement import Detail, Entry, Party

from .bai2_codes import MEANINGS, sign
from .bai2_details import CHEQUES, LABELS, PARTY, labelled

cdef enum Kind:
    NAME, ACCOUNT, BIC, ADDRESS, REMITTANCE, END_TO_END, CHEQUE, OTHER


cdef dict _kinds(dict names):
    """Label as the bank writes it → what it is for the side that ``names`` belongs to."""
    parties = {"name": NAME, "account": ACCOUNT, "bic": BIC, "address": ADDRESS}
    own = {"remittance": REMITTANCE, "end_to_end_id": END_TO_END, "cheque_number": CHEQUE}
    return {
        word: parties[names[label]] if label in names else own.get(label, OTHER) for word, label in LABELS.items()
    }


cdef dict _OF_CREDITS = _kinds(PARTY[True])
cdef dict _OF_DEBITS = _kinds(PARTY[False])
cdef Py_ssize_t _LONGEST = max(map(len, LABELS))
cdef list _KNOWN = [None] * 1000


cdef class _Code:
    """A type code: credit (1), debit (-1), or neither, which is not plain (0)."""

    cdef str text
    cdef object meaning
    cdef int direction
    cdef bint is_cheque


cdef _Code _code(Py_ssize_t value):
    cdef _Code code = _KNOWN[value]
    if code is None:
        code = _KNOWN[value] = _Code.__new__(_Code)
        code.text = f"{value:03}"
        code.meaning = MEANINGS.get(code.text)
        code.direction = sign(code.text) or 0
        code.is_cheque = code.text in CHEQUES
    return code


cdef inline bint _is_plain(str line, unsigned char* data, Py_ssize_t size) noexcept:
    cdef Py_ssize_t at
    cdef bint blank = True
    if not is_clean(line):
        return False
    for at in range(size):
        if data[at] != 32:
            blank = False
        elif blank:
            return False
        else:
            blank = True
    return not blank


cdef inline int _record(str line) noexcept:
    """Code of the record that ``line`` begins, 0 where it begins none that is plain."""
    cdef unsigned char* data
    cdef int code
    if PyUnicode_KIND(line) != 1 or PyUnicode_GET_LENGTH(line) < 3:
        return 0
    data = PyUnicode_1BYTE_DATA(line)
    if data[2] != c"," or not c"0" <= data[0] <= c"9" or not c"0" <= data[1] <= c"9":
        return 0
    code = (data[0] - 48) * 10 + data[1] - 48
    return code if code in (1, 2, 3, 16, 49, 88, 98, 99) else 0


cdef object _stripped(str line, unsigned char* data, Py_ssize_t start, Py_ssize_t end):
    """The field without blanks around it, None where nothing is left."""
    while start < end and data[start] == 32:
        start += 1
    while start < end and data[end - 1] == 32:
        end -= 1
    return PyUnicode_Substring(line, start, end) if start < end else None


cdef class _Texts:
    """What the text and the continuations of one transaction say."""

    cdef str name, account, bic, address, end_to_end, cheque
    cdef list texts, remittance
    cdef dict others

    cdef add(self, str line, Py_ssize_t start, Py_ssize_t end, bint is_debit):
        cdef unsigned char* data = PyUnicode_1BYTE_DATA(line)
        cdef Py_ssize_t colon = start
        cdef PyObject* kind = NULL
        cdef str word, value
        while colon < end and data[colon] != c":":
            colon += 1
        if colon < end and colon - start <= _LONGEST:
            word = PyUnicode_Substring(line, start, colon)
            kind = PyDict_GetItem(_OF_DEBITS if is_debit else _OF_CREDITS, word)
        if kind is NULL or (colon + 1 < end and data[colon + 1] != 32 and data[colon + 1] != c"="):
            if start < end:
                self.texts = self.texts or []
                self.texts.append(PyUnicode_Substring(line, start, end))
            return
        value = _stripped(line, data, colon + 2, end)
        if value is not None:
            self.label(<object>kind, word, value)

    cdef label(self, Kind kind, str word, str value):
        if kind == NAME:
            self.name = value if self.name is None else f"{self.name} {value}"
        elif kind == ACCOUNT:
            self.account = value if self.account is None else f"{self.account} {value}"
        elif kind == BIC:
            self.bic = value if self.bic is None else f"{self.bic} {value}"
        elif kind == ADDRESS:
            self.address = value if self.address is None else f"{self.address} {value}"
        elif kind == REMITTANCE:
            self.remittance = self.remittance or []
            self.remittance.append(value)
        elif kind == END_TO_END:
            self.end_to_end = self.end_to_end or value
        elif kind == CHEQUE:
            self.cheque = self.cheque or value
        else:
            self.other(LABELS[word], value)

    cdef other(self, str name, str value):
        if self.others is None:
            self.others = {}
        self.others.setdefault(name, []).append(value)

    cdef tuple details(self, str customer, bint is_cheque):
        cdef str stated = self.cheque if is_cheque else self.end_to_end
        cdef object party = None
        if customer is not None:
            if stated is None and is_cheque:
                self.cheque = customer
            elif stated is None:
                self.end_to_end = customer
            elif stated != customer:
                self.other("customer", customer)
        if not (self.name is None and self.account is None and self.bic is None and self.address is None):
            party = Party(self.name, self.account, self.bic, None, self.address)
        elif (
            self.end_to_end is None and self.cheque is None and self.remittance is None and self.texts is None
            and self.others is None
        ):
            return ()
        return (
            Detail(
                counterparty=party,
                end_to_end_id=self.end_to_end,
                cheque_number=self.cheque,
                remittance=tuple(self.remittance or self.texts or ()),
                additional=" ".join(self.texts) if self.remittance and self.texts else None,
                other_references=labelled(self.others) if self.others else (),
            ),
        )


def transactions(list lines, Py_ssize_t at, long number, account):
    cdef list entries = []
    cdef Py_ssize_t size = len(lines), first = at, after, end, field, comma, next_comma, digits
    cdef object on = account.on, currency = account.currency, status = account.status
    cdef int places = account.places, following
    cdef long long figures = 0, figure
    cdef unsigned char* data
    cdef str line, customer, bank
    cdef _Texts texts
    cdef _Code code
    while at < size:
        line = lines[at]
        if _record(line) != 16:
            break
        data = PyUnicode_1BYTE_DATA(line)
        end = PyUnicode_GET_LENGTH(line)
        if not _is_plain(line, data, end):
            break
        after = at + 1
        following = 0
        while after < size:
            following = _record(lines[after])
            if following != 88 or after - at > MOST_LINES:
                break
            after += 1
        if after == size or following == 0 or following == 88:
            break
        if data[end - 1] == c"/":
            end -= 1
        # 16,code,amount,availability,bank reference,customer reference,text
        if end < 9 or data[6] != c"," or not are_digits(data, 3, 6):
            break
        code = _code((data[3] - 48) * 100 + (data[4] - 48) * 10 + data[5] - 48)
        field = comma = 7
        figure = 0
        while comma < end and c"0" <= data[comma] <= c"9":
            figure = figure * 10 + data[comma] - 48
            comma += 1
            if comma - field > MOST_DIGITS:
                break
        digits = comma - field
        if code.direction == 0 or digits == 0 or digits > MOST_DIGITS or comma >= end or data[comma] != c",":
            break
        comma += 1
        if comma < end and data[comma] in b"Zz012":
            comma += 1
        if comma >= end or data[comma] != c",":
            break
        next_comma = _comma(data, comma + 1, end)
        bank = _stripped(line, data, comma + 1, next_comma)
        comma = _comma(data, next_comma + 1, end)
        if comma >= end and after > at + 1:
            break
        customer = _stripped(line, data, next_comma + 1, comma) if next_comma < end else None
        texts = _Texts.__new__(_Texts)
        if comma < end:
            comma += 1
            while comma < end and data[comma] == 32:
                comma += 1
            while comma < end and data[end - 1] == 32:
                end -= 1
            texts.add(line, comma, end, code.direction < 0)
        if not _continued(texts, lines, at + 1, after, code.direction < 0):
            break
        entries.append(
            Entry(
                booked_on=on,
                amount=decimal(data + field, digits, places, code.direction < 0 and figure != 0),
                currency=currency,
                status=status,
                bank_ref=bank,
                code=code.text,
                additional=code.meaning,
                details=texts.details(customer, code.is_cheque),
                place=line_place(number + at - first),
            )
        )
        figures += figure
        at = after
    return entries, at, figures


cdef bint _continued(_Texts texts, list lines, Py_ssize_t at, Py_ssize_t after, bint is_debit):
    """Add the continuations; false where one is not plain."""
    cdef unsigned char* data
    cdef Py_ssize_t end
    cdef str line
    for at in range(at, after):
        line = lines[at]
        data = PyUnicode_1BYTE_DATA(line)
        end = PyUnicode_GET_LENGTH(line)
        if not _is_plain(line, data, end):
            return False
        if data[end - 1] == c"/":
            end -= 1
        texts.add(line, 3, end, is_debit)
    return True


cdef inline Py_ssize_t _comma(unsigned char* data, Py_ssize_t start, Py_ssize_t end) noexcept:
    while start < end and data[start] != c",":
        start += 1
    return start
