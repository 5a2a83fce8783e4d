"""Message brokers as transports: publications go out, nothing is fetched. Each thread keeps its connections."""

import collections
import ssl
import threading
from urllib.parse import unquote, urlsplit

from ..brokers.amqp import AmqpBroker
from ..brokers.broker import BrokerSettings, Publication
from ..core.errors import ConfigurationError, FinanceError
from ..core.transport import TRANSPORTS, Receipt
from .guard import LOOPBACK, Guard
from .session import Line, tls_context

LARGEST_POOL = 16  # connections a thread keeps; the one used longest ago goes first
_threads = threading.local()


class BrokerTransport:
    """One broker, addressed by ``<scheme>://host:port/<space>``; ``push_path`` names its exchange.

    :param settings: ``address``, ``username``, ``push_path``, ``timeout_seconds``, ``environment``, ``internal``,
        ``ca_pem``
    """

    #: Class of the connections, schemes without and with TLS, and their ports.
    broker, plain, secure, ports = None, "", "", (0, 0)

    def __init__(self, settings, secrets):
        self._settings = self._broker_settings(settings, secrets)

    def _broker_settings(self, settings, secrets):
        try:
            parts = urlsplit(settings["address"])
            port = parts.port
        except ValueError as error:
            raise self._bad_address() from error
        sandbox = settings["environment"] == "sandbox"
        if not parts.hostname or parts.scheme not in (self.plain, self.secure):
            raise self._bad_address()
        if parts.scheme == self.plain and not (sandbox and parts.hostname in LOOPBACK):
            raise self._bad_address()
        if settings.get("tls_pins"):
            raise ConfigurationError(
                "brokers are not pinned: enter the issuer's certificate as trusted", code="broker.pins"
            )
        trust = tuple(
            secret or "" for secret in (settings.get("ca_pem"), secrets.get("client_certificate"),
                                        secrets.get("client_key"), secrets.get("passphrase"))
        )  # fmt: skip
        guard = Guard(tuple(settings.get("internal") or ()), loopback=sandbox)
        return BrokerSettings(
            host=parts.hostname,
            port=port or self.ports[parts.scheme == self.secure],
            space=unquote(parts.path.lstrip("/")) or "/",
            exchange=settings["push_path"].strip("/") or "finance.events",
            username=settings["username"],
            password=secrets.get("password") or "",
            timeout_seconds=settings["timeout_seconds"],
            guard=guard,
            context=self._context(guard, trust) if parts.scheme == self.secure else None,
            trust=trust,
        )

    def _bad_address(self):
        return ConfigurationError(f"the address must be {self.secure}://host/space", code="broker.address")

    @staticmethod
    def _context(guard, trust):
        context = tls_context(Line(guard, *_line_values(trust)))
        context.sslsocket_class = ssl.SSLSocket  # the library waits for its sockets itself
        return context

    def _connection(self):
        """This thread's connection; one that broke since the last time is made anew."""
        pool = _threads.__dict__.setdefault("brokers", collections.OrderedDict())
        known = pool.pop(self._settings, None)
        if known is not None and not known.is_open():
            known.close()
            known = None
        pool[self._settings] = known = known or self.broker(self._settings)
        while len(pool) > LARGEST_POOL:
            pool.popitem(last=False)[1].close()
        return known

    def _drop(self):
        known = _threads.__dict__.get("brokers", {}).pop(self._settings, None)
        if known is not None:
            known.close()

    def check(self):
        self._connection()
        return f"{self._settings.host} takes publications at {self._settings.exchange}."

    def pull(self):
        return iter(())

    def confirm(self, remote_id):
        """Nothing waits at another side."""

    def push(self, parcel, key):
        """Publish under the topic that the parcel's header ``type`` names."""
        topic = parcel.headers.get("type") or "file"
        publication = Publication(topic, parcel.content, parcel.content_type, parcel.headers.get("id") or key)
        try:
            self._connection().publish(publication)
        except FinanceError:
            self._drop()
            raise
        return Receipt(remote_id=publication.message_id)

    def ask(self, key, parcel=None):
        raise NotImplementedError


def _line_values(trust):
    """``ca_pem, pins, certificate, private_key, passphrase`` of a TLS line."""
    ca_pem, certificate, key, passphrase = trust
    return ca_pem, (), certificate, key, passphrase


@TRANSPORTS.add("amqp", "Message broker (AMQP, RabbitMQ)")
class Amqp(BrokerTransport):
    broker, plain, secure, ports = AmqpBroker, "amqp", "amqps", (5672, 5671)
