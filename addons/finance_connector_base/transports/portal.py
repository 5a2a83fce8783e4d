"""The portal of a bank, where a person uploads the file and says so.

The worker cannot see the portal, so what people did stands in ``settings["hand"]`` (``finance_message_hand.py``):
``taken_on`` (UTC, ISO 8601) once the bytes left this system, ``reference`` and ``confirmed_on`` once somebody said
that the portal has them. Between both nobody knows: the outcome is unknown, as on a line that broke.
"""

from datetime import UTC, datetime, timedelta

from ..core.errors import RemoteDefectError, TurnError
from ..core.transport import TRANSPORTS, Receipt

#: So long a file may lie here before somebody takes it; it is looked at again then.
DAY = 24 * 3600
#: So often it is looked whether somebody has confirmed.
HOUR = 3600
#: After so long without a word it is a case for people.
SILENT = timedelta(days=1)


@TRANSPORTS.add("portal", "Bank portal, by hand")
class Portal:
    def __init__(self, settings, secrets):
        self._hand = settings.get("hand") or {}

    def check(self):
        return "A person takes each released file to the bank's portal and confirms here what the portal shows."

    def pull(self):
        return iter(())

    def confirm(self, remote_id):
        """Nothing waits at another side."""

    def push(self, parcel, key):
        """:raise TurnError: ``portal.waiting``: nobody has taken the file yet, so nothing can have happened"""
        if "taken_on" not in self._hand:
            raise TurnError("waits for a person who takes it to the portal", code="portal.waiting", retry_after=DAY)
        if "confirmed_on" in self._hand:
            return self._receipt()
        raise RemoteDefectError("taken away; nobody has said whether the portal has it", code="portal.unconfirmed")

    def ask(self, key, parcel=None):
        """:raise TurnError: nobody has said anything yet; after a day ``RemoteDefectError``"""
        if "confirmed_on" in self._hand:
            return self._receipt()
        taken = datetime.fromisoformat(self._hand["taken_on"]).replace(tzinfo=UTC)
        words = "nobody has said whether the portal has it"
        if datetime.now(UTC) - taken > SILENT:
            raise RemoteDefectError(words, code="portal.unconfirmed")
        raise TurnError(words, code="portal.unconfirmed", retry_after=HOUR)

    def _receipt(self):
        return Receipt(remote_id=self._hand.get("reference") or None)
