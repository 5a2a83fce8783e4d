from odoo import api, fields, models
from odoo.exceptions import UserError

#: What is done with the reason or note as words of the solution.
CLOSING = {"solve": "solved", "drop": "dropped"}


class FinanceCaseBulk(models.TransientModel):
    """One thing done with many cases: give, put off, retry, close, merge, split."""

    _name = "finance.case.bulk"
    _description = "Work on many cases"

    case_ids = fields.Many2many("finance.exception", required=True)
    case_count = fields.Integer(compute="_compute_case_count")
    action = fields.Selection(
        [
            ("assign", "Give them to"),
            ("due", "Set the due time"),
            ("retry", "Retry all"),
            ("solve", "Close as solved"),
            ("drop", "Drop"),
            ("merge", "Merge those of the same cause"),
            ("split", "Split merged cases again"),
        ],
        required=True,
        default="assign",
        string="What to do",
    )
    owner_id = fields.Many2one("res.users", domain=[("share", "=", False)])
    team_id = fields.Many2one("finance.team")
    due_on = fields.Datetime(string="Due")
    note = fields.Char(help="Kept as the solution of each case.")

    @api.depends("case_ids")
    def _compute_case_count(self):
        for bulk in self:
            bulk.case_count = len(bulk.case_ids)

    def action_do(self):
        self.ensure_one()
        self.case_ids.check_access("write")
        return getattr(self, f"_do_{self.action}", self._do_close)()

    def _open(self):
        return self.case_ids.filtered(lambda case: case.state == "open")

    def _do_assign(self):
        if not (self.owner_id or self.team_id):
            raise UserError(self.env._("Choose an owner or a team."))
        cases = self._open()
        if self.team_id:
            cases.write({"team_id": self.team_id.id})
        if self.owner_id:
            if not self.owner_id.has_group("finance_connector_base.group_operator"):
                raise UserError(self.env._("%s may not work on cases.", self.owner_id.name))
            cases._assign(self.owner_id)

    def _do_due(self):
        if not self.due_on:
            raise UserError(self.env._("Enter the due time."))
        self._open().write({"due_on": self.due_on})

    def _do_retry(self):
        return self._open().action_retry()

    def _do_merge(self):
        return self.case_ids.action_merge()

    def _do_split(self):
        self.case_ids.action_split()

    def _do_close(self):
        if not (self.note or "").strip():
            raise UserError(self.env._("Say why, in a few words; whoever meets the next such case will read it."))
        self._open()._close(CLOSING[self.action], f"{self.note} ({self.env.user.name})")
