from decimal import Decimal

from odoo import Command, models

from ..canonical.balance import company_amounts, unbalanced
from ..core.errors import BusinessError
from .finance_canonical import QUIET


class FinanceCanonicalJournalEntry(models.AbstractModel):
    """Journal entries, rows exactly as they were sent: no tax is computed and no row is added."""

    _name = "finance.canonical.journal_entry"
    _inherit = "finance.canonical.account_move"
    _description = "Canonical journal entry"
    _led = "entry"

    def _prepare(self, run):  # pylint: disable=missing-return
        super()._prepare(run)
        partners = {(item.source, line.partner) for item in run.waiting for line in item.found.lines if line.partner}
        self._look_up(run, "partner", partners)

    def _values(self, run, item):
        entry = item.found
        faults = unbalanced(entry, run.company.currency_id.name)
        if faults:
            raise BusinessError(faults[0].text, code=faults[0].code, place=faults[0].pointer)
        journal = self._journal(run, item)
        self._refuse_locked(run, entry.dated_on, journal, False, "/dated_on")
        currency = self._currency(run, entry.currency, "/currency")
        return {
            "move_type": "entry",
            "company_id": run.company.id,
            "journal_id": journal.id,
            "date": entry.dated_on,
            "ref": entry.reference,
            "currency_id": currency.id,
            "line_ids": [Command.create(values) for values in self._lines(run, item, currency)],
        }

    def _lines(self, run, item, currency):
        entry, company_currency = item.found, run.company.currency_id
        rows = []
        for number, line in enumerate(entry.lines):
            pointer = f"/lines/{number}"
            own = self._currency(run, line.currency, f"{pointer}/currency") if line.currency else currency
            rows.append(
                {
                    "account_id": self._found(run, "account", (line.account, item.day), f"{pointer}/account"),
                    "name": line.text or entry.reference,
                    "currency_id": own.id,
                    "amount_currency": self._rounded(own, line.amount, f"{pointer}/amount"),
                    "partner_id": line.partner
                    and self._found(run, "partner", (item.source, line.partner), f"{pointer}/partner"),
                    "analytic_distribution": self._analytic(run, item, line.cost_centre, f"{pointer}/cost_centre"),
                    "tax_ids": [Command.clear()],
                }
            )
        for row, balance in zip(rows, self._balances(run, entry, rows, company_currency), strict=True):
            row["balance"] = balance
        return rows

    def _balances(self, run, entry, rows, company_currency):
        """Amounts in the company's currency: as sent, or converted at the rate of the day."""
        given = [line.company_amount for line in entry.lines]
        foreign = [row["currency_id"] != company_currency.id for row in rows]
        if any(amount is not None for amount in given):
            if None in given or sum(given):
                raise BusinessError(
                    self.env._("Amounts in the company's currency must stand in every row and sum to zero."),
                    code="entry.company_amount",
                    place="/lines",
                )
            for number, (row, amount) in enumerate(zip(rows, given, strict=True)):
                place = f"/lines/{number}/company_amount"
                self._rounded(company_currency, amount, place)
                if (not foreign[number] and float(amount) != row["amount_currency"]) or (
                    amount * entry.lines[number].amount < 0
                ):
                    raise BusinessError(
                        self.env._("Both amounts of the row contradict each other."),
                        code="entry.company_amount",
                        place=place,
                    )
            return [float(amount) for amount in given]
        if not any(foreign):
            return [row["amount_currency"] for row in rows]
        converted = [
            Decimal(repr(self._rate(run, entry.dated_on, row["currency_id"], company_currency))) * line.amount
            for row, line in zip(rows, entry.lines, strict=True)
        ]
        return [float(amount) for amount in company_amounts(converted, company_currency.decimal_places)]

    def _rate(self, run, day, currency_id, company_currency):
        """Company currency for one unit, asked once for each currency and day."""
        rates = run.facts.setdefault("rates", {})
        if (currency_id, day) not in rates:
            currency = self.env["res.currency"].browse(currency_id)
            rates[currency_id, day] = self.env["res.currency"]._get_conversion_rate(
                currency, company_currency, run.company, day
            )
        return rates[currency_id, day]

    def _write_new(self, run, pairs):
        """Rows are complete, so nothing is to be derived from them; that they balance Odoo checks for all at once."""
        quiet = self.env[self._records].with_context(**QUIET, skip_invoice_sync=True)
        return quiet.create([values for _item, values in pairs]).with_context(skip_invoice_sync=False)


class FinanceCanonicalReversal(models.AbstractModel):
    """All journal entries of an earlier request are reversed together, or none of them."""

    _name = "finance.canonical.reversal"
    _inherit = "finance.canonical"
    _description = "Canonical reversal"
    _records = "finance.message"
    _led = "entry"

    def _values(self, run, item):
        message = self.env["finance.message"].search(
            [
                ("connector_id", "=", run.message.connector_id.id),
                ("direction", "=", "in"),
                ("correlation_id", "=", item.found.request),
            ]
        )
        written = self.env["finance.message.item"].search(
            [("message_id", "in", message.ids), ("object", "=", "journal-entry"), ("state", "=", "done")]
        )
        moves = self.env["account.move"].browse(written.mapped("res_id")).exists()
        if not moves:
            raise BusinessError(
                self.env._("No journal entries of that request were written."),
                code="reversal.unknown",
                place="/request",
            )
        if moves.filtered(lambda move: move.state != "posted"):
            raise BusinessError(
                self.env._("Some entries of that request are not posted."), code="reversal.draft", place="/request"
            )
        self._refuse_reversed(moves)
        for journal in moves.journal_id:
            self._refuse_locked(run, item.found.dated_on, journal, False, "/dated_on")
        return {"message": message, "moves": moves}

    def _refuse_reversed(self, moves):
        if moves.reversal_move_ids:
            raise BusinessError(
                self.env._("Some entries of that request are reversed already."), code="reversal.done", place="/request"
            )

    def _write_new(self, run, pairs):
        messages = self.env["finance.message"]
        for item, values in pairs:
            # two who take back the same request collide here, and the later one sees the reversal
            self.env.cr.execute(
                "UPDATE finance_message SET write_date = write_date WHERE id = %s", [values["message"].id]
            )
            self._refuse_reversed(values["moves"])
            wanted = {"date": item.found.dated_on, "ref": item.found.reason}
            moves = values["moves"].with_context(**QUIET)
            moves._reverse_moves([dict(wanted) for _move in moves], cancel=True)
            messages |= values["message"]
        return messages
