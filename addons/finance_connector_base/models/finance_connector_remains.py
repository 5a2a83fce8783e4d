from markupsafe import Markup

from odoo import api, fields, models


class FinanceConnector(models.Model):
    """What is still to be done before a connector works, in words for the person who does it."""

    _inherit = "finance.connector"

    remains = fields.Html(compute="_compute_remains", string="What remains", sanitize=False)

    @api.depends("state", "health", "environment", "flow_ids", "credential_ids", "signs_in", "signed_in_on")
    def _compute_remains(self):
        for connector in self:
            sentences = connector._remains() if connector.state == "draft" else []
            items = Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)
            connector.remains = items and Markup("<ul class='mb-0'>%s</ul>") % items

    def _remains(self):
        """What is still to be done, as sentences; addons add what their area needs."""
        self.ensure_one()
        connector, env = self.sudo(), self.env
        found = []
        if connector.transport != "upload" and connector.health != "ok":
            found.append(env._("The test of the connection has not gone through yet: press Test connection."))
        if connector.signs_in and not connector.signed_in_on:
            found.insert(0, env._("Enter the return address at the provider, then press Sign in at the provider."))
        if connector.webhook_scheme:
            if not connector._webhook_secrets():
                found.append(env._("Enter the webhook secret that the provider shows, page Secrets."))
            found.append(env._("Enter the address of page Webhook at the provider, and have it send a test event."))
        elif not connector.flow_ids:
            found.append(env._("Add a flow: what travels over this connector, how often, who owns it."))
        refusal = env["finance.permit"].sudo()._refusal(connector.environment)
        if refusal:
            found.append(env._("Nothing leaves from this server yet: %s.", refusal))
        if connector.environment == "sandbox":
            found.append(env._("This is the other side's test system. For the live one, connect it once more."))
        found.append(env._("Activate it; until then nothing is fetched or sent."))
        return found
