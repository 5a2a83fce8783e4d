"""Who named the references of a statement: only names of the same source can be compared.

A bank's files repeat the bank's own reference (``AcctSvcrRef``, ``:61:``) whatever their format. An interface gives
names of its own, so that the same booking has another one there.
"""

from odoo.addons.finance_connector_base.core.statement import FORMATS


def reference_source(header):
    """Source of the references in this statement; empty for those of the bank itself."""
    if not header.format or header.format not in FORMATS:
        return ""
    return getattr(FORMATS.get(header.format), "source", "")
