"""Messages as they look on the wire, kept beside them: out so that every try sends the same bytes, in as evidence."""

from odoo import SUPERUSER_ID, api

from ..core.transport import Parcel

WIRE, BESIDE = "wire", "wire.beside"


def keep(message, parcel):
    """Attach the wire form of a message, with the file beside it."""
    for role, each in ((WIRE, parcel), (BESIDE, parcel.beside)):
        if each is not None:
            message.env["ir.attachment"].sudo().create(
                {
                    "name": each.name,
                    "raw": each.content,
                    "mimetype": each.content_type,
                    "description": role,
                    "res_model": message._name,
                    "res_id": message.id,
                    "res_field": "attachment_id",  # read by those only who may read the content
                }
            )


def kept(message):
    """The wire form of a message, or ``None``."""
    found = (
        message.env["ir.attachment"]
        .sudo()
        .search(
            [
                ("res_model", "=", message._name),
                ("res_id", "=", message.id),
                ("res_field", "=", "attachment_id"),
                ("description", "in", (WIRE, BESIDE)),
            ],
            order="id",
        )
    )
    parcels = {each.description: Parcel(each.name, each.raw, content_type=each.mimetype) for each in found}
    if WIRE not in parcels:
        return None
    wire, beside = parcels[WIRE], parcels.get(BESIDE)
    return Parcel(wire.name, wire.content, content_type=wire.content_type, beside=beside)


class WireStore:
    """``load`` and ``save`` in transactions of their own: the bytes are safe before they leave."""

    def __init__(self, registry, message_id):
        self._registry, self._id = registry, message_id

    def load(self):
        with self._registry.cursor() as cr:
            return kept(self._message(cr))

    def save(self, parcel):
        with self._registry.cursor() as cr:
            keep(self._message(cr), parcel)
        return parcel

    def _message(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})["finance.message"].browse(self._id)
