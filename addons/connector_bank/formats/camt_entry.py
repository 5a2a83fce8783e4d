"""Entries of a camt message: ``Ntry`` and the transactions (``TxDtls``) inside."""

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.safe.xml_tree import leading, light
from odoo.addons.finance_connector_base.core.statement import (
    Charge,
    Detail,
    Entry,
    Exchange,
    Party,
    Reference,
)

from .camt_values import (
    Table,
    account,
    agent_bic,
    amount,
    choice,
    day,
    day_choice,
    decimal,
    flag,
    is_debit,
    itself,
    many,
    number,
    party,
    signed,
    status,
    text,
    transaction_code,
)

_SIDES = {
    True: ("Cdtr", "Dbtr"),
    False: ("Dbtr", "Cdtr"),
}  # debit: the other side is the creditor

_EXCHANGE = Table(
    {
        "SrcCcy": ("source", text),
        "TrgtCcy": ("target", text),
        "UnitCcy": ("unit", text),
        "XchgRate": ("rate", decimal),
    }
)
_CONVERTED = Table({"Amt": ("amount", amount), "CcyXchg": ("exchange", _EXCHANGE)})
_AMOUNTS = Table(
    {
        "InstdAmt": ("instructed", _CONVERTED),
        "TxAmt": ("transaction", _CONVERTED),
        "CntrValAmt": ("counter", _CONVERTED),
        "AnncdPstngAmt": ("announced", _CONVERTED),
    }
)
_CHARGE = {
    "Amt": ("amount", amount),
    "CdtDbtInd": ("debit", is_debit),
    "ChrgInclInd": ("included", flag),
    "Tp": ("kind", choice),
    "Br": ("bearer", text),
}
#: Until version 03 ``Chrgs`` is one charge; from then on it holds records and their total.
_CHARGES = Table(
    {
        **_CHARGE,
        "Rcrd": many("records", Table(_CHARGE)),
        "TtlChrgsAndTaxAmt": ("total", amount),
    }
)
_BATCH = Table(
    {
        "MsgId": ("message_id", text),
        "PmtInfId": ("payment_info_id", text),
        "NbOfTxs": ("batch_count", number),
    }
)
_ENTRY = Table(
    {
        "NtryRef": ("entry_ref", text),
        "Amt": ("amount", amount),
        "CdtDbtInd": ("debit", is_debit),
        "RvslInd": ("reversal", flag),
        "Sts": ("status", status),
        "BookgDt": ("booked_on", day_choice),
        "ValDt": ("value_on", day_choice),
        "AcctSvcrRef": ("bank_ref", text),
        "BkTxCd": ("codes", transaction_code),
        "AmtDtls": ("amounts", _AMOUNTS),
        "Chrgs": many("charges", _CHARGES),
        "Btch": many("batches", _BATCH),  # directly here in version 01
        "NtryDtls": many("groups", Table({"Btch": many("batches", _BATCH)})),
        "AddtlNtryInf": ("additional", text),
    }
)

_OTHER = Table({"Tp": ("kind", text), "Ref": ("value", text)})
_REFERENCES = Table(
    {
        "MsgId": ("message_id", text),
        "AcctSvcrRef": ("bank_ref", text),
        "PmtInfId": ("payment_info_id", text),
        "InstrId": ("instruction_id", text),
        "EndToEndId": ("end_to_end_id", text),
        "UETR": ("uetr", text),
        "TxId": ("transaction_id", text),
        "MndtId": ("mandate_id", text),
        "ChqNb": ("cheque_number", text),
        "ClrSysRef": ("clearing", text),
        "Prtry": many("others", _OTHER),
    }
)
_PARTIES = Table({name: (name, itself) for name in ("Dbtr", "DbtrAcct", "UltmtDbtr", "Cdtr", "CdtrAcct", "UltmtCdtr")})
_ACCOUNT_NAME = Table({"Nm": ("name", text)})
_AGENTS = Table({"DbtrAgt": ("Dbtr", agent_bic), "CdtrAgt": ("Cdtr", agent_bic)})
#: The second name of a pair is that of version 01.
_CREDITOR_REFERENCE = Table(
    {
        "Tp": ("kind", choice),
        "CdtrRefTp": ("kind", choice),
        "Ref": ("value", text),
        "CdtrRef": ("value", text),
    }
)
_DOCUMENT = Table(
    {
        "Tp": ("document_type", choice),
        "RfrdDocTp": ("document_type", choice),
        "Nb": ("value", text),
        "RfrdDocNb": ("value", text),
        "RltdDt": ("document_date", day_choice),
    }
)
_STRUCTURED = Table(
    {
        "RfrdDocInf": many("documents", _DOCUMENT),
        "RfrdDocRltdDt": ("document_date", day),
        "RfrdDocAmt": (
            "amounts",
            Table({"RmtdAmt": ("remitted", amount), "CdtNoteAmt": ("credited", amount)}),
            False,
        ),
        "CdtrRefInf": ("creditor", _CREDITOR_REFERENCE),
        "AddtlRmtInf": many("lines", text),
    }
)
_REMITTANCE = Table({"Ustrd": many("lines", text), "Strd": many("structured", _STRUCTURED)})
_RETURN = Table(
    {
        "OrgnlBkTxCd": ("codes", transaction_code),
        "Rsn": ("reason", choice),
        "RtrRsn": ("reason", choice),
        "AddtlInf": many("lines", text),
        "AddtlRtrRsnInf": many("lines", text),
    }
)
_DETAIL = Table(
    {
        "Refs": ("refs", _REFERENCES),
        "Amt": ("amount", amount),
        "CdtDbtInd": ("debit", is_debit),
        "AmtDtls": ("amounts", _AMOUNTS),
        "BkTxCd": ("codes", transaction_code),
        "Chrgs": many("charges", _CHARGES),
        "RltdPties": ("parties", _PARTIES),
        "RltdAgts": ("agents", _AGENTS),
        "Purp": ("purpose", choice),
        "RmtInf": ("remittance", _REMITTANCE),
        "RtrInf": ("returned", _RETURN),
        "AddtlTxInf": ("additional", text),
    }
)
_NOTHING = {}
_GROUPS = ("NtryDtls", "TxDtls")


class EntryReader:
    """Reads one ``Ntry`` while it streams by: first its own fields, then transaction by transaction.

    :param own: (number, name) of the statement's account, to tell who is the other side
    """

    def __init__(self, element, own, default_status):
        self._own, self._default_status = own, default_status
        self._details = []
        # What follows the transactions may not have been read to its end yet.
        fields, self._rest = leading(element, _GROUPS)
        self._values = values = _ENTRY(fields)
        if "amount" not in values:
            raise FormatError("an entry has no Amt", code="camt.amount")
        value, self.currency = values["amount"]
        debit = values.get("debit")
        if debit is None and value >= 0:
            raise FormatError("an entry has no CdtDbtInd", code="camt.sign")
        self._amount = signed(value, debit)
        self._debit = value < 0 if debit is None else debit
        self._reversal = values.get("reversal", False)

    def add(self, element):
        """Read one ``TxDtls``."""
        values = _DETAIL(light(element))
        debit = values.get("debit", self._debit)
        value, currency = self._detail_amount(values)
        codes = values.get("codes", (None, None))
        returned = values.get("returned", _NOTHING)
        refs = values.get("refs", {})
        other, ultimate = self._other_side(values, debit, bool(returned))
        references, remittance = _remittance(values.get("remittance", _NOTHING), debit)
        self._details.append(
            Detail(
                amount=None if value is None else signed(value, debit),
                currency=currency,
                counterparty=other,
                ultimate=ultimate,
                references=references,
                remittance=remittance,
                additional=values.get("additional"),
                code=codes[0] or codes[1],
                own_code=codes[1] if codes[0] else None,
                purpose=values.get("purpose"),
                return_reason=returned.get("reason"),
                return_text=" ".join(returned.get("lines", ())) or None,
                original_code=returned.get("codes", (None,))[0],
                charges=_charges(values),
                exchange=_exchange(values, value, currency),
                other_references=_other_references(refs),
                **refs,
            )
        )

    def finish(self, place):
        """The entry, once its end is read."""
        values = self._values
        if self._rest is not None:
            values = {**_ENTRY((self._rest, *self._rest.itersiblings())), **values}
        batch = _batch(values)
        codes = values.get("codes", (None, None))
        return Entry(
            booked_on=values.get("booked_on"),
            amount=self._amount,
            currency=self.currency,
            value_on=values.get("value_on"),
            status=values.get("status", self._default_status),
            reversal=self._reversal,
            entry_ref=values.get("entry_ref"),
            bank_ref=values.get("bank_ref"),
            code=codes[0] or codes[1],
            own_code=codes[1] if codes[0] else None,
            additional=values.get("additional"),
            charges=_charges(values),
            exchange=_exchange(values, abs(self._amount), self.currency),
            details=tuple(self._details),
            place=place,
            **batch,
        )

    def _detail_amount(self, values):
        """Amount of a transaction, best in the currency of the entry.

        ``Amt`` (from version 03), the amount settled, its counter value; the instructed amount
        only in the entry's own currency, as it may be before conversion.
        """
        direct = values.get("amount")
        if direct is not None and direct[1] == self.currency:
            return direct
        amounts = values.get("amounts", _NOTHING)
        found = [direct] if direct else []
        for kind in ("transaction", "counter", "instructed"):
            stated = amounts.get(kind, _NOTHING).get("amount")
            if stated is None:
                continue
            if stated[1] == self.currency:
                return stated
            if kind != "instructed":
                found.append(stated)
        return found[0] if found else (None, None)

    def _other_side(self, values, debit, returned):
        """Who is at the other end and on whose behalf, both None where the file does not say.

        A debit goes to the creditor, a credit comes from the debtor. In a return or reversal the
        parties keep the roles of the first transaction (ISO 20022, Swiss and German rules), so the
        sides swap; Dutch banks name the other side by the direction of the return instead and give
        only that one.
        """
        parties, agents = (
            values.get("parties", _NOTHING),
            values.get("agents", _NOTHING),
        )
        far, near = _SIDES[debit]
        if not (returned or self._reversal):
            return self._party(parties, agents, far)
        far, near = near, far
        if self._is_own(parties, far) or (far not in parties and far + "Acct" not in parties):
            if self._is_own(parties, near):
                return None, None
            far = near
        return self._party(parties, agents, far)

    def _is_own(self, parties, side):
        number, name = self._own
        if side + "Acct" in parties and number and account(parties[side + "Acct"]) == number:
            return True
        stated = party(parties[side]).get("name") if side in parties else None
        return bool(stated and name and name.casefold().startswith(stated.casefold()))

    def _party(self, parties, agents, side):
        facts = party(parties[side]) if side in parties else {}
        holder = parties.get(side + "Acct")
        number = None if holder is None else account(holder)
        name = facts.get("name")
        if name is None and holder is not None:
            name = _ACCOUNT_NAME(holder).get("name")
        bic = agents.get(side) or facts.get("bic")
        other = None
        if name or number or bic or facts:
            other = Party(name, number, bic, facts.get("identifier"), facts.get("address"))
        behalf = party(parties["Ultmt" + side]) if "Ultmt" + side in parties else None
        ultimate = None
        if behalf:
            ultimate = Party(
                behalf.get("name"),
                None,
                behalf.get("bic"),
                behalf.get("identifier"),
                behalf.get("address"),
            )
        return other, ultimate


def _batch(values):
    """Ids and number of transactions of a batch booking, over all groups of the entry."""
    batches = values.get("batches", [])
    for group in values.get("groups", ()):
        batches = batches + group.get("batches", [])
    found = {}
    for batch in batches:
        count = found.get("batch_count", 0) + batch.get("batch_count", 0)
        found = {**batch, **found}
        if count:
            found["batch_count"] = count
    return found


def _charges(values):
    if "charges" not in values:
        return ()
    found = []
    for block in values["charges"]:
        records = block.get("records", ())
        if not records and "amount" in block:
            records = (block,)
        if not records and "total" in block:
            records = ({"amount": block["total"]},)
        found.extend(_charge(record) for record in records if "amount" in record)
    return tuple(found)


def _charge(record):
    """A charge is paid by us unless the bank marks it as a credit."""
    value, currency = record["amount"]
    return Charge(
        amount=signed(value, record.get("debit", True)),
        currency=currency,
        included=record.get("included"),
        kind=record.get("kind"),
        bearer=record.get("bearer"),
    )


def _exchange(values, value, currency):
    """The conversion, or an instructed amount that differs from what was booked."""
    amounts = values.get("amounts")
    if not amounts:
        return None
    rates = (block["exchange"] for block in amounts.values() if block.get("exchange"))
    rate = next(rates, None)
    instructed = amounts.get("instructed", _NOTHING).get("amount")
    if rate is None and (instructed is None or instructed == (value, currency)):
        return None
    instructed, instructed_currency = instructed or (None, None)
    return Exchange(**rate or {}, instructed=instructed, instructed_currency=instructed_currency)


def _other_references(refs):
    """References the standard has no field of ours for; taken out of ``refs``."""
    clearing, others = refs.pop("clearing", None), refs.pop("others", ())
    found = [Reference(other["value"], other.get("kind")) for other in others if "value" in other]
    if clearing is not None:
        found.append(Reference(clearing, "ClrSysRef"))
    return tuple(found)


def _remittance(values, debit):
    """Structured references and free lines of ``RmtInf``."""
    lines, references = values.get("lines", []), []
    for block in values.get("structured", ()):
        references.extend(_references(block, debit))
        lines = lines + block.get("lines", [])
    return tuple(references), tuple(lines)


def _references(block, debit):
    """Creditor reference and documents of one ``Strd``; its amount belongs to a single one of them."""
    creditor, documents = block.get("creditor"), block.get("documents", [])
    dated = block.get("document_date")
    found = [{"document_date": dated, **facts} if dated else facts for facts in documents]
    money = _document_amount(block.get("amounts", _NOTHING), debit)
    if creditor and "value" in creditor:
        found.insert(0, creditor if documents else {**creditor, **money})
    if len(documents) == 1:
        found[-1] = {**found[-1], **money}
    return [Reference(**facts) for facts in found if "value" in facts]


def _document_amount(amounts, debit):
    """Remitted amount signed like the entry; a credit note takes away from it."""
    if "remitted" in amounts:
        value, currency = amounts["remitted"]
        return {"amount": signed(value, debit), "currency": currency}
    if "credited" in amounts:
        value, currency = amounts["credited"]
        return {"amount": signed(value, not debit), "currency": currency}
    return {}
