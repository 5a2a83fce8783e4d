"""Writes camt.053 files of any size from a seed: invented names, banks that do not exist, balances that add up."""

import random
from datetime import date, timedelta
from decimal import Decimal

_NAMES = (
    "Almond Lane Bakery",
    "Birch & Sons",
    "Cobalt Works",
    "Dune Atelier",
    "Elm Street Garage",
)
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version:02}">
<BkToCstmrStmt>
<GrpHdr><MsgId>MADE-{seed}</MsgId><CreDtTm>2024-03-01T06:00:00+01:00</CreDtTm></GrpHdr>
<Stmt><Id>MADE-{seed}-1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2024-03-01T06:00:00+01:00</CreDtTm>
<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Example Trading</Nm></Ownr></Acct>
"""
_BALANCE = """<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>
<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>
"""
_ENTRY = """<Ntry>
  <NtryRef>{number}</NtryRef>
  <Amt Ccy="EUR">{amount}</Amt>
  <CdtDbtInd>{sign}</CdtDbtInd>
  <Sts>{status}</Sts>
  <BookgDt><Dt>{day}</Dt></BookgDt>
  <ValDt><Dt>{day}</Dt></ValDt>
  <AcctSvcrRef>BANK{number:012}</AcctSvcrRef>
  <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
  <NtryDtls>
    <TxDtls>
      <Refs><EndToEndId>E2E-{seed}-{number}</EndToEndId><TxId>TX{number}</TxId></Refs>
      <Amt Ccy="EUR">{amount}</Amt>
      <CdtDbtInd>{sign}</CdtDbtInd>
      <RltdPties>
        <{side}>{party}</{side}>
        <{side}Acct><Id><IBAN>{iban}</IBAN></Id></{side}Acct>
      </RltdPties>
      <RltdAgts><{side}Agt><FinInstnId><{bic}>ZZBKDE00</{bic}></FinInstnId></{side}Agt></RltdAgts>
      <RmtInf><Ustrd>Invoice INV/2024/{number:06}</Ustrd></RmtInf>
    </TxDtls>
  </NtryDtls>
</Ntry>
"""
_TAIL = "</Stmt>\n</BkToCstmrStmt>\n</Document>\n"


def iban(country, bank, number):
    """An IBAN with valid check digits (ISO 13616) over an invented account."""
    local = f"{bank}{number:010}"
    digits = "".join(str(int(letter, 36)) for letter in f"{local}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{local}"


def write_camt053(target, entries, seed=1, version=8, account=1):
    """Write one statement with ``entries`` entries to the text stream ``target``.

    The rows are drawn twice from the same seed, first for the closing balance and then to be
    written, so that memory stays flat. Returns opening and closing balance.
    """
    opening = Decimal("1000.00")
    closing = opening + sum(row["signed"] for row in _rows(entries, seed, version))
    head = _HEAD.format(version=version, seed=seed, account=iban("DE", "00000000", account))
    target.write(head)
    for kind, balance in (("OPBD", opening), ("CLBD", closing)):
        sign = "DBIT" if balance < 0 else "CRDT"
        target.write(_BALANCE.format(kind=kind, amount=abs(balance), sign=sign, day="2024-02-29"))
    for row in _rows(entries, seed, version):
        target.write(_ENTRY.format(**row))
    target.write(_TAIL)
    return opening, closing


def _rows(entries, seed, version):
    chance = random.Random(seed)
    first, newer = date(2024, 2, 1), version >= 8
    for number in range(1, entries + 1):
        amount = Decimal(chance.randrange(1, 500_000)).scaleb(-2)
        debit = chance.random() < 0.4
        name = f"<Nm>{chance.choice(_NAMES).replace('&', '&amp;')}</Nm>"
        yield {
            "seed": seed,
            "number": number,
            "amount": amount,
            "signed": -amount if debit else amount,
            "sign": "DBIT" if debit else "CRDT",
            "status": "<Cd>BOOK</Cd>" if newer else "BOOK",
            "day": first + timedelta(days=chance.randrange(29)),
            "family": "ICDT" if debit else "RCDT",
            "side": "Cdtr" if debit else "Dbtr",
            "party": f"<Pty>{name}</Pty>" if newer else name,
            "bic": "BICFI" if newer else "BIC",
            "iban": iban("DE", "00000000", chance.randrange(2, 10_000)),
        }
