"""SOAP through the guarded HTTPS line; the service is described by a file we hold, never by one we fetch.

zeep alone would load a WSDL and its schemas from anywhere, for up to five minutes, follow DTDs, and wait
for an answer without limit. Here it parses what we hold, and our own line carries its bytes.
"""

import functools
import io
import json
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import requests
import zeep
import zeep.exceptions
from lxml import etree
from zeep.wsdl import Document
from zeep.wsse.username import UsernameToken

from ..core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    FinanceError,
    OutcomeUnknownError,
    RemoteDefectError,
)
from ..core.masking import masked
from ..core.safe.zip import zip_members
from ..core.transport import TRANSPORTS, Receipt
from .https import Https

#: Where the files of a WSDL are said to lie; nothing is ever fetched from there.
HELD = "https://wsdl.invalid/"
#: Fault codes that say who we are is the trouble (WS-Security 1.1, 12).
IDENTITY = ("authentication", "securitytoken", "failedcheck", "unsupportedsecurity", "unauthorized")


@TRANSPORTS.add("soap", "SOAP service")
class Soap(Https):
    """:param settings: those of ``Https``; ``wsdl`` the bytes of a WSDL, or of a zip with it and its schemas;
    ``wsdl_binding`` ``{namespace}name`` where it has several. ``auth_scheme`` may be ``wsse`` too.
    """

    def __init__(self, settings, secrets):
        super().__init__(settings, secrets)
        self._answer = b""

    def check(self):
        operations = self.operations()
        try:
            self.call("GET", self._settings["address"])
        except FinanceError as error:
            if not error.code.startswith("https.4") or isinstance(error, AuthError):
                raise  # services seldom answer a GET; that they answer at all is what we ask
        return f"{self._host} answers. Operations: {', '.join(operations)}."

    def operations(self):
        return sorted(self._binding(self._document())._operations)

    def pull(self):
        """Services are called; they hold nothing that waits."""
        return iter(())

    def push(self, parcel, key):
        """The content is JSON: ``{"operation": …, "values": {…}}``; the receipt holds the answer as it came."""
        try:
            wanted = json.loads(parcel.content)
            operation, values = wanted["operation"], dict(wanted.get("values") or {})
        except (ValueError, KeyError, TypeError) as error:
            raise BusinessError("a SOAP message names its operation and values", code="soap.content") from error
        self.invoke(operation, key=key, **values)
        return Receipt(content=self._answer, status=200)

    def ask(self, key, parcel=None):
        raise NotImplementedError

    def invoke(self, operation, *, key=None, **values):
        """Call an operation and return what zeep makes of the answer."""
        document = self._document()
        wsse = None
        if self._settings["auth_scheme"] == "wsse":
            wsse = UsernameToken(self._settings["username"], self._secrets.get("password") or "")
        client = zeep.Client(document, transport=_Wire(self, key), settings=_strict(), wsse=wsse)
        service = client.create_service(self._binding(document).name.text, self._settings["address"])
        try:
            result = service[operation](**values)
        except AttributeError as error:
            raise ConfigurationError(f"the WSDL has no operation {operation}", code="soap.operation") from error
        except zeep.exceptions.Fault as fault:
            raise self._of_fault(fault) from fault
        except (zeep.exceptions.ValidationError, TypeError, ValueError) as error:
            raise BusinessError(f"the values do not fit {operation}: {error}", code="soap.values") from error
        except (zeep.exceptions.Error, etree.LxmlError) as error:
            raise RemoteDefectError(
                f"{self._host} answers what its WSDL does not allow: {type(error).__name__}", code="soap.answer"
            ) from error

        if result is None and not self._promised(document, operation):
            raise RemoteDefectError(f"{self._host} answers something else than {operation}", code="soap.answer")
        return result

    def _promised(self, document, operation):
        """Whether the answer holds the element that the WSDL promises; zeep passes over any other."""
        output = self._binding(document)._operations[operation].output
        name = getattr(getattr(output, "body", None), "qname", None)
        return name is None or name.localname.encode() in self._answer

    def _of_fault(self, fault):
        """SOAP 1.1, 4.4.1 and SOAP 1.2, 5.4.6: the code says whose the trouble is."""
        code = str(fault.code or "").rpartition(":")[2]
        words = f"{self._host}: {masked(str(fault.message))[:300]}"
        kinds = " ".join([code, *(str(each) for each in fault.subcodes or ())]).lower()
        if any(word in kinds for word in IDENTITY):
            return AuthError(f"{words} (our sign-in is refused)", code="soap.auth")
        if code.partition(".")[0] in ("Client", "Sender"):
            return BusinessError(words, code="soap.client")
        if code in ("MustUnderstand", "VersionMismatch", "DataEncodingUnknown"):
            return ConfigurationError(words, code="soap.version")
        return OutcomeUnknownError(words, code="soap.server")

    def _raise_for(self, answer, content, method):
        """A fault is an answer like any other, whatever status carries it."""
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code in (400, 500) and method == "POST" and "xml" in kind and b"Fault" in content:
            return
        super()._raise_for(answer, content, method)

    def carry(self, message, headers, key):
        """One envelope there and back; called by zeep."""
        headers = {name: value for name, value in headers.items() if isinstance(value, str)}
        kind = headers.pop("Content-Type", "text/xml; charset=utf-8")
        receipt = self.call("POST", self._settings["address"], message, key, kind, headers)
        self._answer = receipt.content
        return receipt

    def _document(self):
        wsdl = self._settings.get("wsdl")
        if not wsdl:
            raise ConfigurationError("the WSDL of the service is missing: upload it", code="soap.wsdl")
        return _parsed(wsdl)

    def _binding(self, document):
        bindings = {name: each for name, each in document.bindings.items() if hasattr(each, "_operations")}
        wanted = self._settings.get("wsdl_binding")
        if wanted and wanted not in bindings:
            raise ConfigurationError(f"the WSDL has no binding {wanted}: {', '.join(bindings)}", code="soap.wsdl")
        if not bindings:
            raise ConfigurationError("the WSDL describes no SOAP service", code="soap.wsdl")
        return bindings[wanted] if wanted else next(iter(bindings.values()))


def _strict():
    return zeep.Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True, force_https=False)


@functools.lru_cache(maxsize=16)
def _parsed(wsdl):
    """The service as zeep reads it, from held files only."""
    files = _held(wsdl)
    main = next((name for name in files if name.lower().endswith(".wsdl")), None)
    if main is None:
        raise ConfigurationError("there is no .wsdl file in the zip", code="soap.wsdl")
    try:
        return Document(HELD + main, _Held(files), settings=_strict())
    except FinanceError:
        raise
    except Exception as error:  # noqa: BLE001 - zeep lets errors of all kinds out of a bad file
        raise ConfigurationError(f"the WSDL cannot be used: {error}", code="soap.wsdl") from error


def _held(wsdl):
    if not wsdl.startswith(b"PK"):
        return {"service.wsdl": wsdl}
    return {PurePosixPath(name).name: reader.read() for name, reader in zip_members(io.BytesIO(wsdl))}


class _Held(zeep.Transport):
    """Gives zeep the files we hold, by their last name."""

    def __init__(self, files):
        super().__init__()
        self._files = files

    def load(self, url):
        name = PurePosixPath(urlsplit(url).path).name
        if name not in self._files:
            raise ConfigurationError(
                f"the WSDL refers to {name}: upload a zip with the WSDL and all its schemas", code="soap.wsdl"
            )
        return self._files[name]


class _Wire(_Held):
    """Gives zeep's envelopes to our own line."""

    def __init__(self, line, key):
        super().__init__({})
        self._line, self._key = line, key

    def post(self, address, message, headers):
        receipt = self._line.carry(message, headers, self._key)
        answer = requests.Response()
        answer.status_code, answer._content = receipt.status, receipt.content
        answer.headers.update(receipt.headers)
        return answer

    def get(self, address, params, headers):
        raise ConfigurationError("only SOAP bindings are used, no plain GET", code="soap.wsdl")
