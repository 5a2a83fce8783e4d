import json
import logging
import secrets
from dataclasses import asdict, dataclass

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import server
from ..core import machine
from ..core.errors import ConfigurationError, FinanceError
from ..seen import Seen

_logger = logging.getLogger(__name__)

#: What the claim asks, in one query and past every cache. The timeline changes with each promotion of a replica
#: and each recovery to a point in time; the position in the log only grows, unless an old state was put back.
ASK = """
    SELECT c.system_identifier::text AS cluster, current_database()::text AS name,
           (SELECT oid FROM pg_database WHERE datname = current_database())::text AS number,
           CASE WHEN pg_is_in_recovery()
                THEN (SELECT lpad(upper(to_hex(timeline_id)), 8, '0') FROM pg_control_checkpoint())
                ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline,
           CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn() - '0/0'::pg_lsn END AS position,
           (SELECT value FROM ir_config_parameter WHERE key = 'database.is_neutralized') AS neutralised,
           (SELECT value FROM ir_config_parameter WHERE key = %s) AS fingerprint,
           (SELECT value FROM ir_config_parameter WHERE key = %s) AS home
      FROM pg_control_system() c
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database stands; a copy differs from its original in at least one of these."""

    cluster: str  # of the database server, kept by replicas and by copies of its files
    name: str
    number: str  # of the database in its cluster, new with each restore
    timeline: str
    address: str  # of the database server, as this host is told

    def text(self):
        return "|".join(asdict(self).values())


class FinancePermit(models.AbstractModel):
    """Whether this database, on this host, may send. Asked at each claim, past every cache; fails closed.

    A database has one home: the place for which a key of the host marked it. Anywhere else it is a copy,
    and a copy neither sends nor fetches, until an administrator makes its place the new home.
    """

    _name = "finance.permit"
    _description = "Send permit"

    PARAMETER = "finance_connector_base.fingerprint"
    HOME = "finance_connector_base.home"

    @api.model
    def _refusal(self, connector_environment):
        """Why nothing may leave for a connector of this environment; ``None`` where it may."""
        seen = Seen(self._lineage())
        stored = self._asked()
        if (stored["neutralised"] or "").lower() not in ("", "0", "false"):
            return self.env._("this database is a neutralised copy")
        if connector_environment != server.environment():
            return self.env._(
                "the connector is for %(one)s, this server is for %(other)s",
                one=connector_environment,
                other=server.environment(),
            )
        if not stored["fingerprint"] and connector_environment == "live":
            return self.env._("this database is not bound to this server")
        return self._misplaced(stored, seen) if stored["fingerprint"] else None

    @api.model
    def _demand(self, connector_environment):
        """:raise ConfigurationError: nothing may be sent or fetched from here"""
        refusal = self._refusal(connector_environment)
        if refusal:
            raise ConfigurationError(self.env._("Nothing is sent or fetched from here: %s", refusal), code="permit")

    @api.model
    def _refused_environments(self):
        return [environment for environment in ("sandbox", "live") if self._refusal(environment)]

    def _misplaced(self, stored, seen):
        """Why the place is not the home; ``None`` where it is."""
        place, home = self._place(stored), self._home(stored)
        if not self._confirmed(stored["fingerprint"], self._marked(place, home)):
            return self._difference(place, home)
        if stored["position"] is not None and not seen.reached(home["count"], int(stored["position"])):
            return self.env._("this is an older state of the database: what it holds as waiting may have been sent")
        return None

    def _difference(self, place, home):
        """In plain words what tells this place from the home."""
        here = asdict(place)
        old = {name: home.get(name) for name in here}
        changed = {name for name, value in here.items() if value != old[name]}
        if changed & {"cluster", "name", "number"}:
            return self.env._(
                "this is a copy of the database “%(old)s”: its home is %(address)s, restored or copied is “%(new)s”",
                old=old["name"],
                address=old["address"],
                new=here["name"],
            )
        if "timeline" in changed:
            return self.env._("the database server was switched over to a replica, or set back to an earlier time")
        if "address" in changed:
            return self.env._(
                "the database was bound on the server %(old)s, this host uses %(new)s",
                old=old["address"],
                new=here["address"],
            )
        return self.env._("this database is not bound to this server: the host's secret key is another one")

    def _asked(self):
        self.env.flush_all()
        self.env.cr.execute(SQL(ASK, self.PARAMETER, self.HOME))
        return self.env.cr.dictfetchone()

    @staticmethod
    def _place(stored):
        return Place(
            stored["cluster"], stored["name"], stored["number"], stored["timeline"], server.database_address()
        )

    @staticmethod
    def _home(stored):
        return json.loads(stored["home"] or "{}")

    def _lineage(self):
        """What this database shares with its copies; the cached value will do, as it stays the same."""
        return json.loads(self.env["ir.config_parameter"].sudo().get_param(self.HOME) or "{}").get("lineage")

    @staticmethod
    def _marked(place, home):
        """The text that the host's key marks."""
        return f"{place.text()}|{home.get('lineage')}|{home.get('count')}"

    def _confirmed(self, fingerprint, text):
        """Whether the fingerprint was made for this text with a key of this host."""
        try:
            ring = server.key_ring((fingerprint or "").partition(":")[0])
            return ring.confirms(fingerprint, text)
        except FinanceError:  # no key, no permit
            return False

    @api.model
    def _bound(self):
        stored = self._asked()
        return bool(stored["fingerprint"]) and self._misplaced(stored, Seen(self._lineage())) is None

    @api.model
    def _standing(self):
        """For people and the command line: where the database stands, and why nothing is sent."""
        stored = self._asked()
        return {
            "bound": self._bound(),
            "refusal": self._refusal(server.environment()),
            "here": asdict(self._place(stored)),
            "home": self._home(stored),
        }

    # binding

    @api.model
    def _code(self):
        """What proves that somebody is on the host: shown there only, good for one binding."""
        stored = self._asked()
        mark = server.sealing_ring().mark(f"bind|{self._place(stored).text()}|{stored['fingerprint']}")
        digits = mark.partition(":")[2][:8].upper()
        return f"{digits[:4]}-{digits[4:]}"

    @api.model
    def _bind(self, reason="", *, complete=False):
        """Make this place the home of the database. Only for administrators.

        :param complete: nothing can have been sent since this state of the database was copied. Otherwise,
            where it had another home before, what waits is asked about before anything is sent
        """
        self.env["finance.connector"].check_access("write")
        stored = self._asked()
        before = self._home(stored)
        doubted = 0 if complete or not before else self._doubt()
        place = self._keep(stored)
        self.env["finance.home"].sudo().create(
            {
                "user_id": self.env.uid,
                "reason": reason or _("First binding"),
                "complete": complete or not before,
                "doubted": doubted,
                "old": " · ".join(str(before.get(name)) for name in asdict(place)) if before else False,
                "new": " · ".join(asdict(place).values()),
                "node": server.node(),
            }
        )
        connectors = self.env["finance.connector"].sudo().with_context(active_test=False).search([])
        self.env["finance.message"].sudo()._wake(connectors.filtered(lambda one: one.state == "active"))
        return doubted

    def _doubt(self):
        """What this state of the database holds as unsent may have been sent since: ask before sending.

        :return: the number of messages
        """
        standings = self.env["finance.standing"].sudo()
        messages = self.env["finance.message"].sudo().search(
            [("direction", "=", "out"), ("state", "not in", ("processed", "cancelled", "sent"))]
        )
        count = 0
        for message in messages:
            row = standings._read(message.id, wait=True)
            step = machine.doubt(row.standing, row.policy, row.now)
            if step.why is None:
                standings._apply(row, step, result_text=_("May have been sent from the former home: asked about first"))
                standings._close_orphans(row, _("The database has a new home."))
                count += 1
        return count

    @api.model
    def _adopt(self, connector):
        """Bind a sandbox by itself when it is first used, so that its copies keep still as well.

        A live database is bound by an administrator.
        """
        if connector.environment != "sandbox" or server.environment() != "sandbox":
            return
        if self.env["ir.config_parameter"].sudo().get_param(self.PARAMETER):
            return
        stored = self._asked()  # the cache may be old, and a copy must never adopt itself
        if stored["fingerprint"] or stored["home"]:
            return
        try:
            self._keep(stored)
        except FinanceError as error:  # no key: secrets cannot be used either
            _logger.warning("this sandbox stays unbound: %s", error)

    @api.model
    def _renew(self):
        """Have a bound database confirmed by the current key, so that an older one can be taken out."""
        ring = server.key_ring()
        stored = self._asked()
        if not (stored["fingerprint"] or "").startswith(f"{ring.current}:") and self._bound():
            marked = self._marked(self._place(stored), self._home(stored))
            self.env["ir.config_parameter"].sudo().set_param(self.PARAMETER, ring.mark(marked))

    def _keep(self, stored):
        """Write mark and words of this place; the keys of a config parameter are unique, so one worker wins."""
        place, before = self._place(stored), self._home(stored)
        lineage = before.get("lineage") or secrets.token_hex(8)
        count = max(before.get("count", 0), Seen(lineage).home) + 1
        home = {**asdict(place), "lineage": lineage, "count": count, "since": str(fields.Datetime.now())}
        mark = server.sealing_ring().mark(self._marked(place, home))
        for key, value in ((self.PARAMETER, mark), (self.HOME, json.dumps(home))):
            self.env.cr.execute(
                SQL(
                    "INSERT INTO ir_config_parameter (key, value, create_uid, create_date, write_uid, write_date) "
                    "VALUES (%(key)s, %(value)s, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC') "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, write_date = excluded.write_date",
                    key=key,
                    value=value,
                    uid=self.env.uid,
                )
            )
        self.env["ir.config_parameter"].invalidate_model()
        self.env.registry.clear_cache("stable")
        return place

    @api.model
    def _check_code(self, code):
        if (code or "").strip().upper() != self._code():
            raise UserError(
                _("This is not the code that the command “odoo finance home” shows on this server. Run it there.")
            )
