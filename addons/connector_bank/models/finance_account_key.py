from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.finance_connector_base.core.errors import BusinessError

from ..formats import FORMATS
from ..importing.payouts import has_key


class FinanceAccountKey(models.Model):
    """Which journal stands for an account at a payment provider, whose files name no bank account."""

    _name = "finance.account.key"
    _description = "Account at a payment provider"
    _order = "format, account, currency_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    journal_id = fields.Many2one(
        "account.journal", required=True, index=True, check_company=True, ondelete="cascade",
        domain="[('type', 'in', ('bank', 'credit'))]",
    )
    format = fields.Selection(selection="_formats", required=True, string="Payment provider")
    account = fields.Char(string="Merchant account", help="As the files name it; empty where they name none.")
    currency_id = fields.Many2one("res.currency", required=True)

    _key_uniq = models.UniqueIndex(
        "(company_id, format, COALESCE(account, ''), currency_id)", "This account has a journal already."
    )

    @api.model
    def _formats(self):
        return [(code, _provider(label)) for code, label in FORMATS.names() if has_key(code)]

    @api.depends("format", "account", "currency_id")
    def _compute_display_name(self):
        for key in self:
            key.display_name = self._words(key.format, key.account, key.currency_id.name)

    @api.model
    def _words(self, format_code, account, currency):
        label = _provider(FORMATS.get(format_code).label) if format_code in FORMATS else format_code
        return " · ".join(part for part in (label, account, currency) if part)

    @api.constrains("journal_id", "currency_id")
    def _check_currency(self):
        for key in self:
            currency = key.journal_id._finance_currency()
            if key.currency_id != currency:
                raise ValidationError(
                    self.env._(
                        "%(journal)s is in %(one)s, this account in %(two)s: choose a journal in that currency.",
                        journal=key.journal_id.display_name, one=currency.name, two=key.currency_id.name,
                    )
                )

    @api.model
    def _journal(self, company, header, chosen=None):
        """The journal of a statement's account at a provider, or an empty one.

        :param chosen: the journal a person chose; it settles which of several is meant
        :raise BusinessError: ``statement.account_ambiguous``: branches have one each
        """
        known = self.sudo().search([("company_id", "child_of", company.id), *self._domain(header)])
        journals = (known.filtered(lambda key: key.company_id == company) or known).journal_id.with_env(self.env)
        if chosen and chosen in journals:
            return chosen
        if len(journals) > 1:
            raise self._ambiguous(header, journals)
        return journals

    @api.model
    def _ambiguous(self, header, journals):
        """The refusal of a statement whose account several journals have."""
        return BusinessError(
            self.env._(
                "Several journals have the account %(account)s: %(names)s", account=header.account or "",
                names=", ".join(journals.sudo().mapped("display_name")),
            ),
            code="statement.account_ambiguous",
        )

    def _domain(self, header):
        return [
            ("format", "=", header.format),
            ("account", "=", header.account or False),
            ("currency_id.name", "=", header.currency),
        ]

    @api.model
    def _remember(self, journal, company, header):
        """This journal stands for the account from now on."""
        if self._journal(company, header, journal):
            return
        self.sudo().create(
            {
                "company_id": journal.company_id.id,
                "journal_id": journal.id,
                "format": header.format,
                "account": header.account or False,
                "currency_id": journal._finance_currency().id,
            }
        )

    @api.model_create_multi
    def create(self, vals_list):
        keys = super().create(vals_list)
        keys.sudo().journal_id.filtered(lambda journal: not journal.finance_payout).finance_payout = "lines"
        return keys


def _provider(label):
    """The provider's name, without the kinds of its files."""
    return label.partition(" (")[0]
