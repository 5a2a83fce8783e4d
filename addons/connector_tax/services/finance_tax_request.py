from decimal import Decimal

from odoo import _, api, fields, models

from odoo.addons.finance_connector_base.core.errors import BusinessError

from ..core.tax import Address, TaxLine, TaxRequest

#: Place of lines that are not saved yet.
LAST = float("inf")


class FinanceTaxRequest(models.AbstractModel):
    """From an invoice to the question a tax engine is asked."""

    _name = "finance.tax.request"
    _description = "Tax question"

    @api.model
    def _taxed_lines(self, move):
        """The lines the engine is asked about, in an order that only their content decides."""
        return move.invoice_line_ids.filtered(lambda line: line.display_type == "product").sorted(
            lambda line: (line.sequence, line._origin.id or LAST)
        )

    @api.model
    def _build(self, move, connector):
        """The question about ``move`` as it stands now.

        :raise BusinessError: something the engine needs is missing
        """
        move, connector = move.sudo(), connector.sudo()
        lines = self._taxed_lines(move)
        if not lines:
            raise BusinessError(_("There is no line to be taxed."), code="tax.no_line")
        partner = move.commercial_partner_id.with_company(move.company_id)
        return TaxRequest(
            code=self._code(move),
            kind="refund" if move.move_type == "out_refund" else "invoice",
            date=move.invoice_date or fields.Date.context_today(move),
            tax_date=self._tax_date(move),
            company_code=connector.tax_company_code or move.company_id.name,
            customer_code=partner._finance_tax_customer_code(),
            currency=move.currency_id.name,
            ship_from=self._address(self._ship_from(move), _("The place goods leave from")),
            ship_to=self._address(move.partner_shipping_id or move.partner_id, _("The delivery address")),
            lines=tuple(self._line(number, line, connector) for number, line in enumerate(lines, start=1)),
            exemption=partner.finance_tax_exemption or None,
            entity_use=partner.finance_tax_entity_use or None,
            vat_number=partner.vat or None,
        )

    def _code(self, move):
        """Number of the document; a draft without one has a code that the engine never keeps."""
        return move.name if move.name and move.name != "/" else f"DRAFT-{move.id}"

    def _tax_date(self, move):
        """A credit note is taxed by the law of the day of its invoice."""
        original = move.reversed_entry_id
        return original.invoice_date or None if move.move_type == "out_refund" and original else None

    def _ship_from(self, move):
        return move.fiscal_position_id.tax_ship_from_id or move.company_id.partner_id

    def _address(self, partner, words):
        if not partner.country_id:
            raise BusinessError(
                _("%(words)s (%(name)s) has no country.", words=words, name=partner.display_name),
                code="tax.address",
                place=partner.display_name,
            )
        return Address(
            country=partner.country_id.code,
            region=partner.state_id.code or None,
            postcode=partner.zip or None,
            city=partner.city or None,
            line1=partner.street or None,
            line2=partner.street2 or None,
        )

    def _line(self, number, line, connector):
        sign = -1 if line.move_id.move_type == "out_refund" else 1
        product = line.product_id
        return TaxLine(
            ref=str(number),
            amount=sign * self._decimal(line.price_subtotal, line.currency_id.decimal_places),
            quantity=self._decimal(line.quantity, 6).normalize(),
            item_code=product.default_code or None,
            tax_code=product.finance_tax_code
            or product.categ_id._finance_tax_code()
            or connector.tax_default_code
            or None,
            description=(line.name or "").partition("\n")[0][:255] or None,
        )

    def _decimal(self, number, places):
        return Decimal(f"{number:.{places}f}")
