from odoo import fields, models
from odoo.tools import SQL

from ..canonical.objects import HERE
from .finance_reader import amount, line


class FinanceReaderJournalEntry(models.AbstractModel):
    """Posted entries, row by row; those of documents only where the whole ledger is asked for."""

    _name = "finance.reader.journal_entry"
    _inherit = "finance.reader.move"
    _description = "Journal entry, read"
    _move_types = ("entry",)

    def _where(self, filters, naming):
        domain = super()._where(filters, naming)
        if filters.get("ledger") == "all":
            return [part for part in domain if part[0] != "move_type"]
        return domain

    def _partners(self, records):
        return records.line_ids.partner_id

    def _content(self, record, naming):
        own = record.company_id.currency_id
        rows = record.line_ids.filtered(lambda row: row.display_type not in ("line_section", "line_subsection",
                                                                            "line_note"))  # fmt: skip
        return {
            "business_key": line(record.name),
            "dated_on": record.date.isoformat(),
            "journal": line(record.journal_id.code, 64),
            "currency": record.currency_id.name,
            "reference": line(record.ref),
            "lines": [self._line(row, own, naming) for row in rows],
        }

    def _line(self, row, own, naming):
        found = {
            "account": line(row.account_id.code, 64),
            "amount": amount(row.amount_currency, row.currency_id),
            "currency": row.currency_id.name,
            "company_amount": amount(row.balance, own),
            "text": line(row.name),
            "partner": naming.partner(row.partner_id),
            "cost_centre": self._cost_centre(row),
        }
        return {name: value for name, value in found.items() if value is not None}


class FinanceReaderPayment(models.AbstractModel):
    """Payments that were confirmed."""

    _name = "finance.reader.payment"
    _inherit = "finance.reader"
    _description = "Payment, read"
    _records = "account.payment"

    def _where(self, filters, naming):
        domain = [("company_id", "=", naming.client.company_id.id)]
        if "from" in filters:
            domain.append(("date", ">=", filters["from"]))
        if "to" in filters:
            domain.append(("date", "<=", filters["to"]))
        if "journal" in filters:
            domain.append(("journal_id.code", "=", filters["journal"]))
        if "direction" in filters:
            domain.append(("payment_type", "=", "inbound" if filters["direction"] == "in" else "outbound"))
        return domain

    def _in_force(self, record):
        return record.state in ("in_process", "paid")

    def _was_in_force(self, record):
        return record.state in ("canceled", "rejected")

    def _partners(self, records):
        return records.partner_id

    def _content(self, record, naming):
        return {
            "business_key": line(record.name),
            "direction": "in" if record.payment_type == "inbound" else "out",
            "partner": naming.partner(record.partner_id),
            "amount": amount(record.amount, record.currency_id),
            "currency": record.currency_id.name,
            "paid_on": record.date.isoformat(),
            "journal": line(record.journal_id.code, 64),
            "reference": line(record.memo),
        }


class FinanceReaderBalance(models.AbstractModel):
    """The trial balance of a day, account by account; sums are made by the database."""

    _name = "finance.reader.balance"
    _inherit = "finance.reader"
    _description = "Balance, read"
    _records = "account.account"

    def _page(self, client, registered, wanted):
        until = wanted.filters.get("until") or fields.Date.context_today(self)
        rows = self._sums(client.company_id, until, wanted)
        more, rows = len(rows) > wanted.limit, rows[: wanted.limit]
        items, skipped = [], []
        currency = client.company_id.currency_id
        for number, debit, credit in rows:
            account = self.env["account.account"].browse(number)
            identity = {"source_system": HERE, "external_id": f"{number}:{until}"}
            shown, fault = self._checked(
                registered,
                {
                    **identity,
                    "account": line(account.code),
                    "name": line(account.name),
                    "until": until.isoformat(),
                    "debit": amount(debit, currency),
                    "credit": amount(credit, currency),
                    "balance": amount(debit - credit, currency),
                    "currency": currency.name,
                },
            )
            if fault:
                skipped.append({**identity, "code": fault.code, "detail": fault.text, "pointer": fault.pointer})
            else:
                items.append(shown)
        last = rows[-1][0] if rows else (wanted.after or (None, 0))[1]
        page = {"items": items, "withdrawn": [], "skipped": skipped}
        return {**page, "cursor": wanted.cursor(None, last), "more": more}

    def _sums(self, company, until, wanted):
        """``[(account id, debit, credit)]`` of posted entries; accounts are chosen first, so a page reads no more."""
        self.env["account.move.line"].flush_model()
        domain = [("company_ids", "parent_of", company.ids), ("id", ">", (wanted.after or (None, 0))[1])]
        if "account" in wanted.filters:
            domain.append(("code", "=like", f"{_literal(wanted.filters['account'])}%"))
        model = self.env["account.account"].with_context(active_test=False)
        query = model._search(domain)
        used = SQL(
            "EXISTS (SELECT FROM account_move_line l WHERE l.account_id = %s AND l.company_id = %s "
            "AND l.parent_state = 'posted' AND l.date <= %s)",
            SQL.identifier(query.table, "id"), company.id, until,
        )  # fmt: skip
        query.add_where(used)
        query.order = SQL.identifier(query.table, "id")
        query.limit = wanted.limit + 1
        return self.env.execute_query(
            SQL(
                "SELECT account_id, sum(debit), sum(credit) FROM account_move_line WHERE company_id = %s "
                "AND parent_state = 'posted' AND date <= %s AND account_id IN (%s) GROUP BY account_id "
                "ORDER BY account_id",
                company.id,
                until,
                query.select(),
            )
        )


def _literal(text):
    """``text`` for LIKE, its own marks taken as they are."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
