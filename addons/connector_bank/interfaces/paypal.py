"""PayPal transaction search (developer.paypal.com/docs/api/transaction-search): one parcel a whole day in UTC.

A call spans at most 31 days and 10,000 transactions; data comes up to three hours late, and the answer says until when
it is complete (``last_refreshed_datetime``). Only days that are complete by that are taken; what changes later comes
with the next look back. Ids are not unique, so nothing is left out by its id: the number of transactions decides
whether a reading is whole. With each day come the balances at its two ends (``/v1/reporting/balances``), which prove
that nothing is missing between days; they are late, too, and an application may be without the right to read them.
"""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    FormatError,
    RemoteDefectError,
    TechnicalError,
)
from odoo.addons.finance_connector_base.core.safe.json import json_value
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS
from odoo.addons.finance_connector_base.transports.paging import MOST_PAGES, dig, with_query, write_json

from .listing import READINGS
from .provider import PayoutProvider, chosen

#: The longest span of one call, the most it answers on a page, and how late data may be.
LONGEST_DAYS = 31
PAGE = 500
LATE = timedelta(hours=3)
SHORTEST = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)

_INFO = ("transaction_id", "paypal_account_id", "paypal_reference_id", "paypal_reference_id_type",
         "transaction_event_code", "transaction_initiation_date", "transaction_amount", "fee_amount",
         "transaction_status", "transaction_subject", "transaction_note", "invoice_id", "custom_field",
         "bank_reference_id")  # fmt: skip
_BALANCE = ("currency", "total_balance", "available_balance", "withheld_balance")
_PAYER = ("account_id", "email_address", "payer_name")


class _TooMany(BusinessError):
    """More transactions than PayPal lists at once."""


@TRANSPORTS.add("paypal", "PayPal")
class PayPal(PayoutProvider):
    """:param settings: besides those of ``PayoutProvider``: ``balances`` (whether they are read)"""

    report_code = "paypal"

    def __init__(self, settings, secrets):
        super().__init__(settings, secrets)
        self._balances = {}  # moment → (read until, balances), each asked for once

    def check(self):
        now = self._now()
        self.read(self._path(now - timedelta(days=1), now, 1))
        if not self._settings.get("balances"):
            return f"{self._host} answers, and transactions can be read."
        if self._balances_at(now - timedelta(days=1)) is None:
            return f"{self._host} answers, and transactions can be read, but not the balances that prove them."
        return f"{self._host} answers, and transactions and balances can be read."

    def parcels(self):
        begin = datetime.combine(self._since_day(), time(), UTC)
        end = datetime.combine(self._now().date(), time(), UTC)
        while begin < end:
            until = min(begin + timedelta(days=LONGEST_DAYS), end)
            account, complete, headers, rows = self._read_span(begin, until)
            yield from self._days(account, complete, headers, rows)
            if complete < until:
                return  # later days are not complete either
            begin = until

    def _days(self, account, complete, headers, rows):
        """A parcel for each day on which something moved, the same bytes for the same transactions."""
        by_day = defaultdict(list)
        for row in rows:
            by_day[self._moment_of(row).date()].append(_kept(row))
        for day, own in sorted(by_day.items()):
            begin = datetime.combine(day, time(), UTC)
            end = begin + timedelta(days=1)
            if complete < end:
                continue
            balances = self._balances_of(begin, end)
            if balances is None:
                continue  # as late as the transactions may be; the next fetch has them
            own.sort(key=lambda row: (row["transaction_info"]["transaction_initiation_date"], write_json(row)))
            value = {
                "account_number": account,
                "start_date": f"{begin:%Y-%m-%dT%H:%M:%S}+0000",
                "end_date": f"{end - _SECOND:%Y-%m-%dT%H:%M:%S}+0000",
                "transaction_details": own,
                "total_items": len(own),
                "total_pages": 1,
                **balances,
            }
            yield self._parcel(day.isoformat(), value, headers, name=f"{account} {day.isoformat()}")

    def _read_span(self, begin, until):
        """``(account, complete until, headers, rows)``; a span that holds too much is read in two halves."""
        try:
            return self._read_whole(begin, until)
        except _TooMany as error:
            if until - begin <= SHORTEST:
                words = f"{self._host} lists too many transactions a minute"
                raise RemoteDefectError(words, code=error.code) from error
        middle = (begin + (until - begin) / 2).replace(microsecond=0)
        account, complete, _headers, first = self._read_span(begin, middle)
        _account, later, headers, second = self._read_span(middle, until)
        return account, later if complete == middle else complete, headers, first + second

    def _read_whole(self, begin, until):
        """All pages of a span; read again where the list changed under our hands."""
        for _reading in range(READINGS):
            rows, totals, number, size = [], set(), 1, 0
            while True:
                answer, found = self.read(self._path(begin, until, number))
                size += len(answer.content)
                self._check_size(size)
                rows += self._items(lambda document, name: document.get(name), found, "transaction_details")
                totals.add((found.get("total_items"), found.get("total_pages")))
                pages = found.get("total_pages") or 1
                if not isinstance(pages, int) or pages > MOST_PAGES:
                    raise RemoteDefectError(f"{self._host} names no number of pages", code="interface.answer")
                if number >= pages:
                    break
                number += 1
            if len(totals) == 1 and totals.pop()[0] in (None, len(rows)):
                return str(found.get("account_number") or ""), self._complete(found, until), answer.headers, rows
        raise TechnicalError("the list changes faster than it can be read", code="interface.unsteady")

    def _balances_of(self, begin, end):
        """The balances at both ends of a day, none where they cannot be read; ``None`` where they are not there yet."""
        found = {}
        for name, moment in (("opening", begin), ("closing", end)):
            at = self._balances_at(moment) if self._settings.get("balances") else None
            if at is None:
                return {}
            until, balances = at
            if until < moment:
                return None
            found[f"{name}_balances"] = balances
        return found

    def _balances_at(self, moment):
        """``(until when they are known, balances)``, ``None`` where the application may not read them."""
        if moment not in self._balances:
            query = {"as_of_time": f"{moment:%Y-%m-%dT%H:%M:%S}Z", "currency_code": "ALL"}
            try:
                _answer, found = self.read(with_query("/v1/reporting/balances", query))
            except AuthError as error:
                if error.code != "paypal.permission":
                    raise
                self._settings = {**self._settings, "balances": False}
                return None
            rows = self._items(lambda document, name: document.get(name), found, "balances")
            try:
                until = _moment(found["last_refresh_time"])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                words = f"{self._host} tells balances without their moment"
                raise RemoteDefectError(words, code="interface.answer") from error
            self._balances[moment] = until, [chosen(row, _BALANCE) for row in rows]
        return self._balances[moment]

    def _path(self, begin, until, number):
        query = {
            "start_date": f"{begin:%Y-%m-%dT%H:%M:%S}Z",
            "end_date": f"{until - _SECOND:%Y-%m-%dT%H:%M:%S}Z",
            "fields": "transaction_info,payer_info",
            "balance_affecting_records_only": "Y",
            "page_size": PAGE,
            "page": number,
        }
        return with_query("/v1/reporting/transactions", query)

    def _complete(self, found, until):
        """Until when the answer holds everything."""
        refreshed = found.get("last_refreshed_datetime")
        return min(_moment(refreshed) if refreshed else self._now() - LATE, until)

    def _moment_of(self, row):
        try:
            return _moment(dig(row, "transaction_info.transaction_initiation_date"))
        except (TypeError, ValueError) as error:
            words = f"{self._host} names a transaction without its day"
            raise RemoteDefectError(words, code="interface.answer") from error

    def _now(self):
        found = self._settings.get("now")
        return datetime.fromisoformat(found) if found else datetime.now(UTC)

    def _raise_for(self, answer, content, method):
        if answer.status_code >= 400:
            name = _problem(content)
            if name == "RESULTSET_TOO_LARGE":
                raise _TooMany("more transactions than are listed at once", code="paypal.too_many")
            if name == "NOT_AUTHORIZED":
                words = "the application may not search transactions; a new permission takes up to nine hours"
                raise AuthError(f"{self._host}: {words}", code="paypal.permission")
        return super()._raise_for(answer, content, method)


def _kept(row):
    payer = row.get("payer_info")
    kept = {"transaction_info": chosen(row["transaction_info"], _INFO)}
    if isinstance(payer, dict) and (payer := chosen(payer, _PAYER)):
        kept["payer_info"] = payer
    return kept


def _moment(text):
    """PayPal writes offsets with or without a colon."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _problem(content):
    try:
        return str(json_value(content).get("name") or "")
    except (FormatError, AttributeError):
        return ""
