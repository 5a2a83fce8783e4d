"""What the interfaces of payment providers share: one parcel a payout or period, and none of them twice."""

from datetime import UTC, date, datetime, timedelta

from odoo.addons.finance_connector_base.core.errors import BusinessError, ConfigurationError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import Parcel
from odoo.addons.finance_connector_base.transports.paging import write_json

from .json_interface import JSON, JsonInterface


class PayoutProvider(JsonInterface):
    """Base of the interfaces of payment providers. A subclass sets ``report_code`` and gives ``parcels``.

    :param settings: besides those of ``Https``: ``since`` (ISO day from which payouts are looked for), ``known``
        (container of the remote ids that are stored already), ``waiting_days`` (after how many days a payout that the
        provider has not completed is reported), ``api_version`` (empty: the one this was written for), ``today``
        (ISO day; the clock's where absent)
    """

    #: Code of the format that reads what comes.
    report_code = ""

    def __init__(self, settings, secrets):
        super().__init__(settings, secrets)
        self._known = settings.get("known") or ()
        self._waiting = []  # (day, name) of payouts that cannot be read yet

    def parcels(self):
        """What is complete at the provider and not stored here, as ``Parcel``."""
        raise NotImplementedError

    def pull(self):
        """Each parcel stands alone; what the provider has not completed comes with a later fetch.

        :raise BusinessError: ``payout.waiting``, after all others: a payout stays incomplete for too long
        """
        yield from self.parcels()
        late = self._today() - timedelta(days=self._settings.get("waiting_days") or 14)
        names = [name for day, name in self._waiting if day < late]
        if names:
            raise BusinessError(
                f"{self._host} has not completed these payouts: {', '.join(names[:20])}",
                code="payout.waiting",
                place=names[0],
            )

    def confirm(self, remote_id):
        """Reading takes nothing away at the provider."""

    def _today(self):
        found = self._settings.get("today")
        return date.fromisoformat(found) if found else datetime.now(UTC).date()

    def _since_day(self):
        """The first day of which payouts are looked for."""
        found = self._settings.get("since")
        return date.fromisoformat(found) if found else self._today() - timedelta(days=35)

    def _parcel(self, remote_id, value, headers, name=None):
        content = write_json(value)
        self._check_size(len(content))
        return Parcel(name or remote_id, content, remote_id=remote_id, content_type=JSON, headers=headers)

    def _check_size(self, size):
        if size > self._settings["max_bytes"]:
            raise RemoteDefectError(f"{self._host} answers with too many bytes", code="https.size")

    def _check_mode(self, live):
        """A key of the test system in a live connector, or the other way round, books what never was.

        :raise ConfigurationError: ``payout.mode``
        """
        if isinstance(live, bool) and live != (self._settings["environment"] == "live"):
            words = "live" if live else "test"
            raise ConfigurationError(f"the key is one of the {words} system of {self._host}", code="payout.mode")


def chosen(item, names):
    """The members of an answer that are kept: nothing that changes by itself, and no card or address."""
    return {name: item[name] for name in names if item.get(name) is not None}


def seconds_of(day):
    """Midnight UTC of ``day`` in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
