"""``odoo finance payout-day``: the high-volume scenario, made by seed in a company of its own, booked and checked."""

import sys
import time
from contextlib import contextmanager
from decimal import Decimal

from odoo.fields import Command

from odoo.addons.finance_connector_base.core.errors import ConfigurationError
from odoo.addons.finance_connector_base.core.operation import OPERATIONS, Operation

from ..simulation.payout_day import DAY, PayoutDay

LINE = "account.bank.statement.line"
IBAN = "DE79000000000000000002"
BATCH = 250


@OPERATIONS.add("payout-day", "book a made-up payout day of a shop with many payments; for scratch databases")
class PayoutDayOperation(Operation):
    def arguments(self, parser):
        parser.add_argument("--transactions", type=int, default=20_000, help="20,000 if not given")
        parser.add_argument("--invoices", type=int, default=500, help="payments that have an invoice; 500 if not given")
        parser.add_argument("--payouts", type=int, default=4, help="payouts of the day; 4 if not given")
        parser.add_argument("--seed", type=int, default=1)

    def run(self, options, env):
        try:
            day = PayoutDay(options.seed, options.transactions, options.invoices, options.payouts)
        except ValueError as error:
            raise ConfigurationError(str(error), code="simulation.size") from error
        scenario = Scenario(env, day, f"Payout day {options.seed}")
        scenario.run()
        sys.stdout.write(scenario.report())
        return scenario.result(), 1 if scenario.wrong else 0


class Scenario:
    """Events as they come: each payout's file at once, the bank's statement at the end of the day."""

    def __init__(self, env, day, name):
        self._day, self.seconds, self.checks, self.messages = day, {}, [], []
        if env["res.company"].search_count([("name", "=", name)]):
            raise ConfigurationError(f"the company {name!r} is there already: take another seed", code="simulation.run")
        with self._timed("company"):
            self._found(env, name)

    @property
    def wrong(self):
        return [check for check in self.checks if check[1] != check[2]]

    @contextmanager
    def _timed(self, name):
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 1)

    # what is there before

    def _found(self, env, name):
        euro = env.ref("base.EUR")
        euro.active = True
        company = env["res.company"].create({"name": name, "currency_id": euro.id})
        env.user.company_ids = [Command.link(company.id)]
        self.env = env(context={**env.context, "allowed_company_ids": company.ids, "queue_job__no_delay": True})
        self.company = company.with_env(self.env)
        self.env["account.chart.template"].try_loading("generic_coa", company=self.company, install_demo=False)
        self.company.currency_id = euro  # the chart brings its own
        self.fees = self._account("Provider fees", "659250", "expense")
        self.reserves = self._account("Provider reserves", "119250", "asset_current")
        self.clearing = self._account("Shop sales to clear", "119260", "asset_current")
        self.provider = self._journal("Shop payments", "PDAY")
        self.provider.write(
            {
                "finance_payout": "entry",
                "finance_payout_fee_account_id": self.fees.id,
                "finance_payout_reserve_account_id": self.reserves.id,
                "finance_payout_clearing_account_id": self.clearing.id,
            }
        )
        self.bank = self._journal("House bank", "PBNK")
        self.bank.set_bank_account(IBAN)

    def _account(self, name, code, kind):
        return self.env["account.account"].create({"name": name, "code": code, "account_type": kind})

    def _journal(self, name, code):
        return self.env["account.journal"].create(
            {"name": name, "code": code, "type": "bank", "company_id": self.company.id}
        )

    def _invoice(self):
        customer = self.env["res.partner"].create({"name": "Web customers", "company_id": self.company.id})
        orders, self.invoices = self._day.orders, {}
        for start in range(0, len(orders), BATCH):
            batch = orders[start : start + BATCH]
            moves = self.env["account.move"].create([self._document(customer, order) for order in batch])
            moves.action_post()
            self.invoices.update(zip((order.number for order in batch), moves, strict=True))

    def _document(self, customer, order):
        return {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": DAY,
            "date": DAY,
            "invoice_origin": order.number,
            "company_id": self.company.id,
            "invoice_line_ids": [
                Command.create({"name": "Order", "price_unit": float(order.amount), "tax_ids": [Command.clear()]})
            ],
        }

    # the day

    def run(self):
        with self._timed("invoices"):
            self._invoice()
        with self._timed("payout files"):
            for payout in self._day.payouts:
                self._take(f"{payout.name}.csv", payout.content, self.provider)
        with self._timed("matching"):
            self._match(self.provider)
        with self._timed("bank statement"):
            self._take("bank.xml", self._day.bank(IBAN), None)
            self._match(self.bank)
        with self._timed("all again"):
            lines = self.env[LINE].search_count([("company_id", "=", self.company.id)])
            for payout in self._day.payouts:
                self._take(f"again-{payout.name}.csv", payout.content + b"\n", None)
            self._match(self.provider)
            again = self.env[LINE].search_count([("company_id", "=", self.company.id)])
            self._check("lines after all files came again", again, lines)
        self._look()

    def _take(self, name, content, journal):
        connector = self.env["finance.connector"]._upload_connector(self.company)
        options = {"journal_id": journal.id} if journal else None
        message, _new = self.env["finance.intake"]._store(connector, "statement", content, name=name, options=options)
        message.action_process_now()
        self.messages.append(message)
        return message

    def _match(self, journal):
        self.env["finance.matching"]._match_journals(journal)

    # what it came to

    def _check(self, name, found, expected):
        self.checks.append((name, found, expected))

    def _look(self):
        day, zero = self._day, Decimal("0.00")
        disputed = {order.number for order in day.disputed}
        states = {number: move.payment_state for number, move in self.invoices.items()}
        paid = sum(state == "paid" for state in states.values())
        self._check("invoices paid", paid, len(day.orders) - len(disputed))
        opened = {number for number, state in states.items() if state == "not_paid"}
        self._check("invoices open again after a chargeback", len(opened & disputed), len(disputed))
        self._check("fees", self._balance(self.fees), day.total("fees"))
        self._check("reserves", self._balance(self.reserves), -day.total("risk_reserved_funds"))
        shop = day.total("charge") + day.total("refund") - sum(order.amount for order in day.orders)
        self._check("payments without invoice, refunds taken off", -self._balance(self.clearing), shop)
        self._check("at the provider", self._balance(self.provider.default_account_id), zero)
        self._check("on the way", self._balance(self.company.transfer_account_id), zero)
        arrived = sum((payout.paid for payout in day.payouts), zero)
        self._check("at the bank", self._balance(self.bank.default_account_id), arrived)
        left = [("company_id", "=", self.company.id), ("is_reconciled", "=", False)]
        self._check("lines left", self.env[LINE].search_count(left), 0)
        cases = [("company_id", "=", self.company.id), ("state", "=", "open")]
        self._check("open cases", self.env["finance.exception"].search_count(cases), 0)

    def _balance(self, account):
        [(found,)] = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")], [], ["balance:sum"]
        )
        return Decimal(f"{found or 0.0:.2f}")

    def result(self):
        return {
            "company": self.company.name,
            "transactions": sum(payout.content.count(b"\n") - 2 for payout in self._day.payouts),
            "seconds": self.seconds,
            "checks": {name: [str(found), str(expected)] for name, found, expected in self.checks},
            "wrong": [name for name, _found, _expected in self.wrong],
        }

    def report(self):
        rows = [f"{'':44}{'found':>16}{'expected':>16}"]
        for name, found, expected in self.checks:
            rows.append(f"{name:44}{found!s:>16}{expected!s:>16}{'' if found == expected else '  WRONG'}")
        rows += ["", *(f"{name:44}{seconds:>14} s" for name, seconds in self.seconds.items()), ""]
        return "\n".join(rows)
