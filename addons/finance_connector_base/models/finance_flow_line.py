from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.errors import FinanceError
from ..core.transport import TRANSPORTS
from ..services.finance_wire import WireStore
from ..steps.chain import STEPS, Stepped, chain, codes

#: Files looked at in the archive before each fetch, the latest.
MOST_WATCHED = 50


class FinanceFlow(models.Model):
    """What is special about one flow on its connector's line: which files, which address, which steps."""

    _inherit = "finance.flow"

    pattern = fields.Char(string="Only files", help="E.g. *.xml, *.zip; the connector's pattern if empty.")
    pull_path = fields.Char("Fetch path", help="Path that lists what there is to fetch; the connector's if empty.")
    steps = fields.Char(
        tracking=True,
        help="What happens to a file on its way, in this order, separated by commas: zip, pgp, pgp_sign, sha256, "
        "control. Out for example “zip, pgp”, in “pgp, zip”.",
    )
    steps_text = fields.Char(compute="_compute_steps_text", string="That is")

    @api.depends("steps")
    def _compute_steps_text(self):
        labels = dict(STEPS.names())
        for flow in self:
            found = [code.strip() for code in (flow.steps or "").split(",") if code.strip() in labels]
            flow.steps_text = ", ".join(labels[code] for code in found)

    @api.constrains("steps")
    def _check_steps(self):
        for flow in self:
            try:
                codes(flow.steps)
            except FinanceError as error:
                raise ValidationError(str(error)) from error

    def _pull_transport(self):
        """The connector's transport as this flow uses it to fetch."""
        connector = self.connector_id
        settings = connector._transport_settings()
        settings["pattern"] = self.pattern or settings["pattern"]
        settings["pull_path"] = self.pull_path or settings["pull_path"]
        settings["recent"] = self._recent_sizes()
        if self.last_success and connector.since_param:
            since = self.last_success - timedelta(minutes=connector.overlap_minutes)
            settings["since"] = f"{since.isoformat(timespec='seconds')}Z"
        return self._stepped(TRANSPORTS.get(connector.transport)(settings, connector._secrets()))

    def _recent_sizes(self):
        """``{file name: sizes}`` of what was taken a short while ago and may still be written to."""
        connector = self.connector_id
        # A file beside proves a file complete; what a step has opened has another size than what lies there.
        if not connector.watch_minutes or connector.companion or self.steps or connector.after_take != "archive":
            return {}
        messages = self.env["finance.message"].sudo()
        since = fields.Datetime.now() - timedelta(minutes=connector.watch_minutes)
        mine = [("flow_id", "=", self.id), ("remote_id", "!=", False)]
        lately = messages.search_fetch([*mine, ("create_date", ">=", since)], ["remote_id"], limit=MOST_WATCHED)
        known = [*mine, ("remote_id", "in", lately.mapped("remote_id"))]
        return dict(messages._read_group(known, ["remote_id"], ["size:array_agg"]))

    def _stepped(self, transport, message=None):
        """The transport with this flow's steps around it."""
        if not self or not codes(self.steps):
            return transport
        connector = self.connector_id
        steps = chain(self.steps, connector._transport_settings(), connector._secrets())
        wire = WireStore(self.env.registry, message.id) if message else None
        return Stepped(transport, steps, wire)
