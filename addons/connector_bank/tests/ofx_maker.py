"""Writes OFX files of any size: invented names, a bank that does not exist."""

import io

_HEAD = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
    "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX>\n<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    "<DTSERVER>20240331120000<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>\n<BANKMSGSRSV1><STMTTRNRS><TRNUID>1"
    "<STATUS><CODE>0<SEVERITY>INFO</STATUS>\n<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>99999<ACCTID>00012345678"
    "<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST><DTSTART>20240301<DTEND>20240331\n"
)
_ENTRY = (
    "<STMTTRN><TRNTYPE>{kind}<DTPOSTED>202403{day:02}120000<TRNAMT>{amount}.{cents:02}<FITID>FIT{number:010}"
    "<NAME>ALMOND LANE BAKERY {number}<MEMO>Invoice INV/2024/{number:06} &amp; thanks</STMTTRN>\n"
)
_TAIL = (
    "</BANKTRANLIST><LEDGERBAL><BALAMT>1000.00<DTASOF>20240331</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
)


def write_ofx(target, entries):
    """Write one SGML statement with ``entries`` transactions to the text stream ``target``."""
    target.write(_HEAD)
    for number in range(entries):
        amount, cents = (number % 991) - 495, number % 100
        kind = "DEBIT" if amount < 0 else "CREDIT"
        entry = _ENTRY.format(kind=kind, day=1 + number % 28, amount=amount, cents=cents, number=number)
        target.write(entry)
    target.write(_TAIL)


def large(target, size):
    """Write about ``size`` bytes to the binary stream ``target``; the number of entries."""
    entries = size // len(_ENTRY.format(kind="CREDIT", day=1, amount=100, cents=1, number=1))
    text = io.TextIOWrapper(target, "ascii", newline="")
    write_ofx(text, entries)
    text.detach()
    return entries
