"""What the bank has agreed with us: the business transactions of our user (order type HTD)."""

from dataclasses import dataclass

from lxml import etree

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError

from .names import h005
from .responses import parsed

#: Classes of signatures: alone, first or second of two, only for the transport.
LEVELS = ("E", "A", "B", "T")


@dataclass(frozen=True, slots=True)
class Agreed:
    """One business transaction; ``service`` is empty for administrative orders, ``level`` where nothing is signed."""

    order_type: str
    service: str
    level: str

    def __str__(self):
        return " ".join(filter(None, (self.order_type, self.service, f"({self.level})" if self.level else "")))


def read_agreed(content):
    """In the order of the bank, each once.

    :raise RemoteDefectError: ``ebics.answer``
    """
    root = parsed(content)
    if etree.QName(root).localname not in ("HTDResponseOrderData", "HKDResponseOrderData"):
        raise RemoteDefectError("the bank does not list what is agreed", code="ebics.answer")
    found = []
    for permission in root.iterfind(f"{h005('UserInfo')}/{h005('Permission')}"):
        kind = permission.findtext(h005("AdminOrderType"), "").strip()
        level = permission.get("AuthorisationLevel", "")
        one = Agreed(kind, _service(permission.find(h005("Service"))), level if level in LEVELS else "")
        if kind and one not in found:
            found.append(one)
    return found


def _service(element):
    if element is None:
        return ""
    container, message = element.find(h005("Container")), element.find(h005("MsgName"))
    parts = [element.findtext(h005(name), "").strip() for name in ("ServiceName", "Scope", "ServiceOption")]
    parts.append(container.get("containerType", "") if container is not None else "")
    parts.append((message.text or "").strip() if message is not None else "")
    parts.append(message.get("version", "") if message is not None else "")
    return "/".join(part or "-" for part in parts)
