from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: Who may stop, and who may release what another person stopped.
STOPPERS = "finance_connector_base.group_operator,finance_connector_base.group_approver"
RELEASERS = "finance_connector_base.group_admin,finance_connector_base.group_approver"


class FinanceStop(models.Model):
    """An emergency stop: nothing is sent over what it covers until another person releases it.

    Making the record is the stop. The claim of each message asks for it, under a lock that the stop
    takes too: once its transaction is committed, no send begins. What is on its way already is still
    asked about, and what comes in is still taken.
    """

    _name = "finance.stop"
    _inherit = ["mail.thread", "finance.access"]
    _description = "Emergency stop"
    _order = "id desc"

    scope = fields.Selection(
        [("connector", "One connector"), ("company", "A whole company"), ("all", "Everything")],
        default="company",
        required=True,
        string="What is stopped",
    )
    connector_id = fields.Many2one("finance.connector", index="btree_not_null", ondelete="cascade")
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index="btree_not_null")
    reason = fields.Text(required=True, help="What was seen, and what has to be cleared up before the release.")
    state = fields.Selection(
        [("active", "Stopped"), ("released", "Released")], default="active", required=True, readonly=True, tracking=True
    )
    stopped_by_id = fields.Many2one("res.users", readonly=True, default=lambda self: self.env.user, required=True)
    stopped_on = fields.Datetime(readonly=True, default=fields.Datetime.now, required=True)
    release_reason = fields.Text(string="Why it is released", help="What was found, and why sending is safe again.")
    released_by_id = fields.Many2one("res.users", readonly=True)
    released_on = fields.Datetime(readonly=True)
    under_way = fields.Integer(
        compute="_compute_counts",
        help="Calls that had begun before and are not answered yet; each ends in an outcome or is asked about.",
    )
    waiting = fields.Integer(compute="_compute_counts", string="Messages held back")

    _active_idx = models.Index("(scope) WHERE state = 'active'")
    _two_persons = models.Constraint(
        "CHECK (released_by_id IS NULL OR released_by_id <> stopped_by_id)",
        "Another person than the one who stopped has to release.",
    )
    _scope_given = models.Constraint(
        "CHECK (CASE scope WHEN 'connector' THEN connector_id IS NOT NULL WHEN 'company' THEN company_id IS NOT NULL"
        " AND connector_id IS NULL ELSE company_id IS NULL AND connector_id IS NULL END)",
        "Say which connector or company is stopped.",
    )

    @api.depends("scope", "connector_id", "company_id")
    def _compute_display_name(self):
        for stop in self:
            covered = {"connector": stop.connector_id.display_name, "company": stop.company_id.display_name}
            stop.display_name = covered.get(stop.scope) or self.env._("Everything")

    def _compute_counts(self):
        for stop in self:
            counts = dict(
                self.env["finance.message"]._read_group(
                    [
                        ("connector_id", "in", stop._connectors().ids),
                        ("direction", "=", "out"),
                        ("state", "in", ("sending", "ready")),
                    ],
                    ["state"],
                    ["__count"],
                )
            )
            stop.under_way, stop.waiting = counts.get("sending", 0), counts.get("ready", 0)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_person(STOPPERS, self.env._("Sending is stopped by operators, approvers and administrators."))
        stops = super().create([self._covered(values) for values in vals_list])
        for stop in stops.sudo():
            stop.connector_id.with_env(self.env).check_access("read")
            if stop.company_id - self.env.companies:
                raise AccessError(self.env._("You may not stop %s.", stop.company_id.name))
            stop._begin()
        return stops

    def write(self, vals):
        if not self.env.su and vals.keys() - {"release_reason"}:
            raise AccessError(self._protected_words())
        return super().write(vals)

    def _covered(self, values):
        """Only what belongs to the scope; the company of a connector is its own."""
        scope = values.get("scope", "company")
        if scope == "connector":
            company = self.env["finance.connector"].browse(values.get("connector_id")).sudo().company_id
            return {**values, "company_id": company.id}
        company = values.get("company_id", self.env.company.id) if scope == "company" else False
        return {**values, "connector_id": False, "company_id": company}

    def _check_person(self, groups, words):
        if not self.env.user.has_groups(groups) and not self.env.su:
            raise AccessError(words)

    def _connectors(self):
        self.ensure_one()
        connectors = self.env["finance.connector"].sudo().with_context(active_test=False)
        if self.scope == "connector":
            return connectors.browse(self.connector_id.id)
        return connectors.search([("company_id", "=", self.company_id.id)] if self.scope == "company" else [])

    def _begin(self):
        """Shut the line: claims that hold it end first, and those that read it before look again."""
        connectors = self._connectors()
        self.env["finance.standing"]._shut(connectors)
        self._tell(connectors, self.env._("Emergency stop by %(who)s: %(why)s", who=self._who(), why=self.reason))

    def _who(self):
        return self.env.user.name

    def _tell(self, connectors, words):
        """Who and when stands in the chatter of each connector; open screens show it at once."""
        silent = connectors.sudo()
        silent._message_log_batch(bodies={connector.id: words for connector in silent})
        people = self.env.ref("finance_connector_base.group_user").sudo().all_user_ids
        people._bus_send("finance_connector_base.stop", {})

    def action_release(self):
        """Let messages go again; another person than the one who stopped says why."""
        self.ensure_one()
        self.check_access("read")
        self.env["finance.person"]._required(self, ("action_release",))
        self._check_person(RELEASERS, self.env._("A stop is released by administrators and approvers."))
        if self.state != "active":
            raise UserError(self.env._("This stop is released already."))
        if self.env.user == self.stopped_by_id:
            raise UserError(self.env._("You stopped it yourself. Another administrator or approver has to release it."))
        if not (self.release_reason or "").strip():
            raise UserError(self.env._("Say why sending is safe again before you release it."))
        stop = self.sudo()
        stop.write({"state": "released", "released_by_id": self.env.uid, "released_on": fields.Datetime.now()})
        connectors = stop._connectors()
        words = self.env._("Emergency stop released by %(who)s: %(why)s", who=self._who(), why=self.release_reason)
        stop._tell(connectors, words)
        self.env["finance.message"].sudo()._wake(connectors.filtered(lambda one: one.state == "active"))

    @api.model
    def action_ask(self):
        """Ask what is to be stopped, and why."""
        return self._dialog("company")

    @api.model
    def _active(self, connectors):
        """Active stops by connector id."""
        stops = self.sudo().search([("state", "=", "active")])
        return {
            connector.id: stops.filtered(
                lambda stop, connector=connector: (
                    stop.scope == "all"
                    or (stop.scope == "company" and stop.company_id == connector.company_id)
                    or stop.connector_id == connector
                )
            )
            for connector in connectors
        }

    @api.model
    def _stopped_ids(self):
        connectors = self.env["finance.connector"].sudo().with_context(active_test=False)
        stops = self.sudo().search([("state", "=", "active")])
        return connectors.browse({one.id for stop in stops for one in stop._connectors()}).ids

    @api.model
    def _dialog(self, scope, connector=None):
        """The action that asks what is to be stopped, and why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Emergency stop"),
            "res_model": self._name,
            "view_mode": "form",
            "views": [[self.env.ref("finance_connector_base.finance_stop_view_dialog").id, "form"]],
            "target": "new",
            "context": {"default_scope": scope, "default_connector_id": connector.id if connector else False},
        }

    @api.model
    def read_active(self):
        """What the red banner says, for the reader's companies."""
        if not self.has_access("read"):
            return []
        return [
            {
                "id": stop.id,
                "covers": stop.display_name,
                "reason": (stop.reason or "")[:300],
                "by": stop.stopped_by_id.sudo().name,
                "on": fields.Datetime.to_string(stop.stopped_on),
            }
            for stop in self.search([("state", "=", "active")], limit=20)
        ]
