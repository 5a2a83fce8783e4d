"""Encryption E002: zlib, AES-128-CBC under a key of its own for each transaction, RSA for that key.

Detailed concept 3.0, 15: the vector is zero, the last byte of the padding tells its length.
"""

import os
import zlib

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError

BLOCK = KEY_BYTES = 16
_VECTOR = bytes(BLOCK)


def new_transaction_key():
    return os.urandom(KEY_BYTES)


def wrapped(transaction_key, certificate):
    """The transaction key for the owner of the certificate alone."""
    return certificate.public_key().encrypt(transaction_key, padding.PKCS1v15())


def unwrapped(content, private_key):
    """:raise RemoteDefectError: ``ebics.encryption``"""
    try:
        key = private_key.decrypt(content, padding.PKCS1v15())
    except ValueError as error:
        raise RemoteDefectError("the bank's transaction key is not for us", code="ebics.encryption") from error
    if len(key) != KEY_BYTES:
        raise RemoteDefectError("the bank's transaction key has a wrong length", code="ebics.encryption")
    return key


def encrypted(content, transaction_key):
    packed = zlib.compress(content)
    missing = BLOCK - len(packed) % BLOCK
    encryptor = Cipher(algorithms.AES(transaction_key), modes.CBC(_VECTOR)).encryptor()
    return encryptor.update(packed + bytes(missing - 1) + bytes((missing,))) + encryptor.finalize()


def decrypted(content, transaction_key, max_bytes):
    """What was encrypted, at most ``max_bytes`` after unpacking.

    :raise RemoteDefectError: ``ebics.encryption``, ``ebics.size``
    """
    if not content or len(content) % BLOCK:
        raise RemoteDefectError("the bank's data do not end with a block", code="ebics.encryption")
    decryptor = Cipher(algorithms.AES(transaction_key), modes.CBC(_VECTOR)).decryptor()
    packed = decryptor.update(content) + decryptor.finalize()
    if not 1 <= packed[-1] <= BLOCK:
        raise RemoteDefectError("the bank's data cannot be decrypted", code="ebics.encryption")
    return unpacked(packed[: -packed[-1]], max_bytes)


def unpacked(packed, max_bytes):
    """zlib, bounded: a small download cannot grow without end."""
    opener = zlib.decompressobj()
    try:
        content = opener.decompress(packed, max_bytes + 1)
    except zlib.error as error:
        raise RemoteDefectError("the bank's data cannot be unpacked", code="ebics.encryption") from error
    if len(content) > max_bytes:
        raise RemoteDefectError(f"the bank's data exceed {max_bytes} bytes", code="ebics.size")
    if not opener.eof:
        raise RemoteDefectError("the bank's data end too early", code="ebics.encryption")
    return content
