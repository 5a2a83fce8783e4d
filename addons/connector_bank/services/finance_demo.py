from odoo import Command, api, fields, models

from ..demo_data import make_plan

ACCOUNTS = (
    ("finance_tolerance_account_id", "659100", "Payment differences", "expense"),
    ("finance_fee_account_id", "659200", "Bank charges", "expense"),
    ("finance_discount_account_id", "659300", "Early payment discounts", "expense"),
)


class FinanceDemo(models.AbstractModel):
    """The banks of the demo company, and the invoices and payments its bank files are about."""

    _inherit = "finance.demo"

    @api.model
    def _plan(self):
        """The plan of this database."""
        return make_plan(self._day())

    @api.model
    def _build_bank(self):
        """The demo company with its banks and documents, entered where they are not there yet."""
        company = self._build()
        if self.env.ref("connector_bank.demo_journal_eur", raise_if_not_found=False):
            return company
        self = self._inside(company)
        plan = self._plan()
        self._set_accounts(company.with_env(self.env))
        journals = self._create_journals(plan)
        partners = self._create_partners(plan)
        self._create_opening(plan, journals)
        moves = self._create_documents(plan, partners)
        self._create_payments(plan, moves, journals)
        self._create_connectors(plan)
        self._round_off()
        return company

    def _set_accounts(self, company):
        for field, code, name, kind in ACCOUNTS:
            company[field] = self.env["account.account"].create({"code": code, "name": name, "account_type": kind})

    # banks

    def _create_journals(self, plan):
        """A bank journal for each account, by key."""
        journals = {}
        for bank in plan.banks:
            record = self.env["res.bank"].create(
                {"name": bank.name, "bic": bank.bic, "country": self._country(bank.country).id}
            )
            self._keep(f"connector_bank.demo_bank_{bank.key}", record)
            currency = self._currency(bank.currency)
            journal = self.env["account.journal"].create(
                {
                    "name": f"{bank.name} {bank.currency}",
                    "code": bank.journal,
                    "type": "bank",
                    "bank_acc_number": bank.account,
                    "bank_id": record.id,
                    "currency_id": currency.id if currency != self.env.company.currency_id else False,
                    "bank_statements_source": "finance_connector",
                }
            )
            journals[bank.key] = self._keep(f"connector_bank.demo_journal_{bank.key}", journal)
        self._own("account.journal", [("code", "=", "BNK1"), ("type", "=", "bank")]).active = False
        return journals

    def _create_opening(self, plan, journals):
        """What was on the accounts before the first statement."""
        day = fields.Date.subtract(plan.calendar.start, days=1)
        equity = self._own("account.account", [("account_type", "in", ("equity", "equity_unaffected"))])
        company = self.env.company
        lines = []
        for bank in plan.banks:
            currency = self._currency(bank.currency)
            amount = float(bank.opening)
            balance = currency._convert(amount, company.currency_id, company, day)
            shared = {"currency_id": currency.id, "name": f"Opening balance {bank.name}"}
            account = journals[bank.key].default_account_id
            lines += [
                {**shared, "account_id": account.id, "amount_currency": amount, "balance": balance},
                {**shared, "account_id": equity.id, "amount_currency": -amount, "balance": -balance},
            ]
        journal = self._own("account.journal", [("type", "=", "general")])
        self.env["account.move"].create(
            {"date": day, "journal_id": journal.id, "ref": "Opening", "line_ids": [Command.create(v) for v in lines]}
        ).action_post()

    def _country(self, code):
        return self.env["res.country"].search([("code", "=", code)])

    def _currency(self, name):
        return self.env["res.currency"].search([("name", "=", name)])

    # customers, vendors and their documents

    def _create_partners(self, plan):
        """Partners by key, each with its bank account."""
        terms = self._payment_terms()
        people = (*plan.customers, *plan.vendors)
        records = self.env["res.partner"].create(
            [
                {
                    "name": partner.name,
                    "is_company": True,
                    "company_id": self.env.company.id,
                    "country_id": self._country(partner.country).id,
                    "customer_rank": int(partner.is_customer),
                    "supplier_rank": int(not partner.is_customer),
                    "property_payment_term_id": terms[partner.discount].id if partner.is_customer else False,
                    "bank_ids": [Command.create({"acc_number": partner.account, "company_id": self.env.company.id})],
                }
                for partner in people
            ]
        )
        return {partner.key: record for partner, record in zip(people, records, strict=True)}

    def _payment_terms(self):
        """``{whether with early payment discount: term}``"""
        line = {"value": "percent", "value_amount": 100, "nb_days": 30}
        plain, discount = self.env["account.payment.term"].create(
            [
                {"name": "30 days net", "company_id": self.env.company.id, "line_ids": [Command.create(line)]},
                {
                    "name": "2% within 10 days, 30 days net",
                    "company_id": self.env.company.id,
                    "early_discount": True,
                    "discount_percentage": 2,
                    "discount_days": 10,
                    "early_pay_discount_computation": "included",
                    "line_ids": [Command.create(line)],
                },
            ]
        )
        return {False: plain, True: discount}

    def _create_documents(self, plan, partners):
        """Posted moves by document key."""
        moves = self.env["account.move"].create(
            [self._move_values(document, partners[document.partner.key]) for document in plan.documents]
        )
        moves.action_post()
        return {document.key: move for document, move in zip(plan.documents, moves, strict=True)}

    def _move_values(self, document, partner):
        what = "Goods delivered" if document.partner.is_customer else "Goods received"
        values = {
            "move_type": document.kind,
            "partner_id": partner.id,
            "invoice_date": document.dated_on,
            "date": document.dated_on,
            "currency_id": self._currency(document.partner.currency).id,
            "invoice_line_ids": [
                Command.create({"name": what, "price_unit": float(document.amount), "tax_ids": [Command.clear()]})
            ],
        }
        if document.kind == "in_invoice":
            return {**values, "ref": document.number}
        return {**values, "name": document.number, "payment_reference": document.reference or document.number}

    def _create_payments(self, plan, moves, journals):
        """Our own transfers, settled with their bills and under way to the bank."""
        payments = self.env["account.payment"].create(
            [
                {
                    "payment_type": "outbound",
                    "partner_type": "supplier",
                    "partner_id": moves[payment.bill.key].partner_id.id,
                    "partner_bank_id": moves[payment.bill.key].partner_id.bank_ids.id,
                    "amount": float(payment.bill.amount),
                    "currency_id": moves[payment.bill.key].currency_id.id,
                    "journal_id": journals[payment.bill.partner.currency.lower()].id,
                    "date": payment.made_on,
                    "memo": payment.bill.number,
                    "payment_reference": payment.key,
                }
                for payment in plan.payments
            ]
        )
        payments.action_post()
        pairs = []
        for payment, record in zip(plan.payments, payments, strict=True):
            lines = record.move_id.line_ids | moves[payment.bill.key].line_ids
            pairs.append(lines.filtered(lambda line: line.account_id.account_type == "liability_payable"))
        self.env["account.move.line"]._reconcile_plan(pairs)

    # connectors

    def _create_connectors(self, plan):
        """A folder connector for each bank, and one that is paused."""
        owner = self.env.ref("base.user_admin")
        for bank in plan.banks:
            connector = self._connector(bank.key, bank.name, owner, "active")
            connector.action_test()
        paused = self._connector("old", "Kontor-Portal Sandbank (old)", owner, "draft")
        paused._pause("The account was closed.")
        self.env["finance.connector"]._upload_connector(self.env.company).sudo().owner_id = owner

    def _connector(self, key, name, owner, state):
        connector = self.env["finance.connector"].create(
            {
                "name": name,
                "code": f"demo.{key}",
                "company_id": self.env.company.id,
                "domain": "bank",
                "transport": "folder",
                "environment": "sandbox",
                "address": f"demo/{key}",
                "pattern": "*.*",
                "owner_id": owner.id,
                "state": state,
                "flow_ids": [
                    Command.create({"name": "Statements", "kind": "statement", "direction": "in", "mode": "batch"})
                ],
            }
        )
        return self._keep(f"connector_bank.demo_connector_{key}", connector)
