from odoo import models

from .finance_reader import amount, line


class FinanceReaderStatement(models.AbstractModel):
    """Bank statements without their rows, which are read as transactions."""

    _name = "finance.reader.statement"
    _inherit = "finance.reader"
    _description = "Bank statement, read"
    _records = "account.bank.statement"

    def _where(self, filters, naming):
        return bank_domain(filters, naming)

    def _content(self, record, naming):
        currency = record.currency_id
        return {
            "number": line(record.name),
            "journal": line(record.journal_id.code, 64),
            "dated_on": record.date.isoformat() if record.date else None,
            "currency": currency.name,
            "opening": amount(record.balance_start, currency),
            "closing": amount(record.balance_end_real, currency),
            "rows": str(len(record.line_ids)),
        }


class FinanceReaderTransaction(models.AbstractModel):
    """Rows of bank accounts, booked; whether they are matched does not matter."""

    _name = "finance.reader.transaction"
    _inherit = "finance.reader"
    _description = "Bank transaction, read"
    _records = "account.bank.statement.line"

    def _where(self, filters, naming):
        return bank_domain(filters, naming)

    def _in_force(self, record):
        return record.move_id.state == "posted"

    def _was_in_force(self, record):
        return record.move_id.posted_before

    def _partners(self, records):
        return records.partner_id

    def _content(self, record, naming):
        return {
            "business_key": line(record.move_id.name),
            "journal": line(record.journal_id.code, 64),
            "statement": str(record.statement_id.id) if record.statement_id else None,
            "booked_on": record.date.isoformat(),
            "amount": amount(record.amount, record.currency_id),
            "currency": record.currency_id.name,
            "text": line(record.payment_ref),
            "partner": naming.partner(record.partner_id),
            "partner_name": line(record.partner_name),
        }


def bank_domain(filters, naming):
    """Of the company, narrowed to days and journal."""
    domain = [("company_id", "=", naming.client.company_id.id)]
    if "from" in filters:
        domain.append(("date", ">=", filters["from"]))
    if "to" in filters:
        domain.append(("date", "<=", filters["to"]))
    if "journal" in filters:
        domain.append(("journal_id.code", "=", filters["journal"]))
    return domain
