from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

#: What is shown of each side, in this order.
SHOWN = {
    "res.partner": ("name", "vat", "ref", "email", "phone", "street", "zip", "city", "country_id", "company_id"),
    "res.bank": ("name", "bic", "street", "zip", "city", "country", "email", "phone"),
}


class FinanceDuplicate(models.Model):
    """Two vendors, customers or banks that seem to be one: why, what is at stake, and what people decided."""

    _name = "finance.duplicate"
    _inherit = ["finance.access"]
    _description = "Possible duplicate"
    _order = "score desc, id"

    res_model = fields.Selection(
        [("res.partner", "Partners"), ("res.bank", "Banks")], required=True, readonly=True, string="What"
    )
    left_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True)
    right_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True, help="Empty: shared by all companies.")
    left_name = fields.Char(readonly=True, string="One")
    right_name = fields.Char(readonly=True, string="Other")
    score = fields.Integer(readonly=True, aggregator="avg", help="0 to 100; 100 is as sure as it gets.")
    reasons = fields.Json(readonly=True)
    reason_text = fields.Char(compute="_compute_reason_text", string="Why")
    currency_id = fields.Many2one("res.currency", compute="_compute_stake")
    open_amount = fields.Monetary(compute="_compute_stake", string="Open items")
    last_payment_on = fields.Date(compute="_compute_stake", string="Last payment")
    side_by_side = fields.Html(compute="_compute_side_by_side", sanitize=False)
    found_on = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("open", "To decide"), ("different", "Not the same"), ("merged", "Merged")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)

    _pair_uniq = models.UniqueIndex("(res_model, left_id, right_id)", "This pair is known.")
    _order_check = models.Constraint("CHECK (left_id < right_id)", "The older one stands first.")

    @api.depends("left_name", "right_name")
    def _compute_display_name(self):
        for pair in self:
            pair.display_name = f"{pair.left_name} / {pair.right_name}"

    @api.depends("reasons")
    def _compute_reason_text(self):
        labels = self._labels()
        for pair in self:
            pair.reason_text = ", ".join(
                labels[code] if percent == 100 else f"{labels[code]} ({percent} %)"
                for code, percent in pair.reasons or []
            )

    def _labels(self):
        return {
            "tax": self.env._("Same tax number"),
            "account": self.env._("Same bank account"),
            "name": self.env._("Like name"),
            "email": self.env._("Same e-mail"),
            "phone": self.env._("Same phone"),
            "address": self.env._("Same address"),
            "tax_differs": self.env._("Other tax number"),
            "country_differs": self.env._("Other country"),
            "bic": self.env._("Same BIC"),
        }

    @api.depends_context("allowed_company_ids")
    def _compute_stake(self):
        """Open items and the last payment of both, in the companies the person works in."""
        partners = self.filtered(lambda one: one.res_model == "res.partner")
        stakes = self._stakes(partners.mapped("left_id") + partners.mapped("right_id"))
        for pair in self:
            both = [stakes.get(one, (0, None)) for one in (pair.left_id, pair.right_id)]
            own = pair in partners
            pair.currency_id = self.env.company.currency_id
            pair.open_amount = sum(amount for amount, _day in both) if own else 0
            pair.last_payment_on = max((day for _amount, day in both if day), default=False) if own else False

    @api.model
    def _stakes(self, partner_ids):
        """``{partner: (open items in company currency, day of the last payment)}``."""
        if not partner_ids:
            return {}
        self.env["account.move.line"].flush_model()
        self.env["account.payment"].flush_model()
        open_items = self.env.execute_query(
            SQL(
                """
                SELECT p.commercial_partner_id, sum(abs(l.amount_residual))
                  FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                  JOIN res_partner p ON p.id = l.partner_id
                 WHERE p.commercial_partner_id = ANY(%s) AND l.company_id = ANY(%s) AND l.parent_state = 'posted'
                   AND a.account_type IN ('liability_payable', 'asset_receivable') AND NOT l.reconciled
              GROUP BY 1
                """,
                list(partner_ids),
                self.env.companies.ids,
            )
        )
        payments = self.env.execute_query(
            SQL(
                """
                SELECT p.commercial_partner_id, max(y.date)
                  FROM account_payment y JOIN res_partner p ON p.id = y.partner_id
                 WHERE p.commercial_partner_id = ANY(%s) AND y.company_id = ANY(%s)
                   AND y.state IN ('in_process', 'paid')
              GROUP BY 1
                """,
                list(partner_ids),
                self.env.companies.ids,
            )
        )
        amounts, days = dict(open_items), dict(payments)
        return {one: (amounts.get(one, 0), days.get(one)) for one in {*amounts, *days}}

    def _compute_side_by_side(self):
        head = Markup("<table class='table table-sm'><tr><th></th><th>%s</th><th>%s</th></tr>%s</table>")
        row = Markup("<tr class='%s'><th class='fw-normal text-muted'>%s</th><td>%s</td><td>%s</td></tr>")
        for pair in self:
            left, right = pair._sides()
            rows = [
                row % ("table-success" if one and one == other else "", label, one or "–", other or "–")
                for label, one, other in pair._facts(left, right)
            ]
            pair.side_by_side = head % (left.display_name or "–", right.display_name or "–", Markup().join(rows))

    def _sides(self):
        """Both records, as far as they still exist and the person may see them."""
        model = self.env[self.res_model]
        return tuple(model.browse(one).exists()._filtered_access("read") for one in (self.left_id, self.right_id))

    def _facts(self, left, right):
        for name in SHOWN[self.res_model]:
            if name in left._fields:
                values = [self._shown(record, name) for record in (left, right)]
                if any(values):
                    yield left._fields[name]._description_string(self.env), *values
        if self.res_model == "res.partner":
            accounts = [", ".join(record.bank_ids.mapped("acc_number")) for record in (left, right)]
            yield (self.env._("Bank accounts"), *accounts)
            stakes = self._stakes([self.left_id, self.right_id])
            both = [stakes.get(one, (0, None)) for one in (self.left_id, self.right_id)]
            yield (self.env._("Open items"), *(self.env.company.currency_id.format(amount) for amount, _day in both))
            yield (self.env._("Last payment"), *(fields.Date.to_string(day) or "" for _amount, day in both))

    def _shown(self, record, name):
        if not record:
            return ""
        return record[name].display_name if record._fields[name].relational else record[name]

    # deciding

    def action_different(self):
        """Not the same: remembered, and not shown again."""
        self._check_decides()
        self._decide("different")

    def action_reopen(self):
        self._check_decides()
        self.filtered(lambda one: one.state == "different")._decide("open")

    def action_merge_left(self):
        return self._merge(keep=0)

    def action_merge_right(self):
        return self._merge(keep=1)

    def _merge(self, keep):
        """Merge through Odoo; bank accounts that change hands are no longer trusted, the database sees to it."""
        self.ensure_one()
        self._check_decides()
        if self.res_model != "res.partner":
            raise UserError(
                _("Banks are not merged by themselves: choose the right one on the accounts, then archive.")
            )
        if self.state != "open":
            raise UserError(_("This was decided already."))
        sides = self._sides()
        if not all(sides):
            raise UserError(_("One of them does not exist any more, or you may not see it."))
        kept, gone = sides[keep], sides[1 - keep]
        gone.check_access("write")
        kept.check_access("write")
        self.env["base.partner.merge.automatic.wizard"]._merge((kept | gone).ids, kept)
        self._decide("merged")
        others = [("res_model", "=", "res.partner"), ("state", "=", "open")]
        gone_id = (self.left_id, self.right_id)[1 - keep]
        self.sudo().search([*others, "|", ("left_id", "=", gone_id), ("right_id", "=", gone_id)]).unlink()
        return kept.get_formview_action()

    def _check_decides(self):
        self.check_access("write")
        if not self.env.user.has_group("finance_connector_base.group_operator"):
            raise AccessError(_("Operators decide about duplicates."))

    def _decide(self, state):
        self.sudo().write({"state": state, "decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()})

    def action_open_left(self):
        return self._open(self.left_id)

    def action_open_right(self):
        return self._open(self.right_id)

    def _open(self, record):
        return self.env[self.res_model].browse(record).get_formview_action()
