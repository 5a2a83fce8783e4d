"""A distributor pays over three banks, one of them behind a treasury platform: from due bills to the last statement."""

import time
from decimal import Decimal
from types import SimpleNamespace

from . import desk
from .banks import Bank
from .payment_readers import Wanted
from .stage import table
from .story import Story

TITLE = "a distributor with three banks and a treasury platform"
BANKS = ("nord", "alpen", "hudson")
NAMES = {"nord": "Nordbank (SFTP)", "alpen": "Alpenbank (EBICS)", "hudson": "Hudson Bank (treasury)"}
ACCOUNTS = {"nord": "DE57000000000000000010", "alpen": "CH7309999000000000001", "hudson": "5551234567"}
CURRENCIES = {"nord": "EUR", "alpen": "CHF", "hudson": "USD"}
OPENINGS = {"nord": 20000.0, "alpen": 10000.0, "hudson": 30000.0}
REFUSED, RETURNED, ASKING, URGENT, NEW = "Dune Atelier", "Elm Garage", "Hudson Paper", "Juneau Steel", "Ginkgo Foods"
ANSWER_SECONDS = 10  # in which a vendor's question has to be answered
GROUP, LINE, PAYMENT = "finance.payment.run.group", "finance.payment.run.line", "account.payment"


class Distributor(Story):
    def play(self):
        self.found()
        self.propose()
        self.agree()
        self.release()
        self.carry_out()
        self.refused()
        self.statements()
        self.question()
        self.returned()
        self.proof()
        self.again()
        self.show()

    # before

    def found(self):
        stage = self.stage
        folders = self.folders("nord", "meridian")
        self.banks = {
            code: Bank(code, ACCOUNTS[code], CURRENCIES[code], Decimal(str(OPENINGS[code]))) for code in BANKS
        }
        self.banks["nord"].folder, self.banks["hudson"].folder = folders["nord"], folders["meridian"]
        self.banks["nord"].refuses[REFUSED] = "AC04"
        self.from_bank = {}  # what Hudson Bank answers, while it is at the treasury platform
        made = stage.build(
            "distributor_office", accounts=ACCOUNTS, openings=OPENINGS, sftp=self.sftp(),
            ebics=stage.sandbox.addresses["ebics"],
        )  # fmt: skip
        self.made = SimpleNamespace(**made)
        stage.say("Harbour Supply: three banks, a treasury platform, ten vendors, eleven bills")
        stage.serve()
        self.maker, self.checker = (stage.person(login, [self.made.company]) for login in ("maya", "carl"))
        self.admin = stage.person("admin", [self.made.company], "admin")
        self.maya, self.carl = stage.camera("maya"), stage.camera("carl")

    # Maya proposes

    def propose(self):
        """The urgent steel first, then what is due; what is doubtful is looked at line by line."""
        steel = [self.made.partners[URGENT]]
        self.urgent = desk.propose(self.maker, self.made.company, urgency="urgent", partner_ids=[[6, 0, steel]])
        self.run = desk.propose(self.maker, self.made.company)
        for run, currency, profile in ((self.run, "USD", "us_ach_ccd"), (self.urgent, "USD", "us_wire_09")):
            groups = self.maker.call(GROUP, "search", [["run_id", "=", run], ["currency_id.name", "=", currency]])
            self.maker.call(GROUP, "write", groups, {"profile": profile})
        self.maya.take("01-proposal", f"finance-payment-runs/{self.run}", tab="Groups")
        flags = self.maker.call(LINE, "search_read", [["run_id", "=", self.run]], ["partner_id", "flags", "reference"])
        found = {row["partner_id"][1]: set((row["flags"] or "").split()) for row in flags}
        self.stage.check("warned: account not trusted", "untrusted" in found[NEW], True)
        self.stage.check("warned: a bill that looks like another", "double_bill" in found["Fir Logistik"], True)
        self.maya.take("02-warnings", "finance-payment-run-lines")
        self.decide(found)
        self.stage.say("two runs proposed; a doubtful bill and an account nobody called back about are held")

    def decide(self, found):
        """One of two alike is held, so is what goes to an account that nobody trusts yet."""
        def hold(lines, why):
            self.maker.call(LINE, "write", lines, {"reason": why})
            self.maker.call(LINE, "action_hold", lines)

        search = [["run_id", "=", self.run]]
        hold(self.maker.call(LINE, "search", [*search, ["partner_id.name", "=", NEW]]), "Call back first")
        hold(self.maker.call(LINE, "search", [*search, ["reference", "=", "FIR 77"]]), "Looks like FIR-77: asked them")
        first = self.maker.call(LINE, "search", [*search, ["reference", "=", "FIR-77"]])
        self.maker.call(LINE, "write", first, {"reason": "The goods came once, this is the bill"})

    # Carl agrees

    def agree(self):
        for run in (self.urgent, self.run):
            self.maker.call("finance.payment.run", "action_request", [run])
        approval = desk.read(self.maker, "finance.payment.run", self.run, "approval_id")
        self.carl.take("03-approval", f"finance-approvals/{approval}")
        for run in (self.urgent, self.run):
            approval = desk.read(self.maker, "finance.payment.run", run, "approval_id")
            self.checker.call("finance.approval", "action_approve", [approval])
            self.stage.wait(lambda run=run: desk.state(self.maker, run) == "released", "the payments of a run")
        self.stage.say("a second person agreed; payments and an order for each bank, currency and urgency")

    def release(self):
        for run in (self.urgent, self.run):
            self.maker.call("finance.payment.run", "action_hand_over", [run])
        orders = [order for run in (self.urgent, self.run)
                  for order in desk.read(self.maker, "finance.payment.run", run, "order_ids")]  # fmt: skip
        self.orders = self.maker.call("finance.payment.order", "read", orders, ["profile", "journal_id", "name"])
        profiles = sorted(order["profile"] for order in self.orders)
        self.stage.check("a format for each bank and urgency", profiles,
                         ["ch_credit_09", "sepa_credit_09", "us_ach_ccd", "us_wire_09"])  # fmt: skip
        wire = next(order["id"] for order in self.orders if order["profile"] == "us_wire_09")
        self.maya.take("04-order", f"finance-payment-orders/{wire}")
        self.carl.take("05-release", "finance-approvals")
        for order in orders:
            approval = desk.read(self.checker, "finance.payment.order", order, "approval_id")
            self.checker.call("finance.approval", "action_approve", [approval])
        self.stage.say("four files frozen and released: SEPA, Swiss, ACH and wire")

    # the banks at work

    def carry_out(self):
        stage, day = self.stage, self.day(1)
        stage.wait(lambda: self.banks["nord"].look(day), "the SEPA file at Nordbank")
        stage.wait(lambda: self.treasury(day), "both files at the treasury platform")
        stage.wait(lambda: self.over_ebics(day), "the Swiss file at Alpenbank")
        self.maya.take("06-orders", "finance-payment-orders")
        self.pull("meridian")
        for name, content in self.from_bank.items():
            self.banks["hudson"].lay_down(name, content)
        for name in ("nord", "meridian", "alpen"):
            self.pull(name)
        stage.check("Nordbank: taken, one refused", self.ways("nord"), {"acknowledged": 3, "rejected": 1})
        stage.check("Alpenbank: taken", self.ways("alpen"), {"acknowledged": 2})
        stage.check("Hudson Bank: taken by the treasury platform", self.ways("hudson"), {"acknowledged": 3})
        levels = stage.rows("SELECT DISTINCT level FROM finance_payment_answer ORDER BY 1")
        stage.check("who answered", levels, [["bank"], ["scheme"], ["treasury"]])
        self.maya.take("07-answers", "finance-payment-answers")
        stage.say("acknowledgements: from the bank, over EBICS, and from the treasury platform")

    def treasury(self, day):
        """The platform takes both files, says so for each payment, and passes the bank's answers on."""
        bank = self.banks["hudson"]
        for path in sorted((bank.folder / "out").iterdir()):
            if path.name.startswith(".") or path.name in bank.taken:
                continue
            found = bank.take(path.name, path.read_bytes(), day)
            ids = {"order": path.stem, "batch": f"{path.stem}-1"}
            bank.lay_down(f"{path.stem}.ack.xml", bank.report(found, "ACTC", **ids))
            self.from_bank[f"{path.stem}.pain002.xml"] = bank.report(found, "ACSP", **ids)
        return len(bank.taken) == 2

    def over_ebics(self, day):
        """What the sandbox's EBICS bank carried out, in the journal of its account; its answer is offered there."""
        bank, new = self.banks["alpen"], []
        known = {one.end_to_end_id for one in bank.accepted}
        for effect in self.stage.sandbox.effects("ebics", "payment"):
            data = SimpleNamespace(**effect["data"])
            if data.end_to_end_id not in known:
                wanted = Wanted(data.end_to_end_id, Decimal(data.amount), None, None, data.order, data.batch)
                bank.accept(wanted, day)
                new.append((wanted, None))
        if new:
            self.offer("PSR/CH/-/ZIP/pain.002", "answer.xml", bank.report(new, "ACSC"))
        return len(bank.accepted) == 2

    def offer(self, service, name, content):
        address = self.stage.sandbox.addresses["ebics"]
        self.stage.sandbox.post(f"{address}/desk/offer", service=service, files={name: content.decode()})

    def refused(self):
        """The bank says no: the payment is cancelled, its bill is due again."""
        (case,) = self.maker.call("finance.exception", "search", [["code", "=", "payment.rejected"]])
        self.maya.take("08-refused", f"finance-cases/{case}")
        payment = self.maker.call(PAYMENT, "search", [["partner_id.name", "=", REFUSED]])
        self.maker.call(PAYMENT, "action_draft", payment)
        self.maker.call(PAYMENT, "action_cancel", payment)
        self.stage.check("the refused bill is open again", self.bill("DA-88"), "not_paid")
        self.stage.say(f"{REFUSED}: account closed; the payment is cancelled, the bill is open again")

    # evidence

    def statements(self):
        day, banks = self.day(1), self.banks
        banks["nord"].lay_down("1.camt.xml", banks["nord"].camt053(day, day, 1))
        banks["hudson"].lay_down("1.bai", banks["hudson"].bai2(day))
        self.offer("EOP/CH/-/ZIP/camt.053", "1.xml", banks["alpen"].camt053(day, day, 1))
        for name in ("nord", "meridian", "alpen"):
            self.pull(name)
        counts = {code: self.ways(code).get("reconciled") for code in BANKS}
        self.stage.check("seen on a statement", counts, {"nord": 3, "alpen": 2, "hudson": 3})
        self.stage.say("statements: camt.053 over SFTP and EBICS, BAI2 over the treasury platform; all reconciled")

    def question(self):
        """Hudson Paper calls: where is my money?"""
        began = time.monotonic()
        found = self.maker.call("finance.payment.journey", "find", f"{ASKING} 1500")
        told = self.maker.call("finance.payment.journey", "read_journey", PAYMENT, found["rows"][0]["id"])
        seconds = time.monotonic() - began
        self.stage.check("a vendor's question: one payment is found", len(found["rows"]), 1)
        self.stage.check("a vendor's question: the account was debited", "debited" in told["words"], True)
        self.stage.check("a vendor's question: the treasury platform is a stage",
                         "treasury" in [stage["code"] for stage in told["stages"]], True)  # fmt: skip
        self.stage.check("a vendor's question: answered in time", seconds < ANSWER_SECONDS, True)
        self.journey("09-where", found["rows"][0]["id"])
        self.stage.say(f"{ASKING} asks for its money: {told['words']} ({seconds:.1f} s)")

    def returned(self):
        """The money for a payee comes back a day later: the bill is open again and says why."""
        bank = self.banks["nord"]
        bank.give_back(RETURNED, self.today, "AC01")
        bank.lay_down("2.camt.xml", bank.camt053(self.today, self.today, 2))
        self.pull("nord")
        self.stage.check("the returned bill is open again", self.bill("EG-2026-17"), "not_paid")
        self.stage.check("Nordbank: one returned", self.ways("nord"), {"reconciled": 2, "reversed": 1})
        (payment,) = self.maker.call(PAYMENT, "search", [["partner_id.name", "=", RETURNED]])
        self.journey("10-returned", payment)
        self.stage.say(f"{RETURNED}: the money came back, the bill is open again")

    def journey(self, name, payment):
        params = {"model": PAYMENT, "res_id": payment}
        self.maya.take_action(
            name,
            {"type": "ir.actions.client", "name": "Where is my money", "tag": "connector_bank.payment_journey",
             "target": "main", "params": params},
        )  # fmt: skip

    def proof(self):
        """What the ledger paid, what left, what was answered and what statements show: one number each."""
        self.stage.build("payment_proof")
        states = self.stage.rows("SELECT DISTINCT state FROM finance_payment_control WHERE latest")
        self.stage.check("daily proof of payments", states, [["agree"]])
        self.maya.take("11-proof", "finance-payment-proofs")
        self.maya.take("12-accounts", "finance-accounts")
        for code in BANKS:
            self.check_journal(NAMES[code], code, self.banks[code])
            self.stage.check(f"{NAMES[code]}: nothing left to match", self.open_lines(code), 0)

    def again(self):
        """The same files, the same buttons: nothing more happens; what is due is what came back or was held."""
        before, banks = self.effects(), self.banks
        banks["nord"].lay_down("1-again.camt.xml", banks["nord"].camt053(self.day(1), self.day(1), 1))
        banks["hudson"].lay_down("1-again.bai", banks["hudson"].bai2(self.day(1)))
        self.offer("EOP/CH/-/ZIP/camt.053", "again.xml", banks["alpen"].camt053(self.day(1), self.day(1), 1))
        for name in ("nord", "meridian", "alpen"):
            self.pull(name)
        self.stage.check("once more: nothing is added", self.effects(), before)
        run = desk.propose(self.maker, self.made.company)
        due = self.maker.call(LINE, "search_read", [["run_id", "=", run]], ["reference"])
        self.stage.check("once more: due is what came back or was held", sorted(row["reference"] for row in due),
                         ["DA-88", "EG-2026-17", "FIR 77", "G-1009"])  # fmt: skip
        self.maker.call("finance.payment.run", "action_cancel", [run])
        self.stage.say("everything once more: nothing was added; due is what came back or was held")

    # looking

    def bill(self, reference):
        ((state,),) = self.stage.rows(f"SELECT payment_state FROM account_move WHERE ref = '{reference}'"
                                     " AND move_type = 'in_invoice'")  # fmt: skip
        return state

    def show(self):
        rows = []
        for code in BANKS:
            bank, lines, ways = self.banks[code], self.lines(code), self.ways(code)
            booked = f"{sum(one.amount for one in bank.entries):.2f}"
            rows.append([
                NAMES[code], len(bank.entries), booked, len(lines), f"{sum(lines):.2f}", ways.get("reconciled", 0),
                ways.get("reversed", 0), len(bank.refused), self.open_lines(code),
            ])  # fmt: skip
        table(("Bank", "Its bookings", "Sum", "Our lines", "Sum", "Paid", "Returned", "Refused", "To match"), rows)


STORY = Distributor
