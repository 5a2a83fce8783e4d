from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..importing.payouts import CHARGED


class FinancePayoutFee(models.AbstractModel):
    """What a payment provider charges, as journal items: the fee on its account, its tax on the tax's own."""

    _name = "finance.payout.fee"
    _description = "Fees of payment providers"

    @api.model
    def _missing(self, journal):
        """Why fees of this journal cannot be booked, in words; or nothing."""
        if journal._finance_fee_account():
            return None
        return self.env._("%s has no account for fees", journal.display_name)

    @api.model
    def _items(self, journal, kind, amount, balance, currency, label, *, net=False):
        """Values of the journal items for one charge.

        :param kind: fee, tax or rounding
        :param amount: as the ledger has it, positive where we pay; in ``currency``
        :param balance: the same in the currency of the company
        :param net: the provider states the tax on rows of its own: the fee is its base alone
        """
        if kind not in CHARGED:
            raise ValueError(f"{kind} is no charge")
        if not journal._finance_fee_account():
            raise UserError(self._missing(journal))
        tax = journal.finance_payout_fee_tax_id
        if kind == "tax" and tax:
            return [self._stated_tax(journal, tax, amount, balance, currency, label)]
        if kind == "fee" and tax:
            return self._with_tax(journal, tax, amount, balance, currency, label, net)
        return [self._plain(journal._finance_fee_account(), amount, balance, currency, label)]

    def _plain(self, account, amount, balance, currency, label):
        return {
            "account_id": account.id,
            "name": label,
            "currency_id": currency.id,
            "balance": balance,
            "amount_currency": amount,
        }

    def _stated_tax(self, journal, tax, amount, balance, currency, label):
        """A row that is the tax itself: on the account and the tags of the tax, whatever its rate makes."""
        lines = tax.refund_repartition_line_ids if amount < 0 else tax.invoice_repartition_line_ids
        part = lines.filtered(lambda line: line.repartition_type == "tax" and line.factor_percent > 0)[:1]
        values = self._plain(part.account_id or journal._finance_fee_account(), amount, balance, currency, label)
        return {**values, "tax_repartition_line_id": part.id, "tax_tag_ids": [Command.set(part.tag_ids.ids)]}

    def _with_tax(self, journal, tax, amount, balance, currency, label, net):
        """Base and tax by Odoo's own computation: together exactly what was taken."""
        model, company = self.env["account.tax"], journal.company_id
        sign = -1 if amount < 0 else 1
        base = model._prepare_base_line_for_taxes_computation(
            {},
            currency_id=currency,
            tax_ids=tax,
            price_unit=abs(amount),
            quantity=1.0,
            account_id=journal._finance_fee_account(),
            rate=abs(amount) / abs(balance) if balance else 1.0,
            sign=sign,
            is_refund=amount < 0,
            special_mode="total_excluded" if net else "total_included",
            partner_id=self.env["res.partner"],
        )
        model._add_tax_details_in_base_lines([base], company)
        model._round_base_lines_tax_details([base], company)
        model._add_accounting_data_in_base_lines_tax_details([base], company)
        found = model._prepare_tax_lines([base], company)
        amounts = found["base_lines_to_update"][0][1]
        items = [
            {
                **self._plain(
                    journal._finance_fee_account(), amounts["amount_currency"], amounts["balance"], currency, label
                ),
                "tax_ids": [Command.set(tax.ids)],
                "tax_tag_ids": amounts["tax_tag_ids"],
            }
        ]
        if not net:
            items += [{**values, "name": f"{values['name']}: {label}"} for values in found["tax_lines_to_add"]]
        left = company.currency_id.round(balance - sum(item["balance"] for item in items))
        if left:  # a rate that does not divide: the base takes what rounding leaves
            items[0]["balance"] += left
            if currency == company.currency_id:
                items[0]["amount_currency"] += left
        return items
