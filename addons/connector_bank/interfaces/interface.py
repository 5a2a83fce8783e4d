"""What all bank interfaces share: one report an account and fetch, which later fetches repeat in part."""

from dataclasses import dataclass, field
from datetime import date

from odoo.addons.finance_connector_base.core.errors import AuthError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import Parcel
from odoo.addons.finance_connector_base.transports.paging import write_json

from .json_interface import JSON, JsonInterface


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


class BankInterface(JsonInterface):
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
