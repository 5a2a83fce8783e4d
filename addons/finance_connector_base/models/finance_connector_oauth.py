from odoo import api, fields, models
from odoo.exceptions import UserError

from ..transports.oauth import CODE_GRANT


class FinanceConnector(models.Model):
    """A connector whose access a person gives by signing in at the provider."""

    _inherit = "finance.connector"

    signs_in = fields.Boolean(compute="_compute_signs_in")
    signed_in_on = fields.Datetime(readonly=True, copy=False, string="Signed in on")
    oauth_return_url = fields.Char(compute="_compute_oauth_return_url", string="Return address")
    oauth_minutes = fields.Integer(
        default=15, string="Sign in within (minutes)", help="Who comes back later has to begin anew."
    )

    @api.depends("auth_scheme", "oauth_grant")
    def _compute_signs_in(self):
        for connector in self:
            connector.signs_in = connector.auth_scheme == "oauth2" and connector.oauth_grant == CODE_GRANT

    def _compute_oauth_return_url(self):
        for connector in self:
            connector.oauth_return_url = f"{connector.get_base_url()}/finance/sign-in"

    def action_sign_in(self):
        """Go to the provider's page; coming back, the tokens are fetched."""
        self.ensure_one()
        self._check_operator()
        if not self.signs_in:
            raise UserError(self.env._("Nobody signs in for this connector: its secrets decide."))
        if not self.oauth_authorize_url or not self.username:
            raise UserError(self.env._("Enter the sign-in address and the client first."))
        self._check_address_of_sign_in()
        link = self.env["finance.sign.in"]._begin(self.sudo())
        return {"type": "ir.actions.act_url", "url": link, "target": "self"}

    def _check_address_of_sign_in(self):
        allowed = ("https://",) if self.environment == "live" else ("https://", "http://")
        if not self.oauth_authorize_url.startswith(allowed):
            raise UserError(self.env._("The sign-in address must be an https:// URL."))

    def _signed_in(self):
        """Access is there again: what its end had stopped goes on."""
        for connector in self.sudo():
            connector.signed_in_on = fields.Datetime.now()
            self.env["finance.audit"]._note("connector.signed_in", connector, facts={"by": self.env.uid})
            cases = self.env["finance.exception"].sudo().search(
                [("connector_id", "=", connector.id), ("code", "=like", "oauth.%"), ("state", "=", "open")]
            )
            resumes = connector.state == "paused" and connector.pause_reason in cases.mapped("text")
            cases._solve(self.env._("Solved by itself: somebody signed in."))
            if resumes:
                connector.write({"state": "active", "pause_reason": False})
                connector.flow_ids._fetching()._enqueue_pull(planned=False)
