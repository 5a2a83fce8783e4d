"""What all bank interfaces share: one report an account and fetch, which later fetches repeat in part."""

from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit

from odoo.addons.finance_connector_base.core.errors import AuthError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import Parcel
from odoo.addons.finance_connector_base.transports.https import Https
from odoo.addons.finance_connector_base.transports.paging import read_json, write_json

from .listing import paged, whole

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Account:
    """An account that the interface lets us read."""

    id: str
    number: str | None = None  # IBAN or local number
    currency: str | None = None
    name: str | None = None
    owner: str | None = None
    until: date | None = None  # the last day on which it may be read
    since: str | None = None  # ISO day from which to read, None for the default of the bank
    reference: str | None = None  # read what came after this entry
    raw: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Consent:
    """What the account's owner allowed at the bank, as the bank tells it."""

    id: str
    state: str  # asked, valid, expired, revoked, rejected
    link: str | None = None  # where the owner gives it
    until: date | None = None
    calls: int | None = None  # allowed a day without the owner being present


class BankInterface(Https):
    """Base of the interfaces. A subclass sets ``report`` and lists accounts, reports and consents.

    :param settings: besides those of ``Https``: ``accounts`` (values of ``Account`` to read, ``None`` for all there
        are), ``since`` (ISO day of the first fetch), ``consent`` (its id), ``institution``, ``customer_ip``
    """

    #: Code of the format that reads the reports.
    report_code = ""
    #: Whether consents are asked for over this interface.
    asks_consent = False

    def accounts(self):
        """Every account we may read, as ``Account``."""
        raise NotImplementedError

    def report(self, account):
        """``(headers of the answer, {"account", "balances", "booked", "pending"})``"""
        raise NotImplementedError

    def ask_consent(self, return_url, until, reference, customer_ip=None):
        """Begin a consent; its owner gives it at ``link``. Asking twice leaves two that nobody gave: no harm."""
        raise NotImplementedError

    def consent(self, consent_id):
        """The consent as it stands at the bank."""
        raise NotImplementedError

    # the transport

    def check(self):
        return f"{self._host} answers; {len(self.accounts())} accounts can be read."

    def pull(self):
        """One report an account: what a kill leaves out comes whole with the next fetch."""
        for account in self._wanted():
            headers, report = self.report(account)
            content = b'{"bank_interface":"%s","report":%s}' % (self.report_code.encode(), write_json(report))
            if len(content) > self._settings["max_bytes"]:
                raise RemoteDefectError(f"{self._host} answers with too many bytes", code="https.size")
            name = account.number or account.id
            yield Parcel(name, content, remote_id=account.id, content_type=JSON, headers=headers)

    def confirm(self, remote_id):
        """Reading takes nothing away at the bank."""

    def _wanted(self):
        chosen = self._settings.get("accounts")
        if chosen is None:
            return self.accounts()
        return [Account(**values) for values in chosen]

    def _since(self, account):
        return account.since or self._settings.get("since") or None

    # calls

    def read(self, path, headers=None):
        """``(answer, JSON object)`` of one GET."""
        answer = self.call("GET", path, headers={"Accept": JSON, **(headers or {})})
        return answer, self._object(answer)

    def send(self, method, path, value, headers=None):
        """The JSON object that answers a POST, PUT or DELETE of ``value``."""
        body = None if value is None else write_json(value)
        answer = self.call(method, path, body=body, headers={"Accept": JSON, **(headers or {})})
        return self._object(answer) if answer.content else {}

    def _object(self, answer):
        found = read_json(answer.content)
        if not isinstance(found, dict):
            raise RemoteDefectError(f"{self._host} answers with something else than an object", code="interface.answer")
        return found

    def list_whole(self, path, items, following, keys):
        """``(headers of the last answer, {name: items})`` of the lists in an answer of several pages.

        :param items: ``items(document, name)`` → list
        :param keys: ``{name of the list: key}`` as ``listing.whole`` takes it
        """
        last = {}
        kept = []

        def read():
            kept.clear()
            size = 0
            for answer, document in paged(self.read, path, following):
                size += len(answer.content)
                if size > self._settings["max_bytes"]:
                    raise RemoteDefectError(f"{self._host} answers with too many bytes", code="https.size")
                last.update(answer.headers)
                kept.append(document)
            return kept

        read()
        found = {}
        for name, key in keys.items():
            begun = iter((kept,))  # what is read already is not read again for the next list of the same answer

            def pages(name=name, begun=begun):
                return [self._items(items, document, name) for document in next(begun, None) or read()]

            found[name], repeated = whole(pages, key)
            if repeated:
                found["repeated"] = found.get("repeated", 0) + repeated
        return last, found

    def linked(self, href):
        """The path of a link in an answer: banks write it whole, from the root of the host, or below our address."""
        root = urlsplit(self._base).path
        return href[len(root) - 1 :] if href and root != "/" and href.startswith(root) else href

    def _items(self, items, document, name):
        found = items(document, name)
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise RemoteDefectError(f"{self._host} answers without a list of {name}", code="interface.answer")
        return found


def ended(words, code="consent.expired"):
    """The consent is over: only its owner can give another one."""
    return AuthError(words, code=code)


def day_of(value):
    """The day of an ISO date or moment, ``None`` where it is none."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def words_of(value):
    """A text of an answer, cut to what a person reads."""
    return str(value or "")[:200]
