import re

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.base.models.res_bank import sanitize_account_number

from .res_partner_bank import BY_APPROVAL

#: Bank details money follows, in the order in which they are shown.
DETAILS = ("partner_id", "acc_number", "bank_id", "acc_holder_name", "clearing_number")


class FinanceBankChange(models.Model):
    """A vendor's new or changed bank details: who was called back, who agreed; only then they are trusted.

    The account as it is stays as it is until another person has agreed and the rest is over. Trust
    ("Send money") comes from here alone; the database sees to it (``data/bank_guard.sql``).
    """

    _name = "finance.bank.change"
    _inherit = ["mail.thread", "finance.access", "finance.approval.mixin"]
    _description = "Change of bank details"
    _order = "id desc"
    _rec_name = "acc_number"

    account_id = fields.Many2one(
        "res.partner.bank",
        index=True,
        ondelete="restrict",
        string="Account now",
        help="Empty: an account that is not known here yet.",
    )
    made_id = fields.Many2one("res.partner.bank", readonly=True, copy=False, ondelete="restrict", string="Account made")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="restrict", string="Vendor")
    acc_number = fields.Char(required=True, string="New account number")
    sanitized_acc_number = fields.Char(compute="_compute_sanitized", store=True)
    bank_id = fields.Many2one("res.bank", ondelete="restrict")
    acc_holder_name = fields.Char(string="Account holder")
    clearing_number = fields.Char()
    called_person = fields.Char(string="Whom we called")
    called_number = fields.Char(
        string="On which number",
        help="A number we knew before: never one from the letter or mail that asks for the change.",
    )
    called_on = fields.Datetime(string="Called on")
    call_note = fields.Text(string="What was said")
    known_numbers = fields.Char(compute="_compute_known_numbers", string="Numbers known here")
    attachment_ids = fields.Many2many("ir.attachment", string="Evidence")
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    state = fields.Selection(
        [("draft", "Draft"), ("asked", "Waits for approval"), ("done", "In force"), ("dropped", "Dropped")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )

    _approval_protected = ("account_id", *DETAILS, "called_person", "called_number", "called_on", "call_note")

    _one_open_uniq = models.UniqueIndex(
        "(account_id) WHERE state = 'asked' AND account_id IS NOT NULL", "A change of this account waits already."
    )

    @api.depends("acc_number")
    def _compute_sanitized(self):
        for change in self:
            change.sanitized_acc_number = sanitize_account_number(change.acc_number)

    @api.depends("partner_id")
    def _compute_known_numbers(self):
        for change in self:
            change.known_numbers = ", ".join(change._known())

    def _known(self):
        """Telephone numbers of the vendor and its contacts."""
        family = self.partner_id.commercial_partner_id | self.partner_id.commercial_partner_id.child_ids
        return sorted({number for number in family.mapped("phone") if number})

    @api.onchange("account_id")
    def _onchange_account_id(self):
        for name in DETAILS if self.account_id else ():
            self[name] = self.account_id[name]

    @api.constrains("called_on")
    def _check_called_on(self):
        if any(change.called_on and change.called_on > fields.Datetime.now() for change in self):
            raise ValidationError(_("The call cannot lie in the future."))

    def write(self, vals):
        if not self.env.su and any(change.state != "draft" for change in self):
            raise UserError(_("What others were asked about does not change; drop it and make another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        if any(change.state != "draft" for change in self):
            raise UserError(_("Changes of bank details stay as evidence."))

    def action_request(self):
        """Ask another person, with the evidence of the call-back."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(_("This was asked for already."))
        missing = [name for name in ("called_person", "called_number", "called_on", "call_note") if not self[name]]
        if missing:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in missing)
            raise UserError(_("Call the vendor back, on a number known before. Missing: %s", labels))
        self.sudo().write({"state": "asked", "requested_by_id": self.env.uid})
        self._request_approval()

    def action_drop(self):
        self.check_access("write")
        for change in self.filtered(lambda one: one.state in ("draft", "asked")):
            change.sudo().approval_id.filtered("open")._void(_("Dropped by %s", self.env.user.name))
            change.sudo().state = "dropped"

    # what the approval engine asks and tells

    def _approval_kind(self):
        return "bank"

    def _approval_content(self):
        return {**super()._approval_content(), "now": self._now()}

    def _now(self):
        """The details that are to be replaced: if they change meanwhile, the approval is void."""
        account = self.account_id.sudo()
        return {name: self._shown(account, name) for name in DETAILS} if account else None

    def _shown(self, record, name):
        value = record[name]
        if name == "bank_id":
            return " ".join(filter(None, (value.name, value.bic)))
        return value.display_name if name == "partner_id" else value or ""

    def _approval_facts(self):
        account = self.account_id.sudo()
        rows = [
            [
                self._fields[name]._description_string(self.env),
                self._shown(account, name) if account else "",
                self._shown(self.sudo(), name),
            ]
            for name in DETAILS
        ]
        call = " · ".join([self.called_person, self.called_number, fields.Datetime.to_string(self.called_on)])
        before = self.env._("Not trusted") if account and not account.allow_out_payment else ""
        rows += [
            [self.env._("Money may be sent"), before, self.env._("Trusted")],
            [self.env._("Called back"), "", call],
            [self.env._("What was said"), "", self.call_note],
        ]
        return {
            "name": _("Bank details of %s", self.partner_id.display_name),
            "changes": rows,
            "warnings": self._doubts(),
            "accounts": account,
            "cool_off_hours": self.env.company._bank_rest_hours(),
        }

    def _doubts(self):
        """What a careful person would look at before agreeing."""
        account, partner = self.env["res.partner.bank"].sudo(), self.partner_id.sudo()
        digits = re.sub(r"\D", "", self.called_number or "")
        known = [re.sub(r"\D", "", number) for number in self._known()]
        if not any(digits and number.endswith(digits[-9:]) for number in known):
            yield self.env._("The number that was called is not among those known of this vendor.")
        others = account.search(
            [("sanitized_acc_number", "=", self.sanitized_acc_number), ("partner_id", "!=", partner.id)]
        )
        if others:
            yield self.env._("The same account belongs to: %s", ", ".join(others.partner_id.mapped("display_name")))
        country = partner.country_id.code
        iban = re.match(r"[A-Z]{2}\d{2}", self.sanitized_acc_number or "")
        if iban and country and self.sanitized_acc_number[:2] != country:
            yield self.env._("The account is in another country than the vendor.")
        if (fields.Datetime.now() - partner.write_date).days < 30:
            yield self.env._(
                "The vendor itself was changed on %(day)s by %(who)s.",
                day=fields.Date.to_string(partner.write_date),
                who=partner.write_uid.name,
            )

    def _approved(self, approval):
        """The details take effect and are trusted, in one write that the database compares with this request."""
        change = self.sudo()
        account = change.account_id
        values = {name: change[name].id if name.endswith("_id") else change[name] for name in DETAILS}
        if not values["acc_holder_name"]:
            values["acc_holder_name"] = change.partner_id.name
        if not account:
            account = account.create(values)
            change.made_id = account
            self.env.flush_all()
        cap = self.env.company._bank_first_cap()
        account.with_context(finance_bank_change=BY_APPROVAL).write(
            {
                **values,
                "allow_out_payment": True,
                "finance_cap_until": self.env.company._bank_cap_until() if cap else False,
            }
        )
        self.env.flush_all()
        account.invalidate_recordset()
        if not account.allow_out_payment:
            raise UserError(_("The account could not be trusted: its details are not those that were approved."))
        change.state = "done"
        account.partner_id._message_log(
            body=_(
                "Bank account %(number)s is trusted: asked for by %(maker)s, approved by %(names)s.",
                number=account.acc_number,
                maker=approval.maker_id.name,
                names=approval._names(),
            )
        )

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "asked").state = "dropped"
        self.flush_recordset(["state"])  # before another one is asked for the same account

    @api.model
    def _ask_for(self, account):
        """The screen that asks for trust in an account, or for new details."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Change of bank details"),
            "res_model": self._name,
            "view_mode": "form",
            "context": {
                "default_account_id": account.id,
                **{f"default_{name}": account[name].id if name.endswith("_id") else account[name] for name in DETAILS},
            },
        }
