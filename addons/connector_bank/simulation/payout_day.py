"""A payout day of a shop with many payments, by seed: the provider's files, the bank's, and what they must come to.

The files have the columns of Stripe's payout reconciliation. Payments of the same seed are equal; each payout adds up.
"""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

DAY = date(2026, 3, 2)
CENT = Decimal("0.01")
_TITLES = (
    "automatic_payout_id", "balance_transaction_id", "created", "available_on", "currency", "gross", "fee", "net",
    "reporting_category", "source_id", "charge_id", "invoice_number", "description",
)  # fmt: skip
_RATE, _FIXED, _DISPUTE = Decimal("0.015"), Decimal("0.25"), Decimal("15.00")
#: Of a thousand payments so many are refunded whole in the same payout.
_REFUNDED = 20


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    amount: Decimal


@dataclass(slots=True)
class Payout:
    """One payout: its file, what it pays, and how much of each kind it holds."""

    name: str
    content: bytes
    paid: Decimal
    sums: dict = field(default_factory=dict)


class PayoutDay:
    """``orders`` are paid by invoice, ``payouts`` and ``bank`` are the files of the day."""

    def __init__(self, seed=1, transactions=20_000, invoices=500, payouts=4):
        if not payouts <= invoices <= transactions // 2:
            raise ValueError("at least an invoice for each payout, and at most for half of the payments")
        self._chance = random.Random(f"payout day {seed}")  # noqa: S311  not for secrets
        self._seed, self._count = seed, 0
        self.orders = [
            Order(f"ORD-{seed}-{number:06}", self._amount(2000, 90000)) for number in range(1, invoices + 1)
        ]
        self.disputed = []
        self.payouts = []
        for number in range(payouts):
            share = self.orders[number::payouts]
            count = transactions // payouts + (number < transactions % payouts)
            self.payouts.append(self._payout(number + 1, share, count))

    def _amount(self, least, most):
        return Decimal(self._chance.randrange(least, most)).scaleb(-2)

    def _payout(self, number, orders, count):
        name = f"po_{self._seed}_{number}"
        rows = [self._charge(name, order.amount, f"{name}_{order.number}", order.number) for order in orders]
        if number > 1:  # an invoice of the payout before is charged back
            order = self.orders[number - 2]  # the first of its share
            charge = f"po_{self._seed}_{number - 1}_{order.number}"
            rows.append(self._row(name, "dispute", -order.amount, _DISPUTE, charge, "", "fraudulent"))
            self.disputed.append(order)
        while len(rows) < count - 1:
            amount, charge = self._amount(500, 30000), f"{name}_{len(rows)}"
            rows.append(self._charge(name, amount, charge, ""))
            if self._chance.randrange(1000) < _REFUNDED and len(rows) < count - 1:
                rows.append(self._row(name, "refund", -amount, Decimal(0), charge, "", "Refund"))
        rows.append(self._row(name, "risk_reserved_funds", Decimal("-50.00"), Decimal(0), "", "", "Reserve"))
        self._chance.shuffle(rows)
        paid = sum(row["net"] for row in rows)
        sums = {}
        for row in rows:
            kind = row["reporting_category"]
            sums[kind] = sums.get(kind, Decimal(0)) + row["gross"]
            sums["fees"] = sums.get("fees", Decimal(0)) + row["fee"]
        rows.append(self._row(name, "payout", -paid, Decimal(0), "", "", "STRIPE PAYOUT", source=name))
        return Payout(name, _table(rows), paid, sums)

    def _charge(self, payout, amount, charge, order):
        fee = (amount * _RATE + _FIXED).quantize(CENT)
        return self._row(payout, "charge", amount, fee, charge, order, f"Order {order}" if order else "Card payment")

    def _row(self, payout, kind, gross, fee, charge, order, text, source=""):
        self._count += 1
        moment = datetime.combine(DAY, datetime.min.time()) + timedelta(seconds=self._chance.randrange(86_400))
        return {
            "automatic_payout_id": payout,
            "balance_transaction_id": f"txn_{self._seed}_{self._count}",
            "created": f"{moment:%Y-%m-%d %H:%M:%S}",
            "available_on": f"{DAY + timedelta(days=2)} 00:00:00",
            "currency": "eur",
            "gross": gross,
            "fee": fee,
            "net": gross - fee,
            "reporting_category": kind,
            "source_id": source or charge,
            "charge_id": charge,
            "invoice_number": order,
            "description": text,
        }

    def bank(self, account):
        """The bank's camt.053 of the day on which all payouts arrive."""
        day = DAY + timedelta(days=3)
        entries = "".join(
            f'<Ntry><Amt Ccy="EUR">{payout.paid}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
            f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>B-{payout.name}</AcctSvcrRef>"
            f"<BkTxCd/><NtryDtls><TxDtls><RmtInf><Ustrd>STRIPE {payout.name.upper()}</Ustrd></RmtInf></TxDtls>"
            "</NtryDtls></Ntry>"
            for payout in self.payouts
        )
        total = sum(payout.paid for payout in self.payouts)
        balances = "".join(
            f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>'
            f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
            for kind, amount in (("OPBD", Decimal("0.00")), ("CLBD", total))
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
            f"<GrpHdr><MsgId>PD-{self._seed}</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr>"
            f"<Stmt><Id>PD-{self._seed}</Id><CreDtTm>{day}T20:00:00</CreDtTm>"
            f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>{balances}{entries}"
            "</Stmt></BkToCstmrStmt></Document>"
        ).encode()

    def total(self, kind):
        return sum((payout.sums.get(kind, Decimal(0)) for payout in self.payouts), Decimal(0))


def _table(rows):
    target = io.StringIO()
    writer = csv.DictWriter(target, _TITLES, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()
