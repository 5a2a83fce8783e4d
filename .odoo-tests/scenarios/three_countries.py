"""A group in three countries: a bank with an interface, one with files over SFTP, one that only takes payments."""

import urllib.error
import urllib.request
from decimal import Decimal
from types import SimpleNamespace

from . import desk
from .banks import Bank
from .stage import table
from .story import Story

TITLE = "three countries: interface, files, payments only"
COUNTRIES = ("de", "ch", "uk")
ACCOUNTS = {"de": "DE20500105175412907713", "ch": "CH7309999000000000001", "uk": "12345678"}
OPENINGS = {"de": 1000.0, "ch": 8000.0, "uk": 5000.0}
CURRENCIES = {"de": "EUR", "ch": "CHF", "uk": "GBP"}
NAMES = {"de": "Hafenbank (interface)", "ch": "Basler Bank (files)", "uk": "York Bank (portal)"}
API_ACCOUNT = "acc-eur-1"


class ThreeCountries(Story):
    """``size`` invoices and bills in each country."""

    def __init__(self, stage, *, short=False):
        super().__init__(stage, short=short)
        self.size = 2 if short else 4

    def play(self):
        self.found()
        self.income()
        self.pay()
        self.outage()
        self.statements()
        self.reconciled()
        self.second_run()
        self.show()

    # before

    def found(self):
        stage = self.stage
        folders = self.folders("de", "de_statements", "ch")
        self.banks = {
            code: Bank(code, ACCOUNTS[code], CURRENCIES[code], Decimal(str(OPENINGS[code])), folders.get(code))
            for code in COUNTRIES
        }
        self.banks["de"].told = self.shown_by_interface
        stage.sandbox.tell("effects", party="psd2", kind="numbered", key=API_ACCOUNT, iban=ACCOUNTS["de"])
        self.statement_folder = folders["de_statements"]
        made = stage.build(
            "three_countries_office", psd2=stage.sandbox.addresses["psd2"], accounts=ACCOUNTS, openings=OPENINGS,
            size=self.size, sftp=self.sftp(),
        )  # fmt: skip
        self.made = SimpleNamespace(**made)
        stage.say("three companies, their banks, customers, vendors and documents")
        stage.serve()
        companies = list(self.made.companies.values())
        self.maker, self.checker = stage.person("maker", companies), stage.person("checker", companies)
        self.admin = stage.person("admin", companies, "admin")
        self.consent()

    def consent(self):
        """The account's owner agrees on the bank's page; whether he did, the bank is asked."""
        asked = self.maker.call("finance.connector", "action_give_consent", [self.made.connectors["api"]])
        agree(asked["url"])
        consents = self.maker.call("finance.bank.consent", "search", [])
        self.maker.call("finance.bank.consent", "action_look", consents)
        others = self.admin.call("finance.bank.access", "search", [["currency", "!=", "EUR"]])
        self.admin.call("finance.bank.access", "write", others, {"active": False})
        state = self.stage.rows("SELECT DISTINCT state FROM finance_bank_consent")
        self.stage.check("consent given at the bank", state, [["valid"]])
        self.stage.say("Germany: consent given on the bank's page")

    def shown_by_interface(self, entry, kind="booking"):
        """The interface shows what the bank books, at once."""
        self.stage.sandbox.tell(
            "effects", party="psd2", kind=kind, key=entry.key, account=API_ACCOUNT, amount=str(entry.amount),
            day=entry.day.isoformat(), value=entry.day.isoformat(), text=entry.text, name=entry.name, iban=None,
            end_to_end=entry.end_to_end,
        )  # fmt: skip

    # money in

    def income(self):
        """Customers pay: seen over the interface with overlapping pages, in an MT940 file, in a download."""
        stage, bank = self.stage, self.banks["de"]
        stage.sandbox.tell("settings", party="psd2", page_size=1, repeat=True)
        *invoices, self.late_invoice, self.last_invoice = self.made.documents["de"]["invoices"]
        for number, amount, customer in invoices[:-1]:
            bank.book(amount, f"Invoice {number}", self.day(3), name=customer)
        number, amount, customer = invoices[-1]
        pending = {"amount": amount, "text": f"Invoice {number}", "day": self.day(2).isoformat(), "name": customer}
        stage.sandbox.tell(
            "effects", party="psd2", kind="pending", key="PENDING1", account=API_ACCOUNT, iban=None, end_to_end=None,
            value=pending["day"], **pending,
        )  # fmt: skip
        self.pull("api")
        stage.check("lines over overlapping pages", len(self.lines("de")), len(bank.entries))
        expected = stage.count("SELECT count(*) FROM finance_bank_pending WHERE state = 'expected'")
        stage.check("pending, not booked", expected, 1)
        stage.sandbox.tell("effects", party="psd2", kind="dropped", key="PENDING1")
        bank.book(amount, pending["text"], self.day(2), name=customer)
        self.pull("api")
        stage.check("pending became one booking", len(self.lines("de")), len(bank.entries))
        stage.say(f"Germany: {len(bank.entries)} payments of customers read over the interface, one was pending first")
        for code in ("ch", "uk"):
            for number, amount, customer in self.made.documents[code]["invoices"]:
                self.banks[code].book(amount, f"Invoice {number}", self.day(3), name=customer)
        self.banks["ch"].lay_down("1.sta", self.banks["ch"].mt940(self.day(4), self.day(2), 1))
        self.pull("ch_sftp")
        stage.say("Switzerland: MT940 over SFTP")
        self.bring("first.ofx", self.day(4), self.day(2))
        stage.say("United Kingdom: statement downloaded from the portal and imported")
        stage.quiet()
        for code in ("ch", "uk"):
            stage.check(f"{NAMES[code]}: invoices paid", self.paid(code), self.size)

    # money out

    def pay(self):
        """One run a country: proposed by one, agreed and released by another; then each bank's own way."""
        stage = self.stage
        refused = self.made.documents["ch"]["bills"][0][0]
        self.banks["ch"].refuses[refused] = "AC04"
        for code in COUNTRIES:
            run = desk.propose(self.maker, self.made.companies[code])
            desk.agree(self.maker, self.checker, run)
            stage.wait(lambda run=run: desk.state(self.maker, run) == "released", f"the payments over {NAMES[code]}")
            desk.release(self.maker, self.checker, run)
            stage.say(f"{NAMES[code]}: payment run of {self.size} bills agreed, file released by another person")
        for code in ("de", "ch"):
            stage.wait(lambda code=code: self.banks[code].look(self.day(1)), f"the file at {NAMES[code]}")
            self.pull(f"{code}_sftp")
        self.upload()
        stage.check("Germany: all payments taken", self.ways("de"), {"acknowledged": self.size})
        told = {"acknowledged": self.size - 1, "rejected": 1}
        stage.check("Switzerland: one payment refused", self.ways("ch"), told)
        stage.say("banks carried out what was released, and answered; one payee's account is closed")

    def upload(self):
        """The British bank takes files on its portal: a person brings one there and tells what the portal shows."""
        stage, bank = self.stage, self.banks["uk"]
        message = stage.count("SELECT m.id FROM finance_message m JOIN finance_connector c ON c.id = m.connector_id"
                              " WHERE c.code = 'uk_portal' AND m.direction = 'out'")  # fmt: skip
        stage.wait(lambda: stage.rows(f"SELECT state FROM finance_message WHERE id = {message}") == [["ready"]],
                   "the file for the portal")  # fmt: skip
        content = self.maker.download(f"/finance/message/{message}/content")
        found = bank.take("upload", content, self.day(1))
        stage.quiet()
        total = float(sum(one.amount for one, _reason in found))
        wizard = self.maker.call(
            "finance.hand.confirm", "create",
            {"message_id": message, "count": len(found), "amount": total, "reference": "YORK-1"},
        )
        self.maker.call("finance.hand.confirm", "action_confirm", [wizard])
        stage.wait(lambda: stage.rows(f"SELECT state FROM finance_message WHERE id = {message}") == [["processed"]],
                   "the confirmed upload")  # fmt: skip
        stage.say(f"United Kingdom: {len(found)} payments taken to the portal by hand, count and sum compared")

    # a bad day

    def outage(self):
        """The interface is down; the schedule fetches the statement over SFTP instead, and nothing comes twice."""
        stage, bank = self.stage, self.banks["de"]
        self.pull("api")
        stage.sandbox.tell("faults", kind="503", party="psd2", times=100)
        number, amount, customer = self.late_invoice
        bank.book(amount, f"Invoice {number}", self.day(1), name=customer)
        content = bank.camt053(self.day(4), self.day(1), 1)
        beside = self.statement_folder / "in" / ".down.xml"
        beside.write_bytes(content)
        beside.rename(self.statement_folder / "in" / "down.xml")

        def left_alone():
            self.pull("api", quiet=False)
            return stage.count("SELECT count(*) FROM finance_breaker WHERE operation = 'pull' AND state <> 'closed'")

        stage.wait(left_alone, "the line of the interface to be left alone")
        flow = self.made.connectors["standby_flow"]
        self.schedule(flow)
        stage.wait(lambda: len(self.lines("de")) == len(bank.entries), "the stand-in to bring the statement")
        self.schedule(flow)
        stage.check("the stand-in is told of", self.cases("channel.standby"), ["open"])
        stage.say("Germany: the interface is down, the statement came over SFTP by itself")
        stage.sandbox.untell("faults")
        number, amount, customer = self.last_invoice
        bank.book(amount, f"Invoice {number}", self.today, name=customer)

        def back():
            self.pull("api", quiet=False)
            return len(self.lines("de")) == len(bank.entries)

        stage.wait(back, "the interface to be read again")
        self.schedule(flow)
        stage.wait(lambda: self.cases("channel.standby") == ["solved"], "the stand-in to step back")
        stage.check("both channels agree", self.cases("channel.differs") + self.cases("channel.missing"), [])
        stage.say("Germany: the interface is back; what both channels show is booked once")

    # evidence

    def statements(self):
        """The days on which the payments were booked."""
        self.banks["ch"].lay_down("2.camt.xml", self.banks["ch"].camt053(self.day(1), self.day(1), 2))
        self.pull("ch_sftp")
        self.bring("second.ofx", self.day(1), self.day(1))
        self.stage.quiet()

    def reconciled(self):
        check = self.stage.check
        for code in COUNTRIES:
            bank, name, good = self.banks[code], NAMES[code], self.size - (code == "ch")
            check(f"{name}: payments seen on a statement", self.ways(code).get("reconciled"), good)
            self.check_journal(name, code, bank)
            check(f"{name}: nothing left to match", self.open_lines(code), 0)
        check(f"{NAMES['de']}: invoices paid", self.paid("de"), self.size + 2)

    def second_run(self):
        """All of it again: the same files, the same pages, the same buttons."""
        stage = self.stage
        before = self.effects()
        self.banks["ch"].lay_down("1-again.sta", self.banks["ch"].mt940(self.day(4), self.day(2), 1))
        self.banks["ch"].lay_down("2-again.camt.xml", self.banks["ch"].camt053(self.day(1), self.day(1), 2))
        self.bring("again.ofx", self.day(4), self.day(2))
        for name in ("api", "de_sftp", "ch_sftp"):
            self.pull(name)
        self.schedule(self.made.connectors["standby_flow"])
        due = [desk.propose(self.maker, self.made.companies[code]) for code in ("de", "uk")]
        stage.check("second run: nothing is due", desk.lines(self.maker, due), 0)
        stage.check("second run: nothing is added", self.effects(), before)
        carried_out = [len(self.banks[code].accepted) for code in COUNTRIES]
        stage.check("second run: banks did nothing more", carried_out, [self.size, self.size - 1, self.size])
        stage.say("everything once more: nothing was added")

    def show(self):
        rows = []
        for code in COUNTRIES:
            entries, lines = self.banks[code].entries, self.lines(code)
            ways = self.ways(code)
            rows.append([
                NAMES[code], len(entries), f"{sum(one.amount for one in entries):.2f}", len(lines), f"{sum(lines):.2f}",
                self.paid(code), ways.get("reconciled", 0), ways.get("rejected", 0), self.open_lines(code),
            ])  # fmt: skip
        heads = "Bank", "Its bookings", "Sum", "Our lines", "Sum", "Invoices paid", "Payments", "Refused", "To match"
        table(heads, rows)

    # looking

    def bring(self, name, first, last):
        """What a person downloaded from the British portal, dropped on the import screen."""
        desk.bring(self.maker, self.made.companies["uk"], name, self.banks["uk"].ofx(first, last))

    def paid(self, code):
        return self.stage.count("SELECT count(*) FROM account_move WHERE move_type = 'out_invoice' AND payment_state ="
                                f" 'paid' AND company_id = {self.made.companies[code]}")  # fmt: skip


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def agree(link):
    """What the account's owner does on the bank's page; where it sends him back to is not needed."""
    try:
        urllib.request.build_opener(_Stay).open(link, timeout=10)
    except urllib.error.HTTPError as answered:
        if answered.code != 302:
            raise


STORY = ThreeCountries
