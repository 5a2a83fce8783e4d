from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

#: What covers a row, each where it is given.
SCOPE = ("company_id", "partner_id", "connector_id", "message_id", "date_from", "date_to")
#: Tables with words about records of any kind: where a row says which record.
ABOUT = {
    "mail.message": ("t.model", "t.res_id"),
    "mail.activity": ("t.res_model", "t.res_id"),
    "ir.attachment": ("t.res_model", "t.res_id"),
    "mail.tracking.value": (
        "(SELECT m.model FROM mail_message m WHERE m.id = t.mail_message_id)",
        "(SELECT m.res_id FROM mail_message m WHERE m.id = t.mail_message_id)",
    ),
    "queue.job": ("t.model_name", "(t.records -> 'ids' ->> 0)::integer"),
}


class FinanceLegalHold(models.Model):
    """Nothing of what it covers is erased, whatever rules and requests say, until two persons end it.

    It covers what fits all that is given: a company, a connector, one message, a period, a person. The database
    keeps held contents, too (``data/retention_guard.sql``).
    """

    _name = "finance.legal.hold"
    _inherit = ["mail.thread", "finance.access", "finance.approval.mixin"]
    _description = "Legal hold"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, string="Matter", help="The case, audit or dispute, as its file is called.")
    reason = fields.Text(required=True, help="Who asked for it, and what must be kept.")
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Empty: all companies."
    )
    connector_id = fields.Many2one("finance.connector", index="btree_not_null", ondelete="restrict", check_company=True)
    message_id = fields.Many2one("finance.message", index="btree_not_null", ondelete="restrict", check_company=True)
    partner_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="restrict", string="Person or company",
        help="What is linked to the contact, or names it.",
    )  # fmt: skip
    date_from = fields.Date(string="Stored from")
    date_to = fields.Date(string="Stored until")
    state = fields.Selection(
        [("active", "In force"), ("asked", "In force, end asked for"), ("lifted", "Ended")],
        default="active",
        required=True,
        readonly=True,
        tracking=True,
        copy=False,
    )
    set_by_id = fields.Many2one(
        "res.users", readonly=True, required=True, default=lambda self: self.env.user
    )
    set_on = fields.Datetime(readonly=True, required=True, default=fields.Datetime.now)
    lift_reason = fields.Text(string="Why it ends", help="What was decided, and by whom.")
    lifted_on = fields.Datetime(readonly=True, copy=False)
    covers = fields.Char(compute="_compute_covers")

    _approval_protected = (*SCOPE, "lift_reason")
    _active_idx = models.Index("(company_id) WHERE state <> 'lifted'")

    @api.depends(*SCOPE)
    def _compute_covers(self):
        for hold in self:
            parts = [hold[name].sudo().display_name for name in SCOPE[:4] if hold[name]]
            if hold.date_from or hold.date_to:
                parts.append(f"{hold.date_from or '…'} – {hold.date_to or '…'}")
            hold.covers = " · ".join(parts) or self.env._("Everything")

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for hold in self:
            if hold.date_from and hold.date_to and hold.date_from > hold.date_to:
                raise UserError(self.env._("The last day is before the first one."))

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        for hold in holds:
            if not self.env.su and hold.company_id - self.env.companies:
                raise AccessError(self.env._("You may not hold what belongs to %s.", hold.company_id.sudo().name))
        return holds

    def write(self, vals):
        if not self.env.su and vals.keys() - {"lift_reason"}:
            raise UserError(self.env._("A hold does not change. To hold more, set another one."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Legal holds stay as evidence, also after their end."))

    # ending

    def action_lift(self):
        """Ask another person to agree to the end."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "active":
            raise UserError(self.env._("Its end was asked for already."))
        if not (self.lift_reason or "").strip():
            raise UserError(self.env._("Say why it ends before you ask for it."))
        self.sudo().state = "asked"
        if not self._request_approval():
            raise UserError(self.env._("Another person has to agree; no rule may take that away."))

    def _approval_kind(self):
        return "legal_hold"

    def _approval_facts(self):
        return {
            "name": self.env._("End of the legal hold “%s”", self.name),
            "changes": [
                [self.env._("Covers"), self.covers, ""],
                [self.env._("Set by"), self.set_by_id.sudo().name, ""],
                [self.env._("Why it was set"), self.reason, ""],
            ],
            "reason": self.lift_reason,
            "warnings": [self.env._("From then on retention rules and requests erase what it covers.")],
        }

    def _approved(self, approval):
        self.sudo().write({"state": "lifted", "lifted_on": fields.Datetime.now()})
        self.env.flush_all()

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "asked").state = "active"

    # asking

    @api.model
    def _bar(self):
        """Keep new holds out until this transaction ends, and see all that are there.

        To be called first in a transaction: the lock comes before its snapshot.
        """
        self.env.cr.execute(SQL("LOCK TABLE %s IN SHARE MODE", SQL.identifier(self._table)))

    @api.model
    def _covering(self, model, ids):
        """Which of these rows are held.

        :return: ``{id: a hold}``
        """
        ids = list(ids)
        if not ids:
            return {}
        self.env.flush_all()
        if model in ABOUT:
            return self._covering_beside(model, ids)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.id, h.id, h.partner_id
                  FROM %(table)s t JOIN finance_legal_hold h ON h.state <> 'lifted'
                   AND (h.company_id IS NULL OR h.company_id = %(company)s)
                   AND (h.connector_id IS NULL OR h.connector_id = %(connector)s)
                   AND (h.message_id IS NULL OR h.message_id = %(message)s)
                   AND (h.date_from IS NULL OR %(born)s >= h.date_from)
                   AND (h.date_to IS NULL OR %(born)s < h.date_to + 1)
                 WHERE t.id = ANY(%(ids)s) ORDER BY h.partner_id NULLS FIRST, h.id
                """,
                table=SQL.identifier(self.env[model]._table),
                ids=ids,
                **self._columns(model),
            )
        )
        held, persons = {}, {}
        for row_id, hold_id, partner_id in rows:
            if partner_id is None:
                held.setdefault(row_id, self.browse(hold_id))
            else:
                persons.setdefault(hold_id, set()).add(row_id)
        for hold_id, covered in persons.items():
            hold = self.browse(hold_id)
            data = self.env["finance.personal.data"].sudo()
            for row_id in data._concerned(hold.sudo().partner_id, model, covered - held.keys()):
                held[row_id] = hold
        return held

    def _covering_beside(self, model, ids):
        """Words about a record are held where the record is; what is about no record of ours is held by none."""
        query = SQL(
            "SELECT t.id, %s, %s FROM %s t WHERE t.id = ANY(%s)",
            *map(SQL, ABOUT[model]), SQL.identifier(self.env[model]._table), ids,
        )  # fmt: skip
        about, held = {}, {}
        for row_id, name, record_id in self.env.execute_query(query):
            if name in self.env and name.startswith("finance.") and record_id:
                about.setdefault(name, {}).setdefault(record_id, []).append(row_id)
        for name, records in about.items():
            for record_id, hold in self._covering(name, records).items():
                held |= dict.fromkeys(records[record_id], hold)
        return held

    def _columns(self, model):
        """What of a row a hold is compared with; NULL where such rows have none, so that it fits no narrower hold."""
        none = SQL("NULL")
        if model == "finance.audit.event":
            return {
                "company": SQL("t.company_id"),
                "connector": SQL("t.connector_id"),
                "message": SQL("CASE WHEN t.res_model = 'finance.message' THEN t.res_id END"),
                "born": SQL("t.occurred_on"),
            }
        fields_of = self.env[model]._fields

        def column(name):
            return SQL("t.%s", SQL.identifier(name)) if name in fields_of and fields_of[name].store else none

        message = SQL("t.id") if model == "finance.message" else column("message_id")
        return {
            "company": column("company_id"),
            "connector": column("connector_id"),
            "message": message,
            "born": column("create_date") if self.env[model]._log_access else SQL("now()"),
        }
