"""Approvals over real JSON-RPC: every role, action and state as the pure policy says; and many races."""

import itertools
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

from odoo.addons.finance_connector_base.approval import policy

from runner.real import run_odoo

#: 500 with FINANCE_RACES=500; fewer in a usual run, which has other things to do.
RACES = int(os.environ.get("FINANCE_RACES", 120))

#: Login → groups it has, company, e-mail it shares with, whether it works for the other company.
PEOPLE = {
    "p_maker": ("operator,approver", 1, None),
    "p_ann": ("approver", 1, None),
    "p_bob": ("approver,operator", 1, None),
    "p_user": ("user", 1, None),
    "p_admin": ("admin", 1, None),
    "p_auditor": ("auditor", 1, None),
    "p_twin": ("approver", 1, "p_maker"),
    "p_stranger": ("approver", 2, None),
    "p_both": ("approver", 0, None),
    "p_deputy": ("user", 1, None),
    "p_lent": ("user", 1, None),
}
#: Who votes in whose right.
LENT = {"p_deputy": "p_ann", "p_lent": "p_maker"}
ACTIONS = ("approve", "refuse", "withdraw")
STATES = ("waiting", "approved", "refused", "void")

SETUP = """
import json
from unittest.mock import patch
from odoo.addons.finance_connector_base.services.finance_person import Call, FinancePerson
given = json.loads(GIVEN)
env = env(context={"mail_activity_quick_update": True, "tracking_disable": True, "mail_notrack": True})
first = env.company
second = env["res.company"].create({"name": "Second"})
companies = {1: first, 2: second, 0: first + second}
users = {}
for login, (groups, company, twin) in given["people"].items():
    names = ["finance_connector_base.group_" + one for one in groups.split(",")] + ["base.group_partner_manager"]
    own = companies[company]
    users[login] = env["res.users"].create({
        "login": login, "password": login, "name": login, "email": (twin or login) + "@example.com",
        "company_id": own[0].id, "company_ids": [(6, 0, own.ids)],
        "group_ids": [(6, 0, [env.ref(name).id for name in names])],
    })

env.ref("base.user_admin").group_ids |= env.ref("finance_connector_base.group_approver")

def person(self, record, methods):
    return Call(self.env.uid, record._name, methods[0], tuple(record.ids), "web", "s", "192.0.2.1")

connectors = {}
for number, company in ((1, first), (2, second)):
    values = {"name": "C", "code": "c", "transport": "upload", "company_id": company.id}
    connector = env["finance.connector"].create(values)
    env["finance.flow"].create(
        {"name": "Out", "connector_id": connector.id, "kind": "file", "direction": "out", "needs_approval": True})
    connectors[number] = connector

def ask(key, company=1, maker="p_maker"):
    deliver = env["finance.deliver"].with_user(users[maker]).sudo().with_company(companies[company])
    return deliver._submit(connectors[company], "file", key.encode(), key=key, name=key).approval_id

def vote(approval, login, decision):
    approval.with_user(users[login]).sudo(False)._vote(decision, "no")

made = {}
with patch.object(FinancePerson, "_required", person):
    for one, other in given["lent"].items():
        delegation = env["finance.approval.delegation"].with_user(users[other]).create(
            {"to_id": users[one].id, "date_from": given["today"], "date_to": given["today"]})
        delegation.action_request()
        vote(env["finance.approval"].browse(delegation.approval_id.id), "p_bob", "approve")
    for key, company, state in given["wanted"]:
        approval = ask(key, company)
        if state == "approved":
            vote(approval, "p_bob" if company == 1 else "p_both", "approve")
        elif state == "refused":
            vote(approval, "p_bob" if company == 1 else "p_both", "refuse")
        elif state == "void":
            approval._void("taken back")
        made[key] = approval.id
    accounts = {}
    for key in given["bank"]:
        partner = env["res.partner"].create({"name": key})
        account = env["res.partner.bank"].create({"acc_number": "OLD" + key, "partner_id": partner.id})
        change = env["finance.bank.change"].with_user(users["p_maker"]).create({
            "account_id": account.id, "partner_id": partner.id, "acc_number": "NEW" + key, "called_person": "x",
            "called_number": "1", "called_on": "2020-01-01", "call_note": "x"})
        change.action_request()
        made[key], accounts[key] = change.approval_id.id, account.id
env.cr.commit()
answer = {"made": made, "accounts": accounts, "users": {login: user.id for login, user in users.items()}}
print("RESULT", json.dumps(answer))
"""


class Desk:
    """Several people at their screens: calls of one server, each with the person's own password."""

    def __init__(self, server, made):
        self.server, self.made = server, made

    def call(self, login, model, method, *args):
        """What came back, and whether it was refused."""
        uid = self.made["users"][login]
        try:
            given = (self.server.database, uid, login, model, method, list(args))
            return self.server.rpc("object", "execute_kw", *given), None
        except RuntimeError as error:
            return None, str(error)

    def act(self, login, action, approval):
        if action == "refuse":
            answer, error = self.call(
                login, "finance.approval.answer", "create", {"approval_ids": [(6, 0, [approval])], "reason": "no"}
            )
            return error or self.call(login, "finance.approval.answer", "action_refuse", [answer])[1]
        return self.call(login, "finance.approval", f"action_{action}", [approval])[1]

    def rows(self, query):
        return [line.split("|") for line in self.server.sql(query).splitlines() if line]


def combinations():
    """Key, company and state of each approval that one person tries one thing with."""
    for login, action, state, company in itertools.product(PEOPLE, ACTIONS, STATES, (1, 2)):
        if company == 1 or login in ("p_ann", "p_stranger", "p_both"):
            yield f"{login}:{action}:{state}:{company}", company, state


def right(login, delegation=None, upstream=()):
    groups, _company, twin = PEOPLE[login]
    number = list(PEOPLE).index(login) + 1
    return policy.Authority(
        number,
        frozenset(groups.split(",")),
        frozenset([f"partner:{number}", twin or login]),
        frozenset(upstream),
        delegation,
    )


def expected(login, action, state, company):
    """What the pure policy says about this person, action and state."""
    names = list(PEOPLE)
    own = right(login)
    lent = (right(LENT[login], 1, [own.person]),) if login in LENT else ()
    works_in = {1: {1}, 2: {2}, 0: {1, 2}}[PEOPLE[login][1]]
    person = policy.Person(own.person, own, frozenset(works_in), delegated=lent)
    maker = right("p_maker")
    if action == "withdraw":
        return state == "waiting" and login == "p_maker" and company in works_in
    request = policy.Request(
        company, names.index("p_maker") + 1, (policy.Level("one", 1, "approver"),), maker.identity, state=state
    )
    return policy.ballot(person, request).why is None


@pytest.fixture(scope="module")
def desk(odoo_database, odoo_server):
    database = odoo_database()
    races = [(f"race{number}", 1, "waiting") for number in range(RACES * 4 // 5)]
    given = {
        "people": PEOPLE,
        "lent": LENT,
        "today": datetime.now(timezone.utc).date().isoformat(),
        "wanted": [*combinations(), *races],
        "bank": [f"bank{number}" for number in range(RACES - len(races))],
    }
    script = SETUP.replace("GIVEN", repr(json.dumps(given)), 1)
    done = run_odoo("shell", "-d", database, "--no-http", stdin=f"exec({script!r}, globals())\n")
    line = next((row for row in done.stdout.splitlines() if "RESULT " in row), None)
    assert line, done.stderr[-3000:]
    server = odoo_server(database, workers=0, options=["--max-cron-threads", "0"])
    return Desk(server, json.loads(line.partition("RESULT ")[2]))


def test_matrix(desk):
    """Role × action × state × own or other company: the server does what the policy says, no more, no less."""
    wrong, allowed = [], 0
    for key, company, state in combinations():
        login, action = key.split(":")[:2]
        error = desk.act(login, action, desk.made["made"][key])
        wanted = expected(login, action, state, company)
        allowed += wanted
        if (error is None) != wanted:
            wrong.append((key, wanted, (error or "").strip().splitlines()[-1:]))
    assert not wrong
    assert allowed >= 8


def test_a_server_action_is_no_decision(desk):
    """Run by an approver himself, in a real request: the request asked for the action and not for the vote."""
    approval = desk.made["made"]["race0"]
    model = int(desk.server.sql("SELECT id FROM ir_model WHERE model = 'finance.approval'"))
    code = f"env['finance.approval'].browse({approval}).action_approve()"
    values = {"name": "Approve", "model_id": model, "state": "code", "code": code}
    action = desk.server.call("ir.actions.server", "create", [values])
    with pytest.raises(RuntimeError, match="no request asked for it"):
        desk.server.call("ir.actions.server", "run", [[action]])
    assert desk.rows(f"SELECT state FROM finance_approval WHERE id = {approval}") == [["waiting"]]


def test_races(desk):
    """Two people at the same moment: one outcome, one voice, and nothing approved that has changed."""
    kinds = [
        (("p_ann", "approve"), ("p_bob", "approve")),
        (("p_ann", "approve"), ("p_bob", "refuse")),
        (("p_ann", "approve"), ("p_maker", "withdraw")),
        (("p_bob", "refuse"), ("p_maker", "withdraw")),
    ]
    keys = [key for key in desk.made["made"] if key.startswith("race")]
    banks = [key for key in desk.made["made"] if key.startswith("bank")]

    def race(*doers):
        start, errors = threading.Barrier(len(doers)), [None] * len(doers)

        def work(number):
            start.wait()
            errors[number] = doers[number]()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(doers))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return errors

    def votes(numbered):
        number, key = numbered
        approval = desk.made["made"][key]
        pair = kinds[number % len(kinds)]
        return key, race(*(lambda who=who: desk.act(*who, approval) for who in pair))

    def bank(key):
        account = desk.made["accounts"][key]
        change = {"acc_number": f"EVIL{key}"}
        return key, race(
            lambda: desk.act("p_ann", "approve", desk.made["made"][key]),
            lambda: desk.call("p_maker", "res.partner.bank", "write", [account], change)[1],
        )

    with ThreadPoolExecutor(4) as pool:
        outcomes = [*pool.map(votes, enumerate(keys))]
        edited = [*pool.map(bank, banks)]
    for key, errors in outcomes:
        assert errors.count(None) == 1, (key, errors)
    for key, errors in edited:
        assert errors[1] is None, (key, errors)
    states = {
        int(row[0]): row[1:]
        for row in desk.rows(
            "SELECT a.id, a.state, count(v.id) FILTER (WHERE v.decision = 'approve'), "
            "count(v.id) FILTER (WHERE v.decision = 'refuse'), bool_and(v.sha256 = a.sha256) "
            "FROM finance_approval a LEFT JOIN finance_approval_vote v ON v.approval_id = a.id GROUP BY a.id"
        )
    }
    allowed = {("approved", "1", "0", "t"), ("refused", "0", "1", "t"), ("void", "0", "0", "")}
    for key in keys:
        assert tuple(states[desk.made["made"][key]]) in allowed, key
    for key in banks:
        assert states[desk.made["made"][key]][0] == "void", (key, "its details were changed")
    assert desk.rows("SELECT count(*) FROM res_partner_bank WHERE allow_out_payment") == [["0"]]
    loose = """
        SELECT count(*) FROM finance_message m LEFT JOIN finance_approval a ON a.id = m.approval_id
         WHERE m.approved_hash IS NOT NULL AND a.state IS DISTINCT FROM 'approved'
            OR a.state = 'approved' AND m.approved_hash IS DISTINCT FROM m.sha256
    """
    assert desk.rows(loose) == [["0"]]
