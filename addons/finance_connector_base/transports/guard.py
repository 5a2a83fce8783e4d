"""Connections go only where they may: resolve once, judge every address, connect to that very address.

Guards against requests that are turned inwards (OWASP "Server Side Request Forgery"): a name that
points to this machine, to the cloud's metadata address or into the company network.
"""

import ipaddress
import socket
from dataclasses import dataclass

from ..core.errors import ConfigurationError, TechnicalError
from .deadline import DeadlineSocket, remaining

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CONNECT_SECONDS = 10
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits


@dataclass(frozen=True, slots=True)
class Guard:
    """
    :param internal: what may be reached although it is internal, named by the host's configuration:
        ``name``, ``name:port`` or a network such as ``10.1.0.0/16``
    :param loopback: whether this machine itself may be reached, for sandboxes
    """

    internal: tuple = ()
    loopback: bool = False

    def connect(self, host, port):
        """A connected socket to one of the host's addresses, after all of them were judged."""
        addresses = self._resolved(host, port)
        for _family, address in addresses:
            self._judge(host, port, address[0])
        for last, (family, address) in enumerate(addresses, start=1):
            try:
                return self._connected(family, address)
            except OSError as error:
                if last == len(addresses):
                    words = error.strerror or "no answer in time"
                    raise TechnicalError(f"{host} cannot be reached: {words}", code="line.connect") from error

    def _resolved(self, host, port):
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise TechnicalError(f"the name {host} cannot be resolved", code="line.name") from error
        return [(family, address) for family, _type, _protocol, _name, address in found]

    def _connected(self, family, address):
        sock = DeadlineSocket(family, socket.SOCK_STREAM)
        try:
            sock.settimeout(remaining(CONNECT_SECONDS))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
        except BaseException:
            sock.close()
            raise
        return sock

    def _judge(self, host, port, address):
        judged = _inner(ipaddress.ip_address(address.partition("%")[0]))
        if judged.is_global and not judged.is_multicast:
            return
        if self.loopback and judged.is_loopback and host.lower() in LOOPBACK:
            return
        if any(_names(entry, host.lower(), port, judged) for entry in self.internal):
            return
        raise ConfigurationError(
            f"{host} leads to the internal address {judged}. Where that is meant, the server's administrator "
            "names it under internal_hosts in odoo.conf",
            code="line.internal",
        )


def _inner(address):
    """The IPv4 address that an IPv6 address stands for: mapped, 6to4 or NAT64."""
    if address.version == 4:
        return address
    if address in NAT64:
        return ipaddress.ip_address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _names(entry, host, port, address):
    """Whether an entry of the exceptions covers this. Link-local addresses must be named as a network."""
    try:
        return address in ipaddress.ip_network(entry)
    except ValueError:
        named = entry.lower() in (host, f"{host}:{port}")
        return named and not (address.is_link_local or address.is_multicast or address.is_unspecified)
