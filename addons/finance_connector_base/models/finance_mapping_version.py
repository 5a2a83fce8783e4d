from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..mapping.checks import problems
from ..mapping.kinds import KINDS
from ..mapping.table import changes, fingerprint

#: Changes shown one by one; the rest is counted.
SHOWN = 200


class FinanceMappingVersion(models.Model):
    """The rows of a mapping at one time: drafted by one person, approved by another, then never changed."""

    _name = "finance.mapping.version"
    _inherit = ["finance.approved"]
    _description = "Mapping version"
    _order = "mapping_id, number desc"

    mapping_id = fields.Many2one("finance.mapping", required=True, index=True, ondelete="cascade")
    kind = fields.Selection(related="mapping_id.kind", store=True)
    company_id = fields.Many2one(related="mapping_id.company_id", store=True, index=True)
    number = fields.Integer(readonly=True, copy=False, string="Version")
    line_ids = fields.One2many("finance.mapping.line", "version_id", string="Rows")
    line_count = fields.Integer(compute="_compute_line_count", string="Row count")
    sha256 = fields.Char(readonly=True, copy=False, string="SHA-256", help="Of the rows, when they were asked for.")
    changes_table = fields.Html(compute="_compute_changes_table", sanitize=False, string="What changes")
    problems = fields.Html(compute="_compute_changes_table", sanitize=False, string="Look at this")
    message_count = fields.Integer(compute="_compute_message_count", string="Used by")

    _approval_protected = ("mapping_id", "date_from", "date_to", "note")

    _number_uniq = models.UniqueIndex("(mapping_id, number)", "This number was given already.")

    @api.depends("mapping_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = _("%(name)s, version %(n)s", name=version.mapping_id.name, n=version.number)

    @api.depends("line_ids")
    def _compute_line_count(self):
        counts = dict(
            self.env["finance.mapping.line"]._read_group([("version_id", "in", self.ids)], ["version_id"], ["__count"])
        )
        for version in self:
            version.line_count = counts.get(version, 0)

    def _compute_message_count(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT version_id, count(*) FROM finance_message_mapping_version_rel WHERE version_id = ANY(%s) "
                "GROUP BY version_id",
                self.ids,
            )
        )
        counts = dict(rows)
        for version in self:
            version.message_count = counts.get(version.id, 0)

    @api.depends("line_ids", "mapping_id", "state")
    def _compute_changes_table(self):
        row = Markup("<tr><td>%s</td><td class='text-muted'>%s</td><td class='fw-bold'>%s</td></tr>")
        head = Markup("<table class='table table-sm mb-0'><tr><th>%s</th><th>%s</th><th>%s</th></tr>%s</table>")
        for version in self:
            stored = version._origin
            found = stored._changes() if stored else []
            cells = Markup().join(row % tuple(one or "–" for one in line) for line in found)
            titles = (_("Value"), _("In force"), _("Then"))
            version.changes_table = head % (*titles, cells) if found else _("Nothing changes.")
            words = stored._problem_words() if stored and version.state == "draft" else []
            items = Markup().join(Markup("<li>%s</li>") % line for line in words)
            version.problems = items and Markup("<ul class='mb-0'>%s</ul>") % items

    @api.model_create_multi
    def create(self, vals_list):
        """Numbers follow each other within a mapping; two who begin at the same moment wait for each other."""
        versions = super().create(vals_list)
        for version in versions:
            self.env.cr.execute("SELECT id FROM finance_mapping WHERE id = %s FOR UPDATE", [version.mapping_id.id])
            last = version.sudo().search([("mapping_id", "=", version.mapping_id.id)]).mapped("number")
            version.sudo().number = max(last, default=0) + 1
        return versions

    def _in_force_on(self, day):
        """The live version that counts on this day: the one that began last."""
        fitting = self.filtered(
            lambda one: one.state == "live" and (one.date_from or day) <= day <= (one.date_to or day)
        )
        return fitting.sorted(lambda one: (one.date_from or fields.Date.to_date("1900-01-01"), one.number))[-1:]

    def _rows(self):
        return self.env["finance.mapping"]._rows(self.id)

    def _before(self):
        """The version that this one would follow."""
        day = self.date_from or fields.Date.context_today(self)
        return (self.mapping_id.sudo().version_ids - self)._in_force_on(day)

    def _changes(self):
        """``[value, old target, new target]`` for people, the first ones, against the version in force."""
        before = self._before()
        found = list(changes(before._rows() if before else [], self._rows()))
        names = self._target_names([target for _row, *both in found[:SHOWN] for target in both if target])
        lines = [[self._row_words(row), names.get(old, ""), names.get(new, "")] for row, old, new in found[:SHOWN]]
        if len(found) > SHOWN:
            lines.append([_("… and %s more", len(found) - SHOWN), "", ""])
        return lines

    def _row_words(self, row):
        """A row's value with its conditions."""
        company = self.env["res.company"].sudo().browse(row.company).name if row.company else None
        days = " – ".join(fields.Date.to_string(day) or "" for day in (row.date_from, row.date_to))
        conditions = ", ".join(filter(None, (company, row.country, days.strip(" –") and days)))
        return f"{row.source} ({conditions})" if conditions else row.source

    @api.model
    def _target_names(self, targets):
        """How people call what rows lead to."""
        names = {target: target for target in targets}
        by_model = {}
        for target in targets:
            model, _comma, record = target.partition(",")
            if model in self.env and record.isdigit():
                by_model.setdefault(model, {})[int(record)] = target
        for model, ids in by_model.items():
            for record in self.env[model].sudo().browse(list(ids)).exists():
                names[ids[record.id]] = record.display_name
        return names

    def _problem_words(self, blocking=None, rows=None):
        """What is wrong with the rows, as sentences.

        :param rows: its own where None
        """
        words = {
            "source": self.env._("a row has no value"),
            "target": self.env._("leads nowhere yet"),
            "dates": self.env._("ends before it begins"),
            "signs": self.env._("has too many * and ?"),
            "duplicate": self.env._("stands there twice"),
            "overlap": self.env._("has two rows for the same days"),
            "ambiguous": self.env._("some values fit both; the first by alphabet wins"),
            "circle": self.env._("lead back to where they began"),
        }
        kind = KINDS.get(self.kind)
        found = []
        for problem in problems(self._rows() if rows is None else rows, kind.chained):
            if blocking is None or problem.blocks == blocking:
                where = ", ".join(sorted({row.source for row in problem.rows}))
                found.append(f"{where}: {words[problem.code]}" if where else words[problem.code])
        return found

    def _check_complete(self):
        self.ensure_one()
        rows = self._rows()
        if not rows:
            raise UserError(_("There are no rows yet."))
        self.line_ids._check_target()
        wrong = self._problem_words(blocking=True)
        if wrong:
            raise UserError("\n".join(wrong[:20] + ([_("… and %s more", len(wrong) - 20)] if len(wrong) > 20 else [])))
        self.sudo().sha256 = fingerprint(rows)

    def action_copy(self):
        """A new draft with the rows of this version."""
        self.ensure_one()
        self.check_access("write")
        return self.mapping_id._draft(self)._shown()

    def action_open_messages(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Messages"),
            "res_model": "finance.message",
            "view_mode": "list,form",
            "domain": [("mapping_version_ids", "in", self.ids)],
        }

    def _shown(self):
        return self.get_formview_action()

    # what the approval engine asks and tells

    def _approval_kind(self):
        return "mapping"

    def _approval_content(self):
        return {
            "mapping": self.mapping_id.id,
            "kind": self.kind,
            "connector": self.mapping_id.connector_id.id or None,
            "number": self.number,
            "from": fields.Date.to_string(self.date_from) or None,
            "to": fields.Date.to_string(self.date_to) or None,
            "note": self.note or None,
            "rows": fingerprint(self._rows()),
        }

    def _approval_facts(self):
        return {
            "name": self.display_name,
            "changes": self._changes(),
            "reason": self.note,
            "warnings": self._problem_words(blocking=False),
        }

    def _same(self):
        return [("mapping_id", "=", self.mapping_id.id)]

    def _gone_live(self):
        self.env["finance.mapping.gap"]._recheck(self.mapping_id)
