from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from .. import server


class FinanceHome(models.Model):
    """One time at which somebody made a place the home of this database, with the reason; never changed."""

    _name = "finance.home"
    _description = "Home of the database"
    _order = "id desc"
    _rec_name = "create_date"

    create_date = fields.Datetime(string="Bound on", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True, required=True, string="By")
    reason = fields.Char(readonly=True, required=True)
    complete = fields.Boolean(
        readonly=True, string="Nothing sent since the copy", help="As the person said who bound it."
    )
    doubted = fields.Integer(
        readonly=True, string="Asked about first", help="Waiting messages that may have been sent from the former home."
    )
    old = fields.Char(readonly=True, string="Former home")
    new = fields.Char(readonly=True, string="Home", help="Cluster, database, its number, timeline, address.")
    node = fields.Char(readonly=True, string="Server")

    def write(self, values):
        raise AccessError(_("What was bound, when and why is kept as it was."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise AccessError(_("What was bound, when and why is kept as it was."))


class FinanceHomeBind(models.TransientModel):
    """Asks why this place becomes the home, and for the code that only the host shows."""

    _name = "finance.home.bind"
    _description = "Make this the home of the database"

    refusal = fields.Char(compute="_compute_words", string="Why nothing is sent")
    home = fields.Char(compute="_compute_words", string="Home until now")
    here = fields.Char(compute="_compute_words", string="This place")
    command = fields.Char(compute="_compute_words", string="Command on the server")
    kind = fields.Selection(
        [
            ("since", "Something may have been sent since: a backup, or a switch to a replica"),
            ("complete", "Nothing was sent since: the old one was stopped before it was copied"),
        ],
        default="since",
        required=True,
        string="What happened",
    )
    reason = fields.Char(required=True)
    code = fields.Char(required=True, string="Code from the server")

    @api.depends("kind")
    def _compute_words(self):
        found = self.env["finance.permit"].sudo()._standing()
        for bind in self:
            bind.refusal = found["refusal"] or _("nothing is refused: this is its home already")
            bind.home = _("%(name)s on %(address)s", **found["home"]) if found["home"] else _("none yet")
            bind.here = _("%(name)s on %(address)s", **found["here"])
            bind.command = f"odoo finance home -d {self.env.cr.dbname}"

    def action_bind(self):
        """Bind; what may have been sent is asked about before anything leaves."""
        self.ensure_one()
        if not self.env.user.has_group("finance_connector_base.group_admin"):
            raise AccessError(_("Only administrators of the finance connectors choose the home of a database."))
        permit = self.env["finance.permit"]
        permit._check_code(self.code)
        doubted = permit._bind(self.reason, complete=self.kind == "complete")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": _("This is the home now"),
                "message": _("%(count)s waiting messages are asked about first. Server: %(node)s",
                             count=doubted, node=server.node()),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
