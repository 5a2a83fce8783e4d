from odoo import _, fields, models


class FinanceException(models.Model):
    """Cases about refused objects lead to their correction."""

    _inherit = "finance.exception"

    correctable = fields.Boolean(compute="_compute_correctable")

    def _compute_correctable(self):
        for case in self:
            case.correctable = case.state == "open" and bool(case._refused_items())

    def _refused_items(self):
        """The refused objects that this case is about."""
        self.ensure_one()
        items = self.env["finance.message.item"]
        if not self.message_id or self.message_id.kind not in ("canonical", "canonical_file"):
            return items
        return items.search(
            [("message_id", "=", self.message_id.id), ("state", "=", "refused"), ("error_code", "=", self.code)]
        )

    def action_correct(self):
        """Correct the object, or choose which of them."""
        found = self._refused_items()
        if len(found) == 1:
            return found.action_correct()
        return {
            "type": "ir.actions.act_window",
            "name": _("Which one?"),
            "res_model": "finance.message.item",
            "view_mode": "list,form",
            "domain": [("id", "in", found.ids)],
        }
