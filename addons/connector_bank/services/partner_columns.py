"""What Odoo computes on an entry from its partner, once for each partner."""

from ..writing.formulas import OF_PARTNER


class PartnerColumns:
    """``OF_PARTNER`` for entries of one journal; a payer is ``(partner id or False, currency id)``."""

    def __init__(self, journal):
        self._journal, self._known = journal, {}

    def know(self, payers):
        """Let Odoo compute the columns of those that are new."""
        new = list(dict.fromkeys(payers).keys() - self._known.keys())
        env = self._journal.env
        self._read_at_once(env["res.partner"].browse({partner for partner, _currency in new if partner}))
        moves = [
            env["account.move"].new(
                {
                    "move_type": "entry",
                    "journal_id": self._journal.id,
                    "company_id": self._journal.company_id.id,
                    "partner_id": partner,
                    "currency_id": currency,
                }
            )
            for partner, currency in new
        ]
        for payer, move in zip(new, env["account.move"].concat(*moves), strict=True):
            self._known[payer] = {name: _plain(move, name) for name in OF_PARTNER}

    def of(self, payer):
        return self._known[payer]

    def _read_at_once(self, partners):
        """What the computations ask of partners one by one."""
        partners.fetch(["complete_name", "type", "is_company", "parent_id", "commercial_partner_id"])
        partners.mapped("child_ids.is_company")
        partners.commercial_partner_id.mapped("bank_ids.allow_out_payment")
        partners.mapped("display_name")
        partners.with_company(self._journal.company_id).fetch(
            ["property_account_position_id", "property_outbound_payment_method_line_id", "country_id", "vat"]
        )


def _plain(move, name):
    value = move[name]
    if move._fields[name].type == "many2one":
        return value._origin.id or None
    return value or None
