import base64

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core.errors import FinanceError
from ..mapping.table import Row, changes

#: Mistakes and changes shown one by one.
SHOWN = 50


class FinanceMappingImport(models.TransientModel):
    """A spreadsheet becomes a draft: first what is wrong and what would change, then the draft, never more."""

    _name = "finance.mapping.import"
    _description = "Mapping from a spreadsheet"

    mapping_id = fields.Many2one("finance.mapping", required=True, ondelete="cascade")
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    note = fields.Char(string="Reason")
    wrong = fields.Html(compute="_compute_preview", sanitize=False, string="To be mended in the file")
    doubts = fields.Html(compute="_compute_preview", sanitize=False, string="To be settled before it is asked for")
    changes_table = fields.Html(compute="_compute_preview", sanitize=False, string="What would change")

    @api.depends("file", "mapping_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.wrong = wizard.doubts = wizard.changes_table = False
            if wizard.file and wizard.mapping_id:
                values, wrong = wizard._read()
                wizard.wrong = wizard._list(wrong)
                if not wrong:
                    rows = wizard._rows(values)
                    version = self.env["finance.mapping.version"].new({"mapping_id": wizard.mapping_id.id})
                    wizard.doubts = wizard._list(version._problem_words(rows=rows))
                    wizard.changes_table = wizard._changes(rows)

    def _read(self):
        """``(values of the lines, what is wrong)``; a file that cannot be read at all is wrong as a whole."""
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            return self.env["finance.mapping.version"]._read_sheet(self.mapping_id._origin or self.mapping_id, content)
        except FinanceError as error:
            return [], [": ".join(filter(None, (error.place, str(error))))]

    def _list(self, words):
        more = [self.env._("… and %s more", len(words) - SHOWN)] if len(words) > SHOWN else []
        items = Markup().join(Markup("<li>%s</li>") % line for line in [*words[:SHOWN], *more])
        return items and Markup("<ul class='mb-0'>%s</ul>") % items

    def _rows(self, values):
        return [
            Row(
                line["source"],
                line.get("target_ref") or line.get("target_text") or "",
                line["for_company_id"] or None,
                self.env["res.country"].browse(line["country_id"] or []).code or None,
                line["date_from"] or None,
                line["date_to"] or None,
            )
            for line in values
        ]

    def _changes(self, new):
        """Against the version in force."""
        versions = self.env["finance.mapping.version"]
        live = self.mapping_id.live_version_id
        found = list(changes(live._rows() if live else [], new))
        names = versions._target_names([one for _row, *both in found[:SHOWN] for one in both if one])
        rows = Markup().join(
            Markup("<tr><td>%s</td><td class='text-muted'>%s</td><td class='fw-bold'>%s</td></tr>")
            % (versions._row_words(row), names.get(old) or "–", names.get(target) or "–")
            for row, old, target in found[:SHOWN]
        )
        more = self.env._("… and %s more", len(found) - SHOWN) if len(found) > SHOWN else ""
        head = Markup("<table class='table table-sm'><tr><th>%s</th><th>%s</th><th>%s</th></tr>%s</table>%s")
        titles = (self.env._("Value"), self.env._("In force"), self.env._("Then"))
        return head % (*titles, rows, more) if found else self.env._("Nothing would change.")

    def action_import(self):
        """Make a new draft of what the file says."""
        self.ensure_one()
        self.mapping_id.check_access("write")
        values, wrong = self._read()
        if wrong:
            raise UserError("\n".join(wrong[:SHOWN]))
        version = self.mapping_id._draft()
        version.note = self.note
        self.env["finance.mapping.line"].create([{**line, "version_id": version.id} for line in values])
        return version._shown()
