import random
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..audit import database, verify
from ..core.figure import FIGURES
from ..services.finance_audit import PENDING
from ..services.finance_audit_sealer import FinanceAuditSealer
from .common import FinanceCase, SandboxCase, server_option

#: Ways to tamper with the tables as their owner, with the triggers off.
TAMPERINGS = {
    "who": "UPDATE finance_audit_event SET user_id = 99 WHERE id = {one}",
    "what": "UPDATE finance_audit_event SET kind = 'message.sent' WHERE id = {one}",
    "when": "UPDATE finance_audit_event SET occurred_on = occurred_on - interval '1 us' WHERE id = {one}",
    "facts": "UPDATE finance_audit_event SET facts = '{{\"to\": \"x\"}}' WHERE id = {one}",
    "another chain": "UPDATE finance_audit_event SET connector_id = 424242 WHERE id = {one}",
    "event gone": "DELETE FROM finance_audit_event WHERE id = {one}",
    "seal gone": "DELETE FROM finance_audit_seal WHERE id = {one}",
    "both gone": "DELETE FROM finance_audit_event WHERE id = {one}; DELETE FROM finance_audit_seal WHERE id = {one};"
    " DELETE FROM finance_audit_detail WHERE id = {one}",
    "tail cut": "CREATE TEMP TABLE cut AS SELECT id FROM finance_audit_seal WHERE chain = '{chain}' ORDER BY seq DESC"
    " LIMIT 2; DELETE FROM finance_audit_event WHERE id IN (SELECT id FROM cut);"
    " DELETE FROM finance_audit_detail WHERE id IN (SELECT id FROM cut);"
    " DELETE FROM finance_audit_seal WHERE id IN (SELECT id FROM cut)",
    "swapped": "UPDATE finance_audit_seal SET id = -1 WHERE id = {one}; UPDATE finance_audit_seal SET id = {one} WHERE"
    " id = {two}; UPDATE finance_audit_seal SET id = {two} WHERE id = -1",
    "put in": "INSERT INTO finance_audit_event (version, kind, origin, uid, node, occurred_on)"
    " VALUES (1, 'message.sent', 'web', 2, 'n', now())",
    "link": "UPDATE finance_audit_seal SET link = repeat('ab', 32) WHERE id = {one}",
    "seal": "UPDATE finance_audit_seal SET mac = repeat('ab', 32) WHERE id = {one}",
    "number": "UPDATE finance_audit_seal SET seq = seq + 1000 WHERE id = {one}",
    "detail": "UPDATE finance_audit_detail SET content = '{{\"name\": \"x\"}}' WHERE id = {detail}",
    "detail gone": "DELETE FROM finance_audit_detail WHERE id = {detail}",
    "checkpoint": "UPDATE finance_audit_checkpoint SET body = replace(body, 'first', 'other')",
    "signature": "UPDATE finance_audit_checkpoint SET signatures = '{{}}' WHERE id = 1",
    "checkpoints gone": "DELETE FROM finance_audit_checkpoint WHERE id > 1",
    "set back": "DELETE FROM finance_audit_checkpoint",
    "queue": "INSERT INTO finance_audit_event (version, kind, origin, uid, node, occurred_on)"
    " VALUES (1, 'x.y', 'web', 2, 'n', now());"
    " INSERT INTO finance_audit_queue (chain, event_id) VALUES ('database', 987654321)",
}  # fmt: skip
KEPT = ("finance_audit_event", "finance_audit_seal", "finance_audit_checkpoint", "finance_audit_detail")


class SameTransaction:
    """Stands for the sealer's own connection: tests commit nothing, so nobody else would see their events."""

    def __init__(self, cr):
        self._cr = cr

    @contextmanager
    def cursor(self):
        yield self._cr

    def commit(self):
        pass

    def close(self):
        pass

    def set_session(self, **_options):
        pass


class AuditCase(FinanceCase):
    """With a trail that begins empty, and copies of checkpoints in a folder."""

    def setUp(self):
        super().setUp()
        self.env.cr.flush()
        self.unguarded("DELETE FROM {table}; DELETE FROM finance_audit_queue")
        self.enterContext(patch.object(FinanceAuditSealer, "_connection", lambda audit: SameTransaction(audit.env.cr)))
        self.anchors = self.enterContext(tempfile.TemporaryDirectory())
        self.enterContext(server_option(audit_anchor_folder=self.anchors))
        self.sealer = self.env["finance.audit.sealer"]

    def unguarded(self, statements):
        """As the tables' owner may: triggers off, change, triggers on."""
        self.env.cr.execute("SELECT set_config('client_min_messages', 'error', true)")
        for table in KEPT:
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for table in KEPT if "{table}" in statements else ("",):
            self.env.cr.execute(statements.replace("{table}", table))
        for table in KEPT:
            for trigger in ("finance_keep", "finance_keep_rows"):
                self.env.cr.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
        self.env.cr.execute("ALTER TABLE finance_audit_detail ENABLE ALWAYS TRIGGER finance_erase")

    def events(self, **wanted):
        self.env.cr.flush()
        domain = [(name, "=", value) for name, value in wanted.items()]
        return self.env["finance.audit.event"].search(domain, order="id")

    def checkpoint(self, reason="first"):
        self.env.cr.flush()
        return self.sealer._checkpoint(reason)

    def verified(self):
        self.env.cr.flush()
        return self.sealer._verify()

    def codes(self):
        return {fault["code"] for fault in self.verified().faults}


@tagged("post_install", "-at_install")
class TestAudit(AuditCase):
    """What happens is noted in its own transaction, with who and from what to what; and is readable."""

    def test_message_in(self):
        message, _new = self.store(b"camt of the day")
        with self.processing(lambda message: {"text": "ok"}):
            self.env["finance.intake"]._process(message)
        events = self.events(res_model="finance.message", res_id=message.id)
        self.assertEqual(events.mapped("kind"), ["message.created", "message.processed"])
        self.assertEqual(events[0].facts["sha256"], message.sha256)
        self.assertEqual(events[1].facts["from"], "received")
        self.assertEqual(set(events.mapped("correlation_id")), {message.correlation_id})
        self.assertEqual(events.connector_id, self.upload)

    def test_undone_is_not_noted(self):
        """What a savepoint undoes leaves no event behind, and the failure itself does."""
        def half(message):
            self.env["finance.audit"]._note("test.half", message)
            raise UserError(self.env._("no"))

        message, _new = self.store()
        with self.processing(half):
            self.env["finance.intake"]._process(message)
        kinds = self.events(res_model="finance.message").mapped("kind")
        self.assertEqual(kinds, ["message.created", "message.refused"])

    def test_connector_change(self):
        self.upload.with_user(self.roles["admin"]).write({"address": "https://new.example", "timeout_seconds": 20})
        event = self.events(kind="connector.changed")
        self.assertEqual(event.user_id, self.roles["admin"])
        self.assertEqual(event.chain, f"connector-{self.upload.id}")
        self.assertIn("https://new.example", event.changes)
        self.assertIn("30 → 20", event.changes)
        self.assertTrue(event.before_sha256 and event.after_sha256 and event.before_sha256 != event.after_sha256)

    def test_sudo_keeps_the_user(self):
        self.upload.with_user(self.roles["operator"]).sudo().write({"address": "x"})
        self.assertEqual(self.events(kind="connector.changed").user_id, self.roles["operator"])

    def test_no_secret_and_no_account_number(self):
        """Secrets never stand in an event, account numbers by their end and a keyed mark only."""
        secret, iban = "Hunter2-very-secret", "DE89370400440532013000"
        self.env["finance.credential"].create({"connector_id": self.upload.id, "secret": secret})
        partner = self.env["res.partner"].create({"name": "Vendor"})
        accounts = self.env["res.partner.bank"].create([{"acc_number": iban, "partner_id": partner.id}])
        accounts.write({"acc_number": "DE02120300000000202051"})
        self.env.cr.flush()
        self.env.cr.execute("SELECT string_agg(e::text || coalesce(d::text, ''), '') FROM finance_audit_event e"
                            " LEFT JOIN finance_audit_detail d USING (id)")  # fmt: skip
        everything = self.env.cr.fetchone()[0]
        for word in (secret, iban, iban[4:], "120300000000202051"):
            self.assertNotIn(word, everything)
        self.assertNotIn("00202051", self.events(kind="bank_account.changed").subject)
        changes = self.events(kind="bank_account.changed").changes
        self.assertIn("***3000 → ***2051", changes)
        self.assertIn("(mark)", changes)
        self.assertIn("credential.created", self.events().mapped("kind"))

    def test_rights_and_settings(self):
        """Who came into our groups, and what was set, with the number before and after."""
        user = self.roles["user"]
        self.roles["operator"].group_ids = [(4, self.env.ref("finance_connector_base.group_approver").id)]
        self.env.ref("finance_connector_base.group_auditor").user_ids = [(4, user.id)]
        self.env["ir.config_parameter"].set_param("finance_connector_base.case_hours", "4")
        self.env["ir.config_parameter"].set_param("web.other", "4")
        events = self.events(kind="group.changed")
        self.assertEqual(events.mapped("res_id"), [self.roles["operator"].id, user.id])
        self.assertEqual(events[0].facts, {"added": ["finance_connector_base.group_approver"]})
        self.assertEqual(events[1].facts, {"added": ["finance_connector_base.group_auditor"]})
        self.assertEqual(
            [event.facts["key"] for event in self.events() if event.kind.startswith("setting.")],
            ["finance_connector_base.case_hours"],
        )

    def test_export_is_noted(self):
        self.roles["auditor"].group_ids = [(4, self.env.ref("base.group_allow_export").id)]
        self.upload.with_user(self.roles["auditor"]).export_data(["name", "address"])
        event = self.events(kind="connector.exported")
        self.assertEqual((event.user_id, event.facts["records"]), (self.roles["auditor"], 1))

    def test_figures(self):
        """How long events wait is a figure, with the events behind it."""
        figure = FIGURES.get("audit.unsealed")()
        self.assertEqual(figure.value(self.env, self.company), 0)
        self.env["finance.audit"]._note("test.old")
        self.env.cr.precommit.data[PENDING][-1]["occurred_on"] = "2026-01-01T00:00:00.000000"
        self.env.cr.flush()
        self.assertGreater(figure.value(self.env, self.company), 86400)
        (event,) = self.env["finance.audit.event"].search(figure.records(self.env, self.company))
        self.assertEqual(event.kind, "test.old")
        self.checkpoint()
        self.assertEqual(figure.value(self.env, self.company), 0)
        self.assertLess(FIGURES.get("audit.unsigned")().value(self.env, self.company), 60)

    def test_looking_is_noted(self):
        message, _new = self.store()
        message.with_user(self.roles["auditor"]).read_part("content")
        self.assertEqual(self.events(kind="message.looked_at").user_id, self.roles["auditor"])

    def test_odd_values(self):
        """Whatever stands in a record can be noted: nothing, zero bytes, half characters, no partner."""
        odd = "a\0b\ud800"
        self.env["finance.audit"]._note(
            "test.odd",
            self.upload,
            {"text": odd, "list": [1, odd], "none": None, "number": 1.5},
            [("name", None, odd, None, odd)],
            name=odd,
            partner=self.env["res.partner"],
        )
        event = self.events(kind="test.odd")
        self.assertEqual(event.facts, {"text": "ab?", "list": [1, "ab?"], "none": None, "number": "1.5"})
        self.checkpoint()
        self.assertEqual(self.verified().faults, [])

    def test_one_insert_for_many(self):
        """A transaction's events go in with one statement."""
        message, _new = self.store()
        self.env.cr.flush()
        for _number in range(50):
            self.env["finance.audit"]._note("test.many", message)
        with self.assertQueryCount(1):
            self.env["finance.audit"]._flush()
        self.assertEqual(len(self.events(kind="test.many")), 50)

    def test_only_added(self):
        """The database refuses changes, whoever asks for them through whatever way; so does the model."""
        self.upload.address = "x"
        self.checkpoint()
        self.env.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        replica = self.env.cr.fetchone()[0]  # plain triggers are passed by in this mode
        for table in KEPT:
            for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with (
                    self.subTest(statement),
                    mute_logger("odoo.sql_db"),
                    self.assertRaises(psycopg2.errors.CheckViolation),
                    self.env.cr.savepoint(),
                ):
                    if replica:
                        self.env.cr.execute("SET LOCAL session_replication_role = replica")
                    self.env.cr.execute(statement)
        event = self.events()[:1]
        for attempt in (lambda: event.write({"kind": "x"}), event.unlink, lambda: event.create({"kind": "x"})):
            with self.assertRaises(UserError):
                attempt()

    def test_readers(self):
        """Everybody in finance reads what happened in the own companies; seals and checkpoints are for auditors."""
        self.upload.address = "x"
        self.store()
        self.env.cr.flush()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.person("fc_stranger", "finance_connector_base.group_user", company_id=other.id,
                               company_ids=[(6, 0, other.ids)])  # fmt: skip
        for user, count in ((self.roles["user"], True), (stranger, False)):
            found = self.env["finance.audit.event"].with_user(user).search([("connector_id", "=", self.upload.id)])
            self.assertEqual(bool(found), count)
        with self.assertRaises(AccessError):
            self.env["finance.audit.seal"].with_user(self.roles["operator"]).search([])
        with self.assertRaises(AccessError):
            self.env["finance.audit.detail"].with_user(self.roles["admin"]).search([])
        with self.assertRaises(AccessError):
            self.env["finance.audit.checkpoint"].with_user(self.roles["operator"]).action_verify()

    def test_printed(self):
        """The report shows the same words."""
        self.upload.address = "https://printed.example"
        event = self.events(kind="connector.changed")
        report = self.env["ir.actions.report"].with_user(self.roles["auditor"])
        html, _kind = report._render_qweb_html("finance_connector_base.finance_audit_report", event.ids)
        self.assertIn("https://printed.example", html.decode())

    def test_timeline(self):
        """Everything that happened to a message: its own events and those of its case."""
        message, _new = self.store()
        with self.processing(UserError("The journal is locked.")):
            self.env["finance.intake"]._process(message)
        message.exception_ids.with_user(self.roles["operator"]).action_drop()
        action = message.action_audit()
        self.env.cr.flush()
        events = self.env["finance.audit.event"].search(action["domain"], order="id")
        self.assertEqual(events.mapped("story")[:1], ["Stored"])
        self.assertIn("Refused: a person decides", events.mapped("story"))
        self.assertIn("case.dropped", events.mapped("kind"))
        self.assertEqual(events[-1].user_id, self.roles["operator"])


@tagged("post_install", "-at_install")
class TestAuditTrail(AuditCase):
    """Seals, checkpoints and what the verifier finds in the database itself."""

    def fill(self):
        bank = self.connector("upload", "Second line")
        for number in range(4):
            self.store(b"one %d" % number, connector=bank)
            self.upload.address = f"https://host-{number}.example"
            self.env["finance.audit"]._note("test.database", facts={"number": number})
        self.checkpoint("first")
        for number in range(3):
            self.store(b"two %d" % number, connector=bank)
            self.upload.address = f"https://late-{number}.example"
        self.checkpoint("second")
        return bank

    def test_sealed(self):
        """Every event is sealed once, without gaps, in the chain of its connector; nothing waits."""
        bank = self.fill()
        report = self.verified()
        self.assertEqual((report.faults, report.unsealed, report.checkpoints), ([], 0, 2))
        self.assertEqual(report.events, len(self.events()))
        self.env.cr.execute(
            "SELECT chain, count(*), max(seq), min(seq) FROM finance_audit_seal GROUP BY chain"
        )
        chains = {chain: rest for chain, *rest in self.env.cr.fetchall()}
        self.assertIn(f"connector-{bank.id}", chains)
        self.assertIn("database", chains)
        self.assertTrue(all(count == most and least == 1 for count, most, least in chains.values()))

    def test_tamperings(self):
        """Whatever the owner of the tables does to them is found."""
        bank = self.fill()
        chain = f"connector-{bank.id}"
        self.env.cr.execute("SELECT id FROM finance_audit_seal WHERE chain = %s ORDER BY seq", [chain])
        ids = [event_id for (event_id,) in self.env.cr.fetchall()]
        self.env.cr.execute("SELECT id FROM finance_audit_detail ORDER BY id")
        details = [event_id for (event_id,) in self.env.cr.fetchall()]
        chance = random.Random(5)  # noqa: S311 - no secret
        for round_ in range(3):
            for name, statements in TAMPERINGS.items():
                one, two = chance.sample(ids, 2)
                with self.subTest(name, round=round_), self.env.cr.savepoint() as savepoint:
                    self.unguarded(
                        statements.format(one=one, two=two, chain=chain, detail=chance.choice(details))
                    )
                    self.assertTrue(self.codes())
                    savepoint.rollback()
        self.assertEqual(self.codes(), set())

    def test_trigger_off(self):
        """A guard that is switched off is a finding of its own, before anything is changed."""
        self.fill()
        self.env.cr.execute("ALTER TABLE finance_audit_event DISABLE TRIGGER finance_keep_rows")
        self.assertEqual(self.codes(), {"guard.off"})

    def test_recomputed_without_the_key(self):
        """Who recomputes a whole chain makes links that fit; the seals and the signed heads tell."""
        bank = self.fill()
        chain = f"connector-{bank.id}"
        self.unguarded(f"UPDATE finance_audit_event SET user_id = 99 WHERE chain = '{chain}'")
        trail, before, links = database.Trail(self.env.cr, ""), verify.ZERO, []
        for line in trail.lines(chain):
            before = verify.link(before, chain, line["seq"], verify.event_bytes(line["event"]))
            links.append((line["seq"], before))
        for seq, link in links:
            self.unguarded(f"UPDATE finance_audit_seal SET link = '{link}' WHERE chain = '{chain}' AND seq = {seq}")
        self.assertEqual(self.codes(), {"seal.forged", "head.changed"})

    def test_new_key(self):
        """What the old key sealed stays verifiable; the new one is introduced by a checkpoint of both."""
        from .. import server
        from ..crypto.envelope import new_key

        self.fill()
        server.audit_source().add(new_key(), first=True)
        self.store(b"later")
        made = self.checkpoint("new key")
        self.assertEqual(len(made["signatures"]), 2)
        self.assertEqual(self.verified().faults, [])
        self.env.cr.execute("SELECT count(DISTINCT key) FROM finance_audit_seal")
        self.assertEqual(self.env.cr.fetchone()[0], 2)

    def test_export(self):
        """An export verifies alone, against the copies kept elsewhere; one changed byte does not."""
        self.fill()
        with tempfile.TemporaryDirectory() as folder:
            told = self.sealer._export(Path(folder) / "export")
            (anchors,) = Path(self.anchors).iterdir()
            report = verify.verify_folder(f"{folder}/export", [told["signing_key"]], anchors=anchors)
            self.assertEqual(report.faults, [])
            self.assertEqual(report.events, told["events"])
            path = next(Path(folder).glob("export/chains/*.jsonl"))
            path.write_bytes(path.read_bytes().replace(b'"origin"', b'"Origin"', 1))
            self.assertFalse(verify.verify_folder(f"{folder}/export", [told["signing_key"]], anchors=anchors).ok)

    def test_erased(self):
        """A person's readable data go, the trail fits before and after; a detail that just vanishes is found."""
        one, other = self.env["res.partner"].create([{"name": "Ms Gone"}, {"name": "Mr Stays"}])
        for partner in (one, other):
            self.env["res.partner.bank"].create({"acc_number": f"acc {partner.id}", "partner_id": partner.id})
        self.checkpoint()
        self.assertEqual(self.verified().faults, [])
        self.assertEqual(self.sealer._erase(one, "asked for"), 1)
        self.checkpoint()
        report = self.verified()
        self.assertEqual((report.faults, report.erased), ([], 1))
        self.assertEqual(self.events(kind="bank_account.created").mapped("changes")[0], "Erased")
        self.env.cr.execute("SELECT string_agg(content::text, '') FROM finance_audit_detail")
        (left,) = self.env.cr.fetchone()
        self.assertNotIn("Ms Gone", left)
        self.assertIn("Mr Stays", left)

    def test_anchors_are_written_once(self):
        self.fill()
        (folder,) = Path(self.anchors).iterdir()
        self.assertEqual([path.stat().st_mode & 0o777 for path in sorted(folder.iterdir())], [0o444, 0o444])
        self.assertIsNone(self.sealer._checkpoint("nothing new", always=False))
        self.assertEqual(len(list(folder.iterdir())), 2)


@tagged("post_install", "-at_install")
class TestAuditOut(SandboxCase):
    """A payment's message: every state the protocol gives it is an event of its own transaction."""

    def test_message_out(self):
        message = self.submit()
        self.env.cr.flush()  # the next steps have cursors of their own
        self.advance(message)
        self.advance(message)
        self.env.cr.flush()
        events = self.env["finance.audit.event"].search(
            [("res_model", "=", "finance.message"), ("res_id", "=", message.id)], order="id"
        )
        self.assertEqual(
            events.mapped("kind"), ["message.created", "message.sending", f"message.{message.state}"]
        )
        self.assertEqual(events[1].facts["sha256"], message.sha256)
        self.assertEqual(events[1].facts["attempt"], 1)
