from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import file_open

#: Proof that the approval engine writes: an object of this process, which nobody can send from outside.
BY_APPROVAL = object()
DETAILS = {"acc_number", "sanitized_acc_number", "partner_id", "bank_id", "acc_holder_name", "clearing_number"}


class ResPartnerBank(models.Model):
    """Trust ("Send money") and the details behind it change only with an approved change request.

    Accounts that are not trusted are written as ever: nothing is paid to them.
    """

    _inherit = "res.partner.bank"

    finance_edited_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", string="Details last changed by"
    )
    finance_edited_on = fields.Datetime(readonly=True, copy=False, string="Details last changed on")
    finance_cap_until = fields.Datetime(readonly=True, copy=False, string="Only small payments until")
    finance_guarded = fields.Boolean(compute="_compute_finance_guarded")

    def init(self):
        self.env.registry.post_init(self._install_bank_guard)
        return super().init()

    def _install_bank_guard(self):
        with file_open("finance_connector_base/data/bank_guard.sql") as script:
            self.env.cr.execute(script.read())

    @api.depends("company_id")
    def _compute_finance_guarded(self):
        companies = self.env["res.company"].sudo().search([("finance_bank_guard", "=", True)])
        for account in self:
            account.finance_guarded = bool(companies & account.company_id if account.company_id else companies)

    @api.model_create_multi
    def create(self, vals_list):
        """A new account is never trusted, whoever makes it."""
        accounts = super().create(
            [{**values, "allow_out_payment": False} if self._guards(values) else values for values in vals_list]
        )
        accounts.flush_recordset()
        accounts.invalidate_recordset(["finance_edited_by_id", "finance_edited_on"])
        return accounts

    def _guards(self, values):
        partner = self.env["res.partner"].browse(values.get("partner_id")).sudo()
        return values.get("allow_out_payment") and self.new({"partner_id": partner.id}).finance_guarded

    def write(self, vals):
        if self.env.context.get("finance_bank_change") is not BY_APPROVAL:
            guarded = self.sudo().filtered("finance_guarded")
            if vals.get("allow_out_payment") and guarded.filtered(lambda account: not account.allow_out_payment):
                raise UserError(
                    _("Trust in a bank account is asked for with a change request, and another person agrees to it.")
                )
            trusted = guarded.filtered(lambda account: account.allow_out_payment and account._differs(vals))
            if trusted and vals.get("allow_out_payment", True):
                if not self.env.su:
                    raise UserError(_("Details of a trusted account are changed with a change request."))
                vals = {**vals, "allow_out_payment": False}  # whatever program changes it, it is not trusted any more
        written = super().write(vals)
        if DETAILS & vals.keys() or "allow_out_payment" in vals:
            self.flush_recordset()
            self.invalidate_recordset(["allow_out_payment", "finance_edited_by_id", "finance_edited_on"])
            if self.env.context.get("finance_bank_change") is not BY_APPROVAL:
                self._void_changes()
        return written

    def _void_changes(self):
        """What others were asked about was to replace other details: at the same moment, one of both gives way."""
        changes = self.env["finance.bank.change"].sudo()
        changes.search([("account_id", "in", self.ids), ("state", "=", "asked")])._void_changed()

    def _check_allow_out_payment(self):
        """What others approved needs no further right of whoever's vote was the last."""
        if self.env.context.get("finance_bank_change") is BY_APPROVAL:
            return None
        return super()._check_allow_out_payment()

    def _differs(self, vals):
        """Whether ``vals`` change what money follows."""
        self.ensure_one()
        for name in DETAILS & vals.keys():
            new = self._fields[name].convert_to_record(self._fields[name].convert_to_cache(vals[name], self), self)
            if name == "acc_number":
                name, new = "sanitized_acc_number", self.new({"acc_number": vals[name]}).sanitized_acc_number
            if (self[name] or False) != (new or False):
                return True
        return False

    def action_finance_change(self):
        """Ask for trust in this account, or for new details of it."""
        self.ensure_one()
        return self.env["finance.bank.change"]._ask_for(self)
