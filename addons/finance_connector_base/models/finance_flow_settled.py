from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..authority.errors import AuthorityError
from ..mapping.errors import MappingError


class FinanceFlow(models.Model):
    """No approved mapping and no declared system of record, no live flow."""

    _inherit = "finance.flow"

    mapping_ids = fields.One2many("finance.flow.mapping", "flow_id", string="Mappings it needs", copy=True)
    lacks_text = fields.Text(compute="_compute_lacks_text", string="Not settled yet")

    @api.depends("connector_id", "kind", "direction", "mapping_ids.kind")
    def _compute_lacks_text(self):
        for flow in self:
            flow.lacks_text = "\n".join(flow._lacks_words(*flow._lacks(fields.Date.context_today(flow), True)))

    def _lacks(self, day, going_live=False):
        """``(kinds of mappings, objects)`` about which nothing is approved for the day.

        :param going_live: all that may come counts, not only what surely does
        """
        processor = self.env.get(f"finance.process.{self.kind}")
        kinds = {*(processor._mapping_kinds if processor is not None else ()), *self.sudo().mapping_ids.mapped("kind")}
        objects = ()
        if processor is not None and (self.direction == "in" or processor._follows):
            objects = processor._may_write(self) if going_live else processor._written_by(self)
        connector = self.connector_id
        mappings, authorities = self.env["finance.mapping"], self.env["finance.authority"]
        return (
            tuple(
                sorted(kind for kind in kinds if not mappings._approved_for(kind, connector.company_id, connector, day))
            ),
            tuple(one for one in objects if not authorities._named_for(one, connector.company_id, day)),
        )

    @ormcache("self.id", "day")
    def _lacks_kept(self, day):
        """Asked for each message; whatever changes the answer clears it."""
        return self._lacks(day)

    def _lacks_words(self, kinds, objects):
        mapping = dict(self.env["finance.mapping"]._selection_kind())
        leading = dict(self.env["finance.authority"]._selection_object())
        return [
            *(self.env._("No mapping is approved: %s", mapping.get(kind, kind)) for kind in kinds),
            *(self.env._("No system of record is approved: %s", leading.get(one, one)) for one in objects),
        ]

    def _require_settled(self):
        """:raise MappingError: ``mapping.not_approved``
        :raise AuthorityError: ``authority.missing``
        """
        if not self:
            return
        kinds, objects = self.sudo()._lacks_kept(fields.Date.context_today(self))
        words = "\n".join(self._lacks_words(kinds, objects)) if kinds or objects else ""
        if kinds:
            raise MappingError(words, kind=kinds[0], code="mapping.not_approved")
        if objects:
            raise AuthorityError(words, code="authority.missing")

    @api.constrains("connector_id", "active", "kind", "direction")
    def _check_settled(self):
        """In the other side's test system a flow may be tried before everything is approved; nothing is processed."""
        self.env.registry.clear_cache()
        day = fields.Date.context_today(self)
        for flow in self.filtered(lambda one: one.active and one.connector_id.environment == "live"):
            if flow.connector_id.state == "active":
                words = flow._lacks_words(*flow._lacks(day, going_live=True))
                if words:
                    raise ValidationError("\n".join([self.env._("“%s” cannot go live:", flow.name), *words]))


class FinanceConnector(models.Model):
    _inherit = "finance.connector"

    @api.constrains("state", "environment")
    def _check_flows_settled(self):
        self.flow_ids._check_settled()
