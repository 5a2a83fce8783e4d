import time

from odoo import fields, models
from odoo.exceptions import UserError

from .. import server
from ..core.advice import advice
from ..core.errors import ConfigurationError, FinanceError
from ..core.webhook import WEBHOOKS
from ..models.finance_connector_health import health_of, tried
from ..models.finance_connector_line import HOST_KEY_CODES
from ..transports.certificate import shown_certificate


class Prepared(Exception):
    """Carries what is needed for a trial out of the savepoint that is rolled back."""


class WebhookProbe:
    """Nobody can be called: whether the secret can be one of this provider is all that can be known."""

    def __init__(self, env, scheme, secrets):
        self._env, self._scheme, self._secrets = env, scheme, secrets

    def check(self):
        try:
            self._scheme.verify({}, b"{}", self._secrets, time.time())
        except FinanceError as refused:
            if refused.code == "hook.secret_missing":
                label = dict(WEBHOOKS.names())[self._scheme.code]
                raise ConfigurationError(
                    self._env._("No secret of “%s” is entered: copy it again, whole.", label), code=refused.code
                ) from refused
        return self._env._("The secret can be read. Whether it is the right one shows with the provider's test event.")


class FinanceConnect(models.TransientModel):
    """The test: the line is tried as the connector would have it, and a person compares who answers."""

    _inherit = "finance.connect"

    health = fields.Selection(selection=lambda self: self._selection_of("health"), default="unknown", readonly=True)
    health_text = fields.Char(readonly=True, string="What happened")
    health_code = fields.Char(readonly=True)
    health_advice = fields.Char(readonly=True, string="What to do")
    # who the other side proved to be
    host_keys = fields.Text(string="Confirmed host key", readonly=True)
    host_key_found = fields.Char(readonly=True, string="Host key found")
    certificate_text = fields.Text(readonly=True, string="Certificate shown")
    certificate_sha256 = fields.Char(readonly=True, string="SHA-256 of the certificate")
    certificate_pin = fields.Char(readonly=True)
    certificate_pem = fields.Text(readonly=True)
    certificate_self_signed = fields.Boolean(readonly=True)
    ca_pem = fields.Text(
        string="Trusted certificate",
        help="Only where their certificate is not issued by a public authority: paste the issuer's certificate "
        "(PEM) that they gave you. Nobody else is trusted then.",
    )
    tls_pins = fields.Text(string="Pinned certificate", readonly=True)

    def write(self, vals):
        """What was tested is no longer what is entered."""
        tested = {"address", "username", "environment", "auth_scheme", "ca_pem", "wsdl", "system_id", "secret_ids"}
        if tested & set(vals) and "health" not in vals:
            vals = {**vals, "health": "unknown", "health_text": False, "health_code": False, "health_advice": False}
        if "address" in vals and any(wizard.address != vals["address"] for wizard in self):
            vals = {**vals, "host_keys": False, "host_key_found": False, "tls_pins": False, "certificate_sha256": False}
        return super().write(vals)

    def action_test(self):
        """Try the line and say in words what is wrong; nothing is sent, and nothing of it stays."""
        self.ensure_one()
        self._look_at_certificate()
        text, trouble = tried(self._prepared)
        self.write(
            {
                "health": health_of(trouble),
                "health_text": text,
                "health_code": trouble and trouble.code,
                "health_advice": advice(trouble.code) if trouble else False,
                "host_key_found": trouble.place if trouble is not None and trouble.code in HOST_KEY_CODES else False,
            }
        )
        return self._shown()

    def _prepared(self):
        """The transport as the connector would have it; its calls are made after the trial's rows are gone."""
        try:
            with self.env.cr.savepoint():
                silent = self.with_context(tracking_disable=True, mail_create_nolog=True, finance_trial=True)
                connector = silent._make().sudo()
                if connector.webhook_scheme and connector.transport == "upload":  # nothing but posts comes over it
                    raise Prepared(WebhookProbe(self.env, connector._webhook(), connector._webhook_secrets()))
                raise Prepared(connector._checked_transport())
        except Prepared as prepared:
            return prepared.args[0]

    def _look_at_certificate(self):
        """Keep what the server shows, for a person to compare."""
        found = None
        if self.transport in ("https", "soap") and self.address:
            try:
                found = shown_certificate(
                    self.address,
                    internal=server.internal_hosts(),
                    loopback=self.environment == "sandbox",
                )
            except FinanceError:
                found = None  # the test that follows says why
        self.write(
            {
                "certificate_text": found
                and self.env._(
                    "Issued to %(subject)s by %(issuer)s, valid until %(until)s",
                    subject=found.subject,
                    issuer=found.issuer,
                    until=found.until,
                ),
                "certificate_sha256": found and found.sha256,
                "certificate_pin": found and found.pin,
                "certificate_pem": found and found.pem,
                "certificate_self_signed": bool(found and found.self_signed),
            }
        )

    def action_confirm_host_key(self):
        """A person compared the host key; the test is run again with it."""
        self.ensure_one()
        if not self.host_key_found or self.env.context.get("host_key") != self.host_key_found:
            raise UserError(self.env._("The server has shown another host key since. Look at it first."))
        self.host_keys = self.host_key_found
        return self.action_test()

    def action_trust_certificate(self):
        """A person compared the certificate; from now on only a server with its key is talked to."""
        self.ensure_one()
        if not self.certificate_sha256 or self.env.context.get("certificate") != self.certificate_sha256:
            raise UserError(self.env._("The server has shown another certificate since. Look at it first."))
        values = {"tls_pins": self.certificate_pin}
        if self.certificate_self_signed:
            values["ca_pem"] = self.certificate_pem
        self.write(values)
        return self.action_test()
