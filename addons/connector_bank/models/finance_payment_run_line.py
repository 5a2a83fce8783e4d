from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

#: What stops a payment until it is put right, and what a person only has to look at.
STOPS = ("no_account", "foreign", "untrusted", "no_mandate", "mandate_spent", "bill_blocked", "partner_blocked",
         "account_closed")  # fmt: skip
#: Needs a reason in words before it is paid all the same.
DOUBTFUL = ("listed", "double_payment", "double_bill")
#: What people decide about a line, and approvers read.
DECIDED = frozenset(
    ("decision", "amount", "partner_bank_id", "partner_id", "text", "journal_to_id", "mandate_id", "reason")
)


class FinancePaymentRunLine(models.Model):
    """One open item, or one row of a list, that a run pays, holds or leaves out.

    An item stands in one live line at most: proposed in an open run, or paid by a payment that the bank may have. The
    database sees to it (``_one_live_uniq``), whoever proposes what at the same moment.
    """

    _name = "finance.payment.run.line"
    _description = "Line of a payment run"
    _inherit = ["finance.access"]
    _order = "run_id desc, group_id, partner_id, id"
    _check_company_auto = True
    _given_at_creation = ("run_id",)

    run_id = fields.Many2one("finance.payment.run", required=True, readonly=True, index=True, ondelete="cascade")
    run_state = fields.Selection(related="run_id.state", string="State of the run")
    run_kind = fields.Selection(related="run_id.kind", string="Kind")
    group_id = fields.Many2one("finance.payment.run.group", readonly=True, index=True, ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    item_id = fields.Many2one(
        "account.move.line", "Open item", readonly=True, index="btree_not_null", ondelete="set null"
    )
    move_id = fields.Many2one("account.move", "Document", readonly=True, index="btree_not_null", ondelete="set null")
    row_key = fields.Char(readonly=True, help="What tells a row of a list from all others.")
    partner_id = fields.Many2one("res.partner")
    partner_bank_id = fields.Many2one("res.partner.bank", "Account", domain="[('partner_id', '=', partner_id)]")
    mandate_id = fields.Many2one("finance.mandate", readonly=True, ondelete="restrict")
    journal_to_id = fields.Many2one("account.journal", "To our account", domain="[('type', '=', 'bank')]")
    account_id = fields.Many2one("account.account", "Ledger account", readonly=True)
    payee = fields.Char(readonly=True, help="As the list names it.")
    reference = fields.Char(readonly=True)
    text = fields.Char("Message to the payee")
    due_on = fields.Date(readonly=True, string="Due")
    discount_on = fields.Date(readonly=True, string="Discount until")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    open_amount = fields.Monetary(readonly=True, string="Open")
    amount = fields.Monetary(string="To pay", help="Less than what is open is a part payment.")
    gained = fields.Monetary(readonly=True, string="Discount gained")
    lost = fields.Monetary(readonly=True, string="Discount lost")
    bundle = fields.Char(readonly=True, index=True, help="Lines with the same word become one payment.")
    decision = fields.Selection(
        [("pay", "Pay"), ("hold", "Hold"), ("out", "Leave out")], default="pay", required=True, index=True
    )
    reason = fields.Char(help="Why it is held, left out, paid in part or paid in spite of a warning.")
    flags = fields.Char(readonly=True)
    flag_note = fields.Char(readonly=True)
    warning_text = fields.Char(compute="_compute_warning_text", string="To look at")
    stopped = fields.Boolean(compute="_compute_stopped", help="It cannot be paid as it stands.")
    notified_on = fields.Date(readonly=True, string="Announced")
    refusal = fields.Char(readonly=True, string="Not paid because")
    payment_id = fields.Many2one("account.payment", readonly=True, index="btree_not_null", ondelete="set null")
    payment_way = fields.Selection(related="payment_id.finance_way", string="Way")
    state = fields.Selection(
        [("proposed", "Proposed"), ("held", "Held"), ("out", "Left out"), ("released", "Released"),
         ("done", "Settled"), ("free", "Not paid")],
        compute="_compute_state", store=True, index=True,
    )  # fmt: skip

    _one_live_uniq = models.UniqueIndex(
        "(item_id) WHERE item_id IS NOT NULL AND state IN ('proposed', 'released')",
        "This open item is in another payment run, or on its way to the bank.",
    )
    _one_row_uniq = models.UniqueIndex(
        "(company_id, row_key) WHERE row_key IS NOT NULL AND state IN ('proposed', 'released', 'done')",
        "This row of the list is in another payment run, or was paid.",
    )

    @api.depends("decision", "refusal", "run_id.state", "payment_id", "payment_id.state", "payment_id.finance_way")
    def _compute_state(self):
        """A refused or cancelled payment gives its item free; one that settled does so for what is left of it."""
        for line in self:
            payment, run = line.payment_id, line.run_id
            if payment:
                dead = payment.state in ("canceled", "rejected") or payment.finance_way in ("rejected", "reversed")
                line.state = "free" if dead else "done" if payment.finance_way == "reconciled" else "released"
            elif line.decision != "pay":
                line.state = "held" if line.decision == "hold" else "out"
            else:
                gone = line.refusal or run.state in ("released", "cancelled")
                line.state = "free" if gone else "proposed"

    @api.depends("flags", "flag_note")
    @api.depends_context("lang")
    def _compute_warning_text(self):
        words = self._flag_words()
        for line in self:
            found = [words.get(flag, flag) for flag in (line.flags or "").split()]
            line.warning_text = "; ".join([*found, *filter(None, [line.flag_note])]) or False

    @api.depends("flags", "reason")
    def _compute_stopped(self):
        for line in self:
            flags = set((line.flags or "").split())
            line.stopped = bool(flags & set(STOPS)) or bool(flags & set(DOUBTFUL) and not line.reason)

    def _flag_words(self):
        return {
            "no_account": self.env._("no bank account"),
            "foreign": self.env._("the account is somebody else's"),
            "untrusted": self.env._("the account is not trusted"),
            "account_closed": self.env._("the account is archived"),
            "no_mandate": self.env._("no valid mandate"),
            "mandate_spent": self.env._("the mandate collects once, and was used"),
            "bill_blocked": self.env._("the document is blocked"),
            "partner_blocked": self.env._("the partner is blocked"),
            "listed": self.env._("the name is on the list"),
            "first": self.env._("first payment to this account"),
            "changed": self.env._("not the account that was paid last"),
            "new_details": self.env._("bank details changed lately"),
            "double_bill": self.env._("same vendor, amount and reference twice"),
            "double_payment": self.env._("the same payee was paid the same amount lately"),
            "minimum": self.env._("the account would fall below its minimum"),
            "not_announced": self.env._("not announced to the debtor in time"),
        }

    @api.depends("move_id", "partner_id", "reference")
    def _compute_display_name(self):
        for line in self:
            who = line.partner_id.name or line.payee or ""
            line.display_name = " ".join(filter(None, (line.move_id.name or line.reference, who)))

    @api.constrains("amount", "open_amount", "decision", "item_id")
    def _check_amount(self):
        for line in self.filtered(lambda one: one.decision == "pay"):
            currency = line.currency_id
            if line.item_id and currency.compare_amounts(abs(line.amount), abs(line.open_amount)) > 0:
                raise ValidationError(self.env._("%s: more than what is open.", line.display_name))
            if currency.is_zero(line.amount) or (line.item_id and line.amount * line.open_amount < 0):
                raise ValidationError(self.env._("%s: an amount is needed.", line.display_name))

    @api.constrains("partner_id", "partner_bank_id", "journal_to_id", "item_id", "decision")
    def _check_payee(self):
        """The money of a document goes to its partner, and to an account of his."""
        for line in self.filtered(lambda one: one.decision == "pay"):
            owner = line.sudo().partner_bank_id.partner_id.commercial_partner_id
            if owner and owner != line.partner_id.commercial_partner_id:
                raise ValidationError(self.env._("%s: the account is somebody else's.", line.display_name))
            own = line.sudo().journal_to_id
            if own and line.partner_bank_id != own.bank_account_id:
                raise ValidationError(
                    self.env._("%(line)s: that is not the account of %(journal)s.", line=line.display_name,
                               journal=own.name)
                )  # fmt: skip
            if line.item_id and line.item_id.sudo().partner_id.commercial_partner_id != line.partner_id:
                raise ValidationError(self.env._("%s: the document is another partner's.", line.display_name))

    @api.model_create_multi
    def create(self, vals_list):
        """By hand: payments without an open item, such as a tax payment or a transfer between own accounts."""
        lines = super().create(vals_list) if self.env.su else self._by_hand(vals_list)
        lines.run_id._send_back(self.env._("Lines were added."))
        return lines

    def _by_hand(self, vals_list):
        runs = self.env["finance.payment.run"].browse([values["run_id"] for values in vals_list])
        runs.check_access("write")
        runs._check_open()
        if runs.filtered(lambda run: run.kind not in ("transfer", "list", "tax")):
            raise UserError(self.env._("Lines of this kind come from open items: press Propose."))
        allowed = {"run_id", "partner_id", "partner_bank_id", "journal_to_id", "text", "amount", "reason"}
        made = [{name: value for name, value in values.items() if name in allowed} for values in vals_list]
        return self.env["finance.run.proposal"]._add_rows(made).with_env(self.env)

    def write(self, vals):
        if DECIDED & vals.keys() and not self.env.su:
            if self.filtered(lambda line: line.run_state in ("released", "cancelled") or line.payment_id):
                raise UserError(self.env._("What was carried out cannot be changed."))
            self.run_id._send_back(self.env._("Lines were changed."))
            if vals.get("journal_to_id"):  # the account follows the journal, or a reader would be misled
                account = self.env["account.journal"].browse(vals["journal_to_id"]).bank_account_id
                vals = {**vals, "partner_bank_id": account.id, "partner_id": account.partner_id.id}
        written = super().write(vals)
        if {"amount"} & vals.keys():
            self._forget_discount()
        return written

    def _forget_discount(self):
        """A part payment takes no discount."""
        for line in self.filtered("gained"):
            whole = line.open_amount - line.gained
            if line.currency_id.compare_amounts(line.amount, whole):
                line.sudo().write({"lost": line.gained, "gained": 0.0})

    @api.ondelete(at_uninstall=False)
    def _unlink_open(self):
        if self.filtered(lambda line: line.run_state == "released" or line.payment_id):
            raise UserError(self.env._("Lines that were carried out stay as evidence."))

    def unlink(self):
        self.run_id._send_back(self.env._("Lines were taken out."))
        return super().unlink()

    def action_pay(self):
        self._decide("pay")

    def action_hold(self):
        self._decide("hold")

    def action_leave_out(self):
        self._decide("out")

    def _decide(self, decision):
        self.check_access("write")
        self.write({"decision": decision})
        self.env.flush_all()
        self.env["finance.run.proposal"]._regroup(self.run_id)

    def action_block_document(self):
        """Block the document itself, so that no later run proposes it either."""
        self.check_access("write")
        for move in self.move_id:
            if move.payment_state != "blocked":
                move.action_toggle_block_payment()
        self.write({"decision": "hold"})
