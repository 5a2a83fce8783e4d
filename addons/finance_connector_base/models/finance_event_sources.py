"""Which of Odoo's own records and of this addon's are told as events, and what is told about them."""

from odoo import models

DOCUMENTS = {
    "out_invoice": "customer_invoice",
    "out_refund": "customer_credit_note",
    "in_invoice": "supplier_invoice",
    "in_refund": "supplier_credit_note",
    "out_receipt": "receipt",
    "in_receipt": "receipt",
}


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "finance.event.source"]
    _event_columns = frozenset(("state", "payment_state"))
    _event_known_by = ("move_type",)

    def _event_of_new(self):
        return "invoice.created" if self.move_type in DOCUMENTS else None

    def _event_of_change(self, before, after):
        if before["move_type"] not in DOCUMENTS:
            return None
        if after.get("state") == "posted":
            return "credit_note.posted" if before["move_type"].endswith("refund") else "invoice.posted"
        if after.get("payment_state") in ("paid", "in_payment") and before["payment_state"] not in (
            "paid",
            "in_payment",
        ):
            return "invoice.paid" if not before["move_type"].endswith("refund") else None
        return None

    def _event_facts(self):
        own, partners = self._event_externals(), self.partner_id._event_externals()
        found = {}
        for move in self:
            currency = move.currency_id
            found[move.id] = {
                "company_id": move.company_id.id,
                "data": {
                    "id": move.id,
                    "external_ids": own.get(move.id, []),
                    "kind": DOCUMENTS.get(move.move_type),
                    "number": move.name if move.name not in (False, "/") else None,
                    "issued_on": self._event_day(move.invoice_date),
                    "booked_on": self._event_day(move.date),
                    "due_on": self._event_day(move.invoice_date_due),
                    "currency": currency.name,
                    "total": self._event_amount(move.amount_total, currency),
                    "total_tax": self._event_amount(move.amount_tax, currency),
                    "open_amount": self._event_amount(move.amount_residual, currency),
                    "state": move.state,
                    "payment_state": move.payment_state or None,
                    "journal": move.journal_id.code,
                    "partner": move.partner_id._event_partner(partners),
                },
                "private": {"reference": move.ref, "partner_name": move.partner_id.name},
            }
        return found


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "finance.event.source"]
    _event_columns = frozenset(("state", "is_sent"))
    _event_states = {
        "in_process": "payment.confirmed",
        "paid": "payment.settled",
        "rejected": "payment.rejected",
        "canceled": "payment.reversed",
    }

    def _event_of_new(self):
        return "payment.created"

    def _event_of_change(self, before, after):
        return self._event_states.get(after.get("state")) or ("payment.sent" if after.get("is_sent") else None)

    def _event_facts(self):
        own, partners = self._event_externals(), self.partner_id._event_externals()
        return {
            payment.id: {
                "company_id": payment.company_id.id,
                "data": {
                    "id": payment.id,
                    "external_ids": own.get(payment.id, []),
                    "number": payment.name or None,
                    "direction": "in" if payment.payment_type == "inbound" else "out",
                    "amount": self._event_amount(payment.amount, payment.currency_id),
                    "currency": payment.currency_id.name,
                    "paid_on": self._event_day(payment.date),
                    "state": payment.state,
                    "journal": payment.journal_id.code,
                    "partner": payment.partner_id._event_partner(partners),
                },
                "private": {
                    "reference": payment.memo,
                    "account": payment.partner_bank_id.acc_number,
                    "partner_name": payment.partner_id.name,
                },
            }
            for payment in self
        }


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "finance.event.source"]
    _event_columns = frozenset(
        ("supplier_rank", "name", "vat", "is_company", "active", "ref", "email", "phone", "street", "zip", "city",
         "country_id")
    )  # fmt: skip

    def _event_of_new(self):
        return "supplier.created" if self.supplier_rank else None

    def _event_of_change(self, before, after):
        if not before["supplier_rank"]:
            return "supplier.created" if after.get("supplier_rank") else None
        return "supplier.updated" if after.keys() - {"supplier_rank"} else None

    def _event_facts(self):
        own = self._event_externals()
        return {partner.id: partner._event_supplier(own.get(partner.id, [])) for partner in self}

    def _event_supplier(self, externals):
        company = self.is_company
        return {
            "company_id": self.company_id.id or None,
            "data": {
                "id": self.id,
                "external_ids": externals,
                "is_company": company,
                "name": self.name if company else None,
                "vat": (self.vat or None) if company else None,
                "country": self.country_id.code or None,
                "reference": self.ref or None,
                "active": self.active,
            },
            "private": {
                "person_name": False if company else self.name,
                "email": self.email,
                "phone": self.phone,
                "street": self.street,
                "zip": self.zip,
                "city": self.city,
            },
        }

    def _event_partner(self, externals):
        """How other events name this partner."""
        return {"id": self.id, "external_ids": externals.get(self.id, [])} if self else None


class ResPartnerBank(models.Model):
    _name = "res.partner.bank"
    _inherit = ["res.partner.bank", "finance.event.source"]
    _event_new_data = {"change": "created"}
    _event_columns = frozenset(("acc_number", "partner_id", "acc_holder_name", "allow_out_payment", "active"))

    def _event_of_new(self):
        return "supplier.bank.changed"

    def _event_of_change(self, before, after):
        return "supplier.bank.changed"

    def _event_facts(self):
        """The events are about the supplier, in order with its others; accounts of others are not told.

        Odoo archives an account that somebody deletes.
        """
        suppliers = self.filtered("partner_id.supplier_rank")
        partners = suppliers.partner_id._event_externals()
        return {
            account.id: {
                "company_id": account.company_id.id or None,
                "res_model": "res.partner",
                "res_id": account.partner_id.id,
                "data": {
                    "id": account.partner_id.id,
                    "external_ids": partners.get(account.partner_id.id, []),
                    "bank_account": account.id,
                    "change": "changed" if account.active else "removed",
                    "account_ending": (account.sanitized_acc_number or "")[-4:],
                    "trusted": bool(account.allow_out_payment and account.active),
                },
                "private": {"account": account.acc_number, "holder": account.acc_holder_name},
            }
            for account in suppliers
        }


class AccountBankStatement(models.Model):
    _name = "account.bank.statement"
    _inherit = ["account.bank.statement", "finance.event.source"]

    def _event_of_new(self):
        return "statement.imported"

    def _event_facts(self):
        lines = self.env["account.bank.statement.line"]._read_group(
            [("statement_id", "in", self.ids)], ["statement_id"], ["__count"]
        )
        counted = {statement.id: count for statement, count in lines}
        return {
            statement.id: {
                "company_id": statement.company_id.id or None,
                "data": {
                    "id": statement.id,
                    "number": statement.name or None,
                    "journal": statement.journal_id.code or None,
                    "currency": statement.currency_id.name or None,
                    "closed_on": self._event_day(statement.date),
                    "opening": self._event_amount(statement.balance_start, statement.currency_id),
                    "closing": self._event_amount(statement.balance_end_real, statement.currency_id),
                    "lines": counted.get(statement.id, 0),
                },
                "private": {},
            }
            for statement in self
        }


class AccountBankStatementLine(models.Model):
    _name = "account.bank.statement.line"
    _inherit = ["account.bank.statement.line", "finance.event.source"]
    _event_columns = frozenset(("is_reconciled",))

    def _event_of_change(self, before, after):
        if after["is_reconciled"]:
            return "line.reconciled"
        return "line.undone" if before["is_reconciled"] else None

    def _event_facts(self):
        return {
            line.id: {
                "company_id": line.company_id.id,
                "data": {
                    "id": line.id,
                    "statement": line.statement_id.id or None,
                    "journal": line.journal_id.code,
                    "booked_on": self._event_day(line.date),
                    "amount": self._event_amount(line.amount, line.currency_id),
                    "currency": line.currency_id.name,
                    "reconciled": bool(line.is_reconciled),
                },
                "private": {"text": line.payment_ref, "partner_name": line.partner_name,
                            "account": line.account_number},
            }
            for line in self
        }  # fmt: skip


class FinanceException(models.Model):
    _name = "finance.exception"
    _inherit = ["finance.exception", "finance.event.source"]
    _event_columns = frozenset(("state",))
    _event_known_by = ("connector_id",)

    def _event_of_new(self):
        return "case.opened" if self.state == "open" else None

    def _event_of_change(self, before, after):
        return "case.opened" if after["state"] == "open" else "case.closed"

    def _event_facts(self):
        """Nothing about the telling itself: a subscriber that is down would be told of it without end."""
        return {
            case.id: {
                "company_id": case.company_id.id,
                "correlation_id": case.message_id.correlation_id or None,
                "data": {
                    "id": case.id,
                    "code": case.code,
                    "category": case.category or None,
                    "area": case.domain or None,
                    "blocking": case.blocking,
                    "state": case.state,
                    "due_on": case.due_on.isoformat() + "Z" if case.due_on else None,
                    "connector": case.connector_id.code or None,
                },
                "private": {"text": case.text},
            }
            for case in self
            if "event" not in case.connector_id.sudo().flow_ids.mapped("kind")
        }


class FinanceApproval(models.Model):
    _name = "finance.approval"
    _inherit = ["finance.approval", "finance.event.source"]
    _event_columns = frozenset(("state",))

    def _event_of_new(self):
        return "approval.requested"

    def _event_of_change(self, before, after):
        return "approval.decided" if before["state"] == "waiting" else None

    def _event_facts(self):
        return {
            approval.id: {
                "company_id": approval.company_id.id,
                "data": {
                    "id": approval.id,
                    "kind": approval.kind,
                    "state": approval.state,
                    "model": approval.res_model,
                    "record": approval.res_id,
                    "sha256": approval.sha256,
                    "amount": self._event_amount(approval.amount, approval.currency_id)
                    if approval.currency_id
                    else None,
                    "currency": approval.currency_id.name or None,
                },
                "private": {"text": approval.name},
            }
            for approval in self
        }


class FinanceAlert(models.Model):
    _name = "finance.alert"
    _inherit = ["finance.alert", "finance.event.source"]
    _event_columns = frozenset(("state",))

    def _event_of_new(self):
        return "alert.raised" if self.state == "firing" else None

    def _event_of_change(self, before, after):
        if after["state"] == "firing":
            return "alert.raised"
        return "alert.cleared" if before["state"] == "firing" else None

    def _event_facts(self):
        return {
            alert.id: {
                "company_id": alert.company_id.id,
                "data": {
                    "id": alert.id,
                    "rule": alert.rule_id.id,
                    "name": alert.name,
                    "priority": alert.priority,
                    "state": alert.state,
                    "value": alert.value,
                    "since": alert.bad_since.isoformat() + "Z" if alert.bad_since else None,
                },
                "private": {},
            }
            for alert in self
        }
