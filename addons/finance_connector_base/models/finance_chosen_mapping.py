from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

#: What a replay may name; a draft may be tried, never used.
APPROVED = ("live", "retired")


class FinanceChosenMapping(models.AbstractModel):
    """Processing anew with a version of a mapping that a person chooses."""

    _name = "finance.chosen.mapping"
    _description = "Choice of a mapping version"

    mapping_version = fields.Integer(
        string="Number of the mapping version", help="Technical number of a version; 0: the ones in force."
    )
    mapping_version_id = fields.Many2one(
        "finance.mapping.version",
        compute="_compute_mapping_version_id",
        inverse="_inverse_mapping_version_id",
        string="With mapping",
        help="Process with this version in place of the one in force. A draft can be tried before it is approved.",
    )

    @api.depends("mapping_version")
    def _compute_mapping_version_id(self):
        versions = self.env["finance.mapping.version"].browse(self.mapped("mapping_version")).exists()
        for record in self:
            record.mapping_version_id = versions.filtered(lambda one, r=record: one.id == r.mapping_version)

    def _inverse_mapping_version_id(self):
        for record in self:
            record.mapping_version = record.mapping_version_id.id

    def _check_mapping_version(self):
        """:raise ValidationError: it names a version that was never approved"""
        for record in self:
            if record.mapping_version_id and record.mapping_version_id.state not in APPROVED:
                raise ValidationError(
                    _("%s was never approved. It can be tried, not used.", record.mapping_version_id.display_name)
                )
