"""EBICS as a transport of the hub: fetches one business transaction format, sends orders, asks by the protocol."""

import contextlib
import io
import json
from datetime import UTC, datetime, timedelta

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    FinanceError,
    FormatError,
    SecurityError,
)
from odoo.addons.finance_connector_base.core.safe.limits import ZipLimits
from odoo.addons.finance_connector_base.core.safe.zip import zip_members
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS, Parcel, Receipt
from odoo.addons.finance_connector_base.transports.deadline import deadline
from odoo.addons.finance_connector_base.transports.https import Https

from . import requests, responses
from .agreed import read_agreed
from .client import Client
from .journal import MemoryJournal
from .keys import bank_keys_from_text, users_from_text
from .protocol import UPLOAD, fate, read_events
from .service import Service

#: Purpose of the secret that holds the keys of all users.
PURPOSE = "ebics_keys"
#: How far the bank's clock and ours may differ.
CLOCKS = timedelta(hours=1)


@TRANSPORTS.add("ebics", "EBICS 3.0")
class Ebics(Https):
    """:param settings: those of ``Https``, and

    - ``ebics_host``, ``ebics_partner``, ``ebics_users``: ids; the first user speaks, all of them sign
    - ``ebics_bank_keys``: the bank's certificates that a person confirmed, as text; empty before
    - ``ebics_order``: ``BTD``, ``BTU`` or an administrative order type that is fetched, such as ``HAC``
    - ``ebics_service``: parts of a ``Service`` for BTD and BTU
    - ``ebics_since``, ``ebics_until``: dates to fetch anew; usually empty, the bank knows what is new
    - ``ebics_distributed``: further signatures are given at the bank
    - ``ebics_segment_bytes``: largest segment
    - ``ebics_journal``: notes uploads, as ``MemoryJournal``; ``ebics_born``: since when the message exists
    """

    def __init__(self, settings, secrets):
        super().__init__({**settings, "auth_scheme": "none", "sign_scheme": "none"}, secrets)
        self._journal = settings.get("ebics_journal") or MemoryJournal()
        self._open = {}  # transaction → parts that are not confirmed yet

    # the line

    def check(self):
        code, versions = responses.read_versions(self._post(requests.versions_request(self._settings["ebics_host"])))
        if code != "000000":
            raise ConfigurationError(f"{self._host} does not know this host id ({code})", code="ebics.091011")
        if "H005" not in versions:
            known = ", ".join(sorted(versions)) or "none"
            raise ConfigurationError(f"{self._host} does not offer EBICS 3.0 (H005), but {known}", code="ebics.version")
        if not self._settings.get("ebics_bank_keys"):
            return f"{self._host} speaks EBICS 3.0. Next: initialise the user"
        if self.client().fetch_bank_keys() != self._bank():
            raise SecurityError(
                f"{self._host} shows other keys than those confirmed. Ask the bank, fetch and compare them",
                code="ebics.bank_keys_changed",
            )
        return f"{self._host} speaks EBICS 3.0, knows our user, and shows the confirmed keys."

    def client(self):
        """The conversation of the user that speaks."""
        user_id, keys = self._users()[0]
        who = requests.Subscriber(self._settings["ebics_host"], self._settings["ebics_partner"], user_id, keys)
        return Client(
            who,
            self._post,
            now=lambda: datetime.now(UTC),
            bank=self._bank(),
            max_bytes=self._settings["max_bytes"],
            segment_bytes=self._settings.get("ebics_segment_bytes") or 1 << 20,
        )

    def _post(self, content):
        receipt = self.call("POST", self._settings["address"], content, content_type="text/xml; charset=UTF-8")
        return receipt.content

    def _users(self):
        kept = users_from_text(self._secrets.get(PURPOSE) or "{}")
        found = [(user, kept[user]) for user in self._settings["ebics_users"] if user in kept]
        if not found:
            raise ConfigurationError("no EBICS user has keys yet: initialise one", code="ebics.keys")
        return found

    def _bank(self):
        text = self._settings.get("ebics_bank_keys")
        return bank_keys_from_text(text) if text else None

    def _order(self, file_name=""):
        kind = self._settings["ebics_order"]
        service = Service(**self._settings["ebics_service"]) if kind in ("BTD", "BTU") else None
        since, until = self._settings.get("ebics_since"), self._settings.get("ebics_until")
        distributed = bool(self._settings.get("ebics_distributed"))
        return requests.Order(kind, service, since, until, file_name, distributed)

    def agreed(self):
        """What the bank has agreed for the user that speaks, as ``Agreed``."""
        client = self.client()
        found = client.download(requests.Order("HTD"))
        if found is None:
            return []
        with contextlib.suppress(FinanceError):  # it is told anew each time
            client.receipt(found.transaction_id, kept=True)
        return read_agreed(found.content)

    # in

    def pull(self):
        """What the bank has of the flow's format. It is told that we have it after the last part is confirmed,
        and that we have not where any part was not.
        """
        client, order = self.client(), self._order()
        found = client.download(order)
        if found is None:
            return
        parts = list(self._parts(found, order))
        self._open[found.transaction_id] = {part.remote_id for part in parts}
        try:
            yield from parts
        finally:
            if self._open.pop(found.transaction_id, None):
                with contextlib.suppress(FinanceError):  # without any receipt it offers them again as well
                    client.receipt(found.transaction_id, kept=False)

    def _parts(self, found, order):
        name = str(order.service or order.kind).replace("/", "-")
        if order.service is None or order.service.container != "ZIP":
            yield Parcel(name, found.content, remote_id=f"{found.transaction_id}!1", content_type="application/xml")
            return
        size = self._settings["max_bytes"]
        limits = ZipLimits(member_bytes=size, total_bytes=size)
        try:
            members = [(path, reader.read()) for path, reader in zip_members(io.BytesIO(found.content), limits)]
        except FormatError as error:
            yield Parcel(f"{name}.zip", found.content, remote_id=f"{found.transaction_id}!1", trouble=error)
            return
        for number, (path, content) in enumerate(members, start=1):
            remote_id = f"{found.transaction_id}!{number}"
            yield Parcel(path.rpartition("/")[2], content, remote_id=remote_id, content_type="application/xml")

    def confirm(self, remote_id):
        transaction_id = remote_id.partition("!")[0]
        waiting = self._open.get(transaction_id)
        if waiting is None:
            return
        waiting.discard(remote_id)
        if not waiting:
            del self._open[transaction_id]
            self.client().receipt(transaction_id, kept=True)

    # out

    def push(self, parcel, key):
        if self._settings["ebics_order"] != "BTU":
            raise ConfigurationError("the flow does not name what is sent: choose its BTF", code="ebics.service")
        signers = [(user, keys.signature.private_key) for user, keys in self._users()]
        with deadline(self._settings["timeout_seconds"]):
            done = self.client().upload(
                self._order(parcel.name[:256]), parcel.content, key=key, journal=self._journal, signers=signers
            )
        told = {"order_id": done.order_id, "transaction_id": done.transaction_id, "known_before": done.double}
        return Receipt(remote_id=done.order_id or None, content=json.dumps(told).encode(), status=200)

    def ask(self, key, parcel=None):
        """The bank's protocol tells. An upload in it that we cannot explain may be this one: people decide then.

        :raise NotImplementedError: the protocol is not to be had, or leaves room for doubt
        """
        born = self._settings.get("ebics_born")
        ours = self._journal.of(key)
        if born is None:
            raise NotImplementedError
        events = self._protocol(min([born, *(transfer.started_at for transfer in ours)]))
        fates = {}
        for transfer in ours:
            own = [event for event in events if event.order_id == transfer.order_id and _after(event, transfer)]
            fates[transfer.order_id] = fate(own)
        arrived = [order_id for order_id, found in fates.items() if found in ("done", "arrived", "refused")]
        if arrived:
            told = {"order_id": arrived[0], "protocol": fates[arrived[0]]}
            return Receipt(remote_id=arrived[0], content=json.dumps(told).encode())
        known = self._journal.order_ids()
        users = self._settings["ebics_users"]
        if any(
            event.action == UPLOAD and event.user_id in (*users, "") and event.order_id not in known for event in events
        ):
            raise NotImplementedError
        return None

    def _protocol(self, since):
        order = requests.Order("HAC", since=(since - timedelta(days=1)).date(), until=datetime.now(UTC).date())
        client = self.client()
        try:
            found = client.download(order)
        except AuthError:
            raise
        except (ConfigurationError, BusinessError) as error:  # the bank does not give it to this user
            raise NotImplementedError from error
        if found is None:
            return []
        try:
            events = read_events(found.content)
        except FormatError as error:
            raise NotImplementedError from error
        with contextlib.suppress(FinanceError):  # asked for by its days, it can be had again anyway
            client.receipt(found.transaction_id, kept=True)
        return [event for event in events if event.at is None or event.at > since - CLOCKS]


def _after(event, transfer):
    """Order numbers come again after a while: only events of the time after the transfer began are about it."""
    return event.at is None or event.at > transfer.started_at - CLOCKS
