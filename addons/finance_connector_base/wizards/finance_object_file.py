import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..canonical.table import FORMS, meanings

FORM_LABELS = {"csv": "CSV", "xlsx": "Excel workbook", "jsonl": "JSON lines"}


class FinanceObjectFile(models.TransientModel):
    """Canonical objects as files: what the columns mean, a template to begin with, and a file brought by hand."""

    _name = "finance.object.file"
    _description = "Files of objects"

    object_name = fields.Selection(
        selection=lambda self: self.env["finance.flow"]._fields["object_name"]._description_selection(self.env),
        string="Objects",
        required=True,
        default="journal-entry",
    )
    form = fields.Selection([(form, FORM_LABELS[form]) for form in FORMS], required=True, default="xlsx")
    columns_table = fields.Html(compute="_compute_columns_table", sanitize=False, string="Columns")
    flow_id = fields.Many2one(
        "finance.flow",
        string="Bring it in by",
        domain="[('kind', '=', 'canonical_file'), ('object_name', '=', object_name)]",
        help="The flow says whether it is posted, and what happens where some are refused.",
    )
    file = fields.Binary(attachment=False)
    filename = fields.Char()

    def _compute_display_name(self):
        self.display_name = self.env._("Files of objects")

    @api.depends("object_name")
    def _compute_columns_table(self):
        for wizard in self:
            head, *rows = meanings(wizard.object_name)
            titles = Markup().join(Markup("<th>%s</th>") % title for title in head)
            lines = Markup().join(
                Markup("<tr><td class='font-monospace text-nowrap'>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>")
                % tuple(row)
                for row in rows
            )
            wizard.columns_table = Markup("<table class='table table-sm'><tr>%s</tr>%s</table>") % (titles, lines)

    @api.onchange("object_name")
    def _onchange_object_name(self):
        if self.flow_id.object_name != self.object_name:
            self.flow_id = self.env["finance.flow"].search(
                [("kind", "=", "canonical_file"), ("object_name", "=", self.object_name)], limit=1
            )

    def action_template(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/finance/template/{self.object_name}.{self.form}",
            "target": "download",
        }

    def action_take(self):
        """Keep the file as a message of its flow and work on it now."""
        self.ensure_one()
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        if not content or not self.flow_id:
            raise UserError(self.env._("Choose the flow and the file first."))
        if not self.env.user.has_group("finance_connector_base.group_operator"):
            raise UserError(self.env._("Files are brought in by operators."))
        self.flow_id.check_access("read")
        limit = self.flow_id.company_id._finance_setting("max_upload_megabytes", 64)
        if len(content) > limit * 1024 * 1024:
            raise UserError(self.env._("The file is larger than %s MB.", limit))
        message, new = self.env["finance.intake"]._store(
            self.flow_id.connector_id,
            self.flow_id.kind,
            content,
            name=self.filename or self.object_name,
            flow=self.flow_id,
            content_type=FORMS.get((self.filename or "").rpartition(".")[2]),
        )
        if new:
            message.action_process_now()
        return message.get_formview_action()
