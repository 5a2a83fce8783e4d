"""One user's conversation with a bank: initialisation, downloads with receipt, uploads with recovery.

``post`` carries one request and gives the bytes of the answer; it raises ``OutcomeUnknownError`` where the request
went out and no answer came. Only the last segment of an upload can take effect: whatever fails before it surely did
nothing, whatever fails with it is asked about by its order number.
"""

import base64
from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    FinanceError,
    OutcomeUnknownError,
    RateLimitedError,
    RemoteDefectError,
    SecurityError,
    TechnicalError,
)

from . import codes, encryption, order_signature, requests, responses
from .journal import Transfer

#: How often a transaction goes on after a break before it is given up.
RECOVERIES = 3


@dataclass(frozen=True, slots=True)
class Download:
    """What was fetched; the bank keeps it until the receipt of the transaction says that we have it."""

    transaction_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """``double``: the bank had exactly this order before; nothing happened again."""

    order_id: str
    transaction_id: str | None = None
    double: bool = False


class Client:
    """
    :param bank: the bank's pinned keys, None until a person confirmed them
    :param max_bytes: largest order data that are taken
    :param segment_bytes: largest segment in base64; the standard allows 1 MiB
    """

    def __init__(self, subscriber, post, *, now, bank=None, max_bytes=64 << 20, segment_bytes=1 << 20):
        self._who, self._post, self._now = subscriber, post, now
        self._bank, self._max_bytes = bank, max_bytes
        self._segment_bytes = max(segment_bytes // 4 * 4, 4)

    # initialisation

    def send_signature_key(self):
        """INI. A second one is refused by the bank: the user is no longer new there."""
        self._managed(requests.signature_key_request(self._who))

    def send_other_keys(self):
        """HIA."""
        self._managed(requests.other_keys_request(self._who))

    def fetch_bank_keys(self):
        """HPB. The keys count only after a person compared their hashes.

        :raise AuthError: ``ebics.091002`` and the like: the bank has not activated the user yet
        """
        response = self._managed(requests.bank_keys_request(self._who, self._now()))
        if not response.data or not response.transaction_key:
            raise RemoteDefectError("the bank sends no keys", code="ebics.answer")
        return responses.read_bank_keys(self._opened(response.transaction_key, [response.data]), self._who.host_id)

    def _managed(self, request):
        response = responses.read(self._certain(request))
        self._demand(response)
        return response

    # downloads

    def download(self, order):
        """Order data, or None where the bank has nothing new.

        The caller keeps them and then gives the ``receipt``; what is broken here is told to the bank at once.
        """
        request = requests.initialisation_request(self._who, self._known_bank(), order, self._now())
        response = self._asked(request)
        if response.code == codes.NO_DATA:
            return None
        self._demand(response)
        transaction_id, total = response.transaction_id, response.segments
        if not transaction_id or not total or not response.transaction_key:
            raise RemoteDefectError("the bank's download has no number, key or size", code="ebics.answer")
        try:
            return Download(transaction_id, self._segments(response, total))
        except (RemoteDefectError, SecurityError):
            self.receipt(transaction_id, kept=False)
            raise

    def _segments(self, first, total):
        parts, size = [], 0
        response = first
        for number in range(1, total + 1):
            if number > 1:
                request = requests.transfer_request(self._who, first.transaction_id, number, number == total)
                response = self._recovered(request)
            if response.segment != number or response.last != (number == total) or response.data is None:
                raise RemoteDefectError(
                    f"the bank sends segment {response.segment} instead of {number} of {total}", code="ebics.segment"
                )
            if response.transaction_id not in (None, first.transaction_id):
                raise RemoteDefectError("the bank answers to another transaction", code="ebics.segment")
            parts.append(response.data)
            size += len(response.data)
            if size > self._max_bytes * 4 // 3 + 4 * total:
                raise RemoteDefectError(f"the bank's data exceed {self._max_bytes} bytes", code="ebics.size")
        return self._opened(first.transaction_key, parts)

    def _recovered(self, request):
        """A segment asked for; again where the line broke."""
        for round_ in range(RECOVERIES):
            try:
                response = self._asked(request)
                break
            except TechnicalError as error:
                if round_ == RECOVERIES - 1 or not _worth_another_try(error):
                    raise
        self._demand(response)
        return response

    def receipt(self, transaction_id, kept):
        """Tell the bank whether its data are safe here. A lost answer costs nothing: it offers them again."""
        response = self._asked(requests.receipt_request(self._who, transaction_id, kept))
        if response.code != "091101":  # it forgot the transaction: nothing is booked as fetched there
            self._demand(response)

    def _opened(self, wrapped_key, parts):
        key = encryption.unwrapped(wrapped_key, self._who.keys.encryption.private_key)
        return encryption.decrypted(responses.decoded(parts), key, self._max_bytes)

    # uploads

    def upload(self, order, content, *, key, journal, signers=None):
        """Send order data once.

        :param key: the message's own key, under which the transfer is noted in the journal
        :param signers: ``[(user id, private key)]``; this user alone where None
        :raise OutcomeUnknownError: the last segment went out, and no answer that counts came back
        """
        bank = self._known_bank()
        digest = order_signature.order_hash(content)
        signers = signers or [(self._who.user_id, self._who.keys.signature.private_key)]
        transaction_key = encryption.new_transaction_key()
        signed = order_signature.signature_data(digest, self._who.partner_id, signers)
        parts = self._parts(encryption.encrypted(content, transaction_key))
        opening = (
            encryption.wrapped(transaction_key, bank.encryption),
            encryption.encrypted(signed, transaction_key),
            digest,
        )
        request = requests.initialisation_request(
            self._who, bank, order, self._now(), segments=len(parts), upload=opening
        )
        try:
            response = self._asked(request)
            if response.code == codes.DOUBLE:
                return Upload(response.order_id or "", double=True)
            self._demand(response)
            if not response.transaction_id or not response.order_id:
                raise RemoteDefectError("the bank gives the order no number", code="ebics.answer")
        except RemoteDefectError as error:
            raise _nothing_happened(error) from error
        journal.note(key, Transfer(response.transaction_id, response.order_id, self._now()))
        return self._transfer(response.transaction_id, response.order_id, parts)

    def _parts(self, content):
        text = base64.b64encode(content).decode()
        return [text[start : start + self._segment_bytes] for start in range(0, len(text), self._segment_bytes)]

    def _transfer(self, transaction_id, order_id, parts):
        """All segments; after a break from where the bank says. Bounded, whatever the bank says."""
        number, breaks, doubtful = 1, 0, False
        while number <= len(parts):
            last = number == len(parts)
            request = requests.transfer_request(self._who, transaction_id, number, last, parts[number - 1])
            try:
                response = responses.read(self._post(request), self._bank)
            except FinanceError as error:
                doubtful = doubtful or (last and _may_have_arrived(error))
                breaks += 1
                if breaks > RECOVERIES or not _worth_another_try(error):
                    raise self._broken(error, doubtful) from error
                continue
            if response.code == codes.RECOVERY and breaks < RECOVERIES and response.segment is not None:
                breaks += 1
                if response.segment >= len(parts):  # it has all of it: only the protocol can tell what came of it
                    raise _unknown("the bank has all segments but does not confirm them")
                number = max(response.segment, 0) + 1
                continue
            if response.code == codes.DOUBLE:
                return Upload(order_id, transaction_id, double=True)
            if not codes.is_ok(response.code):
                raise self._refused(response, doubtful, last)
            number += 1
        return Upload(order_id, transaction_id)

    def _broken(self, error, doubtful):
        if doubtful:
            return _unknown(f"no answer to the last segment that counts: {error}")
        if isinstance(error, OutcomeUnknownError):
            return TechnicalError(str(error), code=error.code)
        return _nothing_happened(error)

    def _refused(self, response, doubtful, last):
        """An error in answer to a segment. Where it may be about an order that was taken, it proves nothing."""
        error = codes.error_of(response.code, response.text)
        certain = response.signed and not isinstance(error, (TechnicalError, RemoteDefectError))
        if doubtful or (last and not certain and response.code not in ("091101", "091102", "091104", "091105")):
            return _unknown(str(error))
        return _nothing_happened(error)

    # every request

    def _asked(self, request):
        return responses.read(self._certain(request), self._known_bank())

    def _certain(self, request):
        """The answer to a request that takes no effect by itself: a lost one means that nothing happened."""
        try:
            return self._post(request)
        except OutcomeUnknownError as error:
            raise TechnicalError(str(error), code=error.code) from error

    def _known_bank(self):
        if self._bank is None:
            raise ConfigurationError(
                "the bank's keys are not confirmed: fetch them and compare their hashes with the bank's letter",
                code="ebics.bank_keys",
            )
        return self._bank

    def _demand(self, response):
        if not codes.is_ok(response.code):
            raise codes.error_of(response.code, response.text)


def _may_have_arrived(error):
    """Whether the bank may have taken a request: not where the line could not be opened, or asked us to wait."""
    if isinstance(error, SecurityError):
        return error.code.startswith("ebics.")
    return isinstance(error, (OutcomeUnknownError, RemoteDefectError, AuthError, BusinessError))


def _worth_another_try(error):
    return isinstance(error, TechnicalError) and not isinstance(error, RateLimitedError)


def _nothing_happened(error):
    """An answer that cannot be understood, at a step that takes no effect: a person looks, nothing is asked about."""
    return BusinessError(str(error), code=error.code) if isinstance(error, RemoteDefectError) else error


def _unknown(why):
    return OutcomeUnknownError(why, code="ebics.unknown")


