"""How banks fill ``:86:`` of MT940 and MT942, as tables. What no table knows stays text.

========== ================================================================= ============================
style      looks like                                                        used by
========== ================================================================= ============================
sub-fields ``166?00GUTSCHRIFT?20EREF+…?32Name``, other marks than ``?`` too  Germany, Austria, Poland, …
slashes    ``/TRTP/SEPA OVERBOEKING/IBAN/NL…/NAME/…/REMI/…``                 Netherlands, Belgium, SWIFT
labels     ``…; Z RACH.: 56…; OD: Jan Nowak; TYT.: …``, small letters too    mBank
columns    ``SEPA OVERBOEKING    IBAN: NL…  BIC: …  NAAM: …``                ABN AMRO
text       anything else                                                     everywhere
========== ================================================================= ============================
"""

import re

#: Sub-fields (Deutsche Kreditwirtschaft, DFÜ agreement, appendix 3, 8.2): number → our name.
#: 20–29 and 60–63 are one running text.
_RUNNING = dict.fromkeys([*(f"2{digit}" for digit in range(10)), "60", "61", "62", "63"], "remittance")
SUBFIELDS = {
    **_RUNNING,
    "00": "posting",
    "10": "batch",
    "30": "bank",
    "31": "account",
    "32": "name",
    "33": "name",
    "34": "extension",
    "38": "iban",
}
#: Triodos marks with ``>``: 10 is the other account, 31 our own.
SUBFIELDS_BY_MARK = {">": {**_RUNNING, "00": "posting", "10": "account", "31": "own"}}

#: Lines of ``:NS:`` (MultiCash without SWIFT; Sberbank in Hungary) → our name; others stay as ``NS`` and their number.
NUMBERED = {
    **dict.fromkeys([f"{number:02}" for number in range(1, 15)], "remittance"),
    "15": "name",
    "16": "name",
    "17": "posting",
    "33": "bank",
    "34": "account",
}
#: The same of a whole statement: whose account it is.
NUMBERED_OWNER = "22"

#: Three digits (GVC, the business transaction code) and the mark, then the number of a sub-field.
STRUCTURED = re.compile(r"\s*(\d{3})?\s?([?>~^@<*+!$%&|#;§])(?=[0-367]\d)")
#: A line break falls inside a word where the line is full: 65 characters, the tag perhaps counted.
FULL_LINE = 61
#: The same for sub-fields of 27 characters.
FULL_SUBFIELD = 27

#: Keywords of SEPA bookings inside the running text (same source).
KEYWORDS = {
    "EREF": "end_to_end_id",
    "KREF": "instruction_id",
    "MREF": "mandate_id",
    "CRED": "creditor_id",
    "DEBT": "debtor_id",
    "SVWZ": "remittance",
    "ABWA": "ultimate_debtor",
    "ABWE": "ultimate_creditor",
    "IBAN": "iban",
    "BIC": "bic",
    "PURP": "purpose",
    "BREF": "bank_ref",
    "RTRN": "return_reason",
    "RREF": "RREF",
    "OAMT": "OAMT",
    "COAM": "COAM",
    "MDAT": "MDAT",
    "SQTP": "SQTP",
    "MTLG": "additional",
}
_NAMES = "|".join(KEYWORDS)
#: Splits the running text at its keywords where it has a colon: older German banks write ``EREF: …`` throughout.
KEYWORD = re.compile(rf"(?:(?<=\s)|^)((?:{_NAMES})\+|MTLG:)")
KEYWORD_COLON = re.compile(rf"(?:(?<=\s)|^)((?:{_NAMES}):) ?")
STARTS_WITH_KEYWORD = re.compile(rf"(?:{_NAMES})[+:]")

#: Code words between slashes → our name; ``party`` opens a party whose facts follow.
SLASHES = {
    "TRTP": "posting",
    "IBAN": "iban",
    "BIC": "bic",
    "NAME": "name",
    "ADDR": "address",
    "EREF": "end_to_end_id",
    "PREF": "payment_info_id",
    "KREF": "instruction_id",
    "IREF": "instruction_id",
    "MARF": "mandate_id",
    "MREF": "mandate_id",
    "CSID": "creditor_id",
    "REMI": "remittance",
    "ORDP": "party",
    "BENM": "party",
    "ULTD": "party",
    "ULTC": "party",
    "ULTB": "party",
    "CNTP": "counterparty",
    "RTRN": "return_reason",
    "PURP": "purpose",
    "UETR": "uetr",
    "ISDT": "ISDT",
    "TRCD": "TRCD",
    "ACCW": "ACCW",
    "OCMT": "original_amount",
    "CHGS": "charge",
    "EXCH": "rate",
    "SVCL": "SVCL",
    "SUM": "totals",
}
SLASH = re.compile(rf"/({'|'.join(SLASHES)})(?=/|$)")
#: Who stands where: a debit goes to the first, a credit comes from the second.
PARTIES = {True: ("BENM", "ORDP"), False: ("ORDP", "BENM")}
ULTIMATE = {True: ("ULTB", "ULTC"), False: ("ULTD",)}
ULTIMATE_KEYWORDS = {
    True: ("ultimate_creditor", "ultimate_debtor"),
    False: ("ultimate_debtor", "ultimate_creditor"),
}

#: mBank: label → our name.
LABELS = {
    "Z RACH.": "account",
    "NA RACH.": "account",
    "OD": "name",
    "DLA": "name",
    "TYT.": "remittance",
    "TNR": "transaction_id",
    "ID IPH": "ID IPH",
}
LABEL = re.compile(rf"(?:^|;)\s*({'|'.join(map(re.escape, LABELS))}):", re.IGNORECASE)
LABELLED = re.compile(r"; (?:TYT\.|TNR): ?", re.IGNORECASE)

#: ABN AMRO without slashes: title → our name, in two columns a line; the kind of booking stands in front.
COLUMNS = {
    "IBAN": "iban",
    "BIC": "bic",
    "NAAM": "name",
    "OMSCHRIJVING": "remittance",
    "KENMERK": "end_to_end_id",
    "MACHTIGING": "mandate_id",
    "INCASSANT": "creditor_id",
}
COLUMN = re.compile(rf"(?<!\S)({'|'.join(COLUMNS)}):(?!\S)", re.IGNORECASE)
IN_COLUMNS = re.compile(r"SEPA [A-Z .]+ (?:IBAN|INCASSANT): [A-Z]{2}\d\d", re.IGNORECASE)

#: Sums of the statement in the text after the closing balance: debits and credits, counts and amounts.
TOTALS = (
    re.compile(r"/SUM/(?P<debits>\d+)/(?P<credits>\d+)/(?P<sum_debits>\d+,\d*)/(?P<sum_credits>\d+,\d*)/?"),
    re.compile(r"D(?P<debits>\d{6})C(?P<credits>\d{6})D(?P<sum_debits>\d+,\d*)C(?P<sum_credits>\d+,\d*)"),
)
