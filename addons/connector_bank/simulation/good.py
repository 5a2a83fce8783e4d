"""A small camt.053 file that adds up, drawn from a source of chance; what is malformed is made from it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
#: Up to here a cut file is not recognised.
RECOGNISED_AT = "camt.053.001.08"
_DAYS = 300


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    currency: str = "EUR"


NO_BANK = Account("DE62000000000000000001")


def good(chance, account=NO_BANK):
    """The text of a file with one statement, whose id no other draw of ``chance`` gives."""
    name = f"MF{chance.getrandbits(64):016X}"
    day = date(2024, 1, 1) + timedelta(days=chance.randrange(_DAYS))
    opening = Decimal(chance.randrange(10_000_000)).scaleb(-2)
    amounts = [Decimal(chance.randrange(1, 500_000)).scaleb(-2) for _time in range(chance.randrange(1, 6))]
    entries = "".join(_entry(f"{name}-{number}", amount, account, day) for number, amount in enumerate(amounts, 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {name} -->\n<Document xmlns="{NAMESPACE}">\n<BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{name}</MsgId><CreDtTm>{day}T20:00:00Z</CreDtTm></GrpHdr>\n<Stmt><Id>{name}</Id>"
        f"<CreDtTm>{day}T20:00:00Z</CreDtTm>"
        f"<Acct><Id><IBAN>{account.number}</IBAN></Id><Ccy>{account.currency}</Ccy></Acct>\n"
        f"{_balance('OPBD', opening, account, day)}{_balance('CLBD', opening + sum(amounts), account, day)}{entries}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    )


def _balance(kind, amount, account, day):
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{account.currency}">{amount}</Amt>'
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _entry(reference, amount, account, day):
    return (
        f'<Ntry><Amt Ccy="{account.currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        "<BkTxCd/><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{reference}</EndToEndId></Refs><RmtInf><Ustrd>Invoice {reference}</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>\n"
    )
