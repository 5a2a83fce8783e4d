"""Business transaction formats (BTF): what is fetched or sent, in the words of EBICS 3.0, and common ones as data."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from odoo.addons.finance_connector_base.core.errors import ConfigurationError

#: Forms of the schema ``ebics_types_H005``.
FORMS = {
    "name": r"[A-Z0-9]{3}",
    "scope": r"[A-Z0-9]{2,3}",
    "option": r"[A-Z0-9]{3,10}",
    "container": r"SVC|XML|ZIP",
    "message": r"[a-z0-9.]{1,10}",
    "variant": r"[0-9]{3}",
    "version": r"[0-9]{2}",
    "format": r"[A-Z0-9]{1,4}",
}


@dataclass(frozen=True, slots=True)
class Service:
    """One business transaction format; the bank's list of agreed ones decides what is written here.

    :raise ConfigurationError: ``ebics.service``, the place is the part that does not have its form
    """

    name: str  # EOP end of period, STM intraday statement, REP report, SCT credit transfer, …
    message: str  # camt.053, pain.001, …
    version: str = ""
    scope: str = ""  # country or group of banks; empty: the standard itself
    option: str = ""
    container: str = ""
    variant: str = ""
    format: str = ""

    def __post_init__(self):
        for part, form in FORMS.items():
            value = getattr(self, part)
            if (value or part in ("name", "message")) and not re.fullmatch(form, value):
                raise ConfigurationError(f"“{value}” cannot be the {part} of a BTF", code="ebics.service", place=part)

    def __str__(self):
        parts = (self.name, self.scope, self.option, self.container, self.message, self.version)
        return "/".join(part or "-" for part in parts)


def common_services():
    """``{code: row}`` of formats that banks usually agree."""
    with Path(__file__).with_name("services.csv").open(encoding="utf-8", newline="") as table:
        return {row["code"]: row for row in csv.DictReader(table)}
