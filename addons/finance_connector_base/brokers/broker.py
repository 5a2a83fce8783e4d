"""What a message broker does for us; each kind is one class of this form, and one transport that names it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Publication:
    """One message for whoever has asked the broker for such a topic."""

    topic: str
    content: bytes
    content_type: str
    message_id: str
    headers: dict = field(default_factory=dict)


@dataclass(frozen=True)
class BrokerSettings:
    """Where the broker is and who we are there; equal settings share a connection.

    :param exchange: name of what takes our publications
    :param guard: judges addresses, as for every line to the outside (``transports.guard``)
    :param context: ``ssl.SSLContext``, or ``None`` on loopback in a sandbox
    """

    host: str
    port: int
    space: str
    exchange: str
    username: str
    password: str = field(repr=False)
    timeout_seconds: int = 10
    guard: object = None
    context: object = field(default=None, compare=False, repr=False)
    trust: tuple = ()  # what the context was made of; tells settings apart


class Broker:
    """One connection to a broker, of one thread.

    :param settings: ``BrokerSettings``
    """

    def __init__(self, settings):
        self.settings = settings

    def publish(self, publication):
        """Hand over one publication and return once the broker has taken it upon itself, on its disk.

        :raise ConfigurationError: nobody takes such a topic there, or we may not publish
        :raise TechnicalError: it certainly does not have it
        :raise OutcomeUnknownError: the connection broke meanwhile
        """
        raise NotImplementedError

    def is_open(self):
        raise NotImplementedError

    def close(self):
        raise NotImplementedError
