"""The bank's answers: read strictly, believed only as far as the bank's key signed them."""

import base64
import binascii
from dataclasses import dataclass

from lxml import etree

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError, SecurityError

from . import authentication
from .codes import is_ok
from .keys import BankKeys, read_certificate
from .names import H000, H005, ds, h005

_PARSER_FLAGS = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


@dataclass(frozen=True, slots=True)
class Response:
    """``technical`` says how the request did, ``business`` how the order did.

    ``signed``: by the bank's pinned key; what is not signed may only be bad news.
    """

    technical: str
    business: str
    text: str
    signed: bool
    transaction_id: str | None = None
    phase: str | None = None
    order_id: str | None = None
    segments: int | None = None
    segment: int | None = None
    last: bool = False
    data: str | None = None  # base64 as it came
    transaction_key: bytes | None = None

    @property
    def code(self):
        """The code that decides: a technical error, else the business code."""
        return self.business if is_ok(self.technical) and self.business != "000000" else self.technical


def read(content, bank=None):
    """One answer to a request.

    :param bank: the bank's pinned keys; None while they are not known, for answers that are never signed
    :raise RemoteDefectError: ``ebics.answer``
    :raise SecurityError: ``ebics.signature``
    """
    root = parsed(content)
    if root.tag not in (h005("ebicsResponse"), h005("ebicsKeyManagementResponse")):
        raise RemoteDefectError(f"the bank answers with {etree.QName(root).localname}", code="ebics.answer")
    signed = False
    if bank is not None and root.find(h005("AuthSignature")) is not None:
        authentication.verify(root, bank.authentication)
        _check_marks(root)
        signed = True
    response = _response(root, signed)
    if bank is not None and not signed and is_ok(response.code):
        raise SecurityError("the bank's answer is not signed", code="ebics.signature")
    return response


def _check_marks(root):
    """What we read stands under the signature."""
    places = ("header", "body/ReturnCode", "body/DataTransfer/DataEncryptionInfo")
    for place in places:
        path = "/".join(h005(part) for part in place.split("/"))
        for element in root.findall(path):
            if element.get("authenticate") != "true":
                raise SecurityError(f"{place} of the bank's answer is not signed", code="ebics.signature")


def _response(root, signed):
    found = _Finder(root)
    return Response(
        technical=found.text("header/mutable/ReturnCode", needed=True),
        business=found.text("body/ReturnCode") or "000000",
        text=found.text("header/mutable/ReportText") or "",
        signed=signed,
        transaction_id=found.text("header/static/TransactionID"),
        phase=found.text("header/mutable/TransactionPhase"),
        order_id=found.text("header/mutable/OrderID"),
        segments=found.number("header/static/NumSegments"),
        segment=found.number("header/mutable/SegmentNumber"),
        last=found.attribute("header/mutable/SegmentNumber", "lastSegment") in ("true", "1"),
        data=found.text("body/DataTransfer/OrderData"),
        transaction_key=found.content("body/DataTransfer/DataEncryptionInfo/TransactionKey"),
    )


class _Finder:
    """Texts at paths of one answer; each stands there once or not at all."""

    def __init__(self, root):
        self._root = root

    def _one(self, path):
        found = self._root.findall("/".join(h005(part) for part in path.split("/")))
        if len(found) > 1:
            raise RemoteDefectError(f"{path} stands twice in the bank's answer", code="ebics.answer", place=path)
        return found[0] if found else None

    def text(self, path, needed=False):
        element = self._one(path)
        value = (element.text or "").strip() if element is not None else None
        if needed and not value:
            raise RemoteDefectError(f"{path} is missing in the bank's answer", code="ebics.answer", place=path)
        return value

    def attribute(self, path, name):
        element = self._one(path)
        return element.get(name) if element is not None else None

    def number(self, path):
        value = self.text(path)
        if value is None or value == "":
            return None
        if not value.isascii() or not value.isdigit() or len(value) > 10:
            raise RemoteDefectError(f"{path} is no number", code="ebics.answer", place=path)
        return int(value)

    def content(self, path):
        value = self.text(path)
        return None if value is None else decoded([value])


def decoded(parts):
    """Bytes of base64 segments; some banks end each with its own padding.

    :raise RemoteDefectError: ``ebics.answer``
    """
    parts = ["".join(part.split()) for part in parts]
    try:
        if all(len(part) % 4 == 0 for part in parts):
            return b"".join(base64.b64decode(part, validate=True) for part in parts)
        return base64.b64decode("".join(parts), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RemoteDefectError("the bank's data are not base64", code="ebics.answer") from error


def read_versions(content):
    """``{protocol: release}`` of an answer to HEV, e.g. ``{"H005": "03.00"}``."""
    root = parsed(content)
    names = {"h": H000}
    if root.tag != f"{{{H000}}}ebicsHEVResponse":
        raise RemoteDefectError("the bank does not answer to the question for its versions", code="ebics.answer")
    code = root.findtext("h:SystemReturnCode/h:ReturnCode", "", names).strip()
    found = {
        (one.get("ProtocolVersion") or ""): (one.text or "").strip() for one in root.findall("h:VersionNumber", names)
    }
    return code, found


def read_bank_keys(content, host_id):
    """The bank's certificates of an answer to HPB.

    :raise RemoteDefectError: ``ebics.answer``, ``ebics.certificate``
    """
    root = parsed(content)
    names = {"e": H005}
    if root.tag != h005("HPBResponseOrderData") or root.findtext("e:HostID", "", names).strip() != host_id:
        raise RemoteDefectError("the bank's keys are not those of this host", code="ebics.answer")
    found = []
    for name, version in (("Authentication", "X002"), ("Encryption", "E002")):
        info = root.find(f"e:{name}PubKeyInfo", names)
        text = "" if info is None else info.findtext(f"{ds('X509Data')}/{ds('X509Certificate')}", "")
        if info is None or info.findtext(f"e:{name}Version", "", names).strip() != version or not text.strip():
            raise RemoteDefectError(f"the bank sends no {version} certificate", code="ebics.certificate")
        found.append(read_certificate(decoded([text])))
    return BankKeys(*found)


def parsed(content):
    """The root of an XML document of the bank.

    :raise RemoteDefectError: ``ebics.answer``
    """
    try:
        root = etree.fromstring(content, etree.XMLParser(**_PARSER_FLAGS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RemoteDefectError("the bank's answer is no XML", code="ebics.answer") from error
    if root.getroottree().docinfo.doctype:
        raise RemoteDefectError("the bank's answer has a document type", code="ebics.answer")
    return root


