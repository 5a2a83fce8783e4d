"""Workers die while payouts are fetched from five providers at once: each payout and each movement is there once."""

import sys
import urllib.request
from collections import Counter
from datetime import date, timedelta

import pytest

from runner.layout import ROOT
from runner.real import wait_until
from runner.sandbox_process import in_odoo

sys.path[:0] = [str(ROOT / "setup"), str(ROOT / "addons/finance_connector_base/tests")]

import webhook_maker  # noqa: E402 - found through the line above

from sandbox import Sandbox  # noqa: E402 - and so is this

#: Where each provider lists what a payout, or a day, is made of. Adyen has a report instead.
MOVEMENTS = {
    "adyen": "_batch_{payout}.csv", "gocardless": "/payout_items", "paypal": "/reporting/transactions",
    "shopify": "/graphql.json", "stripe": "/balance_transactions",
}  # fmt: skip
#: Calls of this path before the second page of the first payout, and of the second one; Adyen's path says which.
SECOND_PAGES = {"adyen": (0, 0), "gocardless": (1, 6), "paypal": (1, 2), "shopify": (2, 6), "stripe": (1, 5)}
ACCOUNTS = {
    "adyen": "ShopEU", "gocardless": "CR1", "paypal": "MERCHANT01", "shopify": "almond.myshopify.com", "stripe": False,
}  # fmt: skip
#: All five wait for their provider at once, and two reports of Adyen: each in a job of its own.
CHANNELS = "root:8,root.finance:8,root.finance.event:1"
WORKERS = 10
SIGNS_IN = {
    "adyen": (
        {"auth_scheme": "basic", "username": "report@Company.Almond", "merchant_accounts": "ShopEU",
         "webhook_scheme": "adyen"},
        {"password": "SANDBOX-REPORT", "webhook": webhook_maker.ADYEN_KEY},
    ),
    "gocardless": ({"auth_scheme": "bearer"}, {"token": "SANDBOX-GC"}),
    "paypal": ({"auth_scheme": "oauth2", "username": "SANDBOX-PAYPAL"}, {"client_secret": "SANDBOX-SECRET"}),
    "shopify": (
        {"auth_scheme": "api_key", "api_key_header": "X-Shopify-Access-Token"}, {"api_key": "shpat_SANDBOX"}
    ),
    "stripe": ({"auth_scheme": "bearer"}, {"token": "sk_test_SANDBOX"}),
}  # fmt: skip

CONNECT = """
euro = env.ref("base.EUR")
euro.active = True
for code, (address, account, settings, secrets) in {providers!r}.items():
    journal = env["account.journal"].create(
        {{"name": code, "code": code[:5].upper(), "type": "bank", "currency_id": euro.id}})
    env["finance.account.key"].create(
        {{"company_id": env.company.id, "journal_id": journal.id, "format": code, "account": account,
          "currency_id": euro.id}})
    env["finance.connector"].create({{
        "name": code, "code": code, "domain": "bank", "environment": "sandbox", "transport": code, "state": "active",
        "address": address, "oauth_token_url": address + "/v1/oauth2/token", "timeout_seconds": 50, **settings,
        "credential_ids": [(0, 0, {{"purpose": name, "secret": text}}) for name, text in secrets.items()],
        "flow_ids": [(0, 0, {{"name": "Payouts", "kind": "statement", "direction": "in", "format_code": code,
                             "interval_number": 365, "interval_unit": "days"}}),
                     (0, 0, {{"name": "Events", "kind": "webhook_fetch", "mode": "event",
                             "event_pattern": "REPORT_AVAILABLE"}})],
    }})
env.cr.commit()
"""


@pytest.fixture
def outside():
    with Sandbox() as sandbox:
        for name in MOVEMENTS:
            sandbox.parties[name].settings["page_size"] = 2
        sandbox.parties["paypal"].settings["refreshed"] = f"{date.today().isoformat()}T00:00:00+00:00"
        yield sandbox


class Payouts:
    """The same payouts at each provider, and what must be booked of them in the end."""

    def __init__(self, sandbox):
        self.parties, self.number = sandbox.parties, 0
        self.expected = {name: Counter() for name in MOVEMENTS}

    def add(self):
        """Five payments of different amounts with a fee each, and the payout; PayPal's is a withdrawal."""
        self.number += 1
        day = (date.today() - timedelta(days=15 - self.number)).isoformat()
        keys = [f"{self.number}{place}" for place in range(1, 6)]
        self.parties["gocardless"].pay_out(f"PO{self.number}", day, *((f"PM{key}", f"{key}.00") for key in keys),
                                           currency="EUR")  # fmt: skip
        for key in keys:
            moment = f"{day}T0{key[-1]}:00:00"
            self.parties["stripe"].charge(key, int(key) * 100, 20, day)
            self.parties["shopify"].charge(key, f"{key}.00", "0.20", f"{moment}Z", order=f"#{key}")
            self.parties["paypal"].move(f"PP{key}", f"{key}.00", f"{moment}+00:00", fee="-0.20")
        paid = sum(map(int, keys)) - 1
        self.parties["stripe"].pay_out(str(self.number), day)
        self.parties["shopify"].pay_out(f"9{self.number}", f"{day}T22:00:00Z")
        self.parties["paypal"].move(f"PO{self.number}", f"-{paid}.00", f"{day}T22:00:00+00:00", code="T0400")
        self.parties["adyen"].settle(self.number, *((f"PSP{key}", f"S{key}", f"{key}.00", "0.20") for key in keys),
                                     day=day)  # fmt: skip
        for found in self.expected.values():
            found.update([float(key) for key in keys] + [-0.2] * 5 + [-float(paid)])

    def announce(self, server):
        """Adyen tells of every report, of those it told of before as well, and has it accepted."""
        items = [
            webhook_maker.adyen_item(
                f"settlement_detail_report_batch_{batch}.csv", eventCode="REPORT_AVAILABLE",
                merchantAccountCode="ShopEU", merchantReference="",
            )
            for batch in range(1, self.number + 1)
        ]  # fmt: skip
        token = server.sql(
            "SELECT a.token FROM finance_webhook_address a JOIN finance_connector c ON c.id = a.connector_id "
            "WHERE c.code = 'adyen'"
        )
        post = urllib.request.Request(
            f"{server.url}/finance/hook/{token.strip()}", webhook_maker.adyen_body(*items),
            {"Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(post, timeout=60) as answer:
            assert answer.read() == b"[accepted]"


def booked(server, code):
    rows = server.sql(
        "SELECT l.amount FROM account_bank_statement_line l JOIN account_journal j ON j.id = l.journal_id "
        f"WHERE j.code = '{code[:5].upper()}'"
    )
    return Counter(round(float(row), 2) for row in rows.split())


def stored(server, code):
    rows = server.sql(
        "SELECT m.remote_id FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id "
        f"WHERE c.code = '{code}' AND m.kind = 'statement' ORDER BY m.id"
    )
    return rows.split()


def test_killed_while_fetching(odoo_database, odoo_server, outside):
    database = odoo_database()
    given = {name: (outside.url(name), ACCOUNTS[name], *SIGNS_IN[name]) for name in MOVEMENTS}
    in_odoo(database, CONNECT.format(providers=given))
    payouts = Payouts(outside)
    payouts.add()
    payouts.add()

    def calls(name, place):
        path = MOVEMENTS[name].format(payout=place + 1)
        return sum(call["party"] == name and call["path"].endswith(path) for call in list(outside.calls))

    def silent_from(place):
        """Let each provider fall silent there in the middle of a list or report; tells whether all of ours hang.

        No server runs yet: a fetch that was under way would have passed some of the calls to be counted.
        """
        waiting = {}
        for name, skips in SECOND_PAGES.items():
            waiting[name] = calls(name, place) + skips[place]
            kind = "slow" if name == "adyen" else "timeout_before"
            path = MOVEMENTS[name].format(payout=place + 1)
            outside.fault(kind, party=name, path=f"{path}$", skip=skips[place], times=None, seconds=60)
        return lambda: all(calls(name, place) > waiting[name] for name in MOVEMENTS)

    def killed_in_between(reached, connectors):
        payouts.announce(server)
        server.call("finance.connector", "action_pull", [connectors])
        wait_until(reached, 90, "fetches that hang between two pages")
        server.kill()
        outside.plan.reset()

    def everything():
        if not server.sql("SELECT 1 FROM queue_job WHERE state IN ('pending', 'enqueued', 'started')").strip():
            server.call("finance.connector", "action_pull", [connectors])
        return all(booked(server, name) == payouts.expected[name] for name in MOVEMENTS)

    hanging = silent_from(0)
    server = odoo_server(database, workers=WORKERS, environment={"ODOO_QUEUE_JOB_CHANNELS": CHANNELS})
    connectors = server.call("finance.connector", "search", [[["code", "in", list(MOVEMENTS)]]])
    asked = server.call("finance.connector", "search", [[["code", "in", list(MOVEMENTS.keys() - {"adyen"})]]])
    killed_in_between(hanging, asked)  # Adyen's announcements make us fetch by themselves
    assert {name: (stored(server, name), booked(server, name)) for name in MOVEMENTS} == {
        name: ([], Counter()) for name in MOVEMENTS
    }, "half a payout is none"
    hanging = silent_from(1)
    server.start()
    one_by_one = MOVEMENTS.keys() - {"paypal"}  # the days of one span come together
    killed_in_between(lambda: hanging() and all(stored(server, name) for name in one_by_one), connectors)
    for name in one_by_one:
        assert len(stored(server, name)) == 1, f"{name}: the first payout is kept, half the second one is not"
    server.start()
    wait_until(everything, 200, "all payouts after the kills")

    for _round in range(2):  # stored, and killed before the fetch has ended or anything is booked
        payouts.add()
        seen = {name: len(stored(server, name)) for name in MOVEMENTS}
        payouts.announce(server)
        server.call("finance.connector", "action_pull", [connectors])
        wait_until(lambda seen=seen: any(len(stored(server, name)) > seen[name] for name in MOVEMENTS), 90, "a payout")
        server.kill()
        server.start()
    wait_until(everything, 200, "all payouts in the end")
    for name in MOVEMENTS:
        assert booked(server, name) == payouts.expected[name], name
        assert len(set(stored(server, name))) == len(stored(server, name)) == payouts.number, name
    open_cases = server.sql("SELECT code FROM finance_exception WHERE state = 'open' AND blocking")
    assert not open_cases.split(), open_cases
