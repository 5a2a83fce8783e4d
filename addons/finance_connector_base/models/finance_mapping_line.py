from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..mapping.kinds import KINDS
from ..mapping.table import normal


class FinanceMappingLine(models.Model):
    """One row: this outside value, under these conditions, stands for that."""

    _name = "finance.mapping.line"
    _description = "Mapping row"
    _order = "source, for_company_id, country_id, date_from, id"
    _rec_name = "source"

    version_id = fields.Many2one("finance.mapping.version", required=True, index=True, ondelete="cascade")
    state = fields.Selection(related="version_id.state")
    kind = fields.Selection(related="version_id.kind")
    company_id = fields.Many2one(related="version_id.company_id", store=True, index=True)
    source = fields.Char(
        required=True, string="Value", help="As the other side sends it; * stands for any text, ? for one character."
    )
    label = fields.Char(string="Called there")
    target_model_id = fields.Many2one("ir.model", compute="_compute_target_model", compute_sudo=True)
    target_ref = fields.Reference(selection="_selection_target", string="Stands for")
    target_text = fields.Char(string="Stands for (text)")
    target_name = fields.Char(compute="_compute_target_name", string="Here")
    for_company_id = fields.Many2one("res.company", string="Only for", ondelete="restrict")
    country_id = fields.Many2one("res.country", ondelete="restrict")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until")

    @api.model
    def _selection_target(self):
        """Models rows may lead to, with Odoo's names for them."""
        models_ = sorted({kind.model for kind in KINDS if kind.model and kind.model in self.env})
        return [(model, self.env[model]._description) for model in models_]

    @api.depends("version_id.kind")
    def _compute_target_model(self):
        for line in self:
            model = KINDS.get(line.kind).model if line.kind in KINDS else None
            line.target_model_id = self.env["ir.model"]._get(model) if model else False

    @api.depends("target_ref", "target_text")
    def _compute_target_name(self):
        for line in self:
            line.target_name = line.target_ref.display_name if line.target_ref else line.target_text

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy(values) for values in vals_list])

    def write(self, vals):
        self._check_draft()
        return super().write(self._tidy(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_in_drafts(self):
        self._check_draft()

    def _tidy(self, vals):
        """One form for one value, so that it is compared as it is shown."""
        return {**vals, "source": normal(vals["source"])} if vals.get("source") else vals

    def _check_draft(self):
        if any(line.version_id.state != "draft" for line in self):
            raise UserError(_("Only drafts are changed."))

    @api.constrains("target_ref", "target_text", "for_company_id", "version_id")
    def _check_target(self):
        """What a row leads to is of the right kind, and of use in its company."""
        for line in self:
            kind = KINDS.get(line.kind)
            if kind.model is None:
                line._check_text(kind)
            elif line.target_text or (line.target_ref and line.target_ref._name != kind.model):
                raise ValidationError(_("%(value)s leads to something of another kind.", value=line.source))
            elif line.target_ref:
                line._check_record(kind)

    def _check_text(self, kind):
        if self.target_ref:
            raise ValidationError(_("%(value)s leads to something of another kind.", value=self.source))
        if kind.choices and self.target_text and self.target_text not in dict(kind.choices):
            raise ValidationError(
                _(
                    "%(value)s: choose one of %(choices)s.",
                    value=self.source,
                    choices=", ".join(code for code, _label in kind.choices),
                )
            )

    def _check_record(self, kind):
        record = self.target_ref.sudo().exists()
        if not record or (kind.domain and not record.filtered_domain(list(kind.domain))):
            raise ValidationError(_("What %(value)s leads to does not exist or does not fit.", value=self.source))
        company = self.for_company_id or self.company_id
        own = record._fields.get("company_ids") or record._fields.get("company_id")
        if own is None or record._name == "res.company":
            return
        owners = record[own.name]
        if owners and not (company and record.filtered_domain(record._check_company_domain(company))):
            raise ValidationError(
                _(
                    "%(record)s belongs to %(owner)s. Say in row %(value)s for which company it counts.",
                    record=record.display_name,
                    owner=", ".join(owners.mapped("name")),
                    value=self.source,
                )
            )
