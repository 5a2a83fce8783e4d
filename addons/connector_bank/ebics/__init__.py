"""EBICS 3.0 (protocol H005): keys, initialisation, downloads, uploads and the customer protocol.

Written from the public specification (EBICS detailed concept 3.0, annexes 1 and 2, schemas H005 and S002).
Only ``transport`` knows the hub; everything else takes and gives plain values.
"""

from . import transport
