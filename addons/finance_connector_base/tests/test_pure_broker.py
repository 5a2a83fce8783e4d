"""Publishing to a real RabbitMQ: confirmed is kept, what nobody takes is told, a killed broker loses nothing."""

import contextlib
import threading
import time
import unittest

from ..brokers import amqp
from ..brokers.broker import Broker
from ..core.errors import AuthError, ConfigurationError, FinanceError, OutcomeUnknownError, TechnicalError
from ..core.transport import Parcel
from ..transports.broker import Amqp, BrokerTransport
from .pure import PureCase
from .rabbitmq import RabbitMq
from .tls import Authority

SETTINGS = {"environment": "sandbox", "username": "guest", "push_path": "finance.events", "timeout_seconds": 4}


class TestPureBroker(PureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if amqp.pika is None:
            raise unittest.SkipTest("the library pika is not installed")
        cls.authority = Authority()
        cls.server = cls.enterClassContext(RabbitMq(cls.authority))

    def line(self, password="guest", **changes):
        settings = {**SETTINGS, "address": self.server.address, **changes}
        return Amqp(settings, {"password": password})

    def other_side(self):
        """A connection of the test's own, as a consumer has it."""
        connection = amqp.pika.BlockingConnection(amqp.pika.ConnectionParameters("127.0.0.1", self.server.port))
        self.addCleanup(self.leave, connection)
        return connection.channel()

    @staticmethod
    def leave(connection):
        with contextlib.suppress(amqp.exceptions.AMQPError):  # the broker may have been killed
            connection.close()

    def bind(self, queue, *topics):
        channel = self.other_side()
        channel.exchange_declare("finance.events", "topic", durable=True)
        channel.queue_declare(queue, durable=True)
        for topic in topics:
            channel.queue_bind(queue, "finance.events", topic)
        return channel

    def taken(self, queue):
        channel, found = self.other_side(), []
        while (got := channel.basic_get(queue, auto_ack=True))[0]:
            found.append(got)
        return found

    def event(self, number, kind="invoice.posted"):
        content = f'{{"id": "{number}"}}'.encode()
        return Parcel("event", content, content_type="application/cloudevents+json",
                      headers={"id": f"id-{number}", "type": kind})  # fmt: skip

    def test_topics_and_properties(self):
        self.bind("invoices", "invoice.*")
        line = self.line()
        line.push(self.event(1), "id-1")
        [(method, properties, body)] = self.taken("invoices")
        self.assertEqual((method.routing_key, body), ("invoice.posted", b'{"id": "1"}'))
        self.assertEqual((properties.message_id, properties.delivery_mode), ("id-1", 2))
        self.assertEqual(properties.content_type, "application/cloudevents+json")

    def test_what_nobody_takes_is_refused(self):
        self.bind("only_payments", "payment.*")
        with self.assertRaises(ConfigurationError) as caught:
            self.line().push(self.event(1, "close.milestone"), "id-1")
        self.assertEqual(caught.exception.code, "event.unroutable")

    def test_sign_in_and_space(self):
        with self.assertRaises(AuthError):
            self.line(password="wrong").check()
        with self.assertRaises(ConfigurationError) as caught:
            self.line(address=f"{self.server.address}/nowhere").check()
        self.assertEqual(caught.exception.code, "amqp.space")

    def test_addresses(self):
        for address in ("amqp://broker.example.com", "https://127.0.0.1", "amqp://[", "amqps://"):
            with self.assertRaises(ConfigurationError, msg=address):
                self.line(address=address)
        with self.assertRaises(ConfigurationError, msg="plain outside a sandbox"):
            self.line(environment="live")

    def test_tls_is_verified(self):
        self.bind("secure", "secure.*")
        trusted = self.line(address=self.server.tls_address, ca_pem=self.authority.pem)
        trusted.push(self.event(7, "secure.event"), "id-7")
        self.assertEqual(len(self.taken("secure")), 1)
        stranger = self.line(address=self.server.tls_address, ca_pem=Authority("Other").pem)
        with self.assertRaises(FinanceError):
            stranger.push(self.event(8, "secure.event"), "id-8")
        self.assertFalse(self.taken("secure"))

    def test_killed_in_the_middle(self):
        """Each event is published until it is confirmed: all are there, and in their order but for doubles."""
        self.bind("kept", "kept.*")
        line, count, troubles = self.line(), 400, []
        killer = threading.Timer(0.3, self.server.kill)
        killer.start()
        for number in range(count):
            until = time.monotonic() + 120
            while True:
                try:
                    line.push(self.event(number, "kept.event"), f"id-{number}")
                    break
                except (TechnicalError, OutcomeUnknownError) as error:
                    troubles.append(error.code)
                    killer.join()
                    if self.server.process.poll() is not None:
                        self.server.start()
                    self.assertLess(time.monotonic(), until, error)
            if number == count // 2 and killer.is_alive():
                killer.join()
        self.assertTrue(troubles, "the broker was killed too late to prove anything")
        first = list(dict.fromkeys(properties.message_id for _method, properties, _body in self.taken("kept")))
        self.assertEqual(first, [f"id-{number}" for number in range(count)])

    def test_a_broker_that_stands_still_keeps_nobody(self):
        self.bind("still", "still.*")
        line = self.line()
        line.push(self.event(1, "still.event"), "id-1")
        self.server.freeze()
        began = time.monotonic()
        try:
            with self.assertRaises(TechnicalError):
                line.push(self.event(2, "still.event"), "id-2")
        finally:
            self.server.thaw()
        self.assertLess(time.monotonic() - began, 5 * SETTINGS["timeout_seconds"])


class TestPureBrokerInterface(PureCase):
    """Another kind of broker is a class and three lines."""

    def test_second_kind(self):
        kept = []

        class Memory(Broker):
            alive = True

            def publish(self, publication):
                if publication.topic == "break":
                    raise OutcomeUnknownError("broke")
                kept.append(publication)

            def is_open(self):
                return True

            def close(self):
                self.alive = False

        class Transport(BrokerTransport):
            broker, plain, secure, ports = Memory, "mem", "mems", (1, 2)

        line = Transport({**SETTINGS, "address": "mem://127.0.0.1/x"}, {})
        first = line._connection()
        line.push(Parcel("e", b"1", headers={"type": "a.b", "id": "7"}), "k")
        self.assertIs(line._connection(), first, "the connection is kept")
        self.assertEqual((kept[0].topic, kept[0].message_id, kept[0].content), ("a.b", "7", b"1"))
        with self.assertRaises(OutcomeUnknownError):
            line.push(Parcel("e", b"2", headers={"type": "break"}), "k2")
        self.assertIsNot(line._connection(), first, "a connection that broke is made anew")
        self.assertFalse(first.alive)
