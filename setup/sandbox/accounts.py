"""Accounts of an invented bank behind every interface: bookings, what is pending, balances, and how lists misbehave.

A test books with ``party.book(…)``, announces with ``party.announce(…)`` and lets it be booked under a new id with
``party.settle(…)``; an account gets another number by the effect ``numbered``. Settings that every such party knows:

``page_size``; ``shift`` (a booking arrives between the first page and the second); ``repeat`` (each page begins with
the last item of the one before); ``unnamed`` (transactions without ids); ``calls_a_day`` (reads of one account and
scope, 0: any number); ``over`` (the consent has ended).
"""

from dataclasses import dataclass, field
from decimal import Decimal

from .party import Party

#: (id, IBAN, currency, name, opening balance)
ACCOUNTS = (
    ("acc-eur-1", "DE65500105175412907713", "EUR", "Current account", "1000.00"),
    ("acc-usd-1", "DE38500105175412907714", "USD", "Dollar account", "500.00"),
)


@dataclass
class Held:
    """One account with its transactions, the latest first."""

    id: str
    iban: str
    currency: str
    name: str
    opening: Decimal
    booked: list = field(default_factory=list)
    pending: list = field(default_factory=list)

    @property
    def balance(self):
        return self.opening + sum((Decimal(one["amount"]) for one in self.booked), Decimal(0))


class Accounts(Party):
    """Base of the parties that show accounts."""

    shared = {
        "page_size": 50,
        "shift": False,
        "repeat": False,
        "unnamed": False,
        "calls_a_day": 0,
        "over": False,
    }

    def clear(self):
        self.held = {row[0]: Held(*row[:4], Decimal(row[4])) for row in ACCOUNTS}
        self.spent = {}
        self._late = 0
        self.empty()

    def empty(self):
        """Forget what the party keeps besides accounts."""

    def apply(self, effect):
        if not self.noted(effect["kind"], effect["key"], effect["data"]):
            self._happened(effect["kind"], effect["key"], effect["data"])

    def noted(self, kind, key, data):
        """Whether the effect was one of the party's own."""
        return False

    def _happened(self, kind, key, data):
        if kind == "booking":
            self.held[data["account"]].booked.insert(0, {"id": key, **data})
        elif kind == "pending":
            self.held[data["account"]].pending.insert(0, {"id": key, **data})
        elif kind == "dropped":
            for account in self.held.values():
                account.pending = [one for one in account.pending if one["id"] != key]
        elif kind == "changed":
            for account in self.held.values():
                for one in account.booked:
                    if one["id"] == key:
                        one.update(data)
        elif kind == "numbered":
            self.held[key].iban = data["iban"]

    # what happens at the bank

    def book(
        self, key, amount, day, text="", *, account="acc-eur-1", name=None, iban=None, end_to_end=None, value=None
    ):
        return self.effect(
            "booking", key, account=account, amount=str(amount), day=day, value=value or day, text=text, name=name,
            iban=iban, end_to_end=end_to_end,
        )  # fmt: skip

    def announce(self, key, amount, day, text="", *, account="acc-eur-1", name=None, iban=None, end_to_end=None):
        return self.effect(
            "pending", key, account=account, amount=str(amount), day=day, value=day, text=text, name=name, iban=iban,
            end_to_end=end_to_end,
        )  # fmt: skip

    def settle(self, key, new_key, day=None):
        """What was pending is booked, under another id, as banks do."""
        found = next(one for account in self.held.values() for one in account.pending if one["id"] == key)
        self.effect("dropped", key)
        given = {name: value for name, value in found.items() if name != "id"}
        return self.effect("booking", new_key, **{**given, "day": day or given["day"]})

    def change(self, key, **facts):
        """The bank corrects a booking under the id it has."""
        return self.effect("changed", key, **facts)

    # how it is shown

    def page(self, rows, number):
        """``(rows of this page, whether more follow)``; the first page is number 0."""
        size, settings = self.settings["page_size"], self.settings
        begin = number * size
        if settings["repeat"] and number:
            begin -= 1
        return rows[begin : number * size + size], number * size + size < len(rows)

    def shift(self, account, number):
        """The booking that comes in between two pages, once."""
        if self.settings["shift"] and number == 0:
            self._late += 1
            self.settings["shift"] = False
            day = account.booked[0]["day"] if account.booked else "2026-03-02"
            self.book(f"late-{self._late}", "7.77", day, "Came in between", account=account.id)

    def exceeded(self, account_id, scope):
        """Whether the account was read too often today; reading counts."""
        limit = self.settings["calls_a_day"]
        used = self.spent.get((account_id, scope), 0)
        if limit and used >= limit:
            return True
        self.spent[account_id, scope] = used + 1
        return False

    def left(self, account_id, scope):
        return max(self.settings["calls_a_day"] - self.spent.get((account_id, scope), 0), 0)
