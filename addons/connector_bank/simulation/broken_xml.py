"""camt files that are wrong as XML or as camt, by kind of damage: ``(chance, account) -> (bytes, verdict)``."""

from .good import good

#: Above what libxml2 and our reader hold of one text (``core.safe.xml``).
HUGE = 9 << 20


def _doctype(subset, body=""):
    def damage(chance, account):
        text = good(chance, account)
        declaration, _line, rest = text.partition("\n")
        rest = rest.replace("Invoice", f"Invoice {body}", 1)
        return f"{declaration}\n<!DOCTYPE Document {subset}>\n{rest}".encode(), "xml.doctype"

    return damage


_LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))


def _replaced(old, news, code, times=1):
    """Each of ``news`` in place of ``old`` gives ``code``."""

    def damage(chance, account):
        text = good(chance, account)
        if old not in text:
            raise AssertionError(old)
        return text.replace(old, chance.choice(news), times).encode(), code

    return damage


def _value_of(path, values, code):
    """Another text in the element that the tags of ``path`` lead to in the first entry."""

    def damage(chance, account):
        text = good(chance, account)
        start = text.index("<Ntry>")
        for tag in path.split("/"):
            start = text.index(">", text.index(f"<{tag}", start)) + 1
        end = text.index("</", start)
        return (text[:start] + chance.choice(values) + text[end:]).encode(), code

    return damage


def _bytes_in(sequences, code):
    """Raw bytes inside a text, where no encoding of the declared name has them."""

    def damage(chance, account):
        return good(chance, account).encode().replace(b"Invoice", b"Invo" + chance.choice(sequences), 1), code

    return damage


def _declared(names, code, encoding="ascii"):
    """An encoding we do not read, or one that the bytes do not have."""

    def damage(chance, account):
        return good(chance, account).replace("UTF-8", chance.choice(names), 1).encode(encoding), code

    return damage


def _huge_text(chance, account):
    return good(chance, account).replace("Invoice", "x" * HUGE, 1).encode(), "xml."


def _huge_attribute(chance, account):
    return good(chance, account).replace("<RmtInf>", f'<RmtInf a="{"x" * (HUGE + (2 << 20))}">', 1).encode(), "xml."


def _huge_number(chance, account):
    return _value_of("Amt", ("9" * HUGE,), "xml.")(chance, account)


def _deep(chance, account):
    depth = chance.randrange(300, 20_000)
    return good(chance, account).replace("<BkTxCd/>", "<a>" * depth + "</a>" * depth, 1).encode(), "xml.malformed"


def _attributes(chance, account):
    """One element with very many attributes, some doubled: quadratic work in careless parsers."""
    many = " ".join(f'a{number}="1"' for number in range(chance.randrange(100, 3000)))
    return good(chance, account).replace("<RmtInf>", f"<RmtInf {many} a1='2'>", 1).encode(), "xml.malformed"


def _unclosed(chance, account):
    text = good(chance, account)
    return text.replace("</TxDtls>", "", 1).encode(), "xml."


def _second_cut(chance, account):
    """A whole document and a second one that ends early: nothing of either may be booked."""
    second = good(chance, account)
    at = chance.randrange(second.index("<Ntry>"), second.rindex("</Stmt>"))
    return (good(chance, account) + second[:at]).encode(), "xml.truncated"


def _noise(chance, account):
    """A run of random bytes over the middle, as a bad block on a disk leaves it."""
    content = bytearray(good(chance, account).encode())
    at = chance.randrange(content.index(b"<Ntry>"), len(content) - 200)
    content[at : at + 64] = b"\x00" + chance.randbytes(63)
    return bytes(content), "xml."


XML_DAMAGES = {
    "billion_laughs": _doctype(f'[<!ENTITY l0 "ha">{_LAUGHS}]', "&l9;"),
    "quadratic": _doctype(f'[<!ENTITY a "{"a" * 50_000}">]', "&a;" * 1000),
    "entity_file": _doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
    "entity_http": _doctype('[<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]', "&x;"),
    "entity_parameter": _doctype('[<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd"> %p;]'),
    "external_dtd": _doctype('SYSTEM "http://127.0.0.1:9/camt.dtd"'),
    "local_dtd": _doctype('SYSTEM "file:///usr/share/xml/fontconfig/fonts.dtd"'),
    "empty_doctype": _doctype("[]"),
    "entity_unknown": _replaced("Invoice", ("&eacute;", "&x;"), "xml."),
    "wrong_end": _replaced("</Amt>", ("</Amz>", "</amt>", "<Amt>"), "xml."),
    "second_root": _replaced("</Document>", ("</Document><Document/>", "</Document>rest"), "xml.malformed"),
    "twice": _replaced("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", ("<CdtDbtInd>CRDT<Sts>",), "xml."),
    "unclosed": _unclosed,
    "control": _bytes_in((b"\x00", b"\x01", b"\x08", b"\x0b", b"\x1b[2J", b"\x1f"), "xml."),
    "character_reference": _replaced("Invoice", ("&#0;", "&#x1;", "&#xFFFE;", "&#xD800;", "&#x110000;"), "xml."),
    "not_utf8": _bytes_in((b"\xe9", b"\xff\xfe", b"\x80", b"\xc3("), "xml.encoding"),
    "overlong": _bytes_in((b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf"), "xml.encoding"),
    "surrogate": _bytes_in((b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xf4\x90\x80\x80"), "xml.encoding"),
    "utf7": _declared(("UTF-7", "utf-7"), "xml.encoding"),
    "unknown_encoding": _declared(("X-NONE", "KLINGON"), "xml.encoding"),
    "odd_encoding": _declared(("EBCDIC-CP-US", "IBM037", "HZ-GB-2312", "ISO-2022-KR", "UTF-32"), "xml.encoding"),
    "huge_text": _huge_text,
    "huge_attribute": _huge_attribute,
    "huge_number": _huge_number,
    "deep": _deep,
    "attributes": _attributes,
    "second_cut": _second_cut,
    "noise": _noise,
    "amount": _value_of(
        "Amt",
        ("", "1,50", "1.000,00", "1 000", "1e3", "1E+400000000", "NaN", "Infinity", "-inf", "0x1F", "١٢", "９", "1_0"),
        "camt.amount",
    ),
    "long_amount": _value_of("Amt", ("9" * 23, "1." + "0" * 16, "9" * 100_000), "camt.amount"),
    "sign": _value_of("CdtDbtInd", ("", "C", "crdt", "CREDIT", "CRDT DBIT"), "camt.sign"),
    "two_signs": _value_of("Amt", ("-5.00", "-0.01"), "camt.sign"),
    "date": _value_of("BookgDt/Dt", ("2024-02-30", "31.01.2024", "2024-1-1", "20240131", "2024-13-01"), "camt.date"),
    "no_statement": _replaced("<Stmt>", ("</BkToCstmrStmt></Document><!--",), "xml."),
    "stray_entry": _replaced("<GrpHdr>", ("<Ntry><Amt>1</Amt></Ntry><GrpHdr>",), "camt.structure"),
}
