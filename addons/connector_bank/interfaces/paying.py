"""What all interfaces that take payments share: approved bytes in, calls out, and answers in one form.

What people agreed to is a pain.001 file whatever the interface wants on its line: each call is a pure function of these
bytes. Ids of ours (``request_id``) follow from the message, so that every try sends the same; the other side's ids come
back in the answer. An answer is JSON that ``answers/interface_answer.py`` reads::

    {"payment_interface": "wise", "order": "PO-2026-00001", "told": [{"id", "end_to_end_id", "status", …}]}

``told`` without ``end_to_end_id`` is about the whole order. Statuses are the other side's own words;
``answers/interface_statuses.csv`` says what they mean.
"""

import time
import uuid
from dataclasses import dataclass
from decimal import Decimal

from odoo.addons.finance_connector_base.core.errors import (
    BusinessError,
    ConfigurationError,
    FinanceError,
    OutcomeUnknownError,
    RemoteDefectError,
    StateConflictError,
)
from odoo.addons.finance_connector_base.core.transport import Parcel, Receipt
from odoo.addons.finance_connector_base.transports.paging import write_json

from ..payments import read, shipped
from .json_interface import JSON

#: The only format whose bytes are turned into calls.
FORMAT = "pain001"


@dataclass(frozen=True, slots=True)
class Known:
    """A payment, or an order without ``end_to_end_id``, as the other side numbered it."""

    id: str
    end_to_end_id: str | None = None


class Paying:
    """Base of the interfaces that take payments; mixed into a transport over HTTPS.

    :param settings: besides those of the transport, of the message at hand: ``profile`` (of the order), ``seed`` (a
        UUID of the message, from which our ids are made), ``order`` (our message id), ``own_account`` (its id at the
        interface), ``return_url``, ``psu`` (headers about the person), ``cancels`` (values of ``Known``), ``born`` (ISO
        moment in UTC before which nothing of it was made), ``send_seconds``, ``again`` (tried before); for a look
        at statuses ``asked``: ``[{"order", "payments": [values of Known]}]``
    """

    #: First word of the answers, and of the table of statuses.
    paying_code = ""
    #: Each payment is a call, or several: an order has to be through within the lease of its message.
    one_by_one = False

    def pay(self, run, key):
        """Hand all payments of ``run`` over: rows of the answer, and the address where a person authorises them.

        :raise OutcomeUnknownError: some of it may be there
        """
        raise NotImplementedError

    def find(self, run):
        """The same as ``pay`` where all of it is there, ``None`` where surely nothing is.

        :raise NotImplementedError: the other side cannot be asked, or has a part of it
        """
        raise NotImplementedError

    def status(self, known):
        """The row of one ``Known``."""
        raise NotImplementedError

    def take_back(self, known):
        """Ask that it is not carried out: the row that answers, with ``ACCR``, ``PDCR`` or ``RJCR`` as status."""
        raise NotImplementedError

    @classmethod
    def fits(cls, run):
        """:raise BusinessError: the interface has no place for one of the payments"""

    # the transport

    def push(self, parcel, key):
        if "cancels" in self._settings:
            return self._cancelled()
        rows, link = self.pay(self._run(parcel), key)
        return self._receipt(rows, link)

    def ask(self, key, parcel=None):
        if parcel is None or "cancels" in self._settings:
            raise NotImplementedError
        found = self.find(self._run(parcel))
        return None if found is None else self._receipt(*found)

    def pull(self):
        if "asked" not in self._settings:
            yield from super().pull()
            return
        trouble = None
        for order in self._settings["asked"]:
            rows = []
            for values in order["payments"]:
                try:
                    rows.append(self.status(Known(**values)))
                except BusinessError as error:  # of this one alone: the others are told first
                    trouble = error
            if rows:
                yield Parcel(f"{order['order']}.json", self._answer(rows, order["order"]), content_type=JSON)
        if trouble:
            raise trouble

    def _run(self, parcel):
        profile = shipped().get(self._settings.get("profile"))
        if not profile or profile.format != FORMAT:
            raise ConfigurationError("this interface takes orders in pain.001 profiles only", code="pay.format")
        return read(parcel.content, profile)

    def _answer(self, rows, order=None, **more):
        return write_json(
            {"payment_interface": self.paying_code, "order": order or self._settings["order"], "told": rows, **more}
        )

    def _receipt(self, rows, link=None):
        remote = rows[0]["id"] if len(rows) == 1 else None
        content = self._answer(rows, **({"link": link} if link else {}))
        return Receipt(remote_id=remote, content=content, status=200, whole=True)

    def _cancelled(self):
        """Each is asked for by itself; what was refused for good is an answer, too."""
        rows = []
        for values in self._settings["cancels"]:
            known = Known(**values)
            try:
                rows.append(self.take_back(known))
            except BusinessError as error:
                rows.append(told(known.id, known.end_to_end_id, "RJCR", text=str(error)))
            except FinanceError as error:
                raise self._broken_off(error, rows) from error
        return self._receipt(rows)

    # payments one by one

    def _one_by_one(self, run, pay, look):
        """``pay(payment, batch)`` for each: its row. A refusal of one is its answer; the others go on.

        What breaks off after the first left us with a part of them there: only asking can tell.

        :param look: ``look(payment)`` gives the row of what is there already, or ``None``; asked before anything is
            sent again, since the other side may have forgotten our key
        """
        until = time.monotonic() + self._settings["send_seconds"]
        rows = []
        for batch in run.batches:
            for payment in batch.payments:
                if rows and time.monotonic() > until:
                    raise OutcomeUnknownError("not all were sent in time; it goes on", code="pay.part")
                try:
                    there = look(payment) if self._settings.get("again") else None
                    rows.append(there or pay(payment, batch))
                except StateConflictError as error:  # a twin of this call is under way
                    raise OutcomeUnknownError(str(error), code="pay.part") from error
                except BusinessError as error:
                    rows.append(told(None, payment.end_to_end_id, "refused", text=str(error), **_money(payment)))
                except FinanceError as error:
                    raise self._broken_off(error, rows) from error
        if all(row["id"] is None for row in rows):
            raise BusinessError("; ".join(dict.fromkeys(row["text"] for row in rows)), code="pay.refused")
        return rows

    @staticmethod
    def _broken_off(error, rows):
        """The error as it is where nothing was done before it, else one after which is asked."""
        if not any(row["id"] for row in rows) or isinstance(error, OutcomeUnknownError):
            return error
        return OutcomeUnknownError(f"broke off after {len(rows)} of them: {error}", code="pay.part")

    def _all_or_none(self, run, look):
        """``look(payment)`` → its row, or ``None``, of each: for ``find``.

        :raise NotImplementedError: some are there and some are not
        """
        payments = [payment for batch in run.batches for payment in batch.payments]
        rows = [look(payment) for payment in payments]
        if all(row is None for row in rows):
            return None
        if None in rows:
            there = len(rows) - rows.count(None)
            raise NotImplementedError(f"{there} of {len(rows)} payments are there; the rest is sent with the same keys")
        return rows, None

    # ids and amounts

    def request_id(self, *parts):
        """Our id of a call, the same on every try of this message and of no other."""
        return str(uuid.uuid5(uuid.UUID(self._settings["seed"]), "|".join(parts)))

    def _same(self, payment, amount, currency):
        """:raise RemoteDefectError: what the other side has under our id is another payment"""
        try:
            same = Decimal(str(amount)) == payment.amount and currency == payment.currency
        except ArithmeticError:
            same = False
        if not same:
            raise RemoteDefectError(
                f"{self._host} has another payment under our id of {payment.end_to_end_id}", code="pay.other"
            )


def told(remote_id, end_to_end_id, status, **facts):
    """One row of an answer."""
    given = {name: value for name, value in facts.items() if value}
    return {"id": remote_id, "end_to_end_id": end_to_end_id, "status": status, **given}


def _money(payment):
    return {"amount": str(payment.amount), "currency": payment.currency}
