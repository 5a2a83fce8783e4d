"""Access tokens shared by all workers, encrypted in the database; one worker fetches, the others wait for it."""

import json
import time

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

from ..core.errors import FinanceError, TechnicalError
from ..transports.oauth import Token

PURPOSE, REFRESH = "oauth_token", "oauth_refresh"
#: How long one worker may take to fetch; after that another one tries.
LEASE_SECONDS = 30
LOOK_SECONDS = 0.2
#: How often the short transaction that keeps a token is run again.
ROUNDS = 5


class TokenStore:
    """The token of one connector. No transaction is open while it is being fetched."""

    def __init__(self, registry, connector_id, lease=None):
        """:param lease: how long one worker may take, in seconds; longer than the call it makes may last"""
        self._registry, self._id, self._lease = registry, connector_id, lease

    def get(self, fetch, stale=None):
        """The token, fetched anew where it ended or is the ``stale`` one that was refused."""
        ends_at = time.monotonic() + self._seconds()
        while time.monotonic() < ends_at:
            found, mine = self._look(stale)
            if found is not None:
                return found.text
            if mine:
                return self._fetched(fetch)
            time.sleep(LOOK_SECONDS)
        raise TechnicalError("another worker did not get an access token in time", code="oauth.wait")

    def _seconds(self):
        return max(self._lease or 0, LEASE_SECONDS)

    def keep(self, token):
        """Store the token that a person who signed in brought."""
        self._keep(token)

    def _look(self, stale):
        """``(token, False)`` where a usable one is kept, ``(None, True)`` where this worker is to fetch it."""
        try:
            with self._registry.cursor() as cr:
                credential = self._credential(cr)
                found = self._read(credential)
                if found is not None and found.usable(stale):
                    return found, False
                cr.execute(
                    SQL(
                        "UPDATE finance_credential "
                        "SET refreshing_until = (clock_timestamp() AT TIME ZONE 'UTC') + %s * interval '1 s' "
                        "WHERE id = %s AND (refreshing_until IS NULL "
                        "OR refreshing_until < clock_timestamp() AT TIME ZONE 'UTC') RETURNING id",
                        self._seconds(),
                        credential.id,
                    )
                )
                return None, cr.fetchone() is not None
        except psycopg2.errors.SerializationFailure:  # another worker took it in this moment
            return None, False

    def _fetched(self, fetch):
        token = None
        try:
            token = fetch()
        finally:
            self._keep(token)
        return token.text

    def _keep(self, token):
        """Store the token, or only that nobody fetches it any more; again where another writer was faster."""
        for last in (False,) * (ROUNDS - 1) + (True,):
            try:
                with self._registry.cursor() as cr:
                    credential = self._credential(cr)
                    credential.refreshing_until = False
                    if token is not None:
                        credential._seal(json.dumps({"text": token.text, "expires_at": token.expires_at}))
                return
            except psycopg2.errors.SerializationFailure:
                if last:
                    raise

    def _read(self, credential):
        try:
            text = credential._reveal()
        except FinanceError:  # its key is gone: a new token costs nothing
            return None
        return Token(**json.loads(text)) if text else None

    def _credential(self, cr):
        return _kept(cr, self._id, PURPOSE)


class RefreshStore:
    """The refresh token of one connector; read and kept by the one worker that fetches (``TokenStore``)."""

    def __init__(self, registry, connector_id):
        self._registry, self._id = registry, connector_id

    def read(self):
        """The token, ``None`` where nobody has signed in, or its key is gone."""
        with self._registry.cursor() as cr:
            try:
                return _kept(cr, self._id, REFRESH)._reveal() or None
            except FinanceError:
                return None

    def keep(self, text):
        """Committed when it returns: the token before it may be worth nothing any more."""
        for last in (False,) * (ROUNDS - 1) + (True,):
            try:
                with self._registry.cursor() as cr:
                    _kept(cr, self._id, REFRESH)._seal(text)
                return
            except psycopg2.errors.SerializationFailure:
                if last:
                    raise


def _kept(cr, connector_id, purpose):
    """The row that holds a token; the unique index decides who makes it."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    wanted = [("connector_id", "=", connector_id), ("purpose", "=", purpose)]
    found = env["finance.credential"].search(wanted, limit=1)
    if not found:
        cr.execute(
            SQL(
                "INSERT INTO finance_credential (connector_id, company_id, purpose, create_uid, create_date) "
                "SELECT id, company_id, %s, %s, now() AT TIME ZONE 'UTC' FROM finance_connector WHERE id = %s "
                "ON CONFLICT DO NOTHING",
                purpose,
                SUPERUSER_ID,
                connector_id,
            )
        )
        found = env["finance.credential"].search(wanted, limit=1)
    return found
