"""camt.029 (ISO 20022 resolution of investigation): what became of our request to cancel or recall payments.

Read for every version by local names. Each payment named gives an ``ItemAnswer`` of status ACCR, RJCR or PDCR; a
file that names nothing gives the confirmation of the whole request, known by the id of our case.
"""

from odoo.addons.finance_connector_base.core.safe.xml import xml_text

from ..formats.camt_values import LOCAL, Table, amount, many, moment, text
from .answer import BatchAnswer, GroupAnswer, ItemAnswer
from .document import REASON, Document, answers_of, reasons

_ROOTS = ("RsltnOfInvstgtn", "camt.029.001.01", "camt.029.001.02", "camt.029.001.03")
_TAGS = tuple(f"{{*}}{name}" for name in ("Assgnmt", "RslvdCase", "Sts", "OrgnlGrpInfAndSts", "TxInfAndSts",
                                          "OrgnlPmtInfAndSts", *_ROOTS))  # fmt: skip
#: Confirmations of a whole request (ExternalInvestigationExecutionConfirmation1Code) as the status of a cancellation.
_CONFIRMED = {"CNCL": "ACCR", "RJCR": "RJCR", "PDCR": "PDCR", "ACCR": "ACCR", "PECR": "PDCR"}
#: Codes of a group or batch (GroupCancellationStatus1Code).
_OF_ALL = {"ACCR": "ACCR", "RJCR": "RJCR", "PDCR": "PDCR", "PACR": "PART"}


def recognises(head):
    found = xml_text(head)
    return "camt.029." in found or "<RsltnOfInvstgtn" in found or ":RsltnOfInvstgtn" in found


def parse(stream):
    """Yield ``ItemAnswer`` and ``BatchAnswer`` as they are read, ``GroupAnswer`` where all are meant.

    :raise FormatError: ``camt029.empty``, ``camt029.truncated``, ``camt.amount``, ``camt.date``, ``xml.…``
    """
    yield from answers_of(stream, _Resolution, "camt029.empty")


class _Resolution(Document):
    tags, words, truncated = _TAGS, "resolution of an investigation", "camt029.truncated"

    def __init__(self):
        super().__init__()
        self.header, self.case, self.confirmed, self.original = {}, None, None, {}
        self.batches = self.items = self.named = self.groups = 0

    def _place(self, name):
        batch = f"OrgnlPmtInfAndSts[{self.batches + 1}]/"
        return f"{batch}TxInfAndSts[{self.items + 1}]" if name == "TxInfAndSts" else name

    def _element(self, element, name):
        parent = LOCAL[element.getparent().tag] if element.getparent() is not None else None
        if name in _ROOTS:
            self.ended = True
            if not self.named:
                self.original = {}
                yield self._group(_CONFIRMED.get(self.confirmed, self.confirmed), (), "Sts", self.case)
        elif name == "Assgnmt" and parent in _ROOTS:
            self.header = _HEADER(element)
        elif name == "RslvdCase" and parent in _ROOTS:
            self.case = _CASE(element).get("id")
        elif name == "Sts" and parent in _ROOTS:
            self.confirmed = _STATUS(element).get("code")
        elif name == "OrgnlGrpInfAndSts":
            self.original = _GROUP(element)
            self.groups += 1
            status = _OF_ALL.get(self.original.get("status"), self.original.get("status"))
            if status:
                self.named += 1
                yield self._group(status, reasons(self.original), f"OrgnlGrpInfAndSts[{self.groups}]")
        elif name == "TxInfAndSts":
            yield self._item(element)
            element.clear(keep_tail=False)
        elif name == "OrgnlPmtInfAndSts":
            yield self._batch(element)

    def _item(self, element):
        values, parent, batch = _ITEM(element), element.getparent(), {}
        if parent is not None and LOCAL[parent.tag] == "OrgnlPmtInfAndSts":
            batch = _BATCH(parent)
        self.items += 1
        self.named += 1
        value, currency = values.get("amount", (None, None))
        return ItemAnswer(
            self._order(values) or self._order(batch),
            batch.get("batch_id"),
            values.get("status"),
            values.get("instruction_id"),
            values.get("end_to_end_id"),
            values.get("uetr"),
            reasons(values),
            value,
            currency,
            accepted_at=self.header.get("created_at"),
            place=f"OrgnlPmtInfAndSts[{self.batches + 1}]/TxInfAndSts[{self.items}]",
        )

    def _batch(self, element):
        self.batches += 1
        self.items = 0
        values = _BATCH(element)
        self.named += bool(values.get("status"))
        status = _OF_ALL.get(values.get("status"), values.get("status"))
        return BatchAnswer(
            self._order(values), values.get("batch_id"), status, reasons(values), f"OrgnlPmtInfAndSts[{self.batches}]",
        )  # fmt: skip

    def _order(self, values):
        return self.original.get("original_message_id") or values.get("group", {}).get("original_message_id")

    def _group(self, status, why, place, case=None):
        return GroupAnswer(
            self.header.get("message_id"), self.original.get("original_message_id"), status, why,
            self.original.get("original_kind"), self.header.get("created_at"), (), place, case,
        )  # fmt: skip


_HEADER = Table({"Id": ("message_id", text), "CreDtTm": ("created_at", moment)})
_CASE = Table({"Id": ("id", text)})
_STATUS = Table({"Conf": ("code", text)})
_ORIGINAL = Table({"OrgnlMsgId": ("original_message_id", text)})
_GROUP = Table(
    {
        "OrgnlMsgId": ("original_message_id", text),
        "OrgnlMsgNmId": ("original_kind", text),
        "GrpCxlSts": ("status", text),
        "CxlStsRsnInf": many("reasons", REASON),
    }
)
_BATCH = Table(
    {
        "OrgnlPmtInfId": ("batch_id", text),
        "OrgnlGrpInf": ("group", _ORIGINAL),
        "PmtInfCxlSts": ("status", text),
        "CxlStsRsnInf": many("reasons", REASON),
    }
)
_ITEM = Table(
    {
        "OrgnlGrpInf": ("group", _ORIGINAL),
        "OrgnlInstrId": ("instruction_id", text),
        "OrgnlEndToEndId": ("end_to_end_id", text),
        "OrgnlUETR": ("uetr", text),
        "UETR": ("uetr", text),
        "TxCxlSts": ("status", text),
        "CxlStsRsnInf": many("reasons", REASON),
        "OrgnlInstdAmt": ("amount", amount),
        "OrgnlIntrBkSttlmAmt": ("amount", amount),
    }
)
