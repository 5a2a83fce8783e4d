import json
from collections import defaultdict
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.identifier import uuid7
from ..events.catalogue import EVENTS
from ..events.choice import matches_type, patterns

#: Pending events of a transaction, on its cursor.
PENDING = "finance_connector_base.events"
#: Advisory lock of the one who gives positions.
POSITIONS = 0x46494E45
#: Events that get their position in one transaction.
AT_ONCE = 2000

ADD = """
    INSERT INTO finance_event
           (event_id, type, company_id, res_model, res_id, correlation_id, data, private, occurred_on, create_uid)
    SELECT event_id, type, company_id, res_model, res_id, correlation_id, data, private,
           clock_timestamp() AT TIME ZONE 'UTC', %s
      FROM jsonb_to_recordset(%s::jsonb)
        AS row (event_id text, type text, company_id int, res_model text, res_id int, correlation_id text,
                data jsonb, private jsonb)
"""
PLACE = """
    UPDATE finance_event e SET position = n.position
      FROM (SELECT id, nextval('finance_event_position') AS position
              FROM (SELECT id FROM finance_event WHERE position IS NULL ORDER BY id LIMIT %s) waiting) n
     WHERE e.id = n.id
"""


class FinanceEvent(models.Model):
    """One thing that happened in the business, as it is told to other systems. Rows are only ever added.

    They are written in the transaction in which it happens, by one INSERT, and lock nothing. Their position
    is given afterwards, to committed rows only, by one process at a time: whoever reads up to a position has
    seen everything before it, and events of one object stand in the order in which they were committed.
    """

    _name = "finance.event"
    _description = "Business event"
    _order = "id desc"
    _rec_name = "type"

    event_id = fields.Char(required=True, readonly=True, string="Identifier", help="The id of the CloudEvent.")
    type = fields.Char(required=True, readonly=True)
    type_label = fields.Char(compute="_compute_type_label", string="What happened")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    res_model = fields.Char(required=True, readonly=True, string="Kind of record")
    res_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True, string="Record number")
    subject = fields.Char(compute="_compute_type_label", string="To what")
    correlation_id = fields.Char(readonly=True)
    occurred_on = fields.Datetime(required=True, readonly=True, string="When")
    data = fields.Json(readonly=True)
    data_text = fields.Text(compute="_compute_data_text", string="Content")
    private = fields.Json(
        readonly=True, prefetch=False, groups="finance_connector_base.group_auditor",
        help="Account numbers, free texts and names of persons: told to subscriptions with wide scope only.",
    )  # fmt: skip
    position = fields.Integer(readonly=True, help="Place in the order of all events; empty for a moment only.")

    _position_uniq = models.UniqueIndex("(position) WHERE position IS NOT NULL")
    _waiting_idx = models.Index("(id) WHERE position IS NULL")
    _record_idx = models.Index("(res_model, res_id)")
    _occurred_idx = models.Index("(occurred_on)")

    def init(self):
        self.env.cr.execute("CREATE SEQUENCE IF NOT EXISTS finance_event_position")
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self.env._("Events are told by what happens, not made by hand."))

    def write(self, vals):
        raise UserError(self.env._("Events are not changed."))

    @api.depends("type", "res_model", "res_id")
    def _compute_type_label(self):
        for event in self:
            event.type_label = EVENTS[event.type].label if event.type in EVENTS else event.type
            model = self.env.get(event.res_model)
            label = model._description if model is not None else event.res_model
            data = event.data or {}
            event.subject = data.get("number") or data.get("name") or f"{label} {event.res_id}"

    @api.depends("data")
    def _compute_data_text(self):
        for event in self:
            event.data_text = json.dumps(event.data, indent=2, ensure_ascii=False)

    # told by what happens

    @api.model
    def _tell(self, kind, records, data=None, private=None):
        """Note that something happened to each of these records.

        What is told about them is read when the transaction is flushed for its commit or for a savepoint; what
        a savepoint undoes is not told.

        :param kind: one of ``events.catalogue``
        :param data: values that the records themselves do not hold, or not any more
        :param private: the same of what only wide subscriptions are told
        """
        if not records or not self._is_recorded(kind):
            return
        hooks = self.env.cr.precommit
        pending = hooks.data.setdefault(PENDING, [])
        if not pending:
            hooks.add(self._flush_told)
        processing = self.env.context.get("finance_processing")
        pending.extend(
            (kind, records._name, record_id, processing, data or {}, private or {}) for record_id in records.ids
        )

    def _is_recorded(self, kind):
        """Not while addons are loaded: what is computed then did not happen in the business."""
        if not self.env.registry.ready or self.env.context.get("_force_unlink"):
            return False
        wanted = self.env["ir.config_parameter"].sudo().get_param("finance_connector_base.events_recorded", "*")
        return wanted == "*" or matches_type(kind, patterns(wanted))

    def _flush_told(self):
        pending = self.env.cr.precommit.data.pop(PENDING, None)
        if not pending:
            return
        messages = self.env["finance.message"].sudo().browse({one[3] for one in pending if one[3]})
        correlations = {message.id: message.correlation_id for message in messages.exists()}
        told, now = self._told(pending), int(datetime.now(UTC).timestamp() * 1000)
        rows, last = [], {}
        for kind, model, record_id, processing, data, private in pending:
            facts = told.get((model, record_id))
            if facts is None or last.get((model, record_id)) == kind:  # told the same way twice: once is enough
                continue
            last[model, record_id] = kind
            known, data, private = EVENTS[kind], {**facts["data"], **data}, {**facts["private"], **private}
            rows.append(
                {
                    "event_id": str(uuid7(now)),
                    "type": kind,
                    "correlation_id": correlations.get(processing) or facts.get("correlation_id"),
                    "company_id": facts["company_id"],
                    "res_model": facts.get("res_model", model),
                    "res_id": facts.get("res_id", record_id),
                    "data": {name: data[name] for name in known.data},
                    "private": {name: private[name] for name in known.private if private.get(name)} or None,
                }
            )
        if rows:
            self.env.cr.execute(ADD, [self.env.uid, json.dumps(rows)], log_exceptions=False)
            self.env["finance.event.relay"]._wake_after_commit()

    def _told(self, pending):
        """``{(model, id): facts}`` as they are now; records that are gone again have none."""
        wanted = defaultdict(dict)
        for _kind, model, record_id, *_rest in pending:
            wanted[model][record_id] = True
        found = {}
        for model, ids in wanted.items():
            records = self.env[model].sudo().with_context(active_test=False).browse(ids).exists()
            for record_id, facts in records._event_facts().items():
                found[model, record_id] = facts
        return found

    # positions

    @api.model
    def _place(self):
        """Give committed events their positions; of several who try at once, one does it.

        :return: how many; fewer than ``AT_ONCE`` where none is left
        """
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [POSITIONS])
        if not self.env.cr.fetchone()[0]:
            return 0
        self.env.cr.execute(PLACE, [AT_ONCE])
        placed = self.env.cr.rowcount
        self.invalidate_model(["position"])
        return placed

    @api.autovacuum
    def _gc_old(self):
        """Events are kept for replays so long; the ledger itself is the record."""
        days = self.env.company._finance_setting("event_days", 90)
        self.env.cr.execute(
            SQL(
                "DELETE FROM finance_event WHERE id IN (SELECT id FROM finance_event WHERE position IS NOT NULL"
                " AND occurred_on < (now() AT TIME ZONE 'UTC') - make_interval(days => %s) LIMIT 100000)",
                days,
            )
        )

    def action_open_record(self):
        self.ensure_one()
        return self.env[self.res_model].browse(self.res_id).get_formview_action()
