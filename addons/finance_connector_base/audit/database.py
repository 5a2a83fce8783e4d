"""The trail in a database: add events, seal them, sign checkpoints, read it all for verification.

Plain SQL over any DB-API cursor (psycopg2's own or Odoo's), so that the sealer needs no Odoo registry.
"""

import json

from . import verify
from .seal import checkpoint, sealed

#: Events sealed in one transaction.
BATCH = 5000
#: First number of the advisory locks of chains; the second one is the hash of the chain's name.
CHAIN_LOCK = 0x41554454
#: Strays told one by one.
MOST = 100

#: One statement for any number of events of a transaction: rows, readable details, and the queue of the sealer.
ADD = """
    WITH given AS MATERIALIZED (
        SELECT nextval('finance_audit_event_id_seq') AS id, x.*
          FROM jsonb_to_recordset(%s::jsonb) AS x(
               version int, kind text, origin text, user_id int, uid int, company_id int, connector_id int,
               correlation_id text, res_model text, res_id bigint, facts jsonb, before_sha256 text, after_sha256 text,
               detail_sha256 text, node text, occurred_on timestamp, salt text, content jsonb, partner_id int)),
    event AS (
        INSERT INTO finance_audit_event
               (id, version, kind, origin, user_id, uid, company_id, connector_id, correlation_id, res_model, res_id,
                facts, before_sha256, after_sha256, detail_sha256, node, occurred_on)
        SELECT id, version, kind, origin, user_id, uid, company_id, connector_id, correlation_id, res_model, res_id,
               facts, before_sha256, after_sha256, detail_sha256, node, occurred_on FROM given
        RETURNING id, chain),
    detail AS (
        INSERT INTO finance_audit_detail (id, salt, content, partner_id)
        SELECT id, salt, content, partner_id FROM given WHERE salt IS NOT NULL)
    INSERT INTO finance_audit_queue (chain, event_id) SELECT chain, id FROM event
"""
COLUMNS = ", ".join(f"e.{name}" for name in verify.COLUMNS)
HEADS = """
    WITH RECURSIVE c(chain) AS (
        (SELECT chain FROM finance_audit_seal ORDER BY chain LIMIT 1)
        UNION ALL
        SELECT (SELECT s.chain FROM finance_audit_seal s WHERE s.chain > c.chain ORDER BY s.chain LIMIT 1)
          FROM c WHERE c.chain IS NOT NULL)
    SELECT c.chain, h.seq, h.link
      FROM c, LATERAL (SELECT seq, link FROM finance_audit_seal s WHERE s.chain = c.chain ORDER BY seq DESC LIMIT 1) h
"""
GUARDS = """
    SELECT t.name || '.' || g.name
      FROM unnest(ARRAY['finance_audit_event', 'finance_audit_seal', 'finance_audit_checkpoint',
                        'finance_audit_detail']) t(name),
           unnest(ARRAY['finance_keep_rows', 'finance_keep', 'finance_erase']) g(name)
     WHERE (g.name <> 'finance_erase' OR t.name = 'finance_audit_detail')
       AND NOT EXISTS (SELECT FROM pg_trigger p WHERE p.tgrelid = t.name::regclass AND p.tgname = g.name
                          AND p.tgenabled = 'A')
"""


def as_event(row):
    """An event as it is sealed, from the columns in the order of ``verify.COLUMNS``."""
    event = dict(zip(verify.COLUMNS, row, strict=True))
    event["occurred_on"] = event["occurred_on"].isoformat(timespec="microseconds")
    return event


# sealing


def waiting_chains(cr):
    cr.execute("SELECT DISTINCT chain FROM finance_audit_queue")
    return [chain for (chain,) in cr.fetchall()]


def seal_batch(cr, chain, key_id, key):
    """Seal what waits in a chain, ``BATCH`` events at most, in the caller's transaction.

    The transaction must see what was committed before the lock was taken (isolation READ COMMITTED), or be the
    only one that seals. Where another sealer holds the chain nothing is done.

    :return: how many were sealed
    """
    cr.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", (CHAIN_LOCK, chain))
    if not cr.fetchone()[0]:
        return 0
    cr.execute("SELECT seq, link FROM finance_audit_seal WHERE chain = %s ORDER BY seq DESC LIMIT 1", (chain,))
    number, before = cr.fetchone() or (0, verify.ZERO)
    cr.execute(
        f"SELECT {COLUMNS} FROM finance_audit_queue q"  # noqa: S608 - names of our own columns
        " JOIN finance_audit_event e ON e.id = q.event_id WHERE q.chain = %s ORDER BY q.event_id LIMIT %s",
        (chain, BATCH),
    )
    events = [as_event(row) for row in cr.fetchall()]
    if not events:
        return 0
    rows = sealed(chain, number, before, events, key_id, key)
    ids, numbers, links, macs, keys = map(list, zip(*rows, strict=True))
    cr.execute(
        "INSERT INTO finance_audit_seal (id, chain, seq, link, mac, key)"
        " SELECT u.id, %s, u.seq, u.link, u.mac, u.key"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[]) u(id, seq, link, mac, key)",
        (chain, ids, numbers, links, macs, keys),
    )
    cr.execute("DELETE FROM finance_audit_queue WHERE chain = %s AND event_id = ANY(%s)", (chain, ids))
    return len(rows)


def seal_all(connection, keys):
    """Seal whatever waits, on a connection of the sealer's own (READ COMMITTED); each batch commits.

    :param keys: ``seal.seal_keys``
    """
    key_id, key = next(iter(keys.items()))
    total = 0
    with connection.cursor() as cr:
        chains = waiting_chains(cr)
        connection.commit()
        for chain in chains:
            count = None
            while count in (None, BATCH):
                count = seal_batch(cr, chain, key_id, key)
                connection.commit()
                total += count
    return total


# checkpoints


def add_checkpoint(cr, signers, database, taken_on, reason, always=True):
    """Sign the heads of all chains and keep it; ``None`` where nothing is new and ``always`` is not wanted.

    :param taken_on: naive UTC
    """
    cr.execute("SELECT pg_advisory_xact_lock(%s, 0)", (CHAIN_LOCK,))
    cr.execute("SELECT body FROM finance_audit_checkpoint ORDER BY id DESC LIMIT 1")
    (previous,) = cr.fetchone() or (None,)
    cr.execute(HEADS)
    heads = {chain: [seq, link] for chain, seq, link in cr.fetchall()}
    if not always and previous and json.loads(previous)["heads"] == heads:
        return None
    made = checkpoint(signers, database, previous, heads, taken_on.isoformat(timespec="seconds"), reason)
    body = json.loads(made["body"])
    cr.execute(
        "INSERT INTO finance_audit_checkpoint (id, body, signatures, reason, root, events, taken_on)"
        " VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s)",
        (body["number"], made["body"], json.dumps(made["signatures"]), reason, body["root"], body["events"], taken_on),
    )
    return made


def checkpoints(cr, after=0):
    cr.execute("SELECT body, signatures FROM finance_audit_checkpoint WHERE id > %s ORDER BY id", (after,))
    return [{"body": body, "signatures": signatures} for body, signatures in cr.fetchall()]


# reading


class Trail:
    """The trail of a database as a source of ``verify.Examination`` and of exports.

    All of it is to be read in one transaction that sees one moment (REPEATABLE READ).
    """

    def __init__(self, cr, database):
        self._cr, self.database = cr, database

    def chains(self):
        self._cr.execute(HEADS)
        return sorted(chain for chain, _seq, _link in self._cr.fetchall())

    def lines(self, chain):
        after = None
        while True:
            self._cr.execute(
                "SELECT s.seq, s.link, s.mac, s.key, s.id, d.salt, d.content,"  # noqa: S608 - names of our own columns
                f" {COLUMNS} FROM finance_audit_seal s"
                " LEFT JOIN finance_audit_event e ON e.id = s.id LEFT JOIN finance_audit_detail d ON d.id = s.id"
                " WHERE s.chain = %s AND s.seq > %s ORDER BY s.seq LIMIT %s",
                (chain, -1 if after is None else after, BATCH),
            )
            rows = self._cr.fetchall()
            for seq, link, mac, key, _id, salt, content, *event in rows:
                yield {
                    "seq": seq,
                    "link": link,
                    "mac": mac,
                    "key": key,
                    "event": None if event[0] is None else as_event(event),
                    "detail": {"salt": salt, "content": content} if salt else None,
                }
            if len(rows) < BATCH:
                return
            after = rows[-1][0]

    def checkpoints(self):
        return checkpoints(self._cr)

    def unsealed(self):
        self._cr.execute("SELECT count(*) FROM finance_audit_queue")
        return self._cr.fetchone()[0]

    def waiting(self):
        """Events that are not sealed yet."""
        self._cr.execute(  # pylint: disable=sql-injection
            f"SELECT {COLUMNS} FROM finance_audit_queue q"  # noqa: S608 - names of our own columns
            " JOIN finance_audit_event e ON e.id = q.event_id ORDER BY e.id"
        )
        return [as_event(row) for row in self._cr.fetchall()]

    def strays(self):
        """What no chain leads to: events past the sealer, rows without events, guards that are off."""
        yield from self._found(
            "event.outside",
            "was put in past the sealer, or its seal was taken away",
            "SELECT e.id FROM finance_audit_event e"
            " WHERE NOT EXISTS (SELECT FROM finance_audit_seal s WHERE s.id = e.id)"
            " AND NOT EXISTS (SELECT FROM finance_audit_queue q WHERE q.event_id = e.id)",
        )
        yield from self._found(
            "event.lost",
            "was deleted before it was sealed",
            "SELECT q.event_id FROM finance_audit_queue q"
            " WHERE NOT EXISTS (SELECT FROM finance_audit_event e WHERE e.id = q.event_id)",
        )
        yield from self._found(
            "detail.stray",
            "is gone, but its details are here",
            "SELECT d.id FROM finance_audit_detail d"
            " WHERE NOT EXISTS (SELECT FROM finance_audit_event e WHERE e.id = d.id)",
        )
        self._cr.execute(GUARDS)
        for (name,) in self._cr.fetchall():
            yield "guard.off", name, "this guard of the database is missing or switched off"

    def _found(self, code, words, query):
        self._cr.execute(f"{query} ORDER BY 1 LIMIT {MOST}")  # pylint: disable=sql-injection
        for (event_id,) in self._cr.fetchall():
            yield code, f"event {event_id}", f"event {event_id} {words}"
