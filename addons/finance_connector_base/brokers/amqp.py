"""AMQP 0-9-1, as RabbitMQ speaks it: a durable topic exchange, persistent messages, publisher confirms."""

import contextlib
import logging

from ..core.errors import AuthError, ConfigurationError, OutcomeUnknownError, TechnicalError
from .broker import Broker

try:
    import pika
    from pika import exceptions
except ImportError:  # offered all the same; using it says what is missing
    pika = None
else:
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # it tells each lost connection as an error; we raise them

PERSISTENT = 2


class AmqpBroker(Broker):
    """A connection and its channel in confirm mode."""

    def __init__(self, settings):
        super().__init__(settings)
        if pika is None:
            raise ConfigurationError("the library pika is not installed", code="amqp.library")
        with self._sorted():
            self._connection = pika.BlockingConnection(self._parameters())
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
            self._channel.exchange_declare(settings.exchange, "topic", durable=True)

    def _parameters(self):
        settings = self.settings
        seconds = settings.timeout_seconds
        with settings.guard.connect(settings.host, settings.port) as judged:
            address = judged.getpeername()[0]  # the very address that was judged, whatever its name says next
        return pika.ConnectionParameters(
            host=address,
            port=settings.port,
            virtual_host=settings.space,
            credentials=pika.PlainCredentials(settings.username, settings.password),
            ssl_options=pika.SSLOptions(settings.context, settings.host) if settings.context else None,
            heartbeat=max(seconds // 2, 2),  # a broker that does not answer any more is left after two of them
            socket_timeout=seconds,
            stack_timeout=seconds,
            blocked_connection_timeout=seconds,
            connection_attempts=1,
        )

    @contextlib.contextmanager
    def _sorted(self):
        """Errors of the library while nothing has been published yet."""
        host = self.settings.host
        try:
            yield
        except (exceptions.ProbableAuthenticationError, exceptions.AuthenticationError) as error:
            raise AuthError(f"{host} refuses our sign-in", code="amqp.auth") from error
        except exceptions.ProbableAccessDeniedError as error:
            words = f"{host} gives us no access to {self.settings.space}"
            raise ConfigurationError(words, code="amqp.space") from error
        except exceptions.ChannelClosedByBroker as error:
            raise ConfigurationError(f"{host}: {error.reply_text}", code="amqp.exchange") from error
        except exceptions.AMQPError as error:
            words = str(error) or type(error).__name__
            raise TechnicalError(f"{host} cannot be reached: {words}", code="line.connect") from error
        except OSError as error:
            raise TechnicalError(f"{host} cannot be reached: {error}", code="line.connect") from error

    def is_open(self):
        """Whether the connection holds; what the broker said meanwhile is read first."""
        try:
            self._connection.process_data_events(0)
        except (exceptions.AMQPError, OSError):
            return False
        return self._connection.is_open and self._channel.is_open

    def publish(self, publication):
        host = self.settings.host
        properties = pika.BasicProperties(
            content_type=publication.content_type,
            delivery_mode=PERSISTENT,
            message_id=publication.message_id,
            type=publication.topic,
            headers=publication.headers or None,
        )
        try:
            self._channel.basic_publish(
                self.settings.exchange, publication.topic, publication.content, properties, mandatory=True
            )
        except exceptions.UnroutableError as error:
            raise ConfigurationError(
                f"{host} has no queue for {publication.topic} at {self.settings.exchange}", code="event.unroutable"
            ) from error
        except exceptions.NackError as error:
            raise TechnicalError(f"{host} could not keep the message", code="amqp.nack") from error
        except exceptions.ChannelClosedByBroker as error:
            raise ConfigurationError(f"{host}: {error.reply_text}", code="amqp.exchange") from error
        except (exceptions.AMQPError, OSError) as error:
            raise OutcomeUnknownError(f"the connection to {host} broke", code="amqp.unknown") from error

    def close(self):
        with contextlib.suppress(exceptions.AMQPError, OSError):
            self._connection.close()
