"""A certificate authority of our own, and servers that answer as a test says."""

import contextlib
import datetime
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


def _pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


class Authority:
    """Issues certificates; ``pem`` is what others trust."""

    def __init__(self, name="Test CA"):
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(self._name, self._key, 1).add_extension(x509.BasicConstraints(True, 0), critical=True)
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        made = made.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())
        self.pem = made.public_bytes(serialization.Encoding.PEM).decode()

    def _builder(self, name, key, days):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + days * DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def issue(self, *names, days=1, key=None):
        """``(certificate, key)`` as PEM for host names or addresses."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        alternatives = []
        for name in names:
            try:
                alternatives.append(x509.IPAddress(ip_address(name)))
            except ValueError:
                alternatives.append(x509.DNSName(name))
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        made = (
            self._builder(subject, key, days)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM).decode(), _pem(key)


def server_context(folder, certificate, key, client_ca=None):
    """The server's side of TLS; with ``client_ca`` callers have to show a certificate of that authority."""
    path = Path(folder) / f"{abs(hash(certificate))}.pem"
    path.write_text(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=client_ca)
    return context


class Call:
    """What a server got."""

    def __init__(self, method, target, headers, body, port):
        self.method, self.target, self.headers, self.body = method, target, headers, body
        self.port = port  # of the caller: equal ports are one connection
        self.path = urlsplit(target).path
        self.query = dict(parse_qsl(urlsplit(target).query))


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Callers that break off are part of the tests."""


class WebServer:
    """A real HTTP(S) server; ``answer(call)`` gives ``(status, headers, body)``; ``calls`` keeps what came."""

    def __init__(self, answer, context=None):
        self.calls = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                call = Call(self.command, self.path, self.headers, body, self.client_address[1])
                outer.calls.append(call)
                status, headers, content = answer(call)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, *args):
                """Quiet."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._scheme = "http"
        if context:
            self._scheme = "https"
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def url(self, host="127.0.0.1"):
        return f"{self._scheme}://{host}:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def raw_server(play, context=None):
    """A server that plays bytes: ``play(connection, stopped)`` runs after the request came."""
    listening = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve():
        while True:
            try:
                connection, _address = listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                if context:
                    connection = context.wrap_socket(connection, server_side=True)
                connection.recv(65536)
                play(connection, stopped)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        stopped.set()
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def drip(head=b"", pause=0.1, byte=b"x"):
    """Send ``head``, then one byte at a time without end."""

    def play(connection, stopped):
        connection.sendall(head)
        while not stopped.wait(pause):
            connection.sendall(byte)

    return play
