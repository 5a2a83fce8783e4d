"""The authentication signature X002: all marked elements, canonical XML 1.0, RSA with SHA-256.

The digest covers the canonical forms of all outermost elements with ``authenticate="true"``, one after the other
(XML Signature with an XPointer; detailed concept 3.0, 5.5.1.1).
"""

import base64
import copy
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from odoo.addons.finance_connector_base.core.errors import SecurityError

from .names import C14N, DS, H005, MARKED, RSA_SHA256, SHA256, ds, h005

_XML = "{http://www.w3.org/XML/1998/namespace}"


def canonical(element):
    """Inclusive canonical XML 1.0 of an element where it stands: with the namespaces in scope there.

    lxml alone would leave out those that an element inherits but does not use.
    """
    inherited = {}
    for ancestor in element.iterancestors():
        inherited.update({name: value for name, value in ancestor.attrib.items()
                          if name.startswith(_XML) and name not in inherited})  # fmt: skip
    alone = etree.Element(element.tag, {**inherited, **element.attrib}, nsmap=element.nsmap)
    alone.text = element.text
    for child in element:
        alone.append(copy.deepcopy(child))
    return etree.tostring(alone, method="c14n", with_comments=False)


def marked(root):
    """The outermost marked elements in the order of the document."""
    return root.xpath("//*[@authenticate='true'][not(ancestor::*[@authenticate='true'])]")


def marked_digest(root):
    return hashlib.sha256(b"".join(map(canonical, marked(root)))).digest()


def sign(root, private_key):
    """Fill ``AuthSignature`` of a request whose marked elements are complete."""
    place = root.find(h005("AuthSignature"))
    info = etree.SubElement(place, ds("SignedInfo"))
    etree.SubElement(info, ds("CanonicalizationMethod"), Algorithm=C14N)
    etree.SubElement(info, ds("SignatureMethod"), Algorithm=RSA_SHA256)
    reference = etree.SubElement(info, ds("Reference"), URI=MARKED)
    transforms = etree.SubElement(reference, ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm=C14N)
    etree.SubElement(reference, ds("DigestMethod"), Algorithm=SHA256)
    etree.SubElement(reference, ds("DigestValue")).text = base64.b64encode(marked_digest(root)).decode()
    value = private_key.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
    etree.SubElement(place, ds("SignatureValue")).text = base64.b64encode(value).decode()


def verify(root, certificate):
    """That the owner of the certificate signed exactly what is marked here.

    :raise SecurityError: ``ebics.signature``
    """
    names = {"e": H005, "d": DS}
    found = root.findall(h005("AuthSignature"))
    if len(found) != 1:
        raise _refusal("it is not signed")
    one = found[0]
    expected = {
        "d:SignedInfo/d:CanonicalizationMethod/@Algorithm": C14N,
        "d:SignedInfo/d:SignatureMethod/@Algorithm": RSA_SHA256,
        "d:SignedInfo/d:Reference/@URI": MARKED,
        "d:SignedInfo/d:Reference/d:Transforms/d:Transform/@Algorithm": C14N,
        "d:SignedInfo/d:Reference/d:DigestMethod/@Algorithm": SHA256,
    }
    for path, value in expected.items():
        if one.xpath(path, namespaces=names) != [value]:
            raise _refusal("it is signed in another way than agreed")
    try:
        digest = base64.b64decode(one.findtext("d:SignedInfo/d:Reference/d:DigestValue", "", names), validate=False)
        value = base64.b64decode(one.findtext("d:SignatureValue", "", names), validate=False)
    except ValueError as error:
        raise _refusal("its signature cannot be read") from error
    if digest != marked_digest(root):
        raise _refusal("it was changed on the way")
    try:
        certificate.public_key().verify(
            value, canonical(one.find("d:SignedInfo", names)), padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature as error:
        raise _refusal("it is signed with another key than the bank's") from error


def _refusal(why):
    return SecurityError(f"the bank's answer is not believed: {why}", code="ebics.signature")
