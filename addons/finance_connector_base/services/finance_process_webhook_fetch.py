from odoo import models


class FinanceProcessWebhookFetch(models.AbstractModel):
    """An event that says there is something to fetch. Nothing of it is believed but that: what is there is asked for.

    Events come late, twice and in any order; each one only wakes the fetching, which is one job for many of them.
    """

    _name = "finance.process.webhook_fetch"
    _inherit = "finance.process.webhook"
    _description = "Event that asks for a fetch"

    def _follow(self, message, current):
        flows = message.connector_id.flow_ids.filtered(
            lambda flow: flow.active and flow.direction == "in" and flow.mode in ("batch", "microbatch")
        )
        if not flows:
            return super()._follow(message, current)
        flows._enqueue_pull(planned=False)
        names = ", ".join(flows.mapped("name"))
        return self.env._("%(event)s: fetching %(flows)s", event=message.event_kind, flows=names)
