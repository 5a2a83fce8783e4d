"""Requests of protocol H005 as XML, in the order of elements that the schemas prescribe."""

import base64
import os
import zlib
from dataclasses import dataclass
from datetime import UTC

from lxml import etree

from . import authentication
from .keys import UserKeys, certificate_hash, der
from .names import AUTHENTICATION, DS, ENCRYPTION, H000, H005, S002, SHA256, SIGNATURE, ds, h005

PRODUCT = "Finance connectors"
#: The bank looks at the agreed signatures and authorisations by itself (detailed concept 3.0, 3.11).
SECURITY_MEDIUM = "0000"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who speaks: a user of a partner (customer) at a host (bank), with the keys made for it."""

    host_id: str
    partner_id: str
    user_id: str
    keys: UserKeys


@dataclass(frozen=True, slots=True)
class Order:
    """What is done: the administrative order type, its parameters, and whether it asks for the bank's data."""

    kind: str  # BTD, BTU, HAC, HTD, HVZ, HAA
    service: object = None
    since: object = None  # dates; both or none
    until: object = None
    file_name: str = ""
    distributed: bool = False  # further signatures are given at the bank


def versions_request(host_id):
    root = etree.Element(f"{{{H000}}}ebicsHEVRequest", nsmap={None: H000})
    etree.SubElement(root, f"{{{H000}}}HostID").text = host_id
    return _bytes(root)


def signature_key_request(subscriber):
    """INI: our signature key, not yet signed by anything."""
    data = etree.Element(f"{{{S002}}}SignaturePubKeyOrderData", nsmap={None: S002, "ds": DS})
    info = etree.SubElement(data, f"{{{S002}}}SignaturePubKeyInfo")
    _certificate(info, subscriber.keys.signature)
    etree.SubElement(info, f"{{{S002}}}SignatureVersion").text = SIGNATURE
    etree.SubElement(data, f"{{{S002}}}PartnerID").text = subscriber.partner_id
    etree.SubElement(data, f"{{{S002}}}UserID").text = subscriber.user_id
    return _unsecured(subscriber, "INI", _bytes(data))


def other_keys_request(subscriber):
    """HIA: our keys for authentication and encryption."""
    data = etree.Element(h005("HIARequestOrderData"), nsmap={None: H005, "ds": DS})
    for name, pair in (("Authentication", subscriber.keys.authentication), ("Encryption", subscriber.keys.encryption)):
        info = etree.SubElement(data, h005(f"{name}PubKeyInfo"))
        _certificate(info, pair)
        _add(info, f"{name}Version", pair.version)
    _add(data, "PartnerID", subscriber.partner_id)
    _add(data, "UserID", subscriber.user_id)
    return _unsecured(subscriber, "HIA", _bytes(data))


def bank_keys_request(subscriber, now):
    """HPB: the bank's keys, asked for without knowing any of them."""
    root, static = _root("ebicsNoPubKeyDigestsRequest", subscriber.host_id)
    _who(static, subscriber, now)
    _add(_add(static, "OrderDetails"), "AdminOrderType", "HPB")
    _add(static, "SecurityMedium", SECURITY_MEDIUM)
    _mutable(root)
    return _signed(root, subscriber)


def initialisation_request(subscriber, bank, order, now, *, segments=None, upload=None):
    """The first step of a transaction.

    :param upload: ``(wrapped transaction key, encrypted signatures, hash of the order data)``
    """
    root, static = _root("ebicsRequest", subscriber.host_id)
    _who(static, subscriber, now)
    _details(_add(static, "OrderDetails"), order)
    digests = _add(static, "BankPubKeyDigests")
    _digest(digests, "Authentication", bank.authentication, AUTHENTICATION)
    _digest(digests, "Encryption", bank.encryption, ENCRYPTION)
    _add(static, "SecurityMedium", SECURITY_MEDIUM)
    if segments:
        _add(static, "NumSegments", str(segments))
    _mutable(root, "Initialisation")
    if upload:
        key, signatures, digest = upload
        transfer = _add(root.find(h005("body")), "DataTransfer")
        info = _add(transfer, "DataEncryptionInfo", authenticate="true")
        _digest(info, "EncryptionPubKeyDigest", bank.encryption, ENCRYPTION)
        _add(info, "TransactionKey", _base64(key))
        _add(transfer, "SignatureData", _base64(signatures), authenticate="true")
        _add(transfer, "DataDigest", _base64(digest), SignatureVersion=SIGNATURE)
    return _signed(root, subscriber)


def transfer_request(subscriber, transaction_id, number, last, segment=None):
    """The next segment: sent with ``segment`` (base64 text), else asked for."""
    root, static = _root("ebicsRequest", subscriber.host_id)
    _add(static, "TransactionID", transaction_id)
    _mutable(root, "Transfer", (number, last))
    if segment is not None:
        _add(_add(root.find(h005("body")), "DataTransfer"), "OrderData", segment)
    return _signed(root, subscriber)


def receipt_request(subscriber, transaction_id, kept):
    """Receipt of a download: 0 where it is safely kept, 1 where the bank shall offer it again."""
    root, static = _root("ebicsRequest", subscriber.host_id)
    _add(static, "TransactionID", transaction_id)
    _mutable(root, "Receipt")
    receipt = _add(root.find(h005("body")), "TransferReceipt", authenticate="true")
    _add(receipt, "ReceiptCode", "0" if kept else "1")
    return _signed(root, subscriber)


def _root(name, host_id, *, signed=True):
    root = etree.Element(h005(name), {"Version": "H005", "Revision": "1"}, nsmap={None: H005, "ds": DS})
    header = _add(root, "header", authenticate="true")
    static = _add(header, "static")
    _add(static, "HostID", host_id)
    if signed:
        _add(root, "AuthSignature")
    _add(root, "body")
    return root, static


def _who(static, subscriber, now):
    _add(static, "Nonce", os.urandom(16).hex().upper())
    _add(static, "Timestamp", now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")
    _add(static, "PartnerID", subscriber.partner_id)
    _add(static, "UserID", subscriber.user_id)
    _add(static, "Product", PRODUCT, Language="en")


def _details(details, order):
    _add(details, "AdminOrderType", order.kind)
    if order.kind == "HVZ":  # all of them
        _add(details, "HVZOrderParams")
        return
    if order.kind not in ("BTD", "BTU"):
        _dates(_add(details, "StandardOrderParams"), order)
        return
    values = {"fileName": order.file_name} if order.kind == "BTU" and order.file_name else {}
    params = _add(details, f"{order.kind}OrderParams", **values)
    _service(_add(params, "Service"), order.service)
    if order.kind == "BTD":
        _dates(params, order)
    else:  # without it the bank would wait for an authorisation outside of EBICS
        _add(params, "SignatureFlag", **({"requestEDS": "true"} if order.distributed else {}))


def _service(place, service):
    _add(place, "ServiceName", service.name)
    for name, value in (("Scope", service.scope), ("ServiceOption", service.option)):
        if value:
            _add(place, name, value)
    if service.container:
        _add(place, "Container", containerType=service.container)
    kept = {name: getattr(service, name) for name in ("variant", "version", "format") if getattr(service, name)}
    _add(place, "MsgName", service.message, **kept)


def _dates(place, order):
    if order.since:
        dates = _add(place, "DateRange")
        _add(dates, "Start", order.since.isoformat())
        _add(dates, "End", (order.until or order.since).isoformat())


def _digest(place, name, certificate, version):
    _add(place, name, _base64(certificate_hash(certificate)), Version=version, Algorithm=SHA256)


def _mutable(root, phase=None, segment=None):
    mutable = _add(root.find(h005("header")), "mutable")
    if phase:
        _add(mutable, "TransactionPhase", phase)
    if segment:
        number, last = segment
        _add(mutable, "SegmentNumber", str(number), lastSegment="true" if last else "false")


def _unsecured(subscriber, order_type, order_data):
    root, static = _root("ebicsUnsecuredRequest", subscriber.host_id, signed=False)
    _add(static, "PartnerID", subscriber.partner_id)
    _add(static, "UserID", subscriber.user_id)
    _add(static, "Product", PRODUCT, Language="en")
    _add(_add(static, "OrderDetails"), "AdminOrderType", order_type)
    _add(static, "SecurityMedium", SECURITY_MEDIUM)
    _mutable(root)
    transfer = _add(root.find(h005("body")), "DataTransfer")
    _add(transfer, "OrderData", _base64(zlib.compress(order_data)))
    return _bytes(root)


def _certificate(place, pair):
    data = etree.SubElement(place, ds("X509Data"))
    etree.SubElement(data, ds("X509Certificate")).text = _base64(der(pair.certificate))


def _signed(root, subscriber):
    authentication.sign(root, subscriber.keys.authentication.private_key)
    return _bytes(root)


def _add(parent, name, text=None, **attributes):
    child = etree.SubElement(parent, h005(name), attributes)
    child.text = text
    return child


def _base64(content):
    return base64.b64encode(content).decode()


def _bytes(root):
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
