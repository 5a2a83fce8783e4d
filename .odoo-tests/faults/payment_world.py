"""Four banks with folders, a node whose workers are killed, and payments from the ledger to the statement."""

import datetime
import time

from odoo.addons.connector_bank.tests.camt_maker import iban

from runner.person import Person
from runner.real import wait_until

from . import injectors
from .payment_bank import PaymentBank
from .plan import chance

BANKS = ("north", "east", "south", "west")
RECOVERY = 15 * 60

CONNECT = """
company = env.company
env["res.currency"].with_context(active_test=False).search([("name", "=", "EUR")]).active = True
if not company.chart_template:
    env["account.chart.template"].try_loading("generic_coa", company=company, install_demo=False)
company.currency_id = env.ref("base.EUR")
outstanding = env["account.account"].create(
    {"name": "Outstanding", "code": "101998", "account_type": "asset_current", "reconcile": True})
groups = ("finance_connector_base.group_operator", "finance_connector_base.group_approver",
          "account.group_account_manager", "base.group_user")
env["res.users"].with_context(no_reset_password=True).create([
    {"name": name, "login": name, "password": name, "email": name + "@example.com",
     "group_ids": [(4, env.ref(group).id) for group in groups]} for name in ("maker", "checker")])
vendor = env["res.partner"].create({"name": "Cobalt Works", "city": "Brussels", "country_id": env.ref("base.be").id})
payee = env["res.partner.bank"].create({"acc_number": payee_number, "partner_id": vendor.id})
env.flush_all()
env.cr.execute("ALTER TABLE res_partner_bank DISABLE TRIGGER USER")
env.cr.execute("UPDATE res_partner_bank SET allow_out_payment = TRUE WHERE id = %s", [payee.id])
env.cr.execute("ALTER TABLE res_partner_bank ENABLE TRIGGER USER")
env.invalidate_all()
result = {}
for bank, account in banks.items():
    journal = env["account.journal"].create({"name": bank, "code": bank.upper(), "type": "bank"})
    journal.set_bank_account(account)
    journal.outbound_payment_method_line_ids.payment_account_id = outstanding
    connector = env["finance.connector"].create({
        "name": bank, "code": bank, "domain": "bank", "transport": "folder", "state": "active", "address": bank,
        "settle_seconds": 1})
    way = env["finance.flow"].create({"name": "Payments", "connector_id": connector.id, "kind": "payment_order",
        "direction": "out", "needs_approval": True, "moves_money": True})
    for kind, pattern in (("payment_answer", "*.status.xml"), ("statement", "*.camt.xml")):
        env["finance.flow"].create({"name": kind, "connector_id": connector.id, "kind": kind, "direction": "in",
            "pattern": pattern, "mode": "microbatch", "interval_number": 1})
    sample = env["account.payment"].create({"payment_type": "outbound", "partner_id": vendor.id, "amount": 1,
        "journal_id": journal.id, "partner_bank_id": payee.id, "memo": "sample"})
    sample.action_post()
    result[bank] = [journal.id, way.id, sample.id]
"""

#: Confirmed payments as copies of one, each with its entry and an amount of its own.
SUBMIT = """
env.cr.execute('''
    CREATE TEMP TABLE copied ON COMMIT DROP AS
        SELECT n, nextval('account_payment_id_seq')::int AS payment, nextval('account_move_id_seq')::int AS move,
               (n * 37 %% 100000 + 100) / 100.0 AS amount FROM generate_series(%(first)s, %(last)s) n;
    INSERT INTO account_payment SELECT (jsonb_populate_record(p, jsonb_build_object('id', c.payment, 'move_id', NULL,
            'name', %(bank)s || '/' || c.n, 'amount', c.amount, 'memo', 'Bill ' || c.n,
            'amount_company_currency_signed', -c.amount))).*
      FROM copied c, account_payment p WHERE p.id = %(sample)s;
    INSERT INTO account_move SELECT (jsonb_populate_record(m, jsonb_build_object('id', c.move,
            'name', %(bank)s || '/' || c.n, 'origin_payment_id', c.payment, 'amount_total', c.amount,
            'sequence_number', c.n + 100000))).*
      FROM copied c, account_move m WHERE m.id = (SELECT move_id FROM account_payment WHERE id = %(sample)s);
    UPDATE account_payment p SET move_id = c.move FROM copied c WHERE p.id = c.payment;
    INSERT INTO account_move_line SELECT (jsonb_populate_record(i, jsonb_build_object(
            'id', nextval('account_move_line_id_seq'), 'move_id', c.move, 'move_name', %(bank)s || '/' || c.n,
            'payment_id', c.payment, 'debit', i.debit * c.amount, 'credit', i.credit * c.amount,
            'balance', i.balance * c.amount, 'amount_currency', i.amount_currency * c.amount,
            'amount_residual', i.amount_residual * c.amount,
            'amount_residual_currency', i.amount_residual_currency * c.amount))).*
      FROM copied c, account_move_line i
     WHERE i.move_id = (SELECT move_id FROM account_payment WHERE id = %(sample)s)''',
    {"first": first, "last": last, "bank": bank, "sample": sample})
env.cr.execute("SELECT payment FROM copied ORDER BY n")
payments = env["account.payment"].browse([row[0] for row in env.cr.fetchall()])
env.invalidate_all()
order = env["finance.payment.order"].create({"journal_id": journal, "flow_id": flow})
payments.write({"finance_order_id": order.id})
result = order.id
"""

#: Messages, jobs and files that are not through yet; what only people can settle.
WAITING = """
SELECT (SELECT count(*) FROM finance_message WHERE state NOT IN ('processed', 'cancelled', 'refused')),
       (SELECT count(*) FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')
           AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC')),
       (SELECT count(*) FROM finance_message WHERE state = 'refused')
"""

LEDGER = """
SELECT replace(coalesce(p.finance_end_to_end, p.name), '/', '-'), p.amount::text, p.finance_way
  FROM account_payment p JOIN finance_payment_order o ON o.id = p.finance_order_id
 WHERE o.journal_id = %s
"""

#: Beside the schedule of a minute: what a bank lays down is fetched soon.
FETCH = """
env["finance.flow"].search([("direction", "=", "in")])._enqueue_pull()
"""
FETCH_SECONDS = 4

#: What the others were copied of goes to no bank.
FORGET = """
env["account.payment"].browse(samples).action_cancel()
"""

PROVE = """
env["finance.checkpoint.check"]._cron_all()
env["finance.payment.control"]._cron_make()
codes = ("payments.files", "payments.answers", "payments.settled")
rows = env["finance.checkpoint"].search([("code", "in", codes)])
result = [sorted(set(rows.mapped("state"))), len(rows),
          sorted(set(env["finance.payment.control"].search([("latest", "=", True)]).mapped("state")))]
"""


class PaymentWorld:
    def __init__(self, stage):
        self.stage, self.luck, self.root = stage, chance("payments"), stage.folder / "banks"
        self.database = stage.database("payments")
        self.clerk = stage.clerk(self.database)
        self.banks = {}
        for number, name in enumerate(BANKS, start=1):
            for part in ("in", "out", "archive"):
                (self.root / name / part).mkdir(parents=True)
            account = iban("DE", "00000000", 100 + number)
            self.banks[name] = PaymentBank(name, account, self.root / name, chance(f"bank {name}"))
        accounts = {name: bank.account for name, bank in self.banks.items()}
        self.ids = self.clerk.run(CONNECT, banks=accounts, payee_number=iban("DE", "00000000", 900))
        environment = {"FINANCE_FOLDER_ROOT": str(self.root), "FINANCE_ENVIRONMENT": "sandbox"}
        self.nodes = [stage.node(self.database, name="pay", workers=3, environment=environment)]
        self.people = [Person(self.nodes[0], name, name) for name in ("maker", "checker")]
        for bank in self.banks.values():
            bank.start()
        self._next = 1

    @property
    def journal(self):
        return self.stage.journal

    def rows(self, query, given=None):
        return self.stage.rows(self.database, query, given)

    def submit(self, bank, count):
        """An order of ``count`` payments, handed over by one person and released by another."""
        journal, flow, sample = self.ids[bank]
        first, self._next = self._next, self._next + count
        order = self.clerk.run(SUBMIT, bank=bank, first=first, last=first + count - 1, journal=journal, flow=flow,
                               sample=sample)  # fmt: skip
        maker, checker = self.people
        self._patiently(maker, "finance.payment.order", "action_hand_over", order)
        (approval,) = self.rows(
            "SELECT a.id FROM finance_approval a JOIN finance_payment_order o ON o.message_id = a.res_id"
            " WHERE a.res_model = 'finance.message' AND o.id = %s", [order],
        )[0]  # fmt: skip
        self._patiently(checker, "finance.approval", "action_approve", approval)

    def _patiently(self, person, model, method, record):
        """As somebody who presses the button again when the server went away under it."""
        for _try in range(20):
            try:
                return person.call(model, method, [record])
            except (OSError, ValueError):
                time.sleep(1)
            except RuntimeError as error:
                if "already" in str(error) or "not wait" in str(error):  # the first press did count
                    return None
                raise
        raise AssertionError(f"{method} never got through")

    def kill(self):
        return injectors.kill_worker(self)

    def settle(self, what):
        """Until no message, file or job is left."""

        fetched = 0

        def done():
            nonlocal fetched
            if time.monotonic() - fetched > FETCH_SECONDS:
                self.clerk.run(FETCH)
                fetched = time.monotonic()
            left = self.rows(WAITING)[0]
            files = [path for bank in self.banks.values() for path in (bank.folder / "in").iterdir()]
            return left[:2] == (0, 0) and not files and all(bank.is_idle for bank in self.banks.values())

        began = time.monotonic()
        wait_until(done, RECOVERY, what)
        return time.monotonic() - began

    def statements(self):
        today = datetime.datetime.now(datetime.UTC).date()
        for bank in self.banks.values():
            bank.book(today.isoformat(), today.isoformat())
        self.settle("the statements")
        for bank in self.banks.values():
            bank.give_back()
        self.settle("the returns")

    def verdict(self):
        """``{what: number}`` of everything that may not be, item by item."""
        found = dict.fromkeys(("doubles", "lost", "wrong amount", "not ours", "wrong way"), 0)
        for name, bank in self.banks.items():
            ledger = {key: (amount, way) for key, amount, way in self.rows(LEDGER, [self.ids[name][0]])}
            executed = {one.end_to_end_id: one for one in bank.journal}
            found["doubles"] += len(bank.journal) - len(executed)
            found["lost"] += len(ledger.keys() - executed.keys() - bank.refused)
            found["not ours"] += len((executed.keys() | bank.refused) - ledger.keys())
            for key, (amount, way) in ledger.items():
                paid = executed.get(key)
                found["wrong amount"] += bool(paid) and f"{paid.amount:.2f}" != f"{float(amount):.2f}"
                right = "rejected" if key in bank.refused else "reversed" if key in bank.returned else "reconciled"
                found["wrong way"] += way != right
        return found

    def prove(self):
        """States of the checkpoints, how many there are, and states of the proofs."""
        self.clerk.run(FORGET, samples=[sample for _journal, _flow, sample in self.ids.values()])
        return self.clerk.run(PROVE)

    def close(self):
        for bank in self.banks.values():
            bank.stop()
