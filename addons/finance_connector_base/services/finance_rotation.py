import logging
import time

from odoo import api, models
from odoo.tools import SQL

from .. import server
from ..core.errors import ConfigurationError, SecurityError
from ..crypto.envelope import key_id_of

_logger = logging.getLogger(__name__)

#: Rows locked at a time; a writer that meets them waits for milliseconds.
BATCH = 100
#: How long to come back to rows that somebody else is writing.
PATIENCE_SECONDS = 30
PAUSE_SECONDS = 0.2
#: Access tokens are fetched anew where their key is gone; nobody enters them.
KEPT_BY_ITSELF = "oauth_token"


class FinanceRotation(models.AbstractModel):
    """Secrets under an older key get the current one: their data keys are wrapped anew, the secrets stay sealed.

    Servers go on meanwhile, because both keys open. Several may rotate at once: each takes rows that
    nobody holds, in short transactions of its own.
    """

    _name = "finance.rotation"
    _description = "Rotation of secret keys"

    @api.model
    def _rotate(self, skip_missing=False):
        """Rewrap every secret that is not under the current key.

        :param skip_missing: go on although the keys of some secrets are not on this server
        :return: the report of ``_report``, with ``rewrapped``, ``damaged`` (names) and ``seconds``
        :raise ConfigurationError: keys are missing; the text names the secrets to be entered anew
        """
        self.env["finance.credential"].check_access("write")
        began = time.monotonic()
        ring = server.key_source().ring(fresh=True)
        missing = self._own("_missing", ring.ids)
        if missing and not skip_missing:
            self._refuse(missing)
        rewrapped, damaged = self._pass(ring)
        self._own("_renew_permit")
        if rewrapped:
            self._own("_note_rotation", ring.current, rewrapped)
            _logger.info("%s secrets were wrapped with key %s", rewrapped, ring.current)
        return {
            **self._report(),
            "rewrapped": rewrapped,
            "damaged": damaged,
            "missing": missing,
            "seconds": round(time.monotonic() - began, 3),
        }

    @api.model
    def _report(self):
        """How many secrets stand under which key, and which keys no secret of this database needs any more."""
        ring = server.key_ring()
        counts = self._own("_counts")
        removable = [each for each in ring.ids if each != ring.current and not counts.get(each)]
        return {
            "source": server.key_source().place,
            "current": ring.current,
            "keys": {each: counts.get(each, 0) for each in (*ring.ids, *sorted(counts.keys() - set(ring.ids)))},
            "removable": removable,
        }

    def _refuse(self, missing):
        raise ConfigurationError(
            self.env._(
                "Some secrets are sealed with a key that is not on this server. Put that key back behind the "
                "current one, or enter these secrets anew: %s",
                "; ".join(missing),
            ),
            code="secret.key_missing",
        )

    def _own(self, method, *given):
        return self.env["finance.deliver"]._own(self._name, method, *given)

    def _pass(self, ring):
        """Go over all rows; come back to those that others were writing."""
        until = time.monotonic() + PATIENCE_SECONDS
        rewrapped, damaged = 0, {}
        while True:
            after = 0
            while after is not None:
                after, count, unreadable = self._own("_rewrap_batch", ring, after)
                rewrapped += count
                damaged |= unreadable
            if not self._own("_left", ring, tuple(damaged)) or time.monotonic() > until:
                return rewrapped, sorted(damaged.values())
            time.sleep(PAUSE_SECONDS)

    @staticmethod
    def _outdated(ring):
        key = SQL("split_part(sealed, '|', 2)")
        return SQL("sealed IS NOT NULL AND %s <> %s AND %s IN %s", key, ring.current, key, ring.ids)

    def _rewrap_batch(self, ring, after):
        """:return: the id to go on from (``None`` at the end), how many were rewrapped, names of damaged ones by id"""
        rows = self.env.execute_query(
            SQL(
                "SELECT id, sealed FROM finance_credential WHERE %s AND id > %s ORDER BY id LIMIT %s "
                "FOR UPDATE SKIP LOCKED",
                self._outdated(ring),
                after,
                BATCH,
            )
        )
        damaged, done = {}, 0
        for identifier, sealed in rows:
            credential = self.env["finance.credential"].sudo().browse(identifier)
            try:
                token = ring.rewrap(sealed, credential._associated())
            except SecurityError:
                damaged[identifier] = credential._words()
                continue
            self.env.cr.execute(SQL("UPDATE finance_credential SET sealed = %s WHERE id = %s", token, identifier))
            done += 1
        return (rows[-1][0] if rows else None), done, damaged

    def _left(self, ring, damaged):
        ((count,),) = self.env.execute_query(
            SQL(
                "SELECT count(*) FROM finance_credential WHERE %s AND id NOT IN %s",
                self._outdated(ring),
                damaged or (0,),
            )
        )
        return count

    def _counts(self):
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT split_part(sealed, '|', 2), count(*)::int FROM finance_credential "
                    "WHERE sealed IS NOT NULL GROUP BY 1"
                )
            )
        )

    def _missing(self, known):
        """Names of the secrets that no key of this server opens."""
        credentials = self.env["finance.credential"].sudo().search([("purpose", "!=", KEPT_BY_ITSELF)])
        foreign = credentials.filtered(lambda one: one.sealed and key_id_of(one.sealed) not in known)
        return [credential._words() for credential in foreign]

    def _note_rotation(self, key, count):
        self.env["finance.audit"]._note("secret_key.rotated", facts={"key": key, "secrets": count})

    def _renew_permit(self):
        self.env["finance.permit"]._renew()

    @api.model
    def _words(self, report):
        """The report in a few sentences."""
        words = [self.env._("%(count)s secrets were given the key %(key)s.", count=report["rewrapped"],
                            key=report["current"])]  # fmt: skip
        if report["removable"]:
            words.append(
                self.env._(
                    "No secret of this database needs %s any more: it can be taken out once the other databases and "
                    "servers with these keys were rotated too. Keep it with your backups as long as you keep them.",
                    ", ".join(report["removable"]),
                )
            )
        if report["missing"] or report["damaged"]:
            words.append(self.env._("To be entered anew: %s", "; ".join(report["missing"] + report["damaged"])))
        return " ".join(words)

    @api.model
    def _cron_rotate(self):
        """Take up a key that was put in front since; what cannot be opened shows when it is used."""
        if self.env["finance.credential"].sudo().search_count([("sealed", "!=", False)], limit=1):
            report = self._rotate(skip_missing=True)
            if report["missing"] or report["damaged"]:
                _logger.warning("secrets that cannot be opened: %s", len(report["missing"] + report["damaged"]))
