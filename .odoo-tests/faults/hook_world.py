"""Two nodes that take webhooks of every scheme."""

from . import hook_posts
from .inbound import EFFECTS

#: Accounts whose events wait for one another and are worked on in a row; the others have a job for each.
DRAINED = "a"

CONNECT = """
result = {}
for party in parties:
    connector = env["finance.connector"].create({
        "name": party["code"], "code": party["code"], "domain": "bank", "state": "active",
        "webhook_scheme": party["scheme"], **party["settings"],
    })
    if party["secret"]:
        env["finance.credential"].create(
            {"connector_id": connector.id, "purpose": "webhook", "secret": party["secret"]}
        )
    env["finance.flow"].create({
        "name": "Events", "connector_id": connector.id, "kind": "webhook", "direction": "in", "mode": "event",
        "drain_messages": party["drain"],
    })
    result[party["code"]] = "/finance/hook/" + connector.webhook_address_ids.token
"""


class HookWorld:
    def __init__(self, stage, seed, workers=3):
        self.stage = stage
        self.parties, self.silent = hook_posts.parties(seed), hook_posts.SILENT
        self.database = stage.database("hooks")
        clerk = stage.clerk(self.database)
        self.paths = clerk.run(CONNECT, parties=[self._values(party) for party in (*self.parties, self.silent)])
        clerk.stop()
        stage.rows(self.database, EFFECTS)
        options = ["--load", "base,rpc,web,queue_job,finance_connector_base"]
        self.nodes = [stage.node(self.database, name=name, workers=workers, options=options) for name in ("one", "two")]
        self.doors = [("127.0.0.1", node.port) for node in self.nodes]

    def _values(self, party):
        return {
            "code": party.code, "scheme": party.scheme, "secret": party.secret, "settings": party.settings,
            "drain": 50 if party.code.endswith(DRAINED) else 0,
        }

    def is_stored(self, party, keys):
        """Whether all these events of a party are there, seen from outside."""
        found = self.stage.rows(
            self.database,
            "SELECT count(DISTINCT m.dedup_key) FROM finance_message m "
            "JOIN finance_connector c ON c.id = m.connector_id WHERE c.code = %s AND m.dedup_key = ANY(%s)",
            [party, keys],
        )
        return found[0][0] == len(set(keys))

    def effects(self):
        """``{(connector, event id): how often it took effect}``; 0 where it is stored and did nothing."""
        rows = self.stage.rows(
            self.database,
            "SELECT c.code, m.dedup_key, count(e.message_id) FROM finance_message m "
            "JOIN finance_connector c ON c.id = m.connector_id LEFT JOIN fault_effect e ON e.message_id = m.id "
            "WHERE m.state <> 'quarantined' GROUP BY 1, 2",
        )
        return {(code, key): times for code, key, times in rows}
