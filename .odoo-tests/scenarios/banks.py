"""Banks with one account and a journal of their own; what they answer and how they show the account."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo.addons.connector_bank.tests.answer_maker import report
from odoo.addons.connector_bank.tests.statement_maker import Booking, camt053, statement

from . import payment_readers


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking; ``amount`` is signed as the customer sees it."""

    key: str
    amount: Decimal
    day: date
    text: str
    end_to_end: str | None = None
    name: str | None = None
    reason: str | None = None  # why a payment came back

    def booking(self):
        return Booking(
            str(self.amount), self.text, self.day.isoformat(), ref=self.key, end_to_end=self.end_to_end,
            name=self.name, reversal=bool(self.reason), return_reason=self.reason,
        )  # fmt: skip


@dataclass
class Bank:
    """``folder`` has ``out`` (files for the bank) and ``in`` (what it sends), where files are exchanged with it."""

    name: str
    account: str
    currency: str
    opening: Decimal
    folder: object = None
    entries: list = field(default_factory=list)
    refuses: dict = field(default_factory=dict)  # name of a payee → reason code
    refused: list = field(default_factory=list)
    accepted: list = field(default_factory=list)
    taken: list = field(default_factory=list)  # names of the files it carried out
    told: object = None  # called with each new entry

    @property
    def balance(self):
        return self.opening + sum(entry.amount for entry in self.entries)

    def book(self, amount, text, day, **facts):
        entry = Entry(f"{self.name.upper()}{len(self.entries) + 1:06}", Decimal(amount), day, text, **facts)
        self.entries.append(entry)
        if self.told:
            self.told(entry)
        return entry

    def give_back(self, name, day, reason):
        """What was paid to ``name`` comes back."""
        paid = next(entry for entry in self.entries if entry.name == name and entry.amount < 0)
        return self.book(-paid.amount, "Return", day, end_to_end=paid.end_to_end, name=name, reason=reason)

    # payments

    def take(self, name, content, day):
        """Carry out a file, once however often it comes; the payments in it with their status."""
        if name in self.taken:
            return []
        self.taken.append(name)
        found = []
        for wanted in payment_readers.read(content):
            reason = self.refuses.get(wanted.name)
            found.append((wanted, reason))
            if reason:
                self.refused.append(wanted)
            else:
                self.accept(wanted, day)
        return found

    def accept(self, wanted, day):
        """Carry one payment out."""
        self.accepted.append(wanted)
        self.book(-wanted.amount, wanted.end_to_end_id, day, end_to_end=wanted.end_to_end_id, name=wanted.name)

    def look(self, day):
        """Carry out the files in the folder and answer them; how many payments there were."""
        count = 0
        for path in sorted((self.folder / "out").iterdir()):
            found = self.take(path.name, path.read_bytes(), day) if not path.name.startswith(".") else []
            count += len(found)
            for number, content in enumerate(self.answers(found)):
                self.lay_down(f"{path.stem}-{number}.pain002.xml", content)
        return count

    def answers(self, found):
        """Status reports as banks send them: first that the file was read, then what became of each payment."""
        if found and found[0][0].order:
            yield self.report([(one, None) for one, _reason in found], "ACTC")
            yield self.report(found, "ACSC")

    def report(self, found, good, order=None, batch=None):
        """A status report on payments; ``order`` and ``batch`` where the file itself tells neither."""
        first = found[0][0]
        told = [(one.end_to_end_id, "RJCT", reason) if reason else (one.end_to_end_id, good) for one, reason in found]
        return report(*told, order=order or first.order, batch=batch or first.batch)

    # statements

    def lay_down(self, name, content):
        """Beside first, then renamed, as careful banks do."""
        beside = self.folder / "in" / f".{name}"
        beside.write_bytes(content)
        beside.rename(self.folder / "in" / name)

    def between(self, first, last):
        """``(opening balance, entries)`` of these days."""
        before = sum(entry.amount for entry in self.entries if entry.day < first)
        return self.opening + before, [entry for entry in self.entries if first <= entry.day <= last]

    def camt053(self, first, last, number):
        opening, entries = self.between(first, last)
        made = statement(
            *(entry.booking() for entry in entries), name=f"{self.name}-{number}", account=self.account,
            currency=self.currency, opening=f"{opening:.2f}", first=first.isoformat(), last=last.isoformat(),
            number=number,
        )  # fmt: skip
        return camt053(made, message=f"{self.name}-{number}")

    def mt940(self, first, last, number):
        opening, entries = self.between(first, last)
        closing = opening + sum(entry.amount for entry in entries)
        lines = [
            f":20:{self.name[:10].upper()}{number}", f":25:{self.account}", f":28C:{number:05}/001",
            f":60F:{_balance(opening, self.currency, first)}",
        ]  # fmt: skip
        for entry in entries:
            sign = "C" if entry.amount > 0 else "D"
            amount = f"{abs(entry.amount):.2f}".replace(".", ",")
            lines.append(f":61:{entry.day:%y%m%d%m%d}{sign}{amount}NTRFNONREF//{entry.key}")
            end = f"?20EREF+{entry.end_to_end}" if entry.end_to_end else ""
            text = f"166?00TRANSFER{end}?21SVWZ+{entry.text}?32{entry.name or ''}"
            lines += [f"{':86:' if at == 0 else ''}{text[at : at + 60]}" for at in range(0, len(text), 60)]
        lines += [f":62F:{_balance(closing, self.currency, last)}", "-", ""]
        return "\r\n".join(lines).encode("ascii")

    def bai2(self, day):
        """The previous day as American banks report it; amounts in cents, ``495`` a transfer out."""
        opening, entries = self.between(day, day)
        closing = opening + sum(entry.amount for entry in entries)
        head = f"03,{self.account},{self.currency},010,{_cents(opening)},,,015,{_cents(closing)},,/"
        rows = [
            f"16,{'195' if entry.amount > 0 else '495'},{_cents(abs(entry.amount))},Z,{entry.key},"
            f"{entry.end_to_end or ''},{entry.text}/"
            for entry in entries
        ]
        total = _cents(opening) + _cents(closing) + sum(_cents(abs(entry.amount)) for entry in entries)
        lines = [
            f"01,121042882,999999999,{day:%y%m%d},0615,1,80,1,2/", f"02,999999999,121042882,1,{day:%y%m%d},2400,USD,2/",
            head, *rows, f"49,{total},{len(rows) + 2}/", f"98,{total},1,{len(rows) + 4}/",
            f"99,{total},1,{len(rows) + 6}/",
        ]  # fmt: skip
        return "\n".join([*lines, ""]).encode("ascii")

    def ofx(self, first, last):
        """What a portal gives to download."""
        opening, entries = self.between(first, last)
        closing = opening + sum(entry.amount for entry in entries)
        rows = "".join(
            f"<STMTTRN><TRNTYPE>{'CREDIT' if entry.amount > 0 else 'DEBIT'}<DTPOSTED>{entry.day:%Y%m%d}"
            f"<TRNAMT>{entry.amount}<FITID>{entry.key}<NAME>{entry.name or ''}<MEMO>{entry.text}</STMTTRN>\n"
            for entry in entries
        )
        return (
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
            "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0"
            f"<SEVERITY>INFO</STATUS><DTSERVER>{last:%Y%m%d}<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>"
            f"<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>{self.currency}<BANKACCTFROM>"
            f"<BANKID>200000<ACCTID>{self.account}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>{first:%Y%m%d}"
            f"<DTEND>{last:%Y%m%d}\n{rows}</BANKTRANLIST><LEDGERBAL><BALAMT>{closing}<DTASOF>{last:%Y%m%d}"
            "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
        ).encode("ascii")




def _cents(amount):
    return int(amount.scaleb(2))


def _balance(amount, currency, day):
    sign = "D" if amount < 0 else "C"
    return f"{sign}{day:%y%m%d}{currency}{abs(amount):.2f}".replace(".", ",")
