from odoo import models

from .finance_reader import amount, decimal, line


class FinanceReaderMove(models.AbstractModel):
    """What posted documents and entries have in common."""

    _name = "finance.reader.move"
    _inherit = "finance.reader"
    _description = "Document or entry, read"
    _records = "account.move"
    _move_types = ()
    _day = "date"

    def _where(self, filters, naming):
        domain = [("company_id", "=", naming.client.company_id.id), ("move_type", "in", self._move_types)]
        if "from" in filters:
            domain.append((self._day, ">=", filters["from"]))
        if "to" in filters:
            domain.append((self._day, "<=", filters["to"]))
        if "journal" in filters:
            domain.append(("journal_id.code", "=", filters["journal"]))
        if "partner" in filters:
            domain.append(("commercial_partner_id", "=", naming.partner_named(filters["partner"])))
        return domain

    def _in_force(self, record):
        return record.state == "posted"

    def _was_in_force(self, record):
        return record.posted_before

    def _cost_centre(self, row):
        """The one cost centre that bears a row wholly; a split is not said."""
        keys = list((row.analytic_distribution or {}).items())
        if len(keys) != 1 or not keys[0][0].isdecimal() or keys[0][1] != 100:
            return None
        return line(self.env["account.analytic.account"].browse(int(keys[0][0])).exists().code, 64)


class FinanceReaderDocument(models.AbstractModel):
    """Invoices, bills and credit notes as they were posted; discounts and included taxes are in the prices."""

    _name = "finance.reader.document"
    _inherit = "finance.reader.move"
    _description = "Document, read"
    _day = "invoice_date"

    def _partners(self, records):
        return records.partner_id

    def _content(self, record, naming):
        rows = record.invoice_line_ids.filtered(lambda row: row.display_type == "product")
        return {
            "business_key": line(record.name),
            "partner": naming.partner(record.partner_id),
            "issued_on": record.invoice_date.isoformat(),
            "due_on": record.invoice_date_due.isoformat() if record.invoice_date_due else None,
            "currency": record.currency_id.name,
            "journal": line(record.journal_id.code, 64),
            "reference": line(record.ref),
            "lines": [self._line(row) for row in rows],
            "total": amount(record.amount_total, record.currency_id),
        }

    def _line(self, row):
        quantity, price = row.quantity, row.price_unit
        if row.currency_id.compare_amounts(quantity * price, row.price_subtotal):
            price = row.price_subtotal / quantity if quantity else 0.0
        if quantity < 0:
            quantity, price = -quantity, -price
        found = {
            "text": line(row.name) or "-",
            "quantity": decimal(quantity),
            "unit_price": decimal(price),
            "account": line(row.account_id.code, 64),
            "taxes": [line(tax.name, 64) for tax in row.tax_ids],
            "cost_centre": self._cost_centre(row),
        }
        return {name: value for name, value in found.items() if value not in (None, [])}


class FinanceReaderInvoice(models.AbstractModel):
    _name = "finance.reader.invoice"
    _inherit = "finance.reader.document"
    _description = "Invoice, read"
    _move_types = ("out_invoice", "out_receipt")


class FinanceReaderBill(models.AbstractModel):
    _name = "finance.reader.bill"
    _inherit = "finance.reader.document"
    _description = "Bill, read"
    _move_types = ("in_invoice", "in_receipt")


class FinanceReaderCreditNote(models.AbstractModel):
    _name = "finance.reader.credit_note"
    _inherit = "finance.reader.document"
    _description = "Credit note, read"
    _move_types = ("out_refund", "in_refund")

    def _content(self, record, naming):
        side = "customer" if record.move_type == "out_refund" else "supplier"
        credited = record.reversed_entry_id
        kind = "invoice" if side == "customer" else "bill"
        found = self._identities(naming.client, kind, credited).get(credited.id, (None, None))
        # named only where both come from one system, as it is sent
        credits = found[1] if found[0] == naming.source else None
        return {**super()._content(record, naming), "side": side, "credits": credits}


class FinanceReaderTaxResult(models.AbstractModel):
    """The taxes of posted documents, from the rows of their entries."""

    _name = "finance.reader.tax_result"
    _inherit = "finance.reader.move"
    _description = "Tax of a document, read"
    _move_types = ("out_invoice", "out_receipt", "in_invoice", "in_receipt", "out_refund", "in_refund")
    _day = "invoice_date"

    def _linked_as(self, name):
        return ("invoice", "bill", "credit-note")

    def _content(self, record, naming):
        rows = record.line_ids.filtered(lambda row: row.tax_ids or row.tax_line_id)
        sums, currency = {}, record.currency_id
        for row in rows:
            signed = row.amount_currency * record.direction_sign
            for tax in row.tax_ids.flatten_taxes_hierarchy():
                sums.setdefault(tax, [0.0, 0.0])[0] += signed
            if row.tax_line_id:
                sums.setdefault(row.tax_line_id, [0.0, 0.0])[1] += signed
        return {
            "document": line(record.name),
            "issued_on": record.invoice_date.isoformat(),
            "currency": currency.name,
            "taxes": [
                {"tax": line(tax.name), "base": amount(base, currency), "amount": amount(taxed, currency)}
                for tax, (base, taxed) in sums.items()
            ],
        }
