from odoo import _, api, fields, models

from ..crypto.expiry import due, thresholds

NOT_WARNED = -1


class FinanceExpiry(models.Model):
    """One thing of a connector that ends some day: a certificate, a key, a token, a consent.

    Rows follow what the connector says of itself (``_expiries``); each passed threshold warns once, with an
    activity on the connector and a case, which close by themselves when it is renewed.
    """

    _name = "finance.expiry"
    _description = "Expiry date"
    _order = "expires_on, id"

    name = fields.Char(required=True, readonly=True, string="What ends")
    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    owner_id = fields.Many2one("res.users", readonly=True)
    expires_on = fields.Date(required=True, readonly=True, index=True)
    days_left = fields.Integer(compute="_compute_days_left", string="Days left")
    warned_days = fields.Integer(
        default=NOT_WARNED, readonly=True, string="Warned", help="Threshold of the last warning; -1: not warned yet."
    )
    case_id = fields.Many2one("finance.exception", readonly=True, ondelete="set null")
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    _name_uniq = models.UniqueIndex("(connector_id, name)")

    @api.depends("expires_on")
    def _compute_days_left(self):
        today = fields.Date.today()
        for expiry in self:
            expiry.days_left = (expiry.expires_on - today).days if expiry.expires_on else 0

    @api.model
    def _follow(self, connectors):
        """Make the rows what the connectors say of themselves now."""
        for connector in connectors.sudo():
            self.sudo()._follow_one(connector.with_context(lang=connector.owner_id.lang or self.env.lang))

    def _follow_one(self, connector):
        wanted = {}
        for label, day, owner in connector._expiries():
            if label not in wanted or day < wanted[label][0]:
                wanted[label] = day, owner.id
        rows = self.search([("connector_id", "=", connector.id)])
        gone = rows.filtered(lambda row: row.name not in wanted)
        gone._renewed()
        for row in rows - gone:
            day, owner = wanted.pop(row.name)
            if row.expires_on != day:
                row._renewed()
            row.write({"expires_on": day, "owner_id": owner})
        gone.unlink()
        self.create(
            [
                {"connector_id": connector.id, "name": label, "expires_on": day, "owner_id": owner}
                for label, (day, owner) in wanted.items()
            ]
        )

    def _renewed(self):
        """What asked for a renewal is settled."""
        for row in self.sudo():
            row.case_id._solve(_("Solved by itself: renewed or removed."))
            row.activity_id.unlink()
            row.write({"warned_days": NOT_WARNED, "case_id": False})

    def _warn(self):
        """Tell the owner of what passed a threshold since the last warning."""
        for row in self.sudo():
            days = thresholds(row.company_id.finance_expiry_days)
            threshold = due(row.days_left, None if row.warned_days == NOT_WARNED else row.warned_days, days)
            if threshold is not None:
                row.with_context(lang=row.owner_id.lang or self.env.lang)._tell(threshold)

    def _tell(self, threshold):
        connector = self.connector_id
        words = self._words()
        case = self.env["finance.exception"]._report(
            connector,
            "expiry",
            words,
            self.name,
            category="configuration",
            connector_id=connector.id,
            domain=connector.domain,
            owner_id=self.owner_id.id,
            blocking=False,
            notify=False,  # the activity stands on the connector, where it is renewed
        )
        case.priority = "1" if threshold <= 1 else "0"
        self.activity_id.unlink()
        activity = self.env["mail.activity"]
        if connector.with_user(self.owner_id).has_access("read"):
            activity = connector.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.expires_on,
                summary=words,
                user_id=self.owner_id.id,
            )
        self.write({"warned_days": threshold, "case_id": case.id, "activity_id": activity.id})

    def _words(self):
        given = {"what": self.name, "connector": self.connector_id.name, "day": self.expires_on, "days": self.days_left}
        if self.days_left > 1:
            return _("%(connector)s: %(what)s ends in %(days)s days, on %(day)s.", **given)
        if self.days_left == 1:
            return _("%(connector)s: %(what)s ends tomorrow, on %(day)s.", **given)
        if self.days_left == 0:
            return _("%(connector)s: %(what)s ends today.", **given)
        return _("%(connector)s: %(what)s has ended on %(day)s.", **given)

    @api.model
    def _cron_watch(self):
        """Once a day: look at every connector and warn of what passed a threshold."""
        connectors = self.env["finance.connector"].sudo().search([])
        self._follow(connectors)
        self.search([("connector_id", "in", connectors.filtered(lambda one: one.state != "draft").ids)])._warn()

    def action_open_connector(self):
        self.ensure_one()
        return self.connector_id.get_formview_action()
