"""Writes CODA, CFONB 120 and Norma 43 files: invented names, banks that do not exist, totals that add up."""

import io
from decimal import Decimal

_POSITIVE, _NEGATIVE = "{ABCDEFGHI", "}JKLMNOPQR"
DAY = "150324"  # 15 March 2024


def record(width, *fields):
    """A line of ``width`` with each ``(column from 0, text)`` in its place."""
    line = [" "] * width
    for at, text in fields:
        line[at : at + len(text)] = text
    return "".join(line)


def _digits(amount, width, decimals):
    return f"{int(abs(Decimal(amount)).scaleb(decimals)):0{width}}"


# CODA


def coda_21(number, amount, detail=0, code="00150000", text="", structured=False, bank_ref="", totals="0", day=DAY):
    sign = "1" if Decimal(amount) < 0 else "0"
    return record(
        128,
        (0, f"21{number:04}{detail:04}{bank_ref:21}{sign}{_digits(amount, 15, 3)}{day}{code}{int(structured)}"),
        (62, text[:53]),
        (115, f"{day}075{totals}00"),
        (127, "0"),
    )


def coda_22(number, detail=0, text="", reference="", bic="", returned="", reason="", purpose=""):
    said = (10, text[:53]), (63, reference), (98, bic), (112, returned), (113, reason), (121, purpose)
    return record(128, (0, f"22{number:04}{detail:04}"), *said, (125, "0 0"))


def coda_23(number, detail=0, account="", name="", text=""):
    return record(128, (0, f"23{number:04}{detail:04}"), (10, account), (47, name), (82, text[:43]), (125, "0 0"))


def coda_said(number, amount, text, **facts):
    """Records 21 to 23 with a structured communication of any length."""
    second, third = coda_22(number, text=text[53:106]), coda_23(number, text=text[106:149])
    return [coda_21(number, amount, text=text, structured=True, **facts), second, third]


def coda_31(number, detail, text, structured=False, code="00150000"):
    begin = f"31{number:04}{detail:04}{'':21}{code}{int(structured)}"
    return record(128, (0, begin), (40, text[:73]), (125, "0 0"))


def coda_3(part, number, detail, text):
    """Record 32 (105 characters) or 33 (90)."""
    return record(128, (0, f"3{part}{number:04}{detail:04}"), (10, text[: {2: 105, 3: 90}[part]]), (125, "0 0"))


def coda_1(opening, account="BE68539007547034", structure="2", currency="EUR", sequence=75, day="140324"):
    where = 18 if structure == "0" else 39
    sign = "1" if Decimal(opening) < 0 else "0"
    return record(
        128,
        (0, f"1{structure}{sequence:03}{account}"),
        (where, currency),
        (42, f"{sign}{_digits(opening, 15, 3)}{day}EXAMPLE TRADING"),
        (90, "CURRENT ACCOUNT"),
        (125, f"{sequence:03}"),
    )


def coda_8(closing, account="BE68539007547034", structure="2", currency="EUR", sequence=75, day=DAY):
    where = 17 if structure == "0" else 38
    sign = "1" if Decimal(closing) < 0 else "0"
    fields = (where, currency), (41, f"{sign}{_digits(closing, 15, 3)}{day}"), (127, "0")
    return record(128, (0, f"8{sequence:03}{account}"), *fields)


def coda_0(day="160324"):
    head = f"00000{day}99905        00000001  {'EXAMPLE TRADING':26}{'ZZBKBE00':11}00123456789 00000"
    return record(128, (0, head), (127, "2"))


def coda_statement(lines, opening="1000", **account):
    """The records of one statement around ``lines``; totals and count as they are, or as given."""
    moved = [_coda_amount(line) for line in lines if line.startswith("21") and line[6:10] == "0000"]
    records = sum(line[0] in "23" for line in lines)
    return [coda_0(), coda_1(opening, **account), *lines, *_coda_ends(opening, moved, records, **account)]


def _coda_ends(opening, moved, records, **account):
    debits, credits = sum(-m for m in moved if m < 0), sum(m for m in moved if m > 0)
    totals = f"{records + 2:06}{_digits(debits, 15, 3)}{_digits(credits, 15, 3)}"
    closing = Decimal(opening) + sum(moved)
    return [coda_8(closing, **account), record(128, (0, "9"), (16, totals), (127, "2"))]


def _coda_amount(line):
    return Decimal(line[32:47]).scaleb(-3) * (-1 if line[31] == "1" else 1)


def coda_file(lines, **facts):
    return "\r\n".join(coda_statement(lines, **facts)) + "\r\n"


# CFONB 120


def signed(amount, width=14):
    digits = _digits(amount, width, 2)
    return digits[:-1] + (_NEGATIVE if Decimal(amount) < 0 else _POSITIVE)[int(digits[-1])]


def cfonb_balance(code, amount, day=DAY, account="00012345678"):
    """Record 01 or 07."""
    head = f"{code}99999    00001EUR2 {account}  {day}"
    return record(120, (0, head), (90, signed(amount)))


def cfonb_04(amount, operation="05", label="VIR RECU", number="0000000", refused="", reference="", day=DAY):
    fields = (40, refused), (42, day), (48, label), (81, number), (90, signed(amount)), (104, reference)
    return record(120, (0, f"0499999011700001EUR2 00012345678{operation}{day}"), *fields)


def cfonb_05(qualifier, said, operation="05", day=DAY):
    return record(120, (0, f"0599999011700001EUR2 00012345678{operation}{day}     {qualifier}{said}"))


def cfonb_file(lines, opening="1000"):
    moved = [_cfonb_amount(line) for line in lines if line.startswith("04")]
    closing = cfonb_balance("07", Decimal(opening) + sum(moved))
    return "\n".join([cfonb_balance("01", opening, "140324"), *lines, closing]) + "\n"


def _cfonb_amount(line):
    last = line[103]
    sign = 1 if last in _POSITIVE else -1
    return sign * Decimal(line[90:103] + str((_POSITIVE + _NEGATIVE).index(last) % 10)).scaleb(-2)


# Norma 43


def n43_11(
    opening, account="999900010000000001", first="240301", last="240331", currency="978", name="EXAMPLE TRADING"
):
    sign = "1" if Decimal(opening) < 0 else "2"
    return f"11{account}{first}{last}{sign}{_digits(opening, 14, 2)}{currency}3{name:26}".ljust(80)


def n43_22(amount, day="240315", value=None, concept="04", own="011", document="", first="", second=""):
    sign = "1" if Decimal(amount) < 0 else "2"
    numbers = f"{document:0>10}{first:>012}{second:16}"
    return f"22    0001{day}{value or day}{concept}{own}{sign}{_digits(amount, 14, 2)}{numbers}"


def n43_23(number, first, second=""):
    return f"23{number:02}{first:38}{second:38}"


def n43_24(currency, amount):
    return f"2401{currency}{_digits(amount, 14, 2)}".ljust(80)


def n43_statement(lines, opening="1000", account="999900010000000001", currency="978", **head):
    moved = [_n43_amount(line) for line in lines if line.startswith("22")]
    return [n43_11(opening, account, currency=currency, **head), *lines, _n43_33(opening, moved, account, currency)]


def _n43_33(opening, moved, account="999900010000000001", currency="978"):
    debits, credits = [-m for m in moved if m < 0], [m for m in moved if m >= 0]
    closing = Decimal(opening) + sum(moved)
    sign = "1" if closing < 0 else "2"
    end = f"33{account}{len(debits):05}{_digits(sum(debits), 14, 2)}{len(credits):05}{_digits(sum(credits), 14, 2)}"
    return f"{end}{sign}{_digits(closing, 14, 2)}{currency}    "


def _n43_amount(line):
    return Decimal(line[28:42]).scaleb(-2) * (-1 if line[27] == "1" else 1)


def n43_file(lines, **facts):
    records = n43_statement(lines, **facts)
    return "\r\n".join([*records, f"88{'9' * 18}{len(records):06}".ljust(80)]) + "\r\n"


# Files of any size, of transfers received


def _amounts(entries):
    """The same few amounts again and again."""
    return (Decimal(10 + 100 * (number % 997)).scaleb(-2) for number in range(entries))


def _write(target, first, entries, make, last):
    target.write("\n".join(first) + "\n")
    for number, amount in enumerate(_amounts(entries)):
        target.write(f"{make(number, amount)}\n")
    target.write("\n".join(last) + "\n")


def write_coda(target, entries):
    """Three records and two of information each."""
    last = _coda_ends("1000", list(_amounts(entries)), 5 * entries)
    _write(target, [coda_0(), coda_1("1000")], entries, _coda_transfer, last)


def _coda_transfer(number, amount):
    number = 1 + number % 9999
    return "\n".join(
        (
            coda_21(number, amount, text=f"101{number:010}97", structured=True, bank_ref=f"REF{number}"),
            coda_22(number, reference=f"E2E-{number}", bic="ZZBKBE22"),
            coda_23(number, account=f"{'BE43068999999501':34}EUR", name="ALMOND LANE BAKERY"),
            coda_31(number, 1, f"001{'ALMOND LANE BAKERY':70}", structured=True),
            coda_3(2, number, 1, f"{'ALMOND LANE 1':35}{'9000 GENT':35}"),
        )
    )


def write_cfonb(target, entries):
    """Two texts each."""
    last = cfonb_balance("07", Decimal(1000) + sum(_amounts(entries)))
    _write(target, [cfonb_balance("01", "1000")], entries, _cfonb_booking, [last])


def _cfonb_booking(number, amount):
    booking = cfonb_04(amount, "18", "VIR SEPA BOULANGERIE", number=f"{number % 9999999:07}")
    return "\n".join((booking, cfonb_05("NPY", "BOULANGERIE"), cfonb_05("LCC", f"FACTURE 2024-{number}")))


def write_n43(target, entries):
    """Two texts each."""
    end = f"88{'9' * 18}{(3 * entries + 2) % 1_000_000:06}"
    last = [_n43_33("1000", list(_amounts(entries))), end]
    _write(target, [n43_11("1000")], entries, _n43_booking, last)


def _n43_booking(number, amount):
    booking = n43_22(amount, f"2403{1 + number % 28:02}", document=str(number % 9999999))
    return "\n".join((booking, n43_23(1, "TRANSFERENCIA DE", "PANADERIA ALMENDRA"), n43_23(2, f"FACTURA {number}")))


def _large(write, make):
    def large(target, size):
        """Write about ``size`` bytes to the binary stream ``target``; the number of entries."""
        entries = size // (len(make(1, Decimal(1))) + 1)
        text = io.TextIOWrapper(target, "ascii", newline="")
        write(text, entries)
        text.detach()
        return entries

    return large


large_coda = _large(write_coda, _coda_transfer)
large_cfonb = _large(write_cfonb, _cfonb_booking)
large_n43 = _large(write_n43, _n43_booking)
