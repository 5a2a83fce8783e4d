from odoo import _, api, fields, models
from odoo.tools import SQL

from ..canonical.objects import OBJECTS
from ..canonical.openapi import ITEM_STATES

LABELS = {
    "waiting": "Waiting",
    "done": "Written",
    "unchanged": "Unchanged",
    "refused": "Refused",
    "superseded": "Superseded",
}


class FinanceMessageItem(models.Model):
    """One object inside a message, and what became of it."""

    _name = "finance.message.item"
    _description = "Object in a message"
    _order = "message_id, position"
    _rec_name = "external_id"

    message_id = fields.Many2one("finance.message", required=True, index=True, readonly=True, ondelete="cascade")
    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    position = fields.Integer(readonly=True, help="Counted from 0, as in the request.")
    place = fields.Char(readonly=True, help="Where it stands in a file.")
    object = fields.Selection([(one.name, one.label) for one in OBJECTS.values()], required=True, readonly=True)
    source_system = fields.Char(required=True, readonly=True)
    external_id = fields.Char(required=True, readonly=True, string="Identifier")
    amount = fields.Float(digits=(20, 6), readonly=True, aggregator=False, help="Control total of a document, as sent.")
    currency = fields.Char(readonly=True)
    state = fields.Selection([(name, LABELS[name]) for name in ITEM_STATES], required=True, readonly=True)
    error_code = fields.Char(readonly=True)
    error_text = fields.Char(readonly=True, string="Why not")
    error_pointer = fields.Char(readonly=True, string="Field")
    corrected = fields.Json(readonly=True, prefetch=False, help="The object as people corrected it.")
    correction_ids = fields.One2many("finance.correction", "item_id", string="Corrections", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True, string="Record")

    _open_idx = models.Index("(connector_id, object, source_system, external_id) WHERE state IN ('waiting', 'refused')")

    @api.model
    def _add(self, message, name, keys):
        """Note the objects of a message before anything is done with them.

        :param keys: ``(position, place, source system, external id, control amount, its currency)`` each
        """
        about = message.id, message.connector_id.id, message.company_id.id
        self.env.cr.execute_values(
            "INSERT INTO finance_message_item (message_id, connector_id, company_id, object, position, place, "
            "source_system, external_id, amount, currency, state, create_uid, create_date) VALUES %s",
            [
                (*about, name, *key, self.env.uid, self.env.cr.now())
                for key in keys
            ],
            template="(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', %s, %s)",
            page_size=1000,
        )

    @api.model
    def _store_outcomes(self, message, items):
        """Write what became of the objects, in one statement for a thousand of them."""
        self.env.cr.execute_values(
            "UPDATE finance_message_item AS i SET state = o.state, error_code = o.code, error_text = o.text, "
            "error_pointer = o.pointer, res_model = o.model, res_id = o.record::int4 FROM (VALUES %s) "
            "AS o (message_id, position, state, code, text, pointer, model, record) "
            "WHERE i.message_id = o.message_id AND i.position = o.position",
            [
                (message.id, item.position, item.state, item.code, item.text, item.pointer, item.model, item.record)
                for item in items
            ],
            template="(%s, %s, %s, %s, %s, %s, %s, %s::int4)",
            page_size=1000,
        )
        self.invalidate_model()

    @api.model
    def _earlier(self, message, state, own):
        """Objects of messages before this one that are in ``state``, where the same object here is in one of ``own``.

        :return: ids of the rows, and the messages
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT i.id, i.message_id FROM finance_message_item own "
                "JOIN finance_message_item i ON i.connector_id = own.connector_id AND i.object = own.object "
                "AND i.source_system = own.source_system AND i.external_id = own.external_id "
                "JOIN finance_message m ON m.id = i.message_id "
                "WHERE own.message_id = %s AND own.state IN %s AND i.message_id < %s AND i.state = %s "
                "AND i.state IN ('waiting', 'refused') AND m.state NOT IN ('cancelled', 'processed')",
                message.id,
                own,
                message.id,
                state,
            )
        )
        return [row[0] for row in rows], self.env["finance.message"].browse({row[1] for row in rows})

    @api.model
    def _supersede(self, message):
        """Objects came again and were taken: what was refused of them before is settled.

        :return: messages in which nothing waits for a person any more
        """
        ids, before = self._earlier(message, "refused", ("done", "unchanged"))
        if not ids:
            return before
        self.env.cr.execute(SQL("UPDATE finance_message_item SET state = 'superseded' WHERE id = ANY(%s)", ids))
        self.invalidate_model()
        held = self._read_group(
            [("message_id", "in", before.ids), ("state", "in", ("waiting", "refused"))], ["message_id"]
        )
        return before - before.browse().concat(*(found for (found,) in held))

    def action_correct(self):
        """Correct what was refused, with a reason; the message keeps what came."""
        self.ensure_one()
        return self.env["finance.correction"]._start(self)

    def action_open_record(self):
        """The record that was made of it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Record"),
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }


class FinanceMessage(models.Model):
    """Messages that hold objects."""

    _inherit = "finance.message"

    item_count = fields.Integer(compute="_compute_item_count", string="Objects")

    def _compute_item_count(self):
        counts = dict(
            self.env["finance.message.item"]._read_group([("message_id", "in", self.ids)], ["message_id"], ["__count"])
        )
        for message in self:
            message.item_count = counts.get(message, 0)

    def action_open_items(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Objects"),
            "res_model": "finance.message.item",
            "view_mode": "list,form",
            "domain": [("message_id", "=", self.id)],
        }

    def action_download_refused(self):
        """What was refused, as a file that says why; sent back mended, it is taken."""
        self._part("refused")
        return {"type": "ir.actions.act_url", "url": f"/finance/message/{self.id}/refused", "target": "self"}
