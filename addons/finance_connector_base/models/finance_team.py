from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

#: Level of escalation → field of the person, field of the hours; in the order in which they are told.
LEVELS = {"lead": ("lead_id", "lead_after_hours"), "head": ("head_id", "head_after_hours")}


class FinanceTeam(models.Model):
    """People who share work: who gets the next piece, in which hours they work, and who hears of what is late.

    A team may have a mail address: a mail to it opens a case of the team.
    """

    _name = "finance.team"
    _inherit = ["mail.thread", "mail.alias.mixin.optional"]
    _description = "Finance team"
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: works for all companies.")
    member_ids = fields.Many2many("res.users", string="Members", domain=[("share", "=", False)])
    lead_id = fields.Many2one("res.users", domain=[("share", "=", False)], tracking=True)
    head_id = fields.Many2one("res.users", domain=[("share", "=", False)], tracking=True)
    calendar_id = fields.Many2one(
        "resource.calendar", string="Working hours", help="Due times count these hours; the company's if empty."
    )
    spread = fields.Selection(
        [
            ("turn", "Each in turn"),
            ("load", "Whoever has the fewest open cases"),
            ("partner", "The member who looks after the partner, else each in turn"),
            ("none", "Nobody: members take them over"),
        ],
        default="turn",
        required=True,
        string="Who gets the next case",
    )
    lead_after_hours = fields.Float(
        default=4.0, string="Lead is told after", help="Working hours after the due time; 0: at once."
    )
    head_after_hours = fields.Float(
        default=16.0, string="Head is told after", help="Working hours after the lead was told."
    )
    open_case_count = fields.Integer(compute="_compute_open_case_count", string="Open cases")

    @api.constrains("lead_after_hours", "head_after_hours")
    def _check_hours(self):
        for team in self:
            if min(team.lead_after_hours, team.head_after_hours) < 0:
                raise ValidationError(_("Hours cannot be negative."))

    def _compute_open_case_count(self):
        counts = dict(
            self.env["finance.exception"]._read_group(
                [("team_id", "in", self.ids), ("state", "=", "open")], ["team_id"], ["__count"]
            )
        )
        for team in self:
            team.open_case_count = counts.get(team, 0)

    def action_open_cases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("finance_connector_base.finance_exception_action")
        return {**action, "domain": [("team_id", "=", self.id)]}

    def _workers(self, company):
        """The members who may work for ``company`` now, whoever got a case longest ago first."""
        self.ensure_one()
        members = self.sudo().member_ids.filtered(
            lambda user: (
                user.active and company in user.company_ids and user.has_group("finance_connector_base.group_operator")
            )
        )
        if not members:
            return members
        self.env["finance.exception"].flush_model(["team_id", "owner_id"])
        latest = dict(
            self.env.execute_query(
                SQL(
                    "SELECT owner_id, max(id) FROM finance_exception"
                    " WHERE team_id = %s AND owner_id IN %s GROUP BY owner_id",
                    self.id,
                    members._ids,
                )
            )
        )
        return members.sorted(lambda user: (latest.get(user.id, 0), user.id))

    def _calendar(self, company):
        return self.calendar_id or company.resource_calendar_id

    def _next_level(self, level, after, company):
        """Who is told next, and when.

        The one chain that cases, and whatever else may be late, share.

        :param level: the last one told, or ``False``
        :param after: when what is late was due, or when that one was told
        :return: ``(level, person, moment)``, or ``None`` where nobody is left to tell
        """
        names = list(LEVELS)
        for name in names[names.index(level) + 1 if level else 0 :]:
            person, hours = (self.sudo()[field] for field in LEVELS[name])
            if person.active:
                return name, person, self.sudo()._calendar(company)._finance_after(after, hours)
        return None

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("finance.exception")
        if self.id:
            values |= {"alias_defaults": {"team_id": self.id}, "alias_contact": "partners"}
        return values
