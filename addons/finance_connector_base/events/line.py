"""How events reach a subscriber over HTTPS: signed posts; doubles do no harm, because each has its id."""

import time

from ..core.errors import AuthError, BusinessError, FormatError, RemoteDefectError
from ..core.safe.json import json_value
from .envelope import CONTENT_TYPE
from .signature import headers


class SignedPost:
    """:param call: the HTTPS transport's ``call``
    :param keys: all keys in force; while a secret is rolled over two
    """

    def __init__(self, call, path, keys):
        self._call, self._path, self._keys = call, path, keys

    def push(self, parcel, event_id):
        """Post one event.

        :raise AuthError: the subscriber is gone (410); nothing more is sent until a person has looked
        """
        signed = headers(event_id, self._keys, time.time(), parcel.content)
        try:
            return self._call(
                "POST", self._path, body=parcel.content, key=event_id, content_type=CONTENT_TYPE, headers=signed
            )
        except BusinessError as error:
            if error.code == "https.410":
                raise AuthError("the subscriber says that it is gone", code="event.gone") from error
            raise

    def challenge(self, event_id, content, challenge):
        """Ask the endpoint to prove that it wants our events: it answers with our challenge.

        :raise RemoteDefectError: it answers with something else
        """
        receipt = self._call(
            "POST", self._path, body=content, key=event_id, content_type=CONTENT_TYPE,
            headers=headers(event_id, self._keys, time.time(), content),
        )  # fmt: skip
        try:
            answered = json_value(receipt.content)["challenge"]
        except (FormatError, KeyError, TypeError):
            answered = None
        if answered != challenge:
            raise RemoteDefectError("the endpoint did not answer with our challenge", code="event.challenge")
        return receipt
