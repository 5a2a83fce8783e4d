"""The customer protocol HAC: what the bank did with each order, as pain.002 (detailed concept 3.0, 10)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from odoo.addons.finance_connector_base.core.errors import FormatError

#: The end of an order, well or not.
DONE, REFUSED = "ORDER_HAC_FINAL_POS", "ORDER_HAC_FINAL_NEG"
UPLOAD = "FILE_UPLOAD"
#: Reasons that say that the order did not come in whole (external reason codes TA01, TD01 to TD03).
NOT_ARRIVED = frozenset({"TA01", "TD01", "TD02", "TD03"})
_FLAGS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "remove_comments": True}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an order at the bank."""

    action: str  # FILE_UPLOAD, ES_VERIFICATION, VEU_FORWARDING, ORDER_HAC_FINAL_POS, …
    order_id: str
    order_type: str
    partner_id: str
    user_id: str
    at: datetime | None
    reason: str
    text: str


def read_events(content):
    """The events in the order of the bank.

    :raise FormatError: ``ebics.protocol``
    """
    try:
        root = etree.fromstring(content, etree.XMLParser(**_FLAGS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FormatError("the customer protocol is no XML", code="ebics.protocol") from error
    if root.getroottree().docinfo.doctype or root.find("{*}CstmrPmtStsRpt") is None:
        raise FormatError("the customer protocol is no pain.002", code="ebics.protocol")
    return [_event(one) for one in root.iterfind("{*}CstmrPmtStsRpt/{*}OrgnlPmtInfAndSts")]


def _event(element):
    action = element.findtext("{*}OrgnlPmtInfId", "").strip()
    if not action:
        raise FormatError("an entry of the customer protocol names no action", code="ebics.protocol")
    ids = {
        one.findtext("{*}SchmeNm/{*}Prtry", "").strip(): one.findtext("{*}Id", "").strip()
        for one in element.iterfind("{*}StsRsnInf/{*}Orgtr/{*}Id/{*}OrgId/{*}Othr")
    }
    lines = [one.text or "" for one in element.iterfind("{*}StsRsnInf/{*}AddtlInf")]
    return Event(
        action,
        ids.get("OrderID", ""),
        ids.get("OrderType", "") or ids.get("AdminOrderType", ""),
        ids.get("PartnerID", ""),
        ids.get("UserID", ""),
        _moment(ids.get("TimeStamp", "")),
        element.findtext("{*}StsRsnInf/{*}Rsn/{*}Cd", "").strip(),
        " ".join(" ".join(lines).split()),
    )


def _moment(text):
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def fate(events):
    """What became of one order by its events: ``done``, ``refused``, ``arrived``, ``absent`` or None."""
    actions = {event.action for event in events}
    reasons = {event.reason for event in events if event.action in (UPLOAD, REFUSED)}
    if DONE in actions:
        return "done"
    if reasons & NOT_ARRIVED:
        return "absent"
    if REFUSED in actions:
        return "refused"
    return "arrived" if events else None
