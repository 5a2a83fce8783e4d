"""Four banks of different habits, the payments to them, and what plays around them."""

import contextlib
import json
import threading
import time
from dataclasses import dataclass, field

import psycopg2

from runner.person import Person
from runner.real import wait_until

from .checker import check_outbound
from .plan import RECOVERY_SECONDS, chance

#: Time limit of a call, quiet time and so on are settings of a connector; these suit banks that book in a second.
TIMEOUT, QUIET, LATE = 2, 6, 3.5

#: name → habits of the bank, and the flow as an administrator sets it up for such a bank.
BANKS = {
    "north": {"bank": {"idempotency": True}, "flow": {"resend": "key", "moves_money": True}},
    "east": {"bank": {"idempotency": False, "booking_seconds": 1}, "flow": {"drain_messages": 50}},
    "south": {"bank": {"idempotency": False, "booking_seconds": 1}, "flow": {}},
    "west": {
        "bank": {"idempotency": False, "query": False}, "ask_path": False,
        "flow": {"resend": "never", "moves_money": True, "drain_messages": 50},
    },
}

#: What goes wrong on an ordinary day, in parts of all calls.
NOISE = (
    ("POST", "timeout_after", 0.02, 4), ("POST", "reset_after", 0.02, 0), ("POST", "502_after", 0.01, 0),
    ("POST", "late", 0.01, LATE), ("POST", "503", 0.01, 0), ("POST", "429", 0.005, 1), ("POST", "malformed", 0.005, 0),
    ("GET", "reset_before", 0.03, 0), ("GET", "timeout_before", 0.02, 3),
)
REJECTED = 0.01
#: Payments handed over at a time, spread over the banks.
BATCH = 8

CONNECT = """
people = env["res.users"].with_context(no_reset_password=True).create([
    {"name": name, "login": name, "password": name, "email": name + "@example.com", "group_ids": [
        (4, env.ref("finance_connector_base.group_" + group).id) for group in ("operator", "approver")]}
    for name in ("maker", "checker")])
for bank, given in banks.items():
    values = {
        "name": bank, "code": bank, "domain": "bank", "transport": "https", "state": "active",
        "address": given["address"], "push_path": "/payments", "ask_path": "/payments/{key}",
        "timeout_seconds": timeout, "breaker_seconds": 5, "owner_id": people[0].id, **given["connector"],
    }
    if "ask_path" in given:
        values["ask_path"] = given["ask_path"]
    connector = env["finance.connector"].create(values)
    env["finance.flow"].create({
        "name": "Payments", "connector_id": connector.id, "kind": "file", "direction": "out",
        "quiet_seconds": quiet, "first_wait_seconds": 3, "longest_wait_seconds": 60, "max_tries": 8, **given["flow"],
    })
"""

SUBMIT = """
connector = env["finance.connector"].search([("code", "=", bank)])
for key, content in orders:
    env["finance.deliver"]._submit(
        connector, "file", content.encode(), key=key, name=key, content_type="application/json")
"""

HOLD = """
env["finance.message"].search([("dedup_key", "in", keys)]).action_hold()
"""

#: What somebody or something still has to do, and what only people can.
WAITING = """
SELECT count(*) FILTER (WHERE m.state IN ('ready', 'sending', 'sent', 'received')
                           OR (m.state = 'unknown' AND m.next_try_on IS NOT NULL)),
       count(*) FILTER (WHERE m.state IN ('refused', 'dead', 'quarantined')
                           OR (m.state = 'unknown' AND m.next_try_on IS NULL)),
       (SELECT count(*) FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')
           AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC')),
       (SELECT count(*) FROM finance_connector WHERE state <> 'active')
  FROM finance_message m WHERE m.dedup_key NOT LIKE 'canary%%'
"""


@dataclass(slots=True)
class Order:
    """A payment as our ledger has it; ``may_leave`` is false for the canaries nobody approved."""

    bank: str
    key: str
    amount: str
    account: str
    may_leave: bool = True
    rejected: bool = False

    def content(self):
        return json.dumps({
            "end_to_end_id": self.key, "amount": self.amount, "currency": "EUR", "creditor_account": self.account,
        })


@dataclass
class World:
    """Database, banks, clerk and two nodes; ``play`` runs faults while payments come in, then everything is checked."""

    stage: object
    orders: dict = field(default_factory=dict)

    def __post_init__(self):
        self.luck = chance("outbound")
        self.database = self.stage.database("outbound")
        self.clerk = self.stage.clerk(self.database)
        self.banks = {name: self.stage.bank(name) for name in BANKS}
        given = {
            name: {"address": self.banks[name].address(), "connector": {}, **habits} for name, habits in BANKS.items()
        }
        address = self.banks["north"].address()
        given["no_permit"] = {"address": address, "connector": {}, "flow": {}}
        given["not_approved"] = {"address": address, "connector": {}, "flow": {"needs_approval": True}}
        self.clerk.run(CONNECT, banks=given, timeout=TIMEOUT, quiet=QUIET)
        self._past_the_guards("UPDATE finance_connector SET environment = 'live' WHERE code = 'no_permit'")
        for name, bank in self.banks.items():
            bank.settings(**BANKS[name]["bank"])
            for method, kind, often, seconds in NOISE:
                bank.fault(kind, method=method, times=None, chance=often, seconds=seconds)
        self._canaries()
        self.nodes = [self.stage.node(self.database, name=name, workers=3) for name in ("a", "b")]
        self.retried = 0
        self.takeovers, self._away, self._over = [], threading.RLock(), threading.Event()
        threading.Thread(target=self._supervise, daemon=True, name="supervisor").start()

    def close(self):
        self._over.set()

    def _supervise(self):
        """Start again what ended, as systemd does: Odoo's main process gives up where it has no database."""
        while not self._over.wait(1):
            with self._away:
                for node in self.nodes:
                    if node.process.poll() is not None and not self._over.is_set():
                        node.kill()
                        with contextlib.suppress(RuntimeError):  # no database yet: in a second again
                            node.start()
                            self.journal.note("started again by its supervisor", node=node.name)

    @contextlib.contextmanager
    def away(self, node):
        """A node is killed, and started again at the end."""
        with self._away:
            node.kill()
            yield
            node.start()

    @property
    def journal(self):
        return self.stage.journal

    def rows(self, query, given=None):
        return self.stage.rows(self.database, query, given)

    def _past_the_guards(self, statement):
        """As somebody with the rights of the database's owner: only the permit is left to stop what follows."""
        guards = self.rows(
            "SELECT quote_ident(tgname), CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END"
            " FROM pg_trigger WHERE tgrelid = 'finance_connector'::regclass AND NOT tgisinternal AND tgenabled <> 'D'"
        )
        off = [f"DISABLE TRIGGER {name}" for name, _way in guards]
        on = [f"{way} TRIGGER {name}" for name, way in guards]
        for changes in (off, on):
            if changes:
                self.rows(f"ALTER TABLE finance_connector {', '.join(changes)}")
            if changes is off:
                self.rows(statement)

    # payments

    def _order(self, bank, prefix="pay", **values):
        key = f"{prefix}-{len(self.orders):06d}"
        amount = f"{self.luck.randrange(1, 10_000_000) / 100:.2f}"
        account = f"DE{self.luck.randrange(10**19, 10**20)}"
        return Order(bank, key, amount, account, **values)

    def submit(self, count):
        """Hand new payments over, a transaction for each bank; what is returned from here is committed."""
        for name, bank in self.banks.items():
            orders = []
            for _number in range(count // len(self.banks)):
                order = self._order(name, rejected=self.luck.random() < REJECTED)
                self.orders[order.key] = order
                orders.append(order)
            if any(order.rejected for order in orders):
                bank.settings(reject=[each.key for each in self.orders.values() if each.bank == name and each.rejected])
            self._hand_over(name, orders)
        return count // len(self.banks) * len(self.banks)

    def _hand_over(self, bank, orders):
        self.clerk.run(SUBMIT, bank=bank, orders=[(order.key, order.content()) for order in orders])

    def _canaries(self):
        """Payments that must never leave: not approved, held, on a connector this server has no permit for."""
        for bank in ("not_approved", "no_permit", "north"):
            orders = []
            for _number in range(5):
                order = self._order(bank, "canary", may_leave=False)
                self.orders[order.key] = order
                orders.append(order)
            self._hand_over(bank, orders)
            if bank == "north":
                self.clerk.run(HOLD, keys=[order.key for order in orders])

    def waiting(self):
        """(messages that wait for us, messages that wait for people, jobs, paused connectors); ``None`` if unknown."""
        try:
            return self.rows(WAITING)[0]
        except psycopg2.OperationalError:
            return None

    def _feed(self, progress, messages, over):
        """Payments come in as the faults go on; not faster than they leave."""
        fed = 0
        while fed < messages:
            if fed >= progress[0] * messages and not over.is_set():
                over.wait(0.1)
                continue
            if not over.is_set() and (found := self.waiting()) and found[0] > 250:
                over.wait(0.5)
                continue
            fed += self.submit(BATCH)

    # faults

    def play(self, messages, faults):
        """Run ``faults`` (functions without arguments) one after the other while ``messages`` payments come in."""
        began, over, problems, progress = time.monotonic(), threading.Event(), [], [0.0]

        def feed():
            try:
                self._feed(progress, messages, over)
            except Exception as error:  # noqa: BLE001 - raised below, by the caller's thread
                problems.append(error)

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        for number, fault in enumerate(faults, start=1):
            if problems:
                break
            progress[0] = number / len(faults)
            fault()
        over.set()
        feeder.join()
        if problems:
            raise problems[0]
        return time.monotonic() - began

    # afterwards

    def heal(self):
        """No fault goes on; the banks keep their everyday noise."""
        self.stage.free_disk()
        self.stage.cluster.start()
        for bank in self.banks.values():
            bank.line.set("pass")

    def recover(self):
        """Wait until nothing is left to do for the machine; returns the seconds that took.

        People then decide about what could not be asked, and what they have sent again is waited for.
        """
        self.heal()
        began = time.monotonic()
        self._settled("everything to settle", began + RECOVERY_SECONDS)
        seconds = time.monotonic() - began
        for _round in range(20):
            if not self._decide():
                break
            self._settled("what people decided", time.monotonic() + RECOVERY_SECONDS)
        return seconds

    def _settled(self, what, until):
        seen = []

        def done():
            found = self.waiting()
            if found and found[3]:
                raise AssertionError("a connector was paused")
            if found != (seen[-1] if seen else None):
                seen.append(found)
                self.journal.note("waiting", found=found)
            return found and found[0] == 0 and found[2] == 0

        wait_until(done, until - time.monotonic(), f"{what}: {self.left()}")

    def left(self):
        return self.rows(
            "SELECT c.code, m.state, count(*), min(m.dedup_key) FROM finance_message m"
            " JOIN finance_connector c ON c.id = m.connector_id"
            " WHERE m.state <> 'processed' AND m.dedup_key NOT LIKE 'canary%%' GROUP BY 1, 2"
        )

    def _decide(self):
        """Two persons look at the bank's list; how many messages they decided about."""
        open_ones = self.rows(
            "SELECT m.id, m.dedup_key, c.code, m.state"
            " FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id"
            " WHERE m.state = 'dead' OR m.state = 'unknown' AND m.next_try_on IS NULL"
        )
        known = {name: {paid["end_to_end_id"] for paid in bank.payments()} for name, bank in self.banks.items()}
        people = [Person(self.nodes[0], name, name) for name in ("maker", "checker")] if open_ones else ()
        for message_id, key, bank, state in open_ones:
            if state == "dead":
                people[0].call("finance.message", "action_retry", [message_id])
                self.retried += 1
            else:
                self._agree(*people, message_id, "arrived" if key in known[bank] else "absent")
        return len(open_ones)

    def _agree(self, maker, checker, message_id, verdict):
        """Two persons settle by the bank's own list what could not be asked."""
        model = "finance.decision"
        values = {"message_id": message_id, "kind": verdict, "reason": "Looked up in the list of the bank."}
        (decision,) = maker.call(model, "create", [values])
        maker.call(model, "action_request", [decision])
        if maker.call(model, "read", [decision], ["state"])[0]["state"] == "asked":
            checker.call(model, "action_approve", [decision])

    def check(self):
        """What must hold; see ``checker``."""
        journals = {name: bank.payments() for name, bank in self.banks.items()}
        return check_outbound(self.rows, self.orders, journals)
