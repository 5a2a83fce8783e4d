"""Versions of the interface: how long each is answered, and how callers are told before it ends.

A version is announced as deprecated (RFC 9745) at least a year before it ends (Sunset, RFC 8594).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime

from .objects import VERSION


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the interface.

    :param deprecated_on: from this day on callers should move to ``successor``
    :param ends_on: from this day on it is not answered any more
    """

    name: str
    deprecated_on: date | None = None
    ends_on: date | None = None
    successor: str | None = None

    def ended(self, today):
        return self.ends_on is not None and today >= self.ends_on

    def headers(self, root):
        """What each answer of a version carries that will end.

        :param root: path before the name of the version
        """
        found = {}
        if self.deprecated_on:
            found["Deprecation"] = f"@{int(_midnight(self.deprecated_on).timestamp())}"
        if self.ends_on:
            found["Sunset"] = format_datetime(_midnight(self.ends_on), usegmt=True)
        if self.successor:
            found["Link"] = f'<{root}{self.successor}/openapi.json>; rel="successor-version"'
        return found


VERSIONS = {VERSION: Version(VERSION)}


def _midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
