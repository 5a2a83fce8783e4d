from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching import Withholding
from ..ruling import Rule, checked_pattern

#: code, name, direction, pattern, bank transaction codes: what most companies have on their accounts.
USUAL = (
    ("charges", "Bank charges", "out",
     r"bank charge|account fee|service charge|kontof(ü|ue)hrung|entgelt|frais bancaire|commission|bankkosten",
     "-CHRG,-FEES,-COMM"),
    ("interest", "Interest", "both", r"\binterest\b|\bzinsen\b|int(é|e)r(ê|e)ts|\brente\b", "-INTR"),
    ("salaries", "Salaries", "out", r"\bsalar(y|ies)\b|\bpayroll\b|\blohn\b|\bgehalt|\bl(ö|oe)hne\b|\bsalaires?\b",
     "PMNT-ICDT-SALA,PMNT-IRCT-SALA"),
    ("taxes", "Tax office", "both", r"\bfinanzamt\b|\bfinanzkasse\b|\bhmrc\b|belastingdienst"
     r"|tr(é|e)sor public|tax office",
     "PMNT-ICDT-TAXE,-TTLS"),
    ("cards", "Card terminal and payment services", "in",
     r"\bstripe\b|\badyen\b|\bsumup\b|\bmollie\b|\bpaypal\b|card terminal|kartenzahlung", "PMNT-MCRD"),
    ("cash", "Cash withdrawal", "out", r"\batm\b|cash withdrawal|geldautomat|barauszahlung|retrait dab",
     "PMNT-CCRD-CWDL,PMNT-CNTR-CWDL"),
)  # fmt: skip

#: Beyond this it is no withholding but another payment (the highest known is 35 %, Switzerland).
MOST_WITHHELD = 50


class AccountReconcileModel(models.Model):
    """A matching rule: which lines it is for, and what they are booked against."""

    _inherit = "account.reconcile.model"

    finance_kind = fields.Selection(
        [("line", "Whole lines"), ("withholding", "Tax withheld")],
        default="line", required=True, string="For",
        help="Whole lines: what no document explains is booked to the counterparts. Tax withheld: a payment that is "
        "short by the percentage settles its documents, and what was kept goes to the account of the counterpart.",
    )
    finance_withheld_percent = fields.Float(string="Withheld %", digits=(5, 3))
    finance_withheld_base = fields.Selection(
        [("untaxed", "Amount without tax"), ("total", "Whole amount"), ("tax", "Tax")],
        default="untaxed", required=True, string="of",
    )
    finance_country_ids = fields.Many2many(
        "res.country", string="Countries", help="Of the customer or vendor; empty is any."
    )
    finance_code = fields.Char(readonly=True, copy=False, help="Of the rules that come with the addon.")
    finance_direction = fields.Selection(
        [("both", "In and out"), ("in", "Money in"), ("out", "Money out")], default="both", required=True,
        string="Direction",
    )
    finance_codes = fields.Char(
        string="Bank transaction codes",
        help="Separated by commas, as domain-family-subfamily or its beginning; -CHRG is that sub-family in any "
        "domain. A line with such a code needs no text.",
    )
    finance_counterparty = fields.Char(
        string="Counterparty", help="Part of the name or of the account number of the counterparty."
    )
    finance_currency_ids = fields.Many2many("res.currency", string="Currencies")
    finance_tolerance = fields.Float(
        string="Tolerance", help="What fixed amounts leave over goes to the last counterpart up to this much."
    )
    finance_automatic_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, string="Booking allowed by",
        help="Who let this rule book without a person. A rule that came from a chart of accounts only proposes.",
    )
    finance_line_count = fields.Integer(compute="_compute_finance_use", string="Lines booked")
    finance_last_used = fields.Date(compute="_compute_finance_use", string="Last used")

    _finance_code_uniq = models.UniqueIndex(
        "(company_id, finance_code) WHERE finance_code IS NOT NULL", "This rule is there already."
    )

    def _compute_finance_use(self):
        found = {
            model: (count, last)
            for model, count, last in self.env["account.move.line"]._read_group(
                [("reconcile_model_id", "in", self.ids), ("parent_state", "=", "posted")],
                ["reconcile_model_id"], ["move_id:count_distinct", "date:max"],
            )
        }  # fmt: skip
        for model in self:
            model.finance_line_count, model.finance_last_used = found.get(model, (0, False))

    @api.constrains("match_label", "match_label_param")
    def _check_finance_pattern(self):
        for record in self.filtered(lambda each: each.match_label == "match_regex" and each.match_label_param):
            try:
                checked_pattern(record.match_label_param)
            except ValueError as error:
                raise ValidationError(
                    self.env._("This pattern could take too long or cannot be read: %s", error)
                ) from error

    @api.constrains("finance_kind", "finance_withheld_percent", "line_ids")
    def _check_finance_withholding(self):
        for record in self.filtered(lambda each: each.finance_kind == "withholding"):
            if not 0 < record.finance_withheld_percent <= MOST_WITHHELD:
                raise ValidationError(
                    self.env._("Give the percentage withheld: more than 0, at most %s.", MOST_WITHHELD)
                )
            if len(record.line_ids) != 1 or record.line_ids.tax_ids or not record.line_ids.account_id:
                raise ValidationError(
                    self.env._("Give one counterpart with the account for the tax withheld, without taxes.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._finance_allowed(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._finance_allowed(vals))

    def _finance_allowed(self, vals):
        """Only a person lets a rule book by itself."""
        if "trigger" not in vals:
            return vals
        by = self.env.uid if vals["trigger"] == "auto_reconcile" and not self.env.su else False
        return {**vals, "finance_automatic_by_id": by}

    @api.model
    def _finance_withholdings(self, company):
        """What payers of the company may withhold, as plain values in the order of the rules."""
        records = self.search([("company_id", "=", company.id), ("finance_kind", "=", "withholding")])
        return tuple(
            Withholding(
                record.id,
                record.name,
                Decimal(f"{record.finance_withheld_percent:.3f}".rstrip("0").rstrip(".")),
                base=record.finance_withheld_base,
                account_id=record.line_ids.account_id.id,
                direction=record.finance_direction,
                payers=frozenset(record.match_partner_ids.commercial_partner_id.ids),
                countries=frozenset(record.finance_country_ids.mapped("code")),
                currencies=frozenset(record.finance_currency_ids.mapped("name")),
                journals=frozenset(record.match_journal_ids.ids),
                tolerance=Decimal(str(record.finance_tolerance)),
                sure=record.trigger == "auto_reconcile" and bool(record.finance_automatic_by_id),
            )
            for record in records
        )

    def _finance_rule(self):
        """The conditions as plain values."""
        self.ensure_one()
        if self.finance_kind != "line":
            return Rule(self.id)
        label, text = self.match_label, self.match_label_param or None
        least = most = None
        if self.match_amount in ("greater", "between"):
            least = Decimal(str(self.match_amount_min))
        if self.match_amount in ("lower", "between"):
            most = Decimal(str(self.match_amount_max))
        try:
            pattern = checked_pattern(text) if label == "match_regex" and text else None
        except ValueError:  # made before this addon was installed
            return Rule(self.id)
        return Rule(
            self.id,
            direction=self.finance_direction,
            journals=frozenset(self.match_journal_ids.ids),
            currencies=frozenset(self.finance_currency_ids.mapped("name")),
            partners=frozenset(self.match_partner_ids.commercial_partner_id.ids),
            least=least,
            most=most,
            contains=text if label == "contains" else None,
            without=text if label == "not_contains" else None,
            pattern=pattern,
            codes=tuple(code.strip().upper() for code in (self.finance_codes or "").split(",") if code.strip()),
            counterparty=self.finance_counterparty or None,
        )

    def _finance_conditions(self):
        """What the rule asks, in words."""
        self.ensure_one()
        words = []
        if self.match_label:
            kind = dict(self._fields["match_label"]._description_selection(self.env))[self.match_label]
            words.append(self.env._("Text: %(kind)s “%(text)s”", kind=kind, text=self.match_label_param))
        if self.finance_codes:
            words.append(self.env._("or bank transaction code: %s", self.finance_codes) if self.match_label
                         else self.env._("Bank transaction code: %s", self.finance_codes))  # fmt: skip
        if self.finance_counterparty:
            words.append(self.env._("Counterparty: “%s”", self.finance_counterparty))
        return words

    @api.model
    def _finance_add_usual(self):
        """Give each company the usual rules it does not have; they propose only, and need an account first."""
        for company in self.env["res.company"].search([]):
            known = set(
                self.sudo()
                .with_context(active_test=False)
                .search([("company_id", "=", company.id)])
                .mapped("finance_code")
            )
            self.sudo().create(
                [
                    {
                        "finance_code": code,
                        "name": name,
                        "sequence": 50,
                        "company_id": company.id,
                        "finance_direction": direction,
                        "match_label": "match_regex",
                        "match_label_param": pattern,
                        "finance_codes": codes,
                        "line_ids": [
                            fields.Command.create(
                                {"account_id": company.finance_fee_account_id.id if code == "charges" else False}
                            )
                        ],
                    }
                    for code, name, direction, pattern, codes in USUAL
                    if code not in known
                ]
            )

    def action_finance_lines(self):
        """The bank lines this rule was used for."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.statement_line_action")
        return {**action, "domain": [("move_id.line_ids.reconcile_model_id", "=", self.id)], "context": {}}
