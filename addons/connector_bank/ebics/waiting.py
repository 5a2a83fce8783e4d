"""Orders that wait at the bank for the signatures of others (distributed signature, order type HVZ)."""

from dataclasses import dataclass

from lxml import etree

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError

from .names import h005
from .responses import parsed


@dataclass(frozen=True, slots=True)
class Waiting:
    """One order: how many signatures it needs and has, and of whom."""

    order_id: str
    needed: int
    done: int
    signers: tuple[str, ...] = ()


def read_waiting(content):
    """In the order of the bank.

    :raise RemoteDefectError: ``ebics.answer``
    """
    root = parsed(content)
    if etree.QName(root).localname not in ("HVZResponseOrderData", "HVUResponseOrderData"):
        raise RemoteDefectError("the bank does not list what waits for signatures", code="ebics.answer")
    return [_waiting(details) for details in root.iterfind(h005("OrderDetails"))]


def _waiting(details):
    info = details.find(h005("SigningInfo"))
    try:
        needed, done = int(info.get("NumSigRequired")), int(info.get("NumSigDone"))
    except (AttributeError, TypeError, ValueError) as error:
        raise RemoteDefectError("the bank does not tell how many signatures are needed", code="ebics.answer") from error
    people = [
        (one.findtext(h005("Name"), "") or one.findtext(h005("UserID"), "")).strip()
        for one in details.iterfind(h005("SignerInfo"))
    ]
    return Waiting(details.findtext(h005("OrderID"), "").strip(), needed, done, tuple(filter(None, people)))
