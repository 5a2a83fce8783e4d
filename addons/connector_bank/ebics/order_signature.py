"""The order signature A006: RSASSA-PSS over the hash of the order data (detailed concept 3.0, 14.1.4)."""

import base64
import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from .names import S002, SIGNATURE

SALT_BYTES = 32
#: Carriage return, line feed and end of file do not count: systems on the way may change them.
UNCOUNTED = b"\r\n\x1a"


def order_hash(content):
    """SHA-256 of the order data without the characters that do not count."""
    return hashlib.sha256(content.translate(None, UNCOUNTED)).digest()


def sign_hash(digest, private_key):
    """The signature over a hash; the hash itself is the message that PSS hashes once more."""
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=SALT_BYTES)
    return private_key.sign(digest, scheme, hashes.SHA256())


def signature_data(digest, partner_id, signers):
    """``UserSignatureData``: one signature of each signer.

    :param signers: ``[(user id, private key)]``
    """
    root = etree.Element(f"{{{S002}}}UserSignatureData", nsmap={None: S002})
    for user_id, private_key in signers:
        one = etree.SubElement(root, f"{{{S002}}}OrderSignatureData")
        values = {
            "SignatureVersion": SIGNATURE,
            "SignatureValue": base64.b64encode(sign_hash(digest, private_key)).decode(),
            "PartnerID": partner_id,
            "UserID": user_id,
        }
        for name, value in values.items():
            etree.SubElement(one, f"{{{S002}}}{name}").text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
