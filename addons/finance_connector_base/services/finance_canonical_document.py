from odoo import Command, models

from ..core.errors import BusinessError


class FinanceCanonicalDocument(models.AbstractModel):
    """Invoices, bills and credit notes; Odoo computes the taxes, and the total is held against the one sent."""

    _name = "finance.canonical.document"
    _inherit = "finance.canonical.account_move"
    _description = "Canonical document"
    _move_type = None
    _led = "invoice"

    def _side(self, found):
        """``customer`` or ``supplier``."""
        raise NotImplementedError

    def _prepare(self, run):  # pylint: disable=missing-return
        super()._prepare(run)
        self._look_up(run, "partner", {(item.source, item.found.partner) for item in run.waiting})
        codes = {(code, item.day) for item in run.waiting for line in item.found.lines for code in line.taxes}
        for side, use in (("customer", "sale"), ("supplier", "purchase")):
            self._look_up(run, "tax", codes, use=use)
            run.facts[side] = run.facts["tax"]

    def _values(self, run, item):
        found, side = item.found, self._side(item.found)
        journal = self._document_journal(run, item, side)
        run.facts["tax"] = run.facts[side]
        self._refuse_locked(run, found.issued_on, journal, any(line.taxes for line in found.lines), "/issued_on")
        currency = self._currency(run, found.currency, "/currency")
        values = {
            "move_type": self._type_of(found),
            "company_id": run.company.id,
            "journal_id": journal.id,
            "partner_id": self._found(run, "partner", (item.source, found.partner), "/partner"),
            "invoice_date": found.issued_on,
            "date": found.issued_on,
            "currency_id": currency.id,
            "ref": found.reference,
            "invoice_line_ids": [
                Command.create(self._line(run, item, line, f"/lines/{number}"))
                for number, line in enumerate(found.lines)
            ],
        }
        if found.due_on:
            values |= {"invoice_payment_term_id": False, "invoice_date_due": found.due_on}
        if found.total is not None:
            self._rounded(currency, found.total, "/total")
        return values

    def _type_of(self, found):
        return self._move_type

    def _document_journal(self, run, item, side):
        return self._journal(run, item)

    def _line(self, run, item, line, pointer):
        values = {
            "name": line.text,
            "quantity": float(line.quantity),
            "price_unit": float(line.unit_price),
            "tax_ids": [
                Command.set(
                    [
                        self._found(run, "tax", (code, item.day), f"{pointer}/taxes/{number}")
                        for number, code in enumerate(line.taxes)
                    ]
                )
            ],
            "analytic_distribution": self._analytic(run, item, line.cost_centre, f"{pointer}/cost_centre"),
        }
        if line.account:
            values["account_id"] = self._found(run, "account", (line.account, item.day), f"{pointer}/account")
        return values

    def _check(self, run, pairs, records):  # pylint: disable=missing-return
        for (item, _values), move in zip(pairs, records, strict=True):
            wanted = item.found.total
            if wanted is not None and move.currency_id.compare_amounts(move.amount_total, float(wanted)):
                raise BusinessError(
                    self.env._(
                        "Rows and taxes give %(ours)s, the total sent is %(theirs)s.",
                        ours=move.currency_id.round(move.amount_total),
                        theirs=wanted,
                    ),
                    code="document.total",
                    place="/total",
                )
        super()._check(run, pairs, records)


class FinanceCanonicalInvoice(models.AbstractModel):
    _name = "finance.canonical.invoice"
    _inherit = "finance.canonical.document"
    _description = "Canonical invoice"
    _move_type = "out_invoice"
    _journal_types = ("sale",)

    def _side(self, found):
        return "customer"


class FinanceCanonicalBill(models.AbstractModel):
    _name = "finance.canonical.bill"
    _inherit = "finance.canonical.document"
    _description = "Canonical bill"
    _move_type = "in_invoice"
    _journal_types = ("purchase",)

    def _side(self, found):
        return "supplier"


class FinanceCanonicalCreditNote(models.AbstractModel):
    _name = "finance.canonical.credit_note"
    _inherit = "finance.canonical.document"
    _description = "Canonical credit note"
    _journal_types = ("sale", "purchase")

    def _side(self, found):
        return found.side

    def _type_of(self, found):
        return "out_refund" if found.side == "customer" else "in_refund"

    def _prepare(self, run):  # pylint: disable=missing-return
        super()._prepare(run)
        for side, name, kind in (("customer", "invoice", "sale"), ("supplier", "bill", "purchase")):
            credited = [(item.source, item.found.credits) for item in run.waiting if item.found.side == side]
            known = self.env["finance.link"]._canonical(run.company, name, [key for key in credited if key[1]])
            run.facts[f"credited_{side}"] = known
            run.facts[f"journal_{side}"] = self.env["account.journal"].search(
                [("company_id", "=", run.company.id), ("type", "=", kind)], limit=1
            )

    def _document_journal(self, run, item, side):
        if not item.found.journal:
            run.facts["usual_journal"] = run.facts[f"journal_{side}"]
        journal = self._journal(run, item)
        if journal.type != ("sale" if side == "customer" else "purchase"):
            raise BusinessError(
                self.env._("The journal %s is for the other side.", journal.code),
                code="unknown.journal",
                place="/journal",
            )
        return journal

    def _values(self, run, item):
        values = super()._values(run, item)
        if item.found.credits:
            known = run.facts[f"credited_{item.found.side}"].get((item.source, item.found.credits))
            if known is None:
                raise BusinessError(
                    self.env._("The document %s is not known.", item.found.credits),
                    code="unknown.document",
                    place="/credits",
                )
            values["reversed_entry_id"] = known[0]
        return values
