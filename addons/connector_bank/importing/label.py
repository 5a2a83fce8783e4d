"""The words by which people know a booking, taken from what the bank delivered."""

from odoo.addons.finance_connector_base.core.money import plain


def counterparty(entry):
    """The one counterparty of an entry, or ``None``: a batch with several has none."""
    parties = {
        (detail.counterparty.account, detail.counterparty.name): detail.counterparty
        for detail in entry.details
        if detail.counterparty and (detail.counterparty.account or detail.counterparty.name)
    }
    return next(iter(parties.values())) if len(parties) == 1 else None


def label(entry):
    """One line for the statement line: remittance text, structured references, else what else is said."""
    if len(entry.details) > 1 or (entry.batch_count or 0) > 1:
        return _batch_label(entry)
    parts = []
    for detail in entry.details:
        parts += detail.remittance
        parts += [reference.value for reference in detail.references]
        if not parts:
            parts += [text for text in (detail.additional, detail.end_to_end_id) if text and text != "NOTPROVIDED"]
    if not parts:
        named = (entry.additional, entry.bank_ref, entry.entry_ref, entry.code)
        parts = [text for text in named if text][:1]  # the best name alone: the others are of use to the bank
    return _joined(parts) or "/"


def _batch_label(entry):
    count = entry.batch_count or len(entry.details)
    words = entry.additional or next((text for detail in entry.details for text in detail.remittance), None)
    return _joined([f"{count} ×", words] if words else [plain(entry.amount), f"({count} ×)"])


def _joined(parts):
    return " ".join(dict.fromkeys(" ".join(part.split()) for part in parts if part and part.strip()))
