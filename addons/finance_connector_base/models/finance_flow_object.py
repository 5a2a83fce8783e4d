from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..canonical.objects import OBJECTS
from ..canonical.openapi import MODES

KIND = "canonical_file"
LABELS = {"each": "Write the good ones", "all": "Refuse the whole file"}


class FinanceFlow(models.Model):
    """Flows that bring canonical objects as files: which objects, how strict, and where refused rows go."""

    _inherit = "finance.flow"

    object_name = fields.Selection(
        [(one.name, one.label) for one in OBJECTS.values() if "w" in one.access],
        string="Objects",
        tracking=True,
        help="What the rows of its files are.",
    )
    object_mode = fields.Selection(
        [(mode, LABELS[mode]) for mode in MODES],
        default="each",
        required=True,
        string="When some are refused",
        tracking=True,
    )
    object_post = fields.Boolean(
        string="Post at once", tracking=True, help="Otherwise drafts wait for a person. What we pay is always a draft."
    )
    reject_flow_id = fields.Many2one(
        "finance.flow",
        string="Refused rows go back by",
        check_company=True,
        ondelete="restrict",
        help="An outgoing flow for files. Empty: they are downloaded from the message.",
    )

    @api.constrains("kind", "direction", "object_name", "reject_flow_id")
    def _check_object(self):
        for flow in self:
            if flow.kind == KIND and flow.direction != "in":
                raise ValidationError(self.env._("Files of canonical objects come in; nothing is sent by this kind."))
            if flow.kind == KIND and not flow.object_name:
                raise ValidationError(self.env._("Say which objects the files of “%s” hold.", flow.name))
            back = flow.reject_flow_id
            if back and (back.kind != "file" or back.direction != "out"):
                raise ValidationError(self.env._("Refused rows go back by an outgoing flow for files."))

    def action_object_file(self):
        """The template of this flow's files, and a file by hand."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Files of objects"),
            "res_model": "finance.object.file",
            "view_mode": "form",
            "target": "new",
            "context": {"default_flow_id": self.id, "default_object_name": self.object_name},
        }
