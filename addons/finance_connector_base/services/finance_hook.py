import logging
import time

from odoo import api, models

from ..core.canonical import sha256
from ..core.errors import FinanceError, SecurityError

_logger = logging.getLogger(__name__)

#: code → HTTP status; whoever posts learns no more than this.
STATUS = {"hook.content_type": 415, "hook.malformed": 400}
REFUSED = 401

#: Bodies whose raw bytes arrive as they were sent; forms are taken apart before we could check them.
READABLE = ("application/json", "text/json", "application/xml", "text/xml")
READABLE_ENDINGS = ("+json", "+xml")


class FinanceHook(models.AbstractModel):
    """Posts from outside: checked over their raw bytes, stored once, and only then answered.

    Everything is written in the transaction of the request, which commits before the answer leaves; a
    post that meets a faster twin is run again and finds it. A paused connector stores as well: intake
    never stops.
    """

    _name = "finance.hook"
    _description = "Webhook intake"

    @api.model
    def _receive(self, token, headers, body, now=None):
        """Check one post and keep its events.

        :param now: Unix time; the clock where None
        :return: ``(HTTP status, answer)``
        """
        connector = self.env["finance.webhook.address"]._connector(token)
        if not connector:
            return 404, b""
        scheme = connector._webhook()
        try:
            content_type = self._content_type(headers)
            events = scheme.verify(headers, body, self._secrets(connector), time.time() if now is None else now)
        except SecurityError as error:
            self._refused(connector, error)
            return STATUS.get(error.code, REFUSED), b""
        for event in sorted(events, key=lambda one: one.id):  # posts that share events wait in one order
            self._keep(connector, scheme, event, content_type)
        return 200, scheme.answer

    def _content_type(self, headers):
        mime = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        packed = headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity")
        if packed or not (mime in READABLE or mime.endswith(READABLE_ENDINGS)):
            raise SecurityError(
                self.env._("Posts must be JSON or XML, not packed; this one is %s.", mime[:80] or "?"),
                code="hook.content_type",
            )
        return mime

    def _secrets(self, connector):
        """The connector's valid secrets; one that cannot be opened on this server is as good as missing."""
        try:
            return connector._webhook_secrets()
        except FinanceError as error:
            raise SecurityError(str(error), code="hook.secret_missing") from error

    def _refused(self, connector, error):
        """Count, and once an hour tell the owner and the log; in a transaction of its own."""
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr)
            if env["finance.webhook.tally"]._add(connector, error.code):
                _logger.warning("webhook posts of connector %s are refused: %s", connector.id, error.code)
                self._open_case(connector.with_env(env), error)

    def _open_case(self, connector, error):
        connector.env["finance.exception"]._report(
            connector,
            error.code,
            self.env._("%(connector)s: a post was refused: %(why)s", connector=connector.name, why=str(error)),
            category="configuration" if error.code == "hook.secret_missing" else "security",
            connector_id=connector.id,
            domain=connector.domain,
            owner_id=connector.owner_id.id,
            blocking=False,
        )

    def _keep(self, connector, scheme, event, content_type):
        """Store an event once; the flow for its kind chooses what is done with it."""
        intake = self.env["finance.intake"].with_company(connector.company_id)
        known = intake._known(connector, event.id)
        if known and (
            known.sha256 == sha256(event.body) or (not known.erased_on and scheme.same(known._raw(), event.body))
        ):
            return intake._count_copy(known)
        flow = connector._event_flow(event.kind)
        message, new = intake._store(
            connector,
            flow.kind or "webhook",
            event.body,
            name=f"{event.kind} {event.id}",
            dedup_key=event.id,
            flow=flow,
            content_type=content_type,
            remote_id=event.id,
            event_kind=event.kind,
            occurred_on=event.occurred_at,
        )
        if new and message.state == "received":
            message._enqueue(new=True)
