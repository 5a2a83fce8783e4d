"""Adyen settlement detail reports (docs.adyen.com/reporting): one file a batch, numbered for each merchant account.

Adyen announces a report by the event ``REPORT_AVAILABLE``; nothing lists them. Of the event only what is signed is
used: merchant account and name of the report, never the address it names. Numbers tell the rest: a batch between two
others that never was announced is fetched too, and so is the next one, whether its event came or not.
"""

import re
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import BusinessError, ConfigurationError
from odoo.addons.finance_connector_base.core.safe.json import json_value
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS, Parcel
from odoo.addons.finance_connector_base.transports.paging import dig

from .provider import PayoutProvider

REPORT = "settlement_detail_report_batch_{number}.csv"
PATH = "/reports/download/MerchantAccount/{merchant}/{report}"
#: Batches looked for in one fetch, of one merchant account.
MOST_BATCHES = 200
_NAME = re.compile(r"settlement_detail_report_batch_([1-9][0-9]{0,8})\.csv", re.ASCII)


@TRANSPORTS.add("adyen", "Adyen")
class Adyen(PayoutProvider):
    """:param settings: besides those of ``PayoutProvider``: ``merchants`` (merchant accounts), ``announced`` and
    ``stored`` (pairs of merchant account and name of the report)
    """

    report_code = "adyen"

    def check(self):
        """A report that is surely not there: who may read it is told so, who may not is refused."""
        for merchant in self._merchants():
            self._download(merchant, 999_999_999)
        return f"{self._host} answers, and reports can be read."

    def parcels(self):
        missing = []
        for merchant in self._merchants():
            stored, announced = (self._numbers(self._settings.get(name), merchant) for name in ("stored", "announced"))
            known = stored | announced
            if not known:
                continue  # the first event says where to begin
            between = sorted(set(range(min(known), max(known) + 1)) - stored)[:MOST_BATCHES]
            for number in between:
                parcel = self._download(merchant, number)
                if parcel is None:
                    missing.append(_remote_id(merchant, number))
                else:
                    yield parcel
            yield from self._next(merchant, max(known) + 1)
        if missing:
            raise BusinessError(
                f"{self._host} does not have these reports: {', '.join(missing[:20])}",
                code="payout.missing",
                place=missing[0],
            )

    def _next(self, merchant, number):
        """What came after the last batch we know of, for events get lost."""
        for following in range(number, number + MOST_BATCHES):
            parcel = self._download(merchant, following)
            if parcel is None:
                return
            yield parcel

    def _download(self, merchant, number):
        """The report of a batch, ``None`` where there is none."""
        report = REPORT.format(number=number)
        path = (self._settings.get("pull_path") or PATH).format(merchant=quote(merchant, safe=""), report=report)
        try:
            answer = self.call("GET", path, headers={"Accept": "text/csv"})
        except BusinessError as error:
            if error.code == "https.404":
                return None
            raise
        return Parcel(
            f"{merchant} {report}", answer.content, remote_id=_remote_id(merchant, number), content_type="text/csv",
            headers=answer.headers,
        )  # fmt: skip

    def _merchants(self):
        found = [name.strip() for name in (self._settings.get("merchants") or "").split(",") if name.strip()]
        if not found:
            raise ConfigurationError("name the merchant accounts", code="adyen.merchants")
        return found

    def _numbers(self, pairs, merchant):
        names = [_NAME.fullmatch(name) for owner, name in pairs or () if owner == merchant]
        return {int(found[1]) for found in names if found}


def announced_report(body):
    """``(merchant account, name of the report)`` of a notification whose signature held, ``None`` where it failed."""
    item = dig(json_value(body), "NotificationRequestItem") or {}
    found = item.get("merchantAccountCode"), item.get("pspReference")
    good = str(item.get("success")).lower() == "true" and all(isinstance(one, str) for one in found)
    return found if good else None


def _remote_id(merchant, number):
    return f"{merchant}/{REPORT.format(number=number)}"
