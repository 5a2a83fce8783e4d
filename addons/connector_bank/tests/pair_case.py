"""Bank items and the items of invoices that they settle."""

from odoo.addons.finance_connector_base.tests.common import server_option

from .common import BankCase


class PairCase(BankCase):
    """Bank items and the items of invoices that they settle, in euro and dollars."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.writer = cls.env["finance.pair.writer"]
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        for day, rate in (("2025-01-01", 1.1), ("2026-02-01", 1.25), ("2026-04-01", 1.2)):
            cls.env["res.currency.rate"].create(
                {"currency_id": cls.dollar.id, "name": day, "rate": rate, "company_id": cls.company.id}
            )
        cls.dollars = cls.bank_journal("DOLLA", currency_id=cls.dollar.id)

    def plan(self, amount, move_type="out_invoice", share=1, journal=None, on="2026-03-05", **values):
        """The item of a bank line that stands on the account of the invoice, and the item of the invoice.

        :param share: how much of the invoice the bank line pays
        """
        if journal:
            values["currency_id"] = journal.currency_id.id
        invoice = self.invoice(amount, move_type=move_type, **values)
        item = invoice.line_ids.filtered(
            lambda one: one.account_id.account_type in ("asset_receivable", "liability_payable")
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": (journal or self.journal).id, "date": on, "payment_ref": invoice.name,
                "amount": round((item.amount_currency if journal else item.balance) * share, 2),
                "partner_id": invoice.partner_id.id,
                "counterpart_account_id": item.account_id.id,
            }
        )  # fmt: skip
        return line._seek_for_lines()[2] + item

    def reconcile(self, plans):
        self.env.flush_all()
        self.env.cr.flush()
        with server_option(bulk_pairs="2"):
            self.writer._reconcile(plans)
        self.env.cr.flush()

    def talk(self, chance, invoice):
        """What was said of the invoice before; what is said of its payment follows one of these."""
        for _number in range(chance.choice((0, 1, 3))):
            kind = chance.choice(("comment", "notification"))
            message = invoice.message_post(body="said before", message_type=kind)
            message.date = f"2026-01-{chance.randint(10, 12)} 10:00:00"

    def proof(self):
        return self.env["finance.writer.proof"].search(
            [("journal_id", "=", self.journal.id), ("what", "=", "reconciliation")], limit=1
        )
