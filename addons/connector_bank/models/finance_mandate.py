from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..runs.mandates import MandateFacts, consequence, ends_on, has_lapsed, sequence

#: Amendments that the bank is told with the next collection: field → where its former value is kept.
AMENDED = {"reference": "original_reference", "account_id": "original_account_id"}


class FinanceMandate(models.Model):
    """A debtor's permission to collect from his account (SEPA direct debit, core or B2B)."""

    _name = "finance.mandate"
    _description = "Direct debit mandate"
    _inherit = ["mail.thread", "mail.activity.mixin", "finance.access"]
    _rec_name = "reference"
    _order = "id desc"
    _check_company_auto = True

    reference = fields.Char("Mandate reference", required=True, tracking=True, help="At most 35 characters, unique.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    creditor_identifier = fields.Char(related="company_id.finance_creditor_identifier")
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, index=True, domain="[('parent_id', '=', False)]", check_company=True
    )
    account_id = fields.Many2one(
        "res.partner.bank", "Debtor's account", required=True, ondelete="restrict", tracking=True,
        domain="[('partner_id', '=', partner_id)]",
    )  # fmt: skip
    scheme = fields.Selection(
        [("CORE", "Core"), ("B2B", "B2B")], default="CORE", required=True, tracking=True,
        help="B2B: companies only, without a right to get the money back; the debtor's bank has to know the mandate.",
    )
    one_off = fields.Boolean("One-off", help="It collects once. Otherwise it is recurrent.")
    last = fields.Boolean("Next one is the last", help="The next collection is marked as final.")
    signed_on = fields.Date(tracking=True)
    state = fields.Selection(
        [("draft", "Not signed"), ("active", "In force"), ("blocked", "Blocked"), ("cancelled", "Cancelled"),
         ("expired", "Lapsed")],
        default="draft", required=True, readonly=True, tracking=True, copy=False, index=True,
    )  # fmt: skip
    state_reason = fields.Char(readonly=True, copy=False, tracking=True, string="Why")
    last_used_on = fields.Date(readonly=True, copy=False, string="Last collected on")
    ends_on = fields.Date(compute="_compute_ends_on", string="Lapses on", help="Without a collection until then.")
    amended_on = fields.Datetime(readonly=True, copy=False, string="Changed on")
    amendment_order_id = fields.Many2one(
        "finance.payment.order", "Change told with", readonly=True, copy=False, ondelete="set null"
    )
    original_reference = fields.Char(readonly=True, copy=False)
    original_account_id = fields.Many2one("res.partner.bank", readonly=True, copy=False, ondelete="restrict")
    original_creditor_identifier = fields.Char(help="Where the mandate was given to another creditor id of ours.")
    original_creditor_name = fields.Char(help="Where the mandate was given under another name of ours.")
    payment_ids = fields.One2many("account.payment", "finance_mandate_id", readonly=True)
    payment_count = fields.Integer(compute="_compute_payment_count")

    _reference_uniq = models.UniqueIndex("(company_id, reference)", "A mandate has this reference already.")

    @api.depends("signed_on", "last_used_on", "company_id.finance_mandate_months")
    def _compute_ends_on(self):
        for mandate in self:
            months = mandate.company_id.finance_mandate_months
            mandate.ends_on = ends_on(mandate.signed_on, mandate.last_used_on, months) or False

    @api.depends("payment_ids")
    def _compute_payment_count(self):
        for mandate in self:
            mandate.payment_count = len(mandate.payment_ids)

    @api.constrains("reference", "signed_on")
    def _check_facts(self):
        for mandate in self:
            if len(mandate.reference) > 35:
                raise ValidationError(self.env._("A mandate reference has at most 35 characters."))
            if mandate.signed_on and mandate.signed_on > fields.Date.context_today(mandate):
                raise ValidationError(self.env._("The signature cannot lie in the future."))

    @api.constrains("partner_id", "account_id")
    def _check_account(self):
        for mandate in self:
            if mandate.account_id.sudo().partner_id.commercial_partner_id != mandate.partner_id.commercial_partner_id:
                raise ValidationError(self.env._("%s: the account is somebody else's.", mandate.reference))

    def write(self, vals):
        """What was told to the bank before it changed is told with the next collection."""
        signed = not self.env.su and self.filtered(lambda mandate: mandate.state != "draft")
        if signed and {"partner_id", "company_id", "one_off"} & vals.keys():
            raise UserError(self.env._("A signed mandate holds for its debtor and its kind: have a new one signed."))
        changed = [name for name in AMENDED if name in vals]
        kept = {
            mandate.id: {AMENDED[name]: mandate[name] for name in changed if not mandate[AMENDED[name]]}
            for mandate in self
            if mandate.last_used_on
        }
        written = super().write(vals)
        for mandate in self.filtered(lambda one: one.id in kept) if changed else ():
            former = {
                name: value.id if isinstance(value, models.BaseModel) else value
                for name, value in kept[mandate.id].items()
                if value != mandate[next(own for own, was in AMENDED.items() if was == name)]
            }
            if former:
                told = {"amended_on": fields.Datetime.now(), "amendment_order_id": False}
                mandate.sudo().write({**former, **told})
        return written

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if self.filtered(lambda mandate: mandate.state != "draft" or mandate.payment_ids):
            raise UserError(self.env._("Mandates that were signed stay as evidence."))

    def action_sign(self):
        for mandate in self:
            mandate.check_access("write")
            if not mandate.signed_on:
                raise UserError(self.env._("Enter the day of the signature."))
            mandate._set("active", False)

    def action_block(self):
        self._by_person("blocked")

    def action_cancel(self):
        self._by_person("cancelled")

    def action_unblock(self):
        for mandate in self:
            mandate.check_access("write")
            if mandate.state != "blocked":
                raise UserError(self.env._("Only a blocked mandate is used again; otherwise have a new one signed."))
            mandate._set("active", False)

    def _by_person(self, state):
        for mandate in self:
            mandate.check_access("write")
            mandate._set(state, self.env._("by %s", self.env.user.name))

    def _set(self, state, why):
        self.sudo().write({"state": state, "state_reason": why})

    def _next_sequence(self):
        """``FRST``, ``RCUR``, ``OOFF`` or ``FNAL``."""
        self.ensure_one()
        return sequence(MandateFacts(one_off=self.one_off, collected=bool(self.last_used_on), last=self.last))

    def _is_usable(self, day):
        self.ensure_one()
        lapsed = has_lapsed(self.signed_on, self.last_used_on, day, self.company_id.finance_mandate_months)
        return self.state == "active" and not lapsed and not (self.one_off and self.last_used_on)

    def _recount(self):
        """What was collected with it, as far as nobody refused: a refused first collection is first again."""
        for mandate in self.sudo():
            days = mandate._told_payments().finance_order_id.mapped("executed_on")
            mandate.last_used_on = max(days, default=False)

    def _told_payments(self):
        return self.payment_ids.filtered(
            lambda one: one.finance_order_id.state == "handed"
            and one.state not in ("canceled", "rejected")
            and one.finance_way != "rejected"
        )

    def _amendment_for(self, order):
        """Whether the order has to tell what changed: no order that was not refused has told it before."""
        self.ensure_one()
        changed = (
            self.original_reference or self.original_account_id or self.original_creditor_identifier
            or self.original_creditor_name
        )  # fmt: skip
        told = self.amendment_order_id & self._told_payments().finance_order_id
        return bool(changed) and (not told or told == order)

    def _handed(self, order):
        """An order with collections of these mandates was handed over."""
        for mandate in self.sudo():
            if not (mandate.amendment_order_id & mandate._told_payments().finance_order_id):
                mandate.amendment_order_id = order
        self._recount()

    def _answered(self, codes):
        """What a refusal or return with these reasons means for the mandate."""
        self.sudo()._recount()
        found = consequence(codes)
        for mandate in self.sudo().filtered(lambda one: one.state in ("active", "blocked")) if found else ():
            state, code, words = found
            mandate._set(state, f"{code}: {words}")

    @api.model
    def _cron_expire(self):
        """Mandates on which nothing was collected for too long lapse."""
        today = fields.Date.context_today(self)
        for company, mandates in self.search([("state", "in", ("active", "blocked"))]).grouped("company_id").items():
            months = company.finance_mandate_months
            for mandate in mandates.filtered(
                lambda one, months=months: has_lapsed(one.signed_on, one.last_used_on, today, months)
            ):
                mandate._set("expired", self.env._("nothing was collected for %s months", months))

    def action_open_payments(self):
        return {"type": "ir.actions.act_window", "res_model": "account.payment", "view_mode": "list,form",
                "name": self.env._("Collections"), "domain": [("finance_mandate_id", "in", self.ids)]}  # fmt: skip
