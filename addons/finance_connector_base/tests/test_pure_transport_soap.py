import io
import json
import tempfile
import time
import zipfile
from decimal import Decimal
from pathlib import Path

from lxml import etree

from ..core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    OutcomeUnknownError,
    RemoteDefectError,
)
from ..core.transport import Parcel
from ..transports.soap import Soap
from .pure import PureCase
from .tls import Authority, WebServer, drip, raw_server, server_context

WSDL = (Path(__file__).parent / "samples" / "rates.wsdl").read_bytes()
ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>'
RATE = '<RateResponse xmlns="urn:test:rates"><rate>%s</rate></RateResponse>'
FAULT = "<s:Fault><faultcode>s:%s</faultcode><faultstring>%s</faultstring></s:Fault>"
XML = {"Content-Type": "text/xml; charset=utf-8"}


def rates(call):
    """The service: a rate for EUR, faults for the rest."""
    if call.method == "GET":
        return 405, {}, b"POST only"
    tree = etree.fromstring(call.body)
    currency = tree.findtext(".//{urn:test:rates}currency")
    if currency == "EUR":
        return 200, XML, (ENVELOPE % RATE % "1.1050").encode()
    return 500, XML, (ENVELOPE % FAULT % ("Client", f"no rate for {currency}")).encode()


class TestSoap(PureCase):
    """A real server that answers from the same WSDL."""

    def line(self, answer=rates, secrets=None, context=None, **changes):
        self.server = self.enterContext(WebServer(answer, context))
        return self.to(f"{self.server.url()}/rates.asmx", secrets, **changes)

    def to(self, address, secrets=None, **changes):
        settings = {
            "address": address,
            "environment": "sandbox",
            "timeout_seconds": 10,
            "max_bytes": 100_000,
            "auth_scheme": "none",
            "username": "",
            "wsdl": WSDL,
            **changes,
        }
        return Soap(settings, secrets or {})

    def rate(self, line, currency="EUR"):
        return line.invoke("Rate", currency=currency, day="2026-01-05")

    def refused(self, kind, code, line, **values):
        with self.assertRaises(kind) as caught:
            self.rate(line, **values)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception

    def test_call(self):
        line = self.line()
        self.assertEqual(self.rate(line), Decimal("1.1050"))
        (call,) = self.server.calls
        self.assertEqual((call.target, call.headers["SOAPAction"]), ("/rates.asmx", '"urn:test:rates#Rate"'))

    def test_over_tls_with_basic(self):
        authority = Authority()
        with tempfile.TemporaryDirectory() as folder:
            context = server_context(folder, *authority.issue("127.0.0.1"))
            line = self.line(
                secrets={"password": "p"}, context=context, ca_pem=authority.pem, auth_scheme="basic", username="u"
            )
            self.rate(line)
        self.assertEqual(self.server.calls[0].headers["Authorization"], "Basic dTpw")

    def test_a_user_token_inside(self):
        self.rate(self.line(secrets={"password": "p"}, auth_scheme="wsse", username="u"))
        self.assertIn(b"<wsse:Username>u<", self.server.calls[0].body.replace(b"ns0:", b"wsse:"))

    def test_push_keeps_the_answer_as_it_came(self):
        content = json.dumps({"operation": "Rate", "values": {"currency": "EUR", "day": "2026-01-05"}}).encode()
        receipt = self.line().push(Parcel("r", content), "K1")
        self.assertIn(b"1.1050", receipt.content)
        self.assertEqual(self.server.calls[0].headers["Idempotency-Key"], "K1")
        with self.assertRaises(BusinessError):
            self.line().push(Parcel("r", b"{}"), "K1")

    def test_test_button(self):
        self.assertEqual(self.line().check(), "127.0.0.1 answers. Operations: Rate.")
        with self.assertRaises(AuthError):
            self.line(lambda call: (401, {}, b"")).check()

    def test_faults_by_whose_they_are(self):
        self.assertIn("no rate for XXX", str(self.refused(BusinessError, "soap.client", self.line(), currency="XXX")))
        for fault, kind, code in (
            ("Server", OutcomeUnknownError, "soap.server"),
            ("Client.Authentication", AuthError, "soap.auth"),
            ("FailedAuthentication", AuthError, "soap.auth"),
            ("MustUnderstand", ConfigurationError, "soap.version"),
        ):
            body = (ENVELOPE % FAULT % (fault, "no")).encode()
            self.refused(kind, code, self.line(lambda call, body=body: (500, XML, body)))
            self.refused(kind, code, self.line(lambda call, body=body: (200, XML, body)))

    def test_answers_that_are_none(self):
        for status, body, kind in (
            (200, b"<html/>", RemoteDefectError),
            (200, b"nothing", RemoteDefectError),
            (200, b"", RemoteDefectError),
            (500, b"<html/>", OutcomeUnknownError),
            (404, b"", BusinessError),
            (200, (ENVELOPE % "<Other/>").encode(), RemoteDefectError),
        ):
            with self.assertRaises(kind, msg=(status, body)):
                self.rate(self.line(lambda call, status=status, body=body: (status, XML, body)))

    def test_entities_in_an_answer_are_refused(self):
        doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        body = (doctype + ENVELOPE % RATE % "&e;").encode()
        self.refused(RemoteDefectError, "soap.answer", self.line(lambda call: (200, XML, body)))

    def test_values_that_do_not_fit(self):
        line = self.line()
        with self.assertRaises(BusinessError):
            line.invoke("Rate", unknown=1)
        with self.assertRaises(ConfigurationError):
            line.invoke("Nothing")
        self.assertEqual(self.server.calls, [])

    def test_a_drip_ends_at_the_deadline(self):
        with raw_server(drip(b"HTTP/1.1 200 OK\r\nX-A: ")) as address:
            started = time.monotonic()
            with self.assertRaises(OutcomeUnknownError):
                self.rate(self.to(address, timeout_seconds=1))
            self.assertLess(time.monotonic() - started, 4)


class TestWsdl(PureCase):
    """Only files we hold are read."""

    def operations(self, wsdl):
        settings = {"address": "https://bank.example/", "environment": "live", "auth_scheme": "none", "wsdl": wsdl}
        return Soap(settings, {}).operations()

    def packed(self, **files):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in files.items():
                archive.writestr(name.replace("_", "."), content)
        return packed.getvalue()

    def test_schemas_in_a_zip(self):
        start, end = WSDL.index(b"<xsd:schema"), WSDL.index(b"</types>")
        namespace = b'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        schema = WSDL[start:end].replace(b"<xsd:schema", namespace)
        imported = b'<xsd:schema><xsd:import namespace="urn:test:rates" schemaLocation="%s"/></xsd:schema>'
        for location in (b"types.xsd", b"http://127.0.0.1:1/types.xsd", b"file:///etc/types.xsd", b"../types.xsd"):
            with self.subTest(location):
                wsdl = WSDL[:start] + imported % location + WSDL[end:]
                self.assertEqual(self.operations(self.packed(main_wsdl=wsdl, types_xsd=schema)), ["Rate"])
                with self.assertRaises(ConfigurationError) as caught:
                    self.operations(wsdl)
                self.assertIn("types.xsd", str(caught.exception))

    def test_no_wsdl(self):
        doctype = WSDL.replace(b"<definitions", b'<!DOCTYPE d SYSTEM "http://127.0.0.1:1/x"><definitions', 1)
        for wsdl in (None, b"", b"nothing", b"<definitions/>", self.packed(a_txt=b""), doctype):
            with self.assertRaises(ConfigurationError):
                self.operations(wsdl)
