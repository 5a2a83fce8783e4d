"""A morning at the matching desk in Chromium without a mouse: lines of ten kinds cleared, and the ledger after it.

``fill`` makes the lines, ``clear`` works them off, ``check`` looks at what is in the books then.
"""

import json
import time
from collections import Counter

from . import browser
from .real import run_odoo

UNANSWERED = 5  # lines on their way to the server, after which Enter has to wait
SECONDS_A_LINE = 20  # of a loaded machine, before a line counts as stuck

FILL = """
from odoo import Command
company = env.company
if not env["account.journal"].search([("type", "=", "sale"), ("company_id", "=", company.id)]):
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
company.finance_sure_partial = False
for login in ("mara", "jonas"):
    env["res.users"].create({{"name": login.title(), "login": login, "password": login,
        "group_ids": [Command.link(env.ref(name).id) for name in (
            "finance_connector_base.group_operator", "account.group_account_manager")]}})
env["account.account"].create({{"name": "Bank charges", "code": "627100", "account_type": "expense"}})
journal = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
kinds = ["accept"] * 6 + ["second", "split", "charge", "partner", "accept", "charge", "accept", "note", "accept",
         "undo", "accept", "second", "hand", "accept", "rule"]
documents, lines, n, cleared = [], [], 0, 0

def invoice(partner, amount, reference):
    documents.append({{"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-01-15",
        "payment_reference": reference, "invoice_line_ids": [Command.create(
            {{"name": reference, "price_unit": amount, "tax_ids": [Command.clear()]}})]}})

while cleared < {lines}:
    kind, partner = kinds[n % len(kinds)], env["res.partner"].create({{"name": f"Almond {{n:04d}}"}})
    line = {{"journal_id": journal.id, "date": "2026-01-20", "amount": 40.0, "payment_ref": f"{{kind}} KEY-{{n:04d}}"}}
    if kind in ("accept", "note", "undo", "hand"):
        invoice(partner, 100.0, f"KEY-{{n:04d}}")
    elif kind == "second":
        line |= {{"amount": 70.0, "partner_id": partner.id}}
        invoice(partner, 70.0, f"TWIN-A-{{n:04d}}")
        invoice(partner, 70.0, f"TWIN-B-{{n:04d}}")
    elif kind == "split":
        line |= {{"amount": 120.0, "partner_id": partner.id}}
        invoice(partner, 70.0, f"PART-A-{{n:04d}}")
        invoice(partner, 80.0, f"PART-B-{{n:04d}}")
    elif kind in ("charge", "rule"):
        line |= {{"amount": -3.0}}
    elif kind == "partner":
        line |= {{"amount": 55.0}}
        invoice(partner, 60.0, f"LATE-{{n:04d}}")
    lines.append(line)
    cleared += kind != "hand"
    n += 1
moves = env["account.move"].create(documents)
moves.action_post()
made = env["account.bank.statement.line"].create(lines)
env["finance.matching"]._match(made)
env.cr.commit()
print("RESULT", len(made))
"""
LEDGER = """
import json
from collections import Counter
lines = env["account.bank.statement.line"].search([])
kind = lambda line: line.payment_ref.partition(" ")[0]
invoices = env["account.move"].search([("move_type", "=", "out_invoice")])
left = lambda prefix: sorted(Counter(invoices.filtered(lambda move: (move.payment_reference or "").startswith(prefix))
                                     .mapped("amount_residual")).items())
balance = lambda accounts: round(sum(env["account.move.line"].search(
    [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")]).mapped("balance")), 2)
print("RESULT", json.dumps({
    "done": Counter(kind(line) for line in lines if line.is_reconciled),
    "open": Counter(kind(line) for line in lines if not line.is_reconciled),
    "unbalanced": [line.id for line in lines if round(sum(line.move_id.line_ids.mapped("balance")), 2)],
    "key": left("KEY"), "first_twin": left("TWIN-A"), "second_twin": left("TWIN-B"),
    "first_part": left("PART-A"), "second_part": left("PART-B"), "late": left("LATE"),
    "charges": balance(env["account.account"].search([("code", "=", "627100")])),
    "suspense": balance(lines.journal_id.suspense_account_id),
    "open_amount": round(sum(lines.filtered(lambda line: not line.is_reconciled).mapped("amount")), 2),
    "notes": env["mail.message"].search_count([("body", "ilike", "asked the customer")]),
    "activities": env["mail.activity"].search_count([("user_id.login", "=", "jonas")]),
    "rules": env["account.reconcile.model"].search_count([("match_label_param", "=like", "rule KEY-%")]),
}))
"""
NOTE = "asked the customer"


def shell(database, script):
    done = run_odoo("shell", "-d", database, "--no-http", "--log-level=warn", stdin=script, timeout=900)
    assert "RESULT" in done.stdout, done.stderr[-3000:]
    return done.stdout.rpartition("RESULT")[2].strip()


class Hands:
    """Somebody at the desk who has a keyboard only."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def type_into(self, field, text):
        self.page.wait_for_selector(f"{field}:focus")
        self.page.keyboard.type(text)

    def pick(self, text):
        """Search in the open picker and take the marked answer."""
        self.type_into(".o_desk_pane input[role=combobox]", text)
        self.page.wait_for_selector(f".o_desk_found li.o_current:has-text('{text}')")
        self.press("Enter")

    def at_list(self):
        self.page.wait_for_function("document.activeElement.classList.contains('o_desk_list')")

    def text(self):
        return self.page.locator(".o_desk_line .o_desk_ref").inner_text()

    def wait_gone(self, text):
        self.page.wait_for_function(
            "text => (document.querySelector('.o_desk_line .o_desk_ref') || {}).textContent !== text", arg=text)

    def wait_said(self, words):
        self.page.wait_for_selector(f".o_desk_foot [aria-live]:has-text('{words}')")

    def open_desk(self):
        """By the search for menus, from wherever the person is."""
        self.page.wait_for_selector(".o_action_manager > *")
        self.press("Control+k")
        self.page.wait_for_selector(".o_command_palette_search input:focus")
        self.page.wait_for_selector(".o_command")  # what is typed before the first commands are there is lost
        self.page.keyboard.type("/matching desk")
        self.page.wait_for_selector(".o_command.focused:has-text('Matching desk')")
        self.press("Enter")
        self.page.wait_for_selector(".o_desk_line")

    # the kinds of lines

    def accept(self, text):
        self.page.wait_for_selector(".o_desk_proposal.o_current")
        self.page.wait_for_function(
            "most => document.querySelectorAll('.o_desk_row.o_waiting').length < most", arg=UNANSWERED)
        self.press("Enter")
        self.wait_gone(text)

    def second(self, text):
        self.page.wait_for_selector(".o_desk_proposal >> nth=1")
        place = 1 + self.page.locator(".o_desk_proposal:has-text('TWIN-B')").evaluate(
            "one => [...one.parentElement.children].indexOf(one)")
        self.press(str(place))
        self.page.wait_for_selector(".o_desk_proposal.o_current:has-text('TWIN-B')")
        self.accept(text)

    def split(self, text):
        number = text[-4:]
        self.press("s")
        self.pick(f"PART-A-{number}")
        self.pick(f"PART-B-{number}")
        self.settle(text)

    def charge(self, text):
        self.press("w")
        self.pick("627100")
        self.settle(text)

    def partner(self, text):
        self.press("p")
        self.pick(f"Almond {text[-4:]}")
        self.wait_said("Partner:")
        self.at_list()
        self.press("s")
        self.pick(f"LATE-{text[-4:]}")
        self.settle(text)

    def settle(self, text):
        self.page.wait_for_selector(".o_desk_remaining:has-text('0.00')")
        self.press("Control+Enter")
        self.wait_gone(text)

    def note(self, text):
        self.press("n")
        self.type_into(".o_desk_pane textarea", NOTE)
        self.press("Enter")
        self.page.wait_for_selector(f".o_desk_note:has-text('{NOTE}')")
        self.at_list()
        self.accept(text)

    def hand(self, text):
        self.press("a")
        self.pick("Jonas")
        self.wait_said("Handed to")
        self.at_list()
        self.press("j")
        self.wait_gone(text)

    def undo(self, text):
        self.accept(text)
        self.press("u")
        self.wait_said("Undone")
        assert self.text() == text
        self.at_list()
        self.accept(text)

    def rule(self, text):
        self.press("r")
        self.page.wait_for_function("(document.querySelector('.modal') || {}).contains?.(document.activeElement)")
        while self.page.evaluate("document.activeElement.innerText") != "Add a line":
            self.press("Tab")
        self.press("Enter")
        self.page.wait_for_selector(".modal .o_selected_row [name=partner_id] input:focus")
        self.press("Tab")
        self.type_into(".modal .o_selected_row [name=account_id] input", "627100")
        self.page.wait_for_selector(".o-autocomplete--dropdown-item:has-text('627100')")
        self.press("Enter", "Alt+s")
        self.wait_said("is kept")
        self.at_list()
        self.page.wait_for_selector(".o_desk_proposal.o_current:has-text('627100')")
        self.accept(text)


def fill(database, lines):
    """Open lines of ten kinds; so many are cleared, those handed to a colleague stay open beside them."""
    shell(database, FILL.format(lines=lines))


def clear(url, lines):
    """Open the desk and clear ``lines`` of it by keys alone.

    :return: ``(kind, seconds)`` for each line, in the order of the work
    """
    done = []
    with browser.logged_in(url, "mara", "mara") as page:
        hands = Hands(page)
        hands.open_desk()
        while sum(kind != "hand" for kind, _seconds in done) < lines:
            hands.at_list()
            page.wait_for_selector(".o_desk_line .o_desk_ref")
            text = hands.text()
            kind = text.partition(" ")[0]
            began = time.monotonic()
            getattr(hands, kind)(text)
            done.append((kind, time.monotonic() - began))
            if done[-1][1] > SECONDS_A_LINE:
                raise AssertionError(f"{text}: {done[-1][1]:.0f} s")
        page.wait_for_selector(f".o_desk_tally:has-text('{lines} done today')")
    return done


def check(database, kinds):
    """Every line is done or with the colleague, and the ledger holds what was decided, to the cent.

    :param kinds: those of the lines that were worked on
    """
    found = json.loads(shell(database, LEDGER))
    count = Counter(kinds)
    handed = count.pop("hand")
    paid = sum(count[kind] for kind in ("accept", "note", "undo"))
    expected = {
        "done": dict(count),
        "open": {"hand": handed},
        "unbalanced": [],
        "key": [[60.0, paid], [100.0, handed]],
        "first_twin": [[70.0, count["second"]]],
        "second_twin": [[0.0, count["second"]]],
        "first_part": [[0.0, count["split"]]],
        "second_part": [[30.0, count["split"]]],
        "late": [[5.0, count["partner"]]],
        "charges": 3.0 * (count["charge"] + count["rule"]),
        "suspense": -40.0 * handed,
        "open_amount": 40.0 * handed,
        "notes": count["note"],
        "activities": handed,
        "rules": count["rule"],
    }
    assert found == expected, found
