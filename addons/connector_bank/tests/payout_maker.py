"""Small files of payment providers for tests of the ledger: Stripe's payout reconciliation, PayPal's settlement."""

import csv
import io
from decimal import Decimal

_STRIPE = (
    "automatic_payout_id", "balance_transaction_id", "created", "available_on", "currency", "gross", "fee", "net",
    "reporting_category", "source_id", "charge_id", "invoice_number", "description", "customer_facing_amount",
    "customer_facing_currency",
)  # fmt: skip
_PAYPAL = (
    "CH", "Transaction ID", "Invoice ID", "PayPal Reference ID", "PayPal Reference ID Type", "Transaction Event Code",
    "Transaction Initiation Date", "Transaction Completion Date", "Transaction Debit or Credit",
    "Gross Transaction Amount", "Gross Transaction Currency", "Fee Debit or Credit", "Fee Amount", "Fee Currency",
    "Custom Field", "Consumer ID", "Payment Tracking ID", "Store ID", "Bank Reference ID",
)  # fmt: skip


def stripe(payout, rows, *, day="2026-03-05", currency="eur", paid=None):
    """A payout reconciliation: ``rows`` are ``(category, gross, fee, values)``; the payout takes what they come to.

    :param paid: another amount of the payout, where it does not add up; "no" for none
    """
    target = io.StringIO()
    writer = csv.DictWriter(target, _STRIPE, restval="", lineterminator="\n")
    writer.writeheader()
    total = sum((Decimal(gross) - Decimal(fee) for _kind, gross, fee, _values in rows), Decimal(0))
    rows = list(rows)
    if paid != "no":
        gone = Decimal(paid) if paid else total
        rows.append(("payout", -gone, 0, {"source_id": payout, "description": "STRIPE PAYOUT"}))
    for number, (kind, gross, fee, values) in enumerate(rows, start=1):
        writer.writerow(
            {
                "automatic_payout_id": payout, "balance_transaction_id": f"txn_{payout}_{number}",
                "created": f"{day} 09:00:00", "available_on": f"{day} 00:00:00", "currency": currency, "gross": gross,
                "fee": fee, "net": Decimal(gross) - Decimal(fee), "reporting_category": kind, **values,
            }
        )  # fmt: skip
    return target.getvalue().encode()


def paypal(rows, *, account="MERCHANT01", day="2026/03/05"):
    """A settlement report: ``rows`` are ``(id, invoice, reference, event, amount, currency, fee)``, amounts signed."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    moment = f"{day} 10:00:00 +0100"
    writer.writerow(["RH", f"{day} 23:00:00 +0100", "A", account, "011"])
    writer.writerow(["FH", "01"])
    writer.writerow(["SH", f"{day} 00:00:00 +0100", f"{day} 23:59:59 +0100", account, ""])
    writer.writerow(_PAYPAL)
    for name, invoice, reference, event, amount, currency, fee in rows:
        writer.writerow(
            ["SB", name, invoice, reference, "TXN" if reference else "", event, moment, moment,
             *_side(amount), currency, *_side(fee), currency if fee else "", "", "", "", "", ""]
        )  # fmt: skip
    for currency in dict.fromkeys(row[5] for row in rows):
        own = [row for row in rows if row[5] == currency]
        writer.writerow(_footer(currency, own))
    writer.writerow(["SC", len(rows)])
    writer.writerow(["RC", len(rows)])
    writer.writerow(["FF", len(rows)])
    return target.getvalue().encode()


def _side(amount):
    cents = int(Decimal(amount or 0) * 100)
    return ("CR" if cents > 0 else "DR", abs(cents)) if cents else ("", "")


def _footer(currency, rows):
    def cents(place, sign):
        amounts = [int(Decimal(row[place] or 0) * 100) for row in rows]
        return sum(abs(amount) for amount in amounts if amount * sign > 0)

    closing = sum(int((Decimal(row[4]) + Decimal(row[6] or 0)) * 100) for row in rows)
    balance = ["CR" if closing >= 0 else "DR", abs(closing)]
    return ["SF", currency, cents(4, 1), cents(4, -1), cents(6, 1), cents(6, -1), "CR", 0, *balance, "CR", 0, *balance,
            "CR", 0, "CR", 0, len(rows)]  # fmt: skip
