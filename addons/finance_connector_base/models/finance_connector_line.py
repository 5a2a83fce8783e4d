from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from .. import server
from ..core.errors import FinanceError
from ..crypto.expiry import dated_pins, without_dates
from ..services.finance_token import RefreshStore, TokenStore
from ..steps.pgp import fingerprints
from ..transports.session import parsed_pins
from ..transports.sftp import parsed_pins as parsed_host_keys

#: How much longer than its call a worker holds the right to fetch a token: two that use one refresh token end it.
AFTER_CALL_SECONDS = 10
#: Codes of errors whose place is the host key that was found.
HOST_KEY_CODES = ("sftp.host_key", "sftp.host_key_unknown")


class FinanceConnector(models.Model):
    """How the line is made: who the other side must prove to be, how we sign in, what is taken."""

    _inherit = "finance.connector"

    # files
    folder_sent = fields.Char(
        string="Folder of taken files",
        help="Where the other side keeps what it took from us. Empty where it keeps nothing: then a lost answer is a "
        "case for two people, because a missing file says nothing.",
    )
    settle_seconds = fields.Integer(
        default=3,
        string="Time between two looks (seconds)",
        help="A file is taken when two looks at it are alike: nobody writes to it any more.",
    )
    companion = fields.Char(
        string="File beside", help="Ending of the file that lies beside a complete one, e.g. .sha256 or .asc."
    )
    companion_minutes = fields.Integer(
        default=60,
        string="Report without it (minutes)",
        help="A file that waits longer for the file beside it is reported to the owner; 0: never.",
    )
    watch_minutes = fields.Integer(
        default=60,
        string="Watch the archive (minutes)",
        help="A file that was taken while its writer paused goes on growing in the archive. So long after taking it we "
        "look whether it has, and take the whole; 0: never.",
    )
    after_take = fields.Selection(
        [("archive", "Move to the archive folder"), ("delete", "Delete"), ("keep", "Leave it there")],
        default="archive",
        required=True,
        string="After storing",
    )
    host_keys = fields.Text(
        string="Host keys",
        tracking=True,
        help="What proves who the server is, one a line: ssh-ed25519 SHA256:… or the key as in known_hosts. "
        "A second line serves as a backup.",
    )
    host_key_found = fields.Char(
        readonly=True, copy=False, string="Host key found", help="Shown by the server at the last test."
    )
    # TLS
    ca_pem = fields.Text(
        string="Trusted certificate", tracking=True, help="PEM of the issuer. Only it is trusted then, nobody else."
    )
    tls_pins = fields.Text(
        string="Certificate pins",
        tracking=True,
        help="One a line: sha256/… of the public key, or the hexadecimal SHA-256 of the certificate. Enter a second "
        "one as a backup, or the line stops when the other side renews its key. A date behind a pin, as in 2027-01-31, "
        "is watched.",
    )
    # signing in
    auth_scheme = fields.Selection(
        selection_add=[("oauth2", "OAuth2"), ("wsse", "User token inside (WS-Security)")],
        ondelete={"oauth2": "set default", "wsse": "set default"},
    )
    api_key_header = fields.Char(default="X-API-Key", string="Header of the API key")
    oauth_token_url = fields.Char(string="Token address")
    oauth_scope = fields.Char(string="Scope")
    oauth_grant = fields.Selection(
        [("client_credentials", "Client credentials"), ("authorization_code", "A person signs in at the provider")],
        default="client_credentials",
        required=True,
        string="Access is given by",
    )
    oauth_authorize_url = fields.Char(string="Sign-in address", help="The provider's page on which a person signs in.")
    oauth_client_auth = fields.Selection(
        [("basic", "In the header"), ("body", "In the body")], default="basic", string="Client shown"
    )
    # signing what we send
    sign_scheme = fields.Selection(
        [("none", "Not signed"), ("hmac", "HMAC-SHA256"), ("jws", "Detached JWS")],
        default="none",
        required=True,
        string="Requests",
    )
    sign_header = fields.Char(string="Header of our signature", help="Empty: X-Signature, or x-jws-signature.")
    sign_template = fields.Char(string="Text we sign", help="Empty: {timestamp}.{method}.{path}.{body}")
    sign_encoding = fields.Selection([("hex", "Hexadecimal"), ("base64", "Base64")], default="hex")
    sign_key_id = fields.Char(string="Key id")
    # fetching
    paging = fields.Selection(
        [
            ("none", "One answer"),
            ("page", "Page numbers"),
            ("offset", "Offsets"),
            ("cursor", "Cursor"),
            ("link", "Link header"),
        ],
        default="none",
        required=True,
    )
    page_param = fields.Char(string="Parameter", help="Empty: page, offset or cursor.")
    page_size_param = fields.Char(string="Parameter for the size")
    page_size = fields.Integer(default=100, string="Items on a page")
    cursor_path = fields.Char(string="Next cursor at", help="E.g. meta.next. Empty: next.")
    items_path = fields.Char(
        string="Items at", help="E.g. data.rows: each item is a message of its own. Empty: the whole answer is one."
    )
    since_param = fields.Char(string="Parameter for the time", help="E.g. from; empty where all is read each time.")
    overlap_minutes = fields.Integer(
        default=60, string="Overlap (minutes)", help="How far back each run reads again what the last one read."
    )
    # SOAP
    wsdl = fields.Binary(attachment=True, string="WSDL", help="The WSDL, or a zip with it and its schemas.")
    wsdl_name = fields.Char()
    wsdl_binding = fields.Char(string="Binding", help="{namespace}name where the WSDL has several.")
    # PGP
    pgp_public_key = fields.Text(string="PGP key of the other side")
    pgp_fingerprints = fields.Char(
        string="PGP fingerprints",
        tracking=True,
        help="Full fingerprints whose signature counts, separated by commas; we encrypt to the first.",
    )

    @api.constrains("host_keys", "tls_pins", "pgp_fingerprints")
    def _check_pins(self):
        for connector in self:
            try:
                parsed_host_keys(connector.host_keys or "")
                dated_pins(connector.tls_pins)
                parsed_pins(without_dates(connector.tls_pins))
                fingerprints(connector.pgp_fingerprints)
            except FinanceError as error:
                raise ValidationError(str(error)) from error

    def _transport_settings(self):
        texts = (
            *("companion", "host_keys", "ca_pem", "tls_pins", "api_key_header", "oauth_token_url", "oauth_scope"),
            *("oauth_grant", "oauth_authorize_url"),
            *("sign_scheme", "sign_header", "sign_template", "sign_encoding", "sign_key_id", "oauth_client_auth"),
            *("paging", "page_param", "page_size_param", "cursor_path", "items_path", "since_param", "after_take"),
            *("wsdl_binding", "pgp_public_key", "pgp_fingerprints"),
        )
        wsdl = (
            self.env["ir.attachment"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_field", "=", "wsdl"), ("res_id", "=", self.id)], limit=1)
        )
        return {
            **super()._transport_settings(),
            **{name: self[name] or "" for name in texts},
            "sent": self.folder_sent or "",
            "tls_pins": without_dates(self.tls_pins),
            "settle_seconds": self.settle_seconds,
            "companion_minutes": self.companion_minutes,
            "page_size": self.page_size,
            "wsdl": wsdl.raw or b"",
            "internal": server.internal_hosts(),
            "tokens": self._token_store(),
            "oauth_refresh": RefreshStore(self.env.registry, self.id),
        }

    def _token_store(self):
        """Where all workers find the access token; a connector on trial has no row to keep one in."""
        if self.auth_scheme != "oauth2" or self.env.context.get("finance_trial"):
            return None
        return TokenStore(self.env.registry, self.id, lease=self.timeout_seconds + AFTER_CALL_SECONDS)

    def _note_trouble(self, error):
        """Keep what a test found out; a host key only as a proposal."""
        result = super()._note_trouble(error)
        found = error.place if error is not None and error.code in HOST_KEY_CODES else False
        self.sudo().host_key_found = found
        return result

    def action_confirm_host_key(self):
        """A person compared the key with what the other side told; from now on it is the only one, or one more."""
        self.ensure_one()
        if not self.env.user.has_group("finance_connector_base.group_admin"):
            raise AccessError(_("Only administrators of the finance connectors confirm host keys."))
        if self.env.context.get("host_key", self.host_key_found) != self.host_key_found:
            raise UserError(_("The server has shown another host key since. Look at it first."))
        self.host_keys = self.host_key_found
        self.sudo().host_key_found = False
        return self.action_test()
