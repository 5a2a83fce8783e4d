import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date, format_datetime

from ..core.advice import advice
from ..core.errors import (
    AuthError,
    ConfigurationError,
    FinanceError,
    RateLimitedError,
    SecurityError,
    TechnicalError,
)

_logger = logging.getLogger(__name__)

#: The first class that fits says how the connector is.
HEALTH = {
    SecurityError: "security",
    AuthError: "auth",
    ConfigurationError: "configuration",
    RateLimitedError: "limited",
    TechnicalError: "unreachable",
}
#: Without it signing in cannot work: scheme → purpose of the secret.
NEEDED_SECRETS = {
    "basic": "password",
    "bearer": "token",
    "api_key": "api_key",
    "oauth2": "client_secret",
    "wsse": "password",
}
WAITING = ("ready", "sending", "unknown", "sent", "received")


def health_of(error):
    """How a line is after a test that ended in ``error``; ``None`` where all went well."""
    if error is None:
        return "ok"
    return next((state for kind, state in HEALTH.items() if isinstance(error, kind)), "trouble")


def tried(prepare):
    """The words of the check of the transport that ``prepare`` makes, and the error where it failed."""
    try:
        return prepare().check(), None
    except FinanceError as error:
        return str(error), error
    except Exception as defect:
        _logger.exception("the test of a line failed")
        words = f"{type(defect).__name__}: {defect}"
        return words, FinanceError(words, code="job.failed")


class FinanceConnectorHealth(models.Model):
    """How a connector is: what the last test of its line found, and its traffic at a glance."""

    _inherit = "finance.connector"

    health = fields.Selection(
        [
            ("unknown", "Not tested"),
            ("ok", "Working"),
            ("unreachable", "Unreachable"),
            ("limited", "Asked to wait"),
            ("auth", "Sign-in refused"),
            ("configuration", "Set-up incomplete"),
            ("security", "Not who it should be"),
            ("trouble", "Answers with an error"),
        ],
        default="unknown",
        readonly=True,
        copy=False,
    )
    health_text = fields.Char(readonly=True, copy=False, string="What the last test found")
    health_code = fields.Char(readonly=True, copy=False)
    health_advice = fields.Text(compute="_compute_health_advice", string="What to do next")
    health_on = fields.Datetime(readonly=True, copy=False, string="Tested on")

    stop_ids = fields.Many2many("finance.stop", compute="_compute_stop_ids", string="Emergency stops")
    stop_text = fields.Char(compute="_compute_stop_ids", string="Emergency stop")
    last_in_on = fields.Datetime(compute="_compute_glance", string="Last received")
    last_out_on = fields.Datetime(compute="_compute_glance", string="Last delivered")
    backlog = fields.Integer(compute="_compute_glance", string="Waiting")
    backlog_since = fields.Datetime(compute="_compute_glance", string="Waiting since")
    quota_left = fields.Char(compute="_compute_quota_left", string="Calls left")
    expiry_text = fields.Char(compute="_compute_expiry", string="Ends next")
    expiry_mood = fields.Selection(
        [("none", "None"), ("fine", "Fine"), ("soon", "Soon"), ("over", "Over")], compute="_compute_expiry"
    )

    @api.depends("health_code", "health")
    def _compute_health_advice(self):
        for connector in self:
            troubled = connector.health not in ("ok", "unknown")
            connector.health_advice = advice(connector.health_code or "") if troubled else False

    def _compute_stop_ids(self):
        stops = self.env["finance.stop"]._active(self)
        for connector in self:
            found = stops[connector.id]
            connector.stop_ids = found
            connector.stop_text = "; ".join(
                self.env._(
                    "%(who)s, %(when)s: %(why)s",
                    who=stop.stopped_by_id.name,
                    when=format_datetime(self.env, stop.stopped_on),
                    why=stop.reason,
                )
                for stop in found
            )

    def _compute_glance(self):
        """Two queries for all connectors: the latest of each direction, and what waits."""
        latest, waiting = {}, {}
        if self.ids:
            self.env["finance.message"].flush_model(["connector_id", "direction", "state"])
            latest = {
                (connector, direction): on
                for connector, direction, on in self.env.execute_query(
                    SQL(
                        "SELECT c.id, d.direction, m.create_date FROM finance_connector c"
                        " CROSS JOIN (VALUES ('in'), ('out')) d(direction)"
                        " JOIN LATERAL (SELECT create_date FROM finance_message WHERE connector_id = c.id"
                        " AND direction = d.direction AND (d.direction = 'in' OR arrived = 'yes')"
                        " ORDER BY id DESC LIMIT 1) m ON TRUE WHERE c.id IN %s",
                        tuple(self.ids),
                    )
                )
            }
            waiting = {
                connector.id: (count, since)
                for connector, count, since in self.env["finance.message"]._read_group(
                    [("connector_id", "in", self.ids), ("state", "in", WAITING)],
                    ["connector_id"],
                    ["__count", "create_date:min"],
                )
            }
        for connector in self:
            connector.last_in_on = latest.get((connector.id, "in"), False)
            connector.last_out_on = latest.get((connector.id, "out"), False)
            connector.backlog, connector.backlog_since = waiting.get(connector.id, (0, False))

    @api.depends("quota_ids.used", "quota_ids.limit_calls", "quota_ids.since", "quota_ids.period")
    def _compute_quota_left(self):
        periods = dict(self.env["finance.quota"]._fields["period"]._description_selection(self.env))
        for connector in self:
            connector.quota_left = "; ".join(
                self.env._(
                    "%(left)s of %(limit)s a %(period)s (%(what)s)",
                    left=max(quota._left(), 0),
                    limit=quota.limit_calls,
                    period=periods[quota.period].lower(),
                    what=" ".join(filter(None, (quota.operation, quota.scope))),
                )
                for quota in connector.quota_ids
            )

    @api.depends("expiry_ids.expires_on")
    def _compute_expiry(self):
        today = fields.Date.context_today(self)
        for connector in self:
            first = connector.expiry_ids.sorted("expires_on")[:1]
            on, name = first.expires_on or None, first.name
            connector.expiry_mood = (
                "none" if on is None else "over" if on < today else "soon" if on <= today + timedelta(30) else "fine"
            )
            words = self.env._("%(what)s on %(day)s", what=name, day=format_date(self.env, on)) if on else False
            connector.expiry_text = words

    def action_test(self):
        """Try the line and say in words what is wrong and what to do next; nothing is sent."""
        self.ensure_one()
        self._check_operator()
        text, trouble = self.sudo()._tried()
        health = health_of(trouble)
        self._set_health(health, text, trouble and trouble.code)
        self._note_trouble(trouble)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": dict(self._fields["health"]._description_selection(self.env))[health],
                "message": " ".join(filter(None, (f"{text}.".replace("..", "."), self.health_advice))),
                "type": "success" if health == "ok" else "warning",
                "sticky": health != "ok",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _tried(self):
        """The words of the check, and the error where it failed."""
        return tried(self._checked_transport)

    def _checked_transport(self):
        """The transport, where nothing forbids to open its line."""
        self._check_before_line()
        return self._transport()

    def _set_health(self, health, text, code=None):
        self.sudo().write(
            {"health": health, "health_text": text, "health_code": code, "health_on": fields.Datetime.now()}
        )

    def _check_before_line(self):
        """What can be said without opening a line, and what forbids to open one.

        :raise ConfigurationError: a copied database, another environment, a secret that is missing
        """
        if self.transport == "upload":
            return
        refusal = self.env["finance.permit"]._refusal(self.environment)
        if refusal:
            raise ConfigurationError(refusal, code="permit")
        purpose = NEEDED_SECRETS.get(self.auth_scheme) if self.transport in ("https", "soap") else None
        if purpose and not self.credential_ids.filtered(lambda one: one.purpose == purpose and one.sealed):
            labels = dict(self.env["finance.credential"]._fields["purpose"]._description_selection(self.env))
            raise ConfigurationError(self.env._("no secret is stored for: %s", labels[purpose]), code="secret.missing")

    def _note_trouble(self, error):
        """What a test of the line found out beyond its words; ``None`` where all went well."""

    def action_emergency_stop(self):
        """Ask for the reason; nothing is sent over this connector from the moment it is given."""
        self.ensure_one()
        return self.env["finance.stop"]._dialog(scope="connector", connector=self)
