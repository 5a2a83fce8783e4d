"""Random statement lines of every situation, from a seed."""

import os
from datetime import date, timedelta

from odoo import Command
from odoo.tools import SQL

from ..writing.lines import exemplars


class LedgerCases:
    """Journals, partners and lines as they come: currencies, signs, missing values, years, special partners."""

    def __init__(self, env, company, bank_journal):
        self.env, self.company = env, company
        dollar, pound = (env.ref(f"base.{code}") for code in ("USD", "GBP"))
        (dollar + pound).active = True
        for currency, rates in ((dollar, (1.25, 1.1)), (pound, (0.8, 0.9))):
            for day, rate in zip(("2025-01-01", "2026-03-05"), rates, strict=True):
                env["res.currency.rate"].create(
                    {"currency_id": currency.id, "name": day, "rate": rate, "company_id": company.id}
                )
        open_suspense = env["account.account"].create(
            {"name": "Open suspense", "code": "199901", "account_type": "asset_current", "reconcile": True}
        )
        self.journals = [
            bank_journal("CASE1"),
            bank_journal("CASE2", currency_id=dollar.id),
            bank_journal("CASE3", suspense_account_id=open_suspense.id),
            bank_journal("CASE4"),
        ]
        self._monthly(self.journals[3])
        self.currencies = [env.ref("base.EUR"), dollar, pound]
        self.partners = self._people()

    def _monthly(self, journal):
        """This journal numbers by month, as its first entry says."""
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": journal.id, "date": "2026-01-15", "amount": 1, "payment_ref": "first"}
        )
        line.move_id.name = "BANK/2026/01/0007"

    def _people(self):
        position = self.env["account.fiscal.position"].create({"name": "Abroad", "company_id": self.company.id})
        self.env["account.fiscal.position"].create(
            {"name": "France", "company_id": self.company.id, "auto_apply": True,
             "country_id": self.env.ref("base.fr").id}
        )
        firm = self.env["res.partner"].create(
            {"name": "Dune Atelier", "is_company": True, "country_id": self.env.ref("base.fr").id,
             "bank_ids": [Command.create({"acc_number": "FR7612345678901234567890185"})]}
        )
        made = self.env["res.partner"].create(
            [
                {"name": "Elm Street Garage", "property_account_position_id": position.id},
                {"name": "Reception", "parent_id": firm.id},
                {"name": "Ship to", "parent_id": firm.id, "type": "delivery"},
                {"name": "Birch, sole trader"},
                {"name": "Of this company", "company_id": self.company.id},
            ]
        )
        return firm + made

    def lines(self, chance, count, statement=False):
        """Values of ``count`` lines of one journal."""
        journal = chance.choice(self.journals)
        start = date(chance.choice((2025, 2026)), chance.choice((1, 3, 12)), chance.randint(1, 28))
        own = journal._finance_currency()
        foreign = [currency for currency in self.currencies if currency != own]
        return journal, [
            self._line(chance, journal, start + timedelta(days=chance.choice((0, 0, 1, 9, 40))), foreign, statement)
            for _number in range(count)
        ]

    def _line(self, chance, journal, day, foreign, statement):
        amount = chance.choice((round(chance.uniform(-9000, 9000), 2), 100.0, -0.01, 0.01, 0.0, 12345678.9))
        currency = chance.choice([None, None, None, *foreign]) if amount else None
        other = abs(round(chance.uniform(0.5, 900), 2)) * (1 if amount > 0 else -1) if currency else 0.0
        number = chance.randrange(10**9)
        return {
            "journal_id": journal.id,
            "statement_id": statement,
            "date": day,
            "payment_ref": chance.choice(("Invoice 4711", "ü ö \\ \" ' {x}\ttab\nline", "/", "0", f"RF{number}")),
            "partner_id": chance.choice([False, False, *self.partners.ids]),
            "partner_name": chance.choice((False, "Dune Atelier")),
            "account_number": chance.choice((False, "DE02120300000000202051")),
            "amount": amount,
            "foreign_currency_id": currency.id if currency else False,
            "amount_currency": other,
            "transaction_type": chance.choice((None, "PMNT")),
            "transaction_details": {"details": [{"text": "é\\n", "amount": "1.10"}], "reversal": chance.random() > 0.5},
            "finance_fingerprint": f"case-{number}",
            "finance_occurrence": 1,
            "finance_place": chance.choice((None, "entry 7")),
            "finance_booked_on": chance.choice((None, day)),
            "finance_value_on": day,
            "finance_bank_ref": chance.choice((None, False, f"REF{number}")),
            "finance_intraday": chance.random() > 0.5,
        }


def few(values_list, kinds):
    """As few exemplars as there may be, so that most lines are copies."""
    return exemplars(values_list, kinds, 1)


def aged(env, chance=None):
    """The ledger was written long ago, by somebody else: what is written now shows by its stamp.

    :param chance: some of it was written just now
    """
    env.flush_all()
    env.cr.flush()
    some = SQL("id %% 3 > 0" if chance and chance.random() < 0.3 else "true")
    for table in ("account_move", "account_move_line", "account_payment", "account_bank_statement_line"):
        env.cr.execute(
            SQL("UPDATE %s SET write_date = '2026-01-01', write_uid = 1 WHERE %s", SQL.identifier(table), some)
        )
    env.invalidate_all()


def seeds(share=1):
    """Seeds of random cases: how many is said by FINANCE_EQUIVALENCE_CASES, from which on by FINANCE_EQUIVALENCE_FIRST.

    :param share: a test whose cases take longer has as many times fewer
    """
    first = int(os.environ.get("FINANCE_EQUIVALENCE_FIRST", "0"))
    count = max(int(os.environ.get("FINANCE_EQUIVALENCE_CASES", "150")) // share, 2)
    return range(first, first + count)
