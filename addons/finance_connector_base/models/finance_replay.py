from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.difference import difference

#: Up to so many are looked at while the person waits; more go to the queue.
AT_ONCE = 5
REPLAYED = ("processed", "refused", "quarantined", "dead")
LANE = "root.finance.other"


class FinanceReplay(models.Model):
    """Messages that are processed anew together: first on trial, then for good, each by a decision of its own."""

    _name = "finance.replay"
    _inherit = ["finance.access", "finance.chosen.mapping"]
    _description = "Processing anew"
    _order = "id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    reason = fields.Text(help="Why; it stays with each message.")
    state = fields.Selection(
        [("draft", "Chosen"), ("looked", "Tried"), ("decided", "Decided")], default="draft", readonly=True
    )
    line_ids = fields.One2many("finance.replay.line", "replay_id", readonly=True)
    message_count = fields.Integer(compute="_compute_counts", string="Messages")
    open_count = fields.Integer(compute="_compute_counts", string="Still under way")
    differ_count = fields.Integer(compute="_compute_counts", string="Differ")
    asked_count = fields.Integer(compute="_compute_counts", string="Wait for a second person")
    done_count = fields.Integer(compute="_compute_counts", string="Decided")
    failed_count = fields.Integer(compute="_compute_counts", string="Not possible")
    progress = fields.Float(compute="_compute_counts")
    moves_money = fields.Boolean(compute="_compute_counts")

    @api.depends("line_ids")
    def _compute_name(self):
        for replay in self:
            replay.name = self.env._("%s messages processed anew", len(replay.line_ids))

    @api.depends("line_ids.state", "line_ids.differences")
    def _compute_counts(self):
        for replay in self:
            lines = replay.line_ids
            states = lines.mapped("state")
            replay.message_count = len(lines)
            replay.open_count = states.count("looking") + states.count("deciding")
            replay.differ_count = len(lines.filtered("differences"))
            replay.asked_count, replay.done_count = states.count("asked"), states.count("done")
            replay.failed_count = states.count("failed")
            replay.progress = 100 * (1 - replay.open_count / len(lines)) if lines else 0
            replay.moves_money = any(lines.mapped("moves_money"))

    @api.model
    def _start(self, messages):
        """The screen for these messages; those that cannot be processed anew are named on it.

        :raise UserError: none is left, too many, or of several companies
        """
        messages.check_access("write")
        limit = self.env.company._finance_setting("replay_limit", 1000)
        if len(messages) > limit:
            raise UserError(self.env._("At most %s messages are processed anew together.", limit))
        if len(messages.company_id) != 1:
            raise UserError(self.env._("Choose messages of one company."))
        replay = self.sudo().create({"company_id": messages.company_id.id})
        for message in messages:
            possible = message.direction == "in" and message.state in REPLAYED
            replay.line_ids.create(
                {
                    "replay_id": replay.id,
                    "message_id": message.id,
                    "state": "new" if possible else "failed",
                    "text": False if possible else self.env._("Only what came in and was worked on."),
                }
            )
        return replay.sudo(False)

    def _shown(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Process anew"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
        }

    def action_look(self):
        """Process each on trial and undo it; what would differ is kept on its line."""
        self._check_operator()
        lines = self.line_ids.filtered(lambda line: line.state in ("new", "looked"))
        self.sudo().state = "looked"
        lines._work("looking", "look_job")

    def action_decide(self):
        """Decide for all that were tried; where money moves each waits for a second person."""
        self._check_operator()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays with each message."))
        if self.open_count:
            raise UserError(self.env._("Some are still under way; wait for them."))
        self._check_mapping_version()
        lines = self.line_ids.filtered(lambda line: line.state == "looked")
        if not lines:
            raise UserError(self.env._("Look first at what will differ."))
        self.sudo().state = "decided"
        lines._work("deciding", "decide_job")

    def action_refresh(self):
        """Show how far the queue has come."""

    def write(self, vals):
        """What was tried with one version is decided with the same."""
        changed = super().write(vals)
        if "mapping_version" in vals:
            self.line_ids.filtered(lambda line: line.state == "looked").sudo().write(
                {"state": "new", "differences": False}
            )
        return changed

    def _check_operator(self):
        self.ensure_one()
        self.check_access("write")
        self.env["finance.person"]._present()
        if self.state == "decided":
            raise AccessError(self.env._("This was decided already."))


class FinanceReplayLine(models.Model):
    """One of the messages: what would differ, and what became of it."""

    _name = "finance.replay.line"
    _description = "Message processed anew"
    _order = "moves_money desc, id"

    replay_id = fields.Many2one("finance.replay", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="replay_id.company_id", store=True, index=True)
    message_id = fields.Many2one("finance.message", required=True, readonly=True, ondelete="cascade")
    message_state = fields.Selection(related="message_id.state", string="Message is")
    moves_money = fields.Boolean(related="message_id.flow_id.moves_money", store=True, string="Moves money")
    state = fields.Selection(
        [
            ("new", "Not tried"),
            ("looking", "Is tried"),
            ("looked", "Tried"),
            ("deciding", "Is decided"),
            ("asked", "Waits for a second person"),
            ("done", "Decided"),
            ("failed", "Not possible"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    differences = fields.Json(readonly=True, help="Rows of what, before, after.")
    differ_text = fields.Char(compute="_compute_side_by_side", string="What will differ")
    side_by_side = fields.Html(compute="_compute_side_by_side", sanitize=False)
    decision_id = fields.Many2one("finance.decision", readonly=True)
    text = fields.Char(readonly=True, string="Note")

    @api.depends("differences", "state")
    def _compute_side_by_side(self):
        row = Markup("<tr><td>%s</td><td class='text-muted'>%s</td><td class='fw-bold'>%s</td></tr>")
        head = Markup("<tr><th>%s</th><th>%s</th><th>%s</th></tr>") % (
            self.env._("What"),
            self.env._("Before"),
            self.env._("Then"),
        )
        for line in self:
            rows = line.differences or []
            tried = line.state not in ("new", "looking", "failed")
            nothing = self.env._("Nothing differs.") if tried else False
            line.differ_text = ", ".join(what for what, _old, _new in rows[:3]) or nothing
            body = Markup().join(row % tuple(cells) for cells in rows)
            line.side_by_side = rows and Markup("<table class='table table-sm'>%s%s</table>") % (head, body)

    def _work(self, state, job):
        """Do it at once for a few, else line by line on the queue."""
        self.sudo().state = state
        for line in self:
            if len(self) <= AT_ONCE:
                getattr(line, job)()
            else:
                words = self.env._("Process anew: %s", line.message_id.name)
                key = f"finance.replay.line.{job}:{line.id}"
                getattr(line.with_delay(identity_key=key, description=words, channel=LANE), job)()

    def look_job(self):
        """Try one message, undo it, and keep what differs."""
        self.ensure_one()
        if self.state != "looking":
            return
        trial = self.env["finance.decision"].new(
            {"message_id": self.message_id.id, "kind": "replay", "mapping_version": self.replay_id.mapping_version}
        )
        found = trial._trial()
        rows = [
            [path or "result", "" if old is None else str(old), "" if new is None else str(new)]
            for path, old, new in difference(self.message_id.result or {}, found)
        ]
        self.sudo().write({"differences": rows or False, "state": "looked"})

    def decide_job(self):
        """Make the decision about one message; it is carried out, or waits for a second person."""
        self.ensure_one()
        if self.state != "deciding":
            return
        replay = self.replay_id
        try:
            with self.env.cr.savepoint():
                decision = self.env["finance.decision"].create(
                    {
                        "message_id": self.message_id.id,
                        "kind": "replay",
                        "reason": replay.reason,
                        "mapping_version": replay.mapping_version,
                    }
                )
                decision.sudo().differs = self._words()
                decision.action_request()
        except UserError as refused:
            self.sudo().write({"state": "failed", "text": str(refused)})
            return
        self.sudo().write({"decision_id": decision.id, "state": "asked" if decision.state == "asked" else "done"})

    def _words(self):
        """The differences as the decision tells them."""
        lines = [
            self.env._("%(what)s: %(old)s → %(new)s", what=what, old=old or None, new=new or None)
            for what, old, new in self.differences or []
        ]
        return "\n".join(lines) or self.env._("Nothing differs.")
