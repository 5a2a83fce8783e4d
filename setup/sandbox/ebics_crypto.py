"""Cryptography of the sandbox's EBICS bank, written from the specification apart from the client it tests.

The canonical form is cut out of the canonical form of the whole document, with the namespaces in scope put back in;
the order signature is checked over the hash of a hash that was computed byte by byte.
"""

import base64
import hashlib
import io
import os
import re
import zlib
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_START = re.compile(rb"<([^\s/>!?]+)((?:\s+[^\s=]+=\"[^\"]*\")*)>")
_NAMESPACE = re.compile(rb"\s(xmlns(?::[^\s=]+)?)=\"([^\"]*)\"")


def canonical_parts(content, wanted):
    """Canonical bytes of each outermost element that ``wanted(start tag)`` names, as a subset of the document."""
    buffer = io.BytesIO()
    etree.ElementTree(etree.fromstring(content)).write_c14n(buffer)
    whole, parts, scopes, taken, position = buffer.getvalue(), [], [{}], None, 0
    for token in re.finditer(rb"<[^>\"]*(?:\"[^\"]*\"[^>\"]*)*>", whole):
        tag = token[0]
        if tag.startswith((b"<?", b"<!")):
            continue
        if tag.startswith(b"</"):
            scopes.pop()
            if taken and len(scopes) == taken[0]:
                parts.append(taken[1] + whole[position : token.end()])
                taken = None
            continue
        start = _START.fullmatch(tag)
        declared = dict(_NAMESPACE.findall(start[2]))
        scope = {**scopes[-1], **declared}
        if taken is None and wanted(tag):
            plain = _NAMESPACE.sub(b"", start[2])
            names = b"".join(b' %s="%s"' % (name, scope[name]) for name in sorted(scope) if scope[name])
            taken, position = (len(scopes), b"<" + start[1] + names + plain + b">"), token.end()
        scopes.append(scope)
    return parts


def marked_digest(content):
    parts = canonical_parts(content, lambda tag: b' authenticate="true"' in tag)
    return hashlib.sha256(b"".join(parts)).digest()


def request_is_signed(content, certificate):
    """Whether the request carries a valid signature of the certificate over its marked elements."""
    root = etree.fromstring(content)
    names = {"d": DS}
    digest = root.findtext(".//d:SignedInfo/d:Reference/d:DigestValue", "", names)
    value = root.findtext(".//d:SignatureValue", "", names)
    if base64.b64decode(digest) != marked_digest(content):
        return False
    info = canonical_parts(content, lambda tag: re.match(rb"<(?:[^\s:>]+:)?SignedInfo[\s>]", tag) is not None)
    try:
        certificate.public_key().verify(base64.b64decode(value), info[0], padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, IndexError):
        return False
    return True


def signed_answer(content, private_key):
    """The answer with its ``AuthSignature`` (an empty element so far) filled."""
    digest = base64.b64encode(marked_digest(content)).decode()
    info = (
        f'<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        "<ds:Reference URI=\"#xpointer(//*[@authenticate='true'])\">"
        f'<ds:Transforms><ds:Transform Algorithm="{C14N}"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
    ).encode()
    opened = content.replace(b"<AuthSignature/>", b"<AuthSignature>" + info + b"</AuthSignature>")
    part = canonical_parts(opened, lambda tag: tag.startswith(b"<ds:SignedInfo"))[0]
    value = base64.b64encode(private_key.sign(part, padding.PKCS1v15(), hashes.SHA256()))
    filled = info + b"<ds:SignatureValue>" + value + b"</ds:SignatureValue>"
    return content.replace(b"<AuthSignature/>", b"<AuthSignature>" + filled + b"</AuthSignature>")


def order_hash(content):
    counted = hashlib.sha256()
    for byte in content:
        if byte not in (0x0A, 0x0D, 0x1A):
            counted.update(bytes([byte]))
    return counted.digest()


def order_signature_holds(value, digest, certificate):
    twice = hashlib.sha256(digest).digest()
    scheme = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    try:
        certificate.public_key().verify(value, twice, scheme, utils.Prehashed(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def encrypt_for(content, certificate):
    """``(transaction key for the owner of the certificate, encrypted content)``."""
    key = os.urandom(16)
    return certificate.public_key().encrypt(key, padding.PKCS1v15()), encrypt(content, key)


def encrypt(content, key):
    packed = zlib.compress(content, 9)
    count = 16 - len(packed) % 16
    packed += os.urandom(count - 1) + bytes([count])
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return encryptor.update(packed) + encryptor.finalize()


def decrypt(content, key):
    decryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).decryptor()
    packed = decryptor.update(content) + decryptor.finalize()
    return zlib.decompress(packed[: -packed[-1]])


def open_key(content, private_key):
    return private_key.decrypt(content, padding.PKCS1v15())


def new_pair(name):
    """``(private key as PEM text, certificate as PEM text)``."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    certificate = builder.not_valid_after(now + timedelta(days=3650)).sign(key, hashes.SHA256())
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return text, certificate.public_bytes(serialization.Encoding.PEM).decode()


def load_key(text):
    return serialization.load_pem_private_key(text.encode(), None)


def load_certificate(text):
    """From PEM text or base64 of DER, as certificates travel."""
    if "BEGIN" in text:
        return x509.load_pem_x509_certificate(text.encode())
    return x509.load_der_x509_certificate(base64.b64decode(text))


def base64_der(certificate):
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def thumbprint(certificate):
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
