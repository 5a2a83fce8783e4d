"""Parts of pain.001 and pain.008 as text: parties, banks, accounts, remittance, in the order of the schemas."""

import re
from decimal import Decimal
from xml.sax.saxutils import escape

from .checks import decimals

NOT_PROVIDED = "NOTPROVIDED"
_ACCOUNT_KINDS = frozenset("CASH CHAR COMM TAXE CISH TRAS SACC CACC SVGS ONDP MGLD NREX MOMA LOAN SLRY ODFT".split())
_REFERENCE_KINDS = frozenset("RADM RPIN FXDR DISP PUOR SCOR".split())
_DOCUMENT_KINDS = frozenset("MSIN CNFA DNFA CINV CREN DEBN HIRI SBIN CMCN SOAC DISP BOLD VCHR AROI TSUT".split())
_CODE = re.compile(r"[A-Z0-9]{1,4}")


def amount_text(amount, currency):
    """With the decimals of the currency, never an exponent."""
    return f"{amount:.{decimals(currency)}f}"


def text(tag, value):
    """An element with a text; nothing where there is none."""
    return "" if value is None else f"<{tag}>{escape(value)}</{tag}>\n"


def group(tag, *parts):
    """An element around ``parts``; nothing where they are all empty."""
    inside = "".join(parts)
    return f"<{tag}>\n{inside}</{tag}>\n" if inside else ""


def choice(tag, value, codes=None):
    """A code where it is one of the ``codes`` (or looks like an external code), else a proprietary text."""
    if value is None:
        return ""
    coded = value in codes if codes else _CODE.fullmatch(value)
    return group(tag, text("Cd" if coded else "Prtry", value))


def control_sum(payments):
    """The exact sum of the amounts as written."""
    return format(sum((Decimal(amount_text(one.amount, one.currency)) for one in payments), Decimal()), "f")


class PainWriter:
    """Writes the parts for one version of one message."""

    def __init__(self, version, namespace=None):
        self._version = version
        self._namespace = namespace or version.namespace

    def document(self, root, run, header, batches):
        """The whole file. ``header``: which parts of the sender are written, in this order of meaning."""
        opening = f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{escape(self._namespace)}">\n<{root}>\n'
        payments = [payment for batch in run.batches for payment in batch.payments]
        head = group(
            "GrpHdr",
            text("MsgId", run.message_id),
            text("CreDtTm", run.created_at.isoformat()),
            text("NbOfTxs", str(len(payments))),
            text("CtrlSum", control_sum(payments)) if "control_sum" in header else "",
            self.party("InitgPty", run.initiator),
            self.agent("FwdgAgt", run.forwarding_agent) if run.forwarding_agent else "",
        )
        return "".join((opening, head, *batches, f"</{root}>\n</Document>\n")).encode()

    def batch_head(self, batch, method, header):
        return (
            text("PmtInfId", batch.id)
            + text("PmtMtd", method)
            + text("BtchBookg", None if batch.batch_booking is None else str(batch.batch_booking).lower())
            + (text("NbOfTxs", str(len(batch.payments))) if "batch_count" in header else "")
            + (text("CtrlSum", control_sum(batch.payments)) if "batch_control_sum" in header else "")
            + group(
                "PmtTpInf",
                text("InstrPrty", batch.priority),
                choice("SvcLvl", batch.service_level),
                choice("LclInstrm", batch.local_instrument),
                text("SeqTp", batch.sequence),
                choice("CtgyPurp", batch.category_purpose),
            )
        )

    def payment_ids(self, payment):
        return group(
            "PmtId",
            text("InstrId", payment.instruction_id),
            text("EndToEndId", payment.end_to_end_id),
            text("UETR", payment.uetr) if self._version.uetr else "",
        )

    @staticmethod
    def amount(payment):
        shown = amount_text(payment.amount, payment.currency)
        return f'<InstdAmt Ccy="{payment.currency}">{shown}</InstdAmt>\n'

    def party(self, tag, party):
        if party is None:
            return ""
        identifier = "" if party.identifier is None else self._identifier(party.identifier, party.identifier_scheme)
        organisation = (
            text(self._version.any_bic, party.bic) + (text("LEI", party.lei) if self._version.lei else "") + identifier
        )
        inside = group("PrvtId", identifier) if party.private else group("OrgId", organisation)
        return group(tag, text("Nm", party.name), self.address(party.address), group("Id", inside))

    def creditor(self, tag, identifier, name=None):
        """A SEPA creditor: its identifier under the scheme of that name."""
        other = group("Othr", text("Id", identifier), group("SchmeNm", text("Prtry", "SEPA")))
        return group(tag, text("Nm", name), group("Id", group("PrvtId", other)) if identifier else "")

    @staticmethod
    def _identifier(value, scheme):
        return group("Othr", text("Id", value), choice("SchmeNm", scheme))

    @staticmethod
    def address(address):
        if address is None:
            return ""
        return group(
            "PstlAdr",
            text("StrtNm", address.street),
            text("BldgNb", address.building_number),
            text("PstCd", address.post_code),
            text("TwnNm", address.town),
            text("CtrySubDvsn", address.region),
            text("Ctry", address.country),
            *(text("AdrLine", line) for line in address.lines),
        )

    def agent(self, tag, agent):
        """A bank; ``NOTPROVIDED`` where the account says which."""
        if agent is None:
            return group(tag, group("FinInstnId", group("Othr", text("Id", NOT_PROVIDED))))
        member = group(
            "ClrSysMmbId",
            group("ClrSysId", self._system(agent.clearing_system)),
            text("MmbId", agent.clearing_member),
        )
        inside = text(self._version.bic, agent.bic) + member + text("Nm", agent.name) + self.address(agent.address)
        return group(tag, group("FinInstnId", inside))

    @staticmethod
    def _system(code):
        return text("Cd" if code and re.fullmatch(r"[A-Z0-9]{1,5}", code) else "Prtry", code)

    @staticmethod
    def account(tag, account):
        if account is None:
            return ""
        number = text("IBAN", account.iban) or group("Othr", text("Id", account.number))
        return group(
            tag,
            group("Id", number),
            choice("Tp", account.kind, _ACCOUNT_KINDS),
            text("Ccy", account.currency),
            text("Nm", account.name),
        )

    def remittance(self, payment):
        told = payment.remittance
        if told is None:
            return ""
        reference = told.reference
        first = ""
        if reference or told.additional:
            first = group(
                "Strd",
                self._reference(reference) if reference else "",
                *(text("AddtlRmtInf", line) for line in told.additional),
            )
        documents = (self._document(document, payment.currency) for document in told.documents)
        return group("RmtInf", *(text("Ustrd", line) for line in told.text), first, *documents)

    @staticmethod
    def _reference(reference):
        kind = group("CdOrPrtry", text("Cd" if reference.kind in _REFERENCE_KINDS else "Prtry", reference.kind))
        return group("CdtrRefInf", group("Tp", kind, text("Issr", reference.issuer)), text("Ref", reference.value))

    def _document(self, document, currency):
        kind = group("CdOrPrtry", text("Cd" if document.kind in _DOCUMENT_KINDS else "Prtry", document.kind))
        day = text("RltdDt", document.dated_on and document.dated_on.isoformat())
        if day and self._version.documents == "typed":
            inside = text("Dt", document.dated_on.isoformat())
            day = group("RltdDt", group("Tp", text("Prtry", "DocumentDate")), inside)
        about = group("RfrdDocInf", group("Tp", kind), text("Nb", document.number), day)
        return group("Strd", about, group("RfrdDocAmt", *self._document_amounts(document, currency)))

    def _document_amounts(self, document, currency):
        how = self._version.documents
        for tag, code, amount in (
            ("DuePyblAmt", "DUPA", document.due),
            ("DscntApldAmt", "DISC", document.discount),
            ("CdtNoteAmt", "CREN", document.credited),
            ("RmtdAmt", "REMI", document.remitted),
        ):
            if amount is None:
                continue
            shown = f' Ccy="{currency}">{amount_text(amount, currency)}</'
            if how == "typed":
                yield group("RmtAmtAndTp", group("Tp", text("Cd", code)), f"<Amt{shown}Amt>\n")
            elif how == "listed" and tag == "DscntApldAmt":
                yield group(tag, f"<Amt{shown}Amt>\n")
            else:
                yield f"<{tag}{shown}{tag}>\n"
