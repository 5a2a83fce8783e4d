import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.orm.models import NO_ACCESS

from ..core.canonical import sha256
from ..core.errors import ConfigurationError, FinanceError
from ..services.finance_token import RefreshStore, TokenStore
from ..transports.oauth import sign_in_url


class FinanceSignIn(models.TransientModel):
    """A person on the way to the provider's page and back: what must be the same on the way back.

    The state proves that it is the same person and the same way, and counts once; the verifier proves to the provider
    that who brings the code is who sent the person (PKCE).
    """

    _name = "finance.sign.in"
    _description = "Sign-in at a provider"

    connector_id = fields.Many2one("finance.connector", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    state_hash = fields.Char(required=True, index=True, groups=NO_ACCESS)
    verifier = fields.Char(required=True, groups=NO_ACCESS)

    @api.model
    def _begin(self, connector):
        """The address of the provider's page."""
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        self.sudo().create(
            {
                "connector_id": connector.id,
                "user_id": self.env.uid,
                "state_hash": sha256(state.encode()),
                "verifier": verifier,
            }
        )
        return sign_in_url(connector._transport_settings(), state, verifier, connector.oauth_return_url)

    @api.model
    def _back(self, state, code, error):
        """The connector whose tokens were fetched with the code; an empty one where nobody of ours was on the way.

        :raise UserError: in time and ours, but no tokens came of it
        """
        found = self._take(state)
        if found is None:
            return self.env["finance.connector"]
        connector = self.env["finance.connector"].browse(found[0]).exists()
        if not connector or not connector.with_user(self.env.user).has_access("read"):
            return connector.browse()
        if error or not code:
            raise UserError(self.env._("The provider gave no access: %s", (error or "?")[:200]))
        try:
            token, refresh = connector._checked_transport().sign_in(code, found[1], connector.oauth_return_url)
            if not refresh:
                words = self.env._("the provider gave no refresh token; the scope may lack offline access")
                raise ConfigurationError(words, code="oauth.answer")
        except FinanceError as refused:
            raise UserError(self.env._("The sign-in did not work: %s", refused)) from refused
        RefreshStore(self.env.registry, connector.id).keep(refresh)
        TokenStore(self.env.registry, connector.id).keep(token)
        connector._signed_in()
        return connector

    def _take(self, state):
        """``(connector id, verifier)`` of this person's way; it counts once, also where this request runs again."""
        with self.env.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM finance_sign_in WHERE state_hash = %s "
                "RETURNING connector_id, verifier, user_id, create_date",
                [sha256(state.encode())],
            )
            row = cr.fetchone()
        if row is None or row[2] != self.env.uid:
            return None
        minutes = self.env["finance.connector"].browse(row[0]).oauth_minutes
        return row[:2] if row[3] >= fields.Datetime.now() - timedelta(minutes=minutes) else None
