"""pain.002 (ISO 20022 customer payment status report): group, batch and item level, every version.

Elements are known by their local names, so that prefixes, envelopes and national dialects pass. Items are given as
they are read, each batch after its items, the group when its element ends: what concerns all is no more than a
default for those that are not named themselves.
"""

from odoo.addons.finance_connector_base.core.safe.xml import xml_text

from ..formats.camt_values import LOCAL, Table, amount, day_choice, many, moment, number, party, text
from .answer import BatchAnswer, GroupAnswer, ItemAnswer
from .document import REASON, Document, answers_of, reasons

_ROOTS = ("CstmrPmtStsRpt", "PmtStsRpt", "pain.002.001.02")
_TAGS = tuple(f"{{*}}{name}" for name in ("GrpHdr", "OrgnlGrpInfAndSts", "TxInfAndSts", "OrgnlPmtInfAndSts", *_ROOTS))


def recognises(head):
    found = xml_text(head)
    return "pain.002." in found or any(f"<{root}" in found or f":{root}" in found for root in _ROOTS[:2])


def parse(stream):
    """Yield ``GroupAnswer``, ``BatchAnswer`` and ``ItemAnswer``.

    :raise FormatError: ``pain002.empty``, ``pain002.truncated``, ``camt.amount``, ``camt.date``, ``camt.number``,
        ``xml.…``; the place is a path counted over the file
    """
    yield from answers_of(stream, _Report, "pain002.empty")


class _Report(Document):
    tags, words, truncated = _TAGS, "status report", "pain002.truncated"

    def __init__(self):
        super().__init__()
        self.header, self.original = {}, None
        self.batches = self.items = 0

    def _place(self, name):
        return f"OrgnlPmtInfAndSts[{self.batches + 1}]/TxInfAndSts[{self.items + 1}]" if name == "TxInfAndSts" else name

    def _element(self, element, name):
        if name == "GrpHdr":
            self.header = _HEADER(element)
        elif name == "OrgnlGrpInfAndSts":
            yield self._group(element)
        elif name == "TxInfAndSts":
            yield self._item(element)
        elif name == "OrgnlPmtInfAndSts":
            yield self._batch(element)
        else:
            self.ended = True
            return
        if name != "GrpHdr":
            element.clear(keep_tail=False)

    def _group(self, element):
        values = _GROUP(element)
        self.original = values.get("original_message_id")
        return GroupAnswer(
            self.header.get("message_id"),
            self.original,
            values.get("status"),
            reasons(values),
            values.get("original_kind"),
            self.header.get("created_at"),
            tuple((each.get("status"), each.get("count", 0)) for each in values.get("counts", ())),
            "OrgnlGrpInfAndSts",
        )

    def _batch(self, element):
        self.batches += 1
        self.items = 0
        values = _BATCH(element)
        place = f"OrgnlPmtInfAndSts[{self.batches}]"
        return BatchAnswer(self.original, values.get("batch_id"), values.get("status"), reasons(values), place)

    def _item(self, element):
        values, parent = _ITEM(element), element.getparent()
        batch = None
        if parent is not None and LOCAL[parent.tag] == "OrgnlPmtInfAndSts":
            batch = _BATCH(parent).get("batch_id")
        self.items += 1
        reference = values.get("reference", {})
        value, currency = reference.get("instructed", {}).get("amount", (None, None))
        return ItemAnswer(
            self.original or values.get("original_message_id"),
            batch,
            values.get("status"),
            values.get("instruction_id"),
            values.get("end_to_end_id"),
            values.get("uetr"),
            reasons(values),
            value,
            currency,
            values.get("bank_ref"),
            values.get("clearing_ref"),
            values.get("accepted_at"),
            values.get("settled_on") or reference.get("settled_on"),
            reference.get("creditor", {}).get("name"),
            place=f"OrgnlPmtInfAndSts[{self.batches + 1}]/TxInfAndSts[{self.items}]",
        )


_COUNT = Table({"DtldNbOfTxs": ("count", number), "DtldSts": ("status", text)})
_HEADER = Table({"MsgId": ("message_id", text), "CreDtTm": ("created_at", moment)})
_GROUP = Table(
    {
        "OrgnlMsgId": ("original_message_id", text),
        "OrgnlMsgNmId": ("original_kind", text),
        "GrpSts": ("status", text),
        "StsRsnInf": many("reasons", REASON),
        "NbOfTxsPerSts": many("counts", _COUNT),
    }
)
_BATCH = Table(
    {
        "OrgnlPmtInfId": ("batch_id", text),
        "PmtInfSts": ("status", text),
        "StsRsnInf": many("reasons", REASON),
    }
)
_AMOUNT = Table({"InstdAmt": ("amount", amount)})
_REFERENCE = Table(
    {
        "Amt": ("instructed", _AMOUNT),
        "IntrBkSttlmDt": ("settled_on", day_choice),
        "Cdtr": ("creditor", party),
    }
)
_ITEM = Table(
    {
        "OrgnlInstrId": ("instruction_id", text),
        "OrgnlEndToEndId": ("end_to_end_id", text),
        "OrgnlUETR": ("uetr", text),
        "TxSts": ("status", text),
        "StsRsnInf": many("reasons", REASON),
        "AccptncDtTm": ("accepted_at", moment),
        "FctvIntrBkSttlmDt": ("settled_on", day_choice),
        "AcctSvcrRef": ("bank_ref", text),
        "ClrSysRef": ("clearing_ref", text),
        "OrgnlTxRef": ("reference", _REFERENCE),
    }
)
