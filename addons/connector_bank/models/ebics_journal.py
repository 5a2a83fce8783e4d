"""The journal of EBICS uploads in the database: each note is safe before the last segment leaves."""

from datetime import UTC

from odoo import SUPERUSER_ID, api

from ..ebics.journal import Transfer


class EbicsJournal:
    """As ``ebics.journal.MemoryJournal``, for the uploads of one connector; each call is a transaction of its own."""

    def __init__(self, registry, connector_id):
        self._registry, self._id = registry, connector_id

    def note(self, key, transfer):
        with self._registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})["finance.ebics.transfer"].create(
                {
                    "connector_id": self._id,
                    "key": key,
                    "order_id": transfer.order_id,
                    "transaction_id": transfer.transaction_id,
                    "started_on": transfer.started_at.astimezone(UTC).replace(tzinfo=None),
                }
            )

    def of(self, key):
        return self._found([("key", "=", key)])

    def order_ids(self):
        return {transfer.order_id for transfer in self._found([])}

    def _found(self, domain):
        with self._registry.cursor() as cr:
            rows = api.Environment(cr, SUPERUSER_ID, {})["finance.ebics.transfer"].search_read(
                [("connector_id", "=", self._id), *domain], ["order_id", "transaction_id", "started_on"], order="id"
            )
        return [Transfer(row["transaction_id"], row["order_id"], row["started_on"].replace(tzinfo=UTC)) for row in rows]
