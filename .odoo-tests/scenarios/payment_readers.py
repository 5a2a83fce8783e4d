"""Payment files as a bank reads them: by the published layouts alone, with nothing of ours."""

from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

BACS_CREDIT, BACS_RECORD = "99", 100
NACHA_ENTRY, NACHA_RECORD = "6", 94


@dataclass(frozen=True, slots=True)
class Wanted:
    """One payment that a file asks for."""

    end_to_end_id: str
    amount: Decimal
    name: str
    account: str
    order: str
    batch: str


def read(content):
    """The payments of a pain.001, Bacs Standard 18 or NACHA file."""
    if content.lstrip()[:1] == b"<":
        return list(_pain(etree.fromstring(content)))
    lines = content.decode("ascii").splitlines()
    return list(_nacha(lines) if all(len(line) == NACHA_RECORD for line in lines) else _bacs(lines))


def _pain(root):
    order = root.findtext(".//{*}GrpHdr/{*}MsgId")
    for batch in root.iterfind(".//{*}PmtInf"):
        for payment in batch.iterfind("{*}CdtTrfTxInf"):
            account = payment.findtext(".//{*}CdtrAcct/{*}Id/{*}IBAN") or payment.findtext(
                ".//{*}CdtrAcct/{*}Id/{*}Othr/{*}Id"
            )
            yield Wanted(
                payment.findtext("{*}PmtId/{*}EndToEndId"), Decimal(payment.findtext("{*}Amt/{*}InstdAmt")),
                payment.findtext("{*}Cdtr/{*}Nm"), account, order, batch.findtext("{*}PmtInfId"),
            )  # fmt: skip


def _bacs(lines):
    """PN5011, data records: sort code 1-6, account 7-14, code 16-17, pence 36-46, reference 65-82, name 83-100."""
    for line in lines:
        if line[:6].isdigit() and line[15:17] == BACS_CREDIT and len(line) >= BACS_RECORD:
            yield Wanted(
                line[64:82].strip(), Decimal(line[35:46]).scaleb(-2), line[82:100].strip(), line[6:14], "", ""
            )


def _nacha(lines):
    """Entry detail record: account 13-29, cents 30-39, individual id 40-54, name 55-76."""
    for line in lines:
        if line[0] == NACHA_ENTRY:
            yield Wanted(
                line[39:54].strip(), Decimal(line[29:39]).scaleb(-2), line[54:76].strip(), line[12:29].strip(), "", ""
            )
