"""Banks that take pain.001 files from a folder, keep a journal of their own, and answer carelessly.

They read the files by XPath alone, with nothing of ours. Some answers are lost for good, some come twice, and all in
any order; some payments are refused, some come back days later.
"""

import threading
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from odoo.addons.connector_bank.tests.answer_maker import report
from odoo.addons.connector_bank.tests.statement_maker import Booking, camt053, statement

from .plan import FULL

#: Parts of the answers and payments; more of them in the quick campaign, or its few payments would meet none.
LOST, DOUBLED, REFUSED, RETURNED = (0.05, 0.02, 0.01, 0.01) if FULL else (0.1, 0.2, 0.05, 0.05)


@dataclass(frozen=True, slots=True)
class Executed:
    """One payment as the bank carried it out."""

    end_to_end_id: str
    amount: Decimal
    account: str
    file: str


@dataclass
class PaymentBank:
    """``folder`` has ``out`` (files for the bank) and ``in`` (what it sends)."""

    name: str
    account: str
    folder: object
    luck: object
    journal: list = field(default_factory=list)
    refused: set = field(default_factory=set)
    returned: set = field(default_factory=set)
    counts: dict = field(default_factory=lambda: dict.fromkeys(("answers", "lost", "doubled"), 0))
    _seen: set = field(default_factory=set)
    _later: list = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self):
        self._thread = threading.Thread(target=self._work, daemon=True, name=f"bank {self.name}")
        self._thread.start()

    def stop(self):
        self._over.set()
        self._thread.join()

    def _work(self):
        while not self._over.wait(0.5):
            self.look()

    def look(self):
        """Carry out what is new, answer some of what was carried out before."""
        for path in sorted((self.folder / "out").glob("*.xml")):
            if path.name not in self._seen:
                self._seen.add(path.name)
                self._carry_out(path.name, etree.parse(path))
        self.luck.shuffle(self._later)
        for name, content in self._later[:20]:
            self._lay_down(name, content)
        del self._later[:20]

    @property
    def is_idle(self):
        return not self._later

    def _carry_out(self, name, tree):
        order, batch = tree.findtext(".//{*}GrpHdr/{*}MsgId"), tree.findtext(".//{*}PmtInfId")
        good = []
        for payment in tree.iterfind(".//{*}CdtTrfTxInf"):
            key = payment.findtext("{*}PmtId/{*}EndToEndId")
            if self.luck.random() < REFUSED:
                self.refused.add(key)
                continue
            amount = Decimal(payment.findtext("{*}Amt/{*}InstdAmt"))
            self.journal.append(Executed(key, amount, payment.findtext("{*}CdtrAcct/{*}Id/{*}IBAN"), name))
            good.append(key)
        bad = [key for key in self.refused if payment_in(tree, key)]
        told = [[(key, code) for key in good] for code in ("ACTC", "ACSP", "ACSC")]
        told.append([(key, "RJCT", "AC04") for key in bad])
        for number, items in enumerate(told):
            if items:
                self._answer(f"{order}-{number}", report(*items, order=order, batch=batch), certain=number == 3)

    def _answer(self, name, content, certain):
        """A refusal gets through in the end; of the rest some are lost, some come twice."""
        self.counts["answers"] += 1
        if not certain and self.luck.random() < LOST:
            self.counts["lost"] += 1
            return
        self._later.append((f"{name}.status.xml", content))
        if self.luck.random() < DOUBLED:
            self.counts["doubled"] += 1
            self._later.append((f"{name}-again.status.xml", content + b"<!-- again -->"))

    def _lay_down(self, name, content):
        beside = self.folder / f".{name}"
        beside.write_bytes(content)
        beside.rename(self.folder / "in" / name)

    # statements

    def book(self, day, later):
        """The statement of all that was carried out, and a later one with what came back."""
        self.returned = {one.end_to_end_id for one in self.journal if self.luck.random() < RETURNED}
        paid = [
            Booking(f"-{one.amount}", one.end_to_end_id, ref=f"B{number}", end_to_end=one.end_to_end_id, day=day)
            for number, one in enumerate(self.journal)
        ]
        total = sum((one.amount for one in self.journal), Decimal())
        self._lay_down("1.camt.xml", camt053(
            statement(*paid, name="S1", account=self.account, opening="0.00", first=day, last=day), message="M1"
        ))  # fmt: skip
        back = [
            Booking(str(one.amount), "Return", ref=f"R{number}", end_to_end=one.end_to_end_id, day=later,
                    reversal=True, return_reason="AC04")
            for number, one in enumerate(self.journal) if one.end_to_end_id in self.returned
        ]  # fmt: skip
        if back:
            self._returns = camt053(
                statement(*back, name="S2", account=self.account, opening=f"-{total}", first=later, last=later),
                message="M2",
            )

    def give_back(self):
        if self.returned:
            self._lay_down("2.camt.xml", self._returns)


def payment_in(tree, key):
    return any(one.text == key for one in tree.iterfind(".//{*}CdtTrfTxInf/{*}PmtId/{*}EndToEndId"))
