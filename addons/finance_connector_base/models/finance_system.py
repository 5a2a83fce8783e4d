from odoo import api, fields, models
from odoo.exceptions import ValidationError


def listed(text):
    """``{name: whether it is required}`` of a list such as ``address!, username!, folder_in``."""
    names = [part.strip() for part in (text or "").split(",") if part.strip()]
    return {name.rstrip("!"): name.endswith("!") for name in names}


class FinanceSystem(models.Model):
    """A kind of system that can be connected: what it does, what must be entered, which flows it brings."""

    _name = "finance.system"
    _description = "Kind of system"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=50)
    active = fields.Boolean(default=True)
    icon = fields.Char(default="fa-plug", help="Name of a Font Awesome 4 icon, e.g. fa-university.")
    text = fields.Text(translate=True, string="What it does")
    hint = fields.Text(
        translate=True, string="What you need", help="What to have at hand, and from whom; shown while it is entered."
    )
    domain = fields.Selection(
        selection=lambda self: self._selection_of("domain"), required=True, default="other", string="Area"
    )
    transport = fields.Selection(selection=lambda self: self._selection_of("transport"), required=True, default="https")
    asks = fields.Char(
        help="Fields of the connector a person fills in, separated by commas; ! marks those that are needed."
    )
    secrets = fields.Char(help="Purposes of the secrets a person enters, separated by commas; ! marks those needed.")
    connector_values = fields.Json(help="Values of the connector that are the same for all systems of this kind.")
    flow_ids = fields.One2many("finance.system.flow", "system_id", string="Flows", copy=True)

    @api.model
    def _selection_of(self, name):
        return self.env["finance.connector"]._fields[name]._description_selection(self.env)

    @api.constrains("asks", "secrets", "connector_values")
    def _check_names(self):
        purposes = dict(self.env["finance.credential"]._fields["purpose"]._description_selection(self.env))
        for system in self:
            unknown = {
                *(name for name in listed(system.asks) if name not in self.env["finance.connect"]._fields),
                *(name for name in listed(system.secrets) if name not in purposes),
                *(name for name in system.connector_values or {} if name not in self.env["finance.connector"]._fields),
            }
            if unknown:
                raise ValidationError(
                    self.env._(
                        "%(system)s names what does not exist: %(names)s",
                        system=system.name,
                        names=", ".join(sorted(unknown)),
                    )
                )

    def action_choose(self):
        """Chosen in the wizard that the context names."""
        self.ensure_one()
        wizard = self.env["finance.connect"].browse(self.env.context.get("connect_id")).exists()
        return (wizard or self.env["finance.connect"].create({}))._choose(self)


class FinanceSystemFlow(models.Model):
    """A flow that comes with a kind of system."""

    _name = "finance.system.flow"
    _description = "Flow of a kind of system"
    _order = "sequence, id"

    system_id = fields.Many2one("finance.system", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    kind = fields.Char(required=True, help="Message kind; finance.process.<kind> handles it.")
    direction = fields.Selection(selection=lambda self: self._selection_of("direction"), required=True, default="in")
    mode = fields.Selection(selection=lambda self: self._selection_of("mode"), required=True, default="batch")
    interval_number = fields.Integer(default=15, string="Every")
    interval_unit = fields.Selection(
        selection=lambda self: self._selection_of("interval_unit"), required=True, default="minutes"
    )
    target_hours = fields.Float(default=8.0, string="Service target (hours)")
    flow_values = fields.Json(help="Further values of the flow, by field.")

    @api.model
    def _selection_of(self, name):
        return self.env["finance.flow"]._fields[name]._description_selection(self.env)

    def _is_planned(self):
        """Whether the flow runs by a schedule of ours."""
        return self.direction == "in" and self.mode in ("batch", "microbatch")

    @api.constrains("kind", "flow_values")
    def _check_values(self):
        for flow in self:
            unknown = [name for name in flow.flow_values or {} if name not in self.env["finance.flow"]._fields]
            if f"finance.process.{flow.kind}" not in self.env or unknown:
                raise ValidationError(
                    self.env._("The flow %(flow)s names what does not exist: %(names)s", flow=flow.name,
                               names=", ".join(unknown or [flow.kind]))
                )  # fmt: skip
