from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import MappingMissingError, TechnicalError

from ..core.tax import TAX_PROVIDERS
from ..providers.line import EngineLine
from .finance_tax_mapping import LEVEL_LABELS


class FinanceConnector(models.Model):
    """A tax connector is the link of one company to one tax engine."""

    _inherit = "finance.connector"

    tax_provider = fields.Selection(selection="_selection_tax_provider", string="Tax engine", tracking=True)
    tax_company_code = fields.Char(
        string="Company code at the engine", tracking=True, help="Under which the engine keeps our documents."
    )
    tax_default_code = fields.Char(
        string="Usual product tax code", help="For products without a code of their own or of their category."
    )
    tax_fallback = fields.Selection(
        [("block", "Do not post"), ("odoo", "Use Odoo's own taxes and true up later")],
        string="If the engine cannot be reached",
        default="block",
        required=True,
        tracking=True,
    )
    tax_deadline_seconds = fields.Integer(
        string="Wait for a quote (seconds)", default=8, help="A person waits for it: keep it short."
    )
    tax_quote_hours = fields.Integer(
        string="A quote holds (hours)", default=72, help="An older quote is asked for again before posting."
    )
    tax_true_up_account_id = fields.Many2one(
        "account.account",
        string="True-up differences",
        check_company=True,
        help="Takes the difference between the tax we posted without the engine and what the engine says.",
    )
    tax_mapping_ids = fields.One2many("finance.tax.mapping", "connector_id", string="Taxes and accounts")
    tax_rate_ids = fields.One2many("finance.tax.rate", "connector_id", string="Own rates")
    tax_position_ids = fields.One2many("account.fiscal.position", "tax_connector_id", string="Fiscal positions")

    @api.model
    def _selection_tax_provider(self):
        return TAX_PROVIDERS.names(self._loaded_addons())

    def _tax_provider_class(self):
        self.ensure_one()
        if not self.tax_provider:
            raise MappingMissingError(_("Choose the tax engine on the connector %s", self.name), code="mapping.tax")
        return TAX_PROVIDERS.get(self.tax_provider)

    def _tax_engine(self, deadline=None):
        """The engine, ready to use; it holds plain values, never records.

        :param deadline: total seconds for one call, where a person waits
        """
        provider = self._tax_provider_class()
        settings = {"rates": self.tax_rate_ids._plain()}
        if not provider.needs_line:
            return provider(None, settings)
        line = {**self._transport_settings(), "timeout_seconds": deadline or self.timeout_seconds}
        return provider(EngineLine(line, self._secrets()).call, settings)

    def _tax_engine_now(self):
        """The engine for a person who waits; ``TechnicalError`` where nothing may be sent now."""
        self.ensure_one()
        if self.state != "active":
            reason = self.pause_reason or _("it is not active")
            raise TechnicalError(_("The connector %(name)s is closed: %(reason)s", name=self.name, reason=reason),
                                 code="tax.closed")  # fmt: skip
        if self._tax_provider_class().needs_line:
            refusal = self.env["finance.permit"]._refusal(self.environment)
            if refusal:
                raise TechnicalError(_("Nothing is sent from here: %s", refusal), code="tax.no_permit")
        return self._tax_engine(deadline=self.tax_deadline_seconds)

    def _tax_for(self, detail):
        """Our tax for what one authority takes: the mapping of its region before the general one."""
        self.ensure_one()
        fitting = self.tax_mapping_ids.filtered(lambda mapping: mapping.level == detail.level)
        found = fitting.filtered(lambda mapping: mapping.region and mapping.region == detail.region)
        found = found or fitting.filtered(lambda mapping: not mapping.region)
        if not found:
            raise MappingMissingError(
                _(
                    "The connector %(name)s has no tax for %(level)s (%(authority)s). Add it under Taxes and accounts.",
                    name=self.name,
                    level=LEVEL_LABELS[detail.level],
                    authority=detail.name,
                ),
                code="mapping.tax",
                place=detail.level,
            )
        return found[:1].tax_id

    def _setup_parts(self):
        rows = [
            [one.level, one.region or None, one.tax_id.id, one.tax_id.name] for one in self.tax_mapping_ids.sorted("id")
        ]
        return {**super()._setup_parts(), **({"taxes": (_("Taxes and accounts"), rows)} if rows else {})}

    def _transport(self, message=None):
        """Messages of a tax connector go through its engine, and so does the Test button."""
        if self.domain == "tax" and self.tax_provider:
            return self._tax_engine()
        return super()._transport(message)

    def action_tax_create_taxes(self):
        """A tax with rate 0 for each level that has none yet; the accountant sets the accounts."""
        self.ensure_one()
        account = self._tax_liability_account()
        if not account:
            raise UserError(_("Create one sales tax with an account first: its account is used for the new taxes."))
        mapped = set(self.tax_mapping_ids.mapped("level"))
        for level in LEVEL_LABELS:
            if level not in mapped:
                tax = self._tax_of_level(level, account)
                self.tax_mapping_ids.create({"connector_id": self.id, "level": level, "tax_id": tax.id})

    def _tax_liability_account(self):
        """The account on which the company's sales taxes are owed."""
        lines = self.env["account.tax.repartition.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("tax_id.type_tax_use", "=", "sale"),
                ("repartition_type", "=", "tax"),
                ("account_id", "!=", False),
            ],
            limit=1,
        )
        return lines.account_id

    def _tax_of_level(self, level, account):
        """The company's tax for a level: that of its other engines, else a new one in a group of its own."""
        known = self.env["finance.tax.mapping"].search(
            [("company_id", "=", self.company_id.id), ("level", "=", level), ("region", "=", False)], limit=1
        )
        return known.tax_id or self.env["account.tax"].create(self._tax_vals(level, account))

    def _tax_vals(self, level, account):
        name = {
            "country": _("Country tax"),
            "state": _("State tax"),
            "county": _("County tax"),
            "city": _("City tax"),
            "special": _("District tax"),
        }[level]
        company = self.company_id
        group = self.env["account.tax.group"].create(
            {"name": name, "company_id": company.id, "country_id": company.account_fiscal_country_id.id}
        )
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return {
            "name": _("%s by engine", name),
            "invoice_label": name,
            "tax_group_id": group.id,
            "company_id": company.id,
            "type_tax_use": "sale",
            "amount_type": "percent",
            "amount": 0.0,
            "price_include_override": "tax_excluded",
            "invoice_repartition_line_ids": repartition,
            "refund_repartition_line_ids": repartition,
        }
