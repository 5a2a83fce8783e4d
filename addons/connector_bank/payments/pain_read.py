"""pain.001 and pain.008 back into plain values, counts and control sums checked."""

from datetime import date, datetime
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import FormatError
from odoo.addons.finance_connector_base.core.money import money
from odoo.addons.finance_connector_base.core.safe.limits import CHUNK
from odoo.addons.finance_connector_base.core.safe.xml import xml_events

from .order import (
    CREDIT_TRANSFER,
    Account,
    Address,
    Agent,
    Batch,
    Document,
    Mandate,
    Party,
    Payment,
    Reference,
    Remittance,
    Run,
)
from .pain_write import NOT_PROVIDED


class PainReader:
    """Reads one version of one message.

    Raises ``FormatError``: ``pain.version``, ``pain.missing``, ``pain.amount``, ``pain.date``, ``pain.count``,
    ``pain.control`` and those of ``xml_events``.
    """

    def __init__(self, version, namespace, kind):
        self._version = version
        self._namespace = namespace or version.namespace
        self._kind = kind
        self._own, self._other = ("Dbtr", "Cdtr") if kind == CREDIT_TRANSFER else ("Cdtr", "Dbtr")

    def read(self, content, payment_tag, day_path):
        """The run; ``payment_tag`` and ``day_path`` are the names that the message has for them."""
        chunks = (content[at : at + CHUNK] for at in range(0, len(content), CHUNK))
        head, batches = None, []
        for element in xml_events(chunks, [f"{{*}}{tag}" for tag in ("GrpHdr", payment_tag, "PmtInf")]):
            space, _brace, tag = element.tag[1:].partition("}")
            if space != self._namespace:
                raise FormatError(f"this is {space}, not {self._namespace}", code="pain.version")
            if tag == "GrpHdr":
                head = self._head(element)
            elif tag == "PmtInf":
                batches.append(self._batch(element, payment_tag, day_path, f"PmtInf {len(batches) + 1}"))
                element.clear()
        if head is None:
            raise FormatError("the header GrpHdr is missing", code="pain.missing", place="GrpHdr")
        run, count, control = head
        run = Run(**run, batches=tuple(batches))
        self._checked(run.count, run.total, count, control, "GrpHdr")
        return run

    def _head(self, element):
        initiator = element.find("{*}InitgPty")
        agent = element.find("{*}FwdgAgt")
        run = {
            "message_id": _needed(element, "MsgId", "GrpHdr"),
            "created_at": _moment(_needed(element, "CreDtTm", "GrpHdr"), "GrpHdr"),
            "initiator": Party() if initiator is None else self._party(initiator),
            "forwarding_agent": self._agent(agent),
        }
        return run, _needed(element, "NbOfTxs", "GrpHdr"), _text(element, "CtrlSum")

    def _batch(self, element, payment_tag, day_path, place):
        own, batch = self._own, _text(element, "PmtInfId")
        place = f"batch {batch}" if batch else place
        booking = _text(element, "BtchBookg")
        creditor = element.find("{*}CdtrSchmeId")
        payments = tuple(
            self._payment(one, f"{place}, payment {number}")
            for number, one in enumerate(element.iterfind(f"{{*}}{payment_tag}"), start=1)
        )
        found = Batch(
            id=_needed(element, "PmtInfId", place),
            kind=self._kind,
            executed_on=_day(_needed(element, day_path, place), place),
            owner=self._party(element.find(f"{{*}}{own}")) or Party(),
            account=self._account(element.find(f"{{*}}{own}Acct")) or Account(),
            agent=self._agent(element.find(f"{{*}}{own}Agt")),
            payments=payments,
            batch_booking=None if booking is None else booking in ("true", "1"),
            priority=_text(element, "PmtTpInf/InstrPrty"),
            service_level=_choice(element, "PmtTpInf/SvcLvl"),
            local_instrument=_choice(element, "PmtTpInf/LclInstrm"),
            category_purpose=_choice(element, "PmtTpInf/CtgyPurp"),
            sequence=_text(element, "PmtTpInf/SeqTp"),
            charge_bearer=_text(element, "ChrgBr"),
            charges_account=self._account(element.find("{*}ChrgsAcct")),
            ultimate_owner=self._party(element.find(f"{{*}}Ultmt{own}")),
            creditor_identifier=None if creditor is None else _text(creditor, "Id/PrvtId/Othr/Id"),
        )
        self._checked(len(payments), found.total, _text(element, "NbOfTxs"), _text(element, "CtrlSum"), place)
        return found

    def _payment(self, element, place):
        other = self._other
        amount = element.find("{*}Amt/{*}InstdAmt") if self._kind == CREDIT_TRANSFER else element.find("{*}InstdAmt")
        if amount is None:
            raise FormatError("the amount is missing", code="pain.missing", place=place)
        return Payment(
            end_to_end_id=_needed(element, "PmtId/EndToEndId", place),
            instruction_id=_text(element, "PmtId/InstrId"),
            uetr=_text(element, "PmtId/UETR"),
            amount=_amount(amount.text, place),
            currency=amount.get("Ccy"),
            charge_bearer=_text(element, "ChrgBr"),
            ultimate_debtor=self._party(element.find("{*}UltmtDbtr")),
            intermediary=self._agent(element.find("{*}IntrmyAgt1")),
            agent=self._agent(element.find(f"{{*}}{other}Agt")),
            party=self._party(element.find(f"{{*}}{other}")) or Party(),
            account=self._account(element.find(f"{{*}}{other}Acct")),
            ultimate_creditor=self._party(element.find("{*}UltmtCdtr")),
            purpose=_choice(element, "Purp"),
            mandate=self._mandate(element.find("{*}DrctDbtTx/{*}MndtRltdInf"), place),
            remittance=self._remittance(element.find("{*}RmtInf"), place),
        )

    def _party(self, element):
        if element is None:
            return None
        inside = "Id/PrvtId" if element.find("{*}Id/{*}PrvtId") is not None else "Id/OrgId"
        return Party(
            name=_text(element, "Nm"),
            address=self._address(element.find("{*}PstlAdr")),
            identifier=_text(element, f"{inside}/Othr/Id"),
            identifier_scheme=_choice(element, f"{inside}/Othr/SchmeNm"),
            bic=_text(element, f"{inside}/{self._version.any_bic}"),
            lei=_text(element, f"{inside}/LEI"),
            private=inside == "Id/PrvtId",
        )

    @staticmethod
    def _address(element):
        if element is None:
            return None
        return Address(
            street=_text(element, "StrtNm"),
            building_number=_text(element, "BldgNb"),
            post_code=_text(element, "PstCd"),
            town=_text(element, "TwnNm"),
            region=_text(element, "CtrySubDvsn"),
            country=_text(element, "Ctry"),
            lines=_texts(element, "AdrLine"),
        )

    def _agent(self, element):
        if element is None or _text(element, "FinInstnId/Othr/Id") == NOT_PROVIDED:
            return None
        return Agent(
            bic=_text(element, f"FinInstnId/{self._version.bic}"),
            clearing_system=_choice(element, "FinInstnId/ClrSysMmbId/ClrSysId"),
            clearing_member=_text(element, "FinInstnId/ClrSysMmbId/MmbId"),
            name=_text(element, "FinInstnId/Nm"),
            address=self._address(element.find("{*}FinInstnId/{*}PstlAdr")),
        )

    @staticmethod
    def _account(element):
        if element is None:
            return None
        return Account(
            iban=_text(element, "Id/IBAN"),
            number=_text(element, "Id/Othr/Id"),
            currency=_text(element, "Ccy"),
            kind=_choice(element, "Tp"),
            name=_text(element, "Nm"),
        )

    def _mandate(self, element, place):
        if element is None:
            return None
        signed = _text(element, "DtOfSgntr")
        return Mandate(
            id=_needed(element, "MndtId", place),
            signed_on=signed and _day(signed, place),
            original_id=_text(element, "AmdmntInfDtls/OrgnlMndtId"),
            original_creditor_name=_text(element, "AmdmntInfDtls/OrgnlCdtrSchmeId/Nm"),
            original_creditor_identifier=_text(element, "AmdmntInfDtls/OrgnlCdtrSchmeId/Id/PrvtId/Othr/Id"),
            original_account=self._account(element.find("{*}AmdmntInfDtls/{*}OrgnlDbtrAcct")),
        )

    def _remittance(self, element, place):
        if element is None:
            return None
        reference, additional, documents = None, (), []
        for structured in element.iterfind("{*}Strd"):
            value = _text(structured, "CdtrRefInf/Ref")
            if value:
                kind = _choice(structured, "CdtrRefInf/Tp/CdOrPrtry")
                reference = Reference(value=value, kind=kind or "SCOR", issuer=_text(structured, "CdtrRefInf/Tp/Issr"))
            additional += _texts(structured, "AddtlRmtInf")
            if structured.find("{*}RfrdDocInf") is not None:
                documents.append(self._document(structured, place))
        return Remittance(
            text=_texts(element, "Ustrd"), reference=reference, additional=additional, documents=tuple(documents)
        )

    def _document(self, element, place):
        typed = self._version.documents == "typed"
        day = _text(element, "RfrdDocInf/RltdDt/Dt" if typed else "RfrdDocInf/RltdDt")
        amounts = {}
        if typed:
            for one in element.iterfind("{*}RfrdDocAmt/{*}RmtAmtAndTp"):
                amounts[_choice(one, "Tp")] = _text(one, "Amt")
        else:
            discount = "DscntApldAmt/Amt" if self._version.documents == "listed" else "DscntApldAmt"
            paths = {"DUPA": "DuePyblAmt", "DISC": discount, "CREN": "CdtNoteAmt", "REMI": "RmtdAmt"}
            amounts = {code: _text(element, f"RfrdDocAmt/{path}") for code, path in paths.items()}
        due, discount, credited, remitted = (
            None if amounts.get(code) is None else _amount(amounts[code], place)
            for code in ("DUPA", "DISC", "CREN", "REMI")
        )
        return Document(
            number=_needed(element, "RfrdDocInf/Nb", place),
            kind=_choice(element, "RfrdDocInf/Tp/CdOrPrtry") or "CINV",
            dated_on=day and _day(day, place),
            due=due,
            discount=discount,
            credited=credited,
            remitted=remitted,
        )

    @staticmethod
    def _checked(count, total, told_count, told_total, place):
        if told_count is not None and str(count) != told_count:
            raise FormatError(f"{told_count} payments are declared, {count} are there", code="pain.count", place=place)
        if told_total is not None and Decimal(_amount(told_total, place)) != total:
            raise FormatError(f"the sum is {total}, {told_total} is declared", code="pain.control", place=place)


def _path(path):
    return "/".join(f"{{*}}{part}" for part in path.split("/"))


def _text(element, path):
    return element.findtext(_path(path)) or None


def _texts(element, path):
    return tuple(one.text for one in element.iterfind(_path(path)) if one.text)


def _choice(element, path):
    return _text(element, f"{path}/Cd") or _text(element, f"{path}/Prtry")


def _needed(element, path, place):
    found = _text(element, path)
    if found is None:
        raise FormatError(f"{path} is missing", code="pain.missing", place=place)
    return found


def _amount(text, place):
    try:
        return money(text or "")
    except ValueError as error:
        raise FormatError("an amount cannot be read", code="pain.amount", place=place) from error


def _day(text, place):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FormatError("a date is no day of the calendar", code="pain.date", place=place) from error


def _moment(text, place):
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise FormatError("the time of the file cannot be read", code="pain.date", place=place) from error
