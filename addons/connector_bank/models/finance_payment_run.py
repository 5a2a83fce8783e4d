from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base import server
from odoo.addons.finance_connector_base.approval.kinds import KINDS, Kind

from ..runs.planning import NOW, WHEN_DUE, not_positive

#: Payments that one job makes in its transaction.
CHUNK = 250
URGENCIES = [("normal", "Normal"), ("urgent", "Urgent"), ("instant", "Instant")]


@KINDS.add("payment_run", "Payment run")
class PaymentRun(Kind):
    bulk = True


class FinancePaymentRun(models.Model):
    """Open items that are to be paid (or collected) together: proposed, looked at, agreed by others, made payments.

    What is agreed are the lines as they stand, with their payees' accounts; a change sends the run back to its maker.
    """

    _name = "finance.payment.run"
    _description = "Payment run"
    _inherit = ["mail.thread", "finance.access", "finance.approval.mixin"]
    _order = "id desc"
    _check_company_auto = True
    _approval_stands = True
    _approval_protected = ("kind", "company_id")

    name = fields.Char(readonly=True, default="/", copy=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [("vendor", "Vendor bills"), ("refund", "Customer refunds"), ("expense", "Expense receipts"),
         ("tax", "Taxes and other open items"), ("list", "List (salaries and others)"),
         ("transfer", "Between own accounts"), ("debit", "Direct debits")],
        default="vendor", required=True,
    )  # fmt: skip
    state = fields.Selection(
        [("draft", "Proposal"), ("asked", "Waits for approval"), ("approved", "Approved"), ("released", "Released"),
         ("cancelled", "Cancelled")],
        default="draft", required=True, readonly=True, tracking=True, copy=False,
    )  # fmt: skip
    due_until = fields.Date(
        string="Due until", default=fields.Date.context_today,
        help="Items due up to this day, usually the day before the next run, and those whose discount ends by then.",
    )
    due_from = fields.Date(string="Due from", help="Empty: however long they are due.")
    earliest_on = fields.Date(string="Not before", help="Empty: the first day that the bank can still keep.")
    when = fields.Selection(
        [(NOW, "All on the first possible day"), (WHEN_DUE, "Each as late as its terms allow")],
        default=NOW, required=True, string="Pay",
    )  # fmt: skip
    take_discount = fields.Boolean(default=True, string="Take early-payment discounts")
    bundle = fields.Boolean(
        string="One payment per payee", help="Bills of a payee are paid together, his credit notes are taken off."
    )
    urgency = fields.Selection(URGENCIES, default="normal", required=True)
    keep_minimum = fields.Boolean(
        default=True, string="Keep the minimum balance",
        help="What the bank account cannot bear is held, the latest due first.",
    )
    journal_ids = fields.Many2many(
        "account.journal", domain="[('type', '=', 'bank'), ('company_id', '=', company_id)]", string="Banks",
        help="In the order in which they are tried; each currency takes the first account of its own. Empty: all.",
    )
    currency_ids = fields.Many2many("res.currency", string="Only currencies")
    partner_ids = fields.Many2many("res.partner", string="Only partners")
    account_ids = fields.Many2many(
        "account.account", string="Ledger accounts",
        help="Whose open items are to be paid, e.g. taxes or wages payable.",
    )
    line_ids = fields.One2many("finance.payment.run.line", "run_id", copy=False)
    group_ids = fields.One2many("finance.payment.run.group", "run_id", copy=False)
    order_ids = fields.One2many("finance.payment.order", "run_id", readonly=True)
    requested_by_id = fields.Many2one("res.users", readonly=True, copy=False, string="Asked by")
    count = fields.Integer(compute="_compute_totals", string="To be paid")
    held_count = fields.Integer(compute="_compute_totals", string="Held or left out")
    flagged_count = fields.Integer(compute="_compute_totals", string="With warnings")
    amount = fields.Monetary(compute="_compute_totals", currency_field="company_currency_id")
    gained = fields.Monetary(compute="_compute_totals", currency_field="company_currency_id", string="Discount gained")
    lost = fields.Monetary(compute="_compute_totals", currency_field="company_currency_id", string="Discount lost")
    done_count = fields.Integer(compute="_compute_totals", string="Payments made")
    order_count = fields.Integer(compute="_compute_order_count", string="Payment orders")

    @api.depends("line_ids.decision", "line_ids.amount", "line_ids.flags", "line_ids.payment_id")
    def _compute_totals(self):
        sums = defaultdict(lambda: defaultdict(float))
        rows = self.env["finance.payment.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "decision", "currency_id"],
            ["__count", "amount:sum", "gained:sum", "lost:sum", "payment_id:count"],
        )  # fmt: skip
        today = fields.Date.context_today(self)
        for run, decision, currency, count, amount, gained, lost, payments in rows:
            own = sums[run._origin.id or run.id]
            own["paid" if decision == "pay" else "held"] += count
            own["done"] += payments
            if decision == "pay":
                for name, value in (("amount", amount), ("gained", gained), ("lost", lost)):
                    own[name] += currency._convert(value, run.company_currency_id, run.company_id, today)
        flagged = dict(
            self.env["finance.payment.run.line"]._read_group(
                [("run_id", "in", self.ids), ("flags", "!=", False)], ["run_id"], ["__count"]
            )
        )
        for run in self:
            own = sums[run._origin.id or run.id]
            run.count, run.held_count, run.done_count = int(own["paid"]), int(own["held"]), int(own["done"])
            run.amount, run.gained, run.lost = own["amount"], own["gained"], own["lost"]
            run.flagged_count = flagged.get(run._origin or run, 0)

    @api.depends("order_ids")
    def _compute_order_count(self):
        for run in self:
            run.order_count = len(run.order_ids)

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        for run in runs:
            run.sudo().name = self.env["ir.sequence"].next_by_code("finance.payment.run") or "/"
        return runs

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if self.filtered(lambda run: run.state in ("approved", "released")):
            raise UserError(self.env._("Runs that were approved stay as evidence."))

    def unlink(self):
        self.line_ids.sudo().unlink()
        return super().unlink()

    # the proposal

    def action_propose(self):
        """Look for what is due; what a person decided about lines that are there stays."""
        for run in self:
            run._check_open()
            run.check_access("write")
            found = self.env["finance.run.proposal"]._propose(run)
            if not found:
                run.message_post(body=self.env._("Nothing more is due."))

    def action_check(self):
        """Look at all lines anew: accounts, first payments, likely doubles, names on the list."""
        for run in self:
            run.check_access("write")
            self.env["finance.run.warnings"]._mark(run)

    def _check_open(self):
        if self.filtered(lambda run: run.state != "draft"):
            raise UserError(self.env._("What others were asked about is changed on its lines; that sends it back."))

    def _send_back(self, why):
        """A change after others were asked: nothing they said counts any more."""
        for run in self.filtered(lambda one: one.state in ("asked", "approved")):
            if run.line_ids.payment_id:
                raise UserError(self.env._("%s is being carried out: its lines stay as they are.", run.name))
            own = run.sudo()
            own.state = "draft"
            own.approval_id.filtered("open")._void(why)
            own.message_post(body=why)

    # others agree

    def action_request(self):
        """Ask others; only what can be paid as it stands is put before them."""
        for run in self:
            run.check_access("write")
            run._check_open()
            self.env["finance.run.warnings"]._mark(run)
            run._check_payable()
            run.sudo().write({"state": "asked", "requested_by_id": self.env.uid})
            run._request_approval()

    def _check_payable(self):
        paid = self.line_ids.filtered(lambda line: line.decision == "pay")
        if not paid:
            raise UserError(self.env._("Nothing is to be paid."))
        stopped = paid.filtered("stopped")
        if stopped:
            lines = "\n".join(f"{line.display_name}: {line.warning_text}" for line in stopped[:10])
            raise UserError(self.env._("These cannot be paid; hold them or leave them out:\n%s", lines))
        taken = not_positive([(line.bundle, line.amount) for line in paid if line.bundle])
        if taken:
            names = ", ".join(sorted(set(paid.filtered(lambda line: line.bundle in taken).partner_id.mapped("name"))))
            raise UserError(self.env._("Credit notes are not less than the bills: %s", names))
        lost = self.group_ids.filtered(lambda group: group.count and not group.flow_id)
        if lost:
            raise UserError(self.env["finance.payment.order"]._no_way(lost.journal_id[:1]))

    def _approval_kind(self):
        return "payment_run"

    def _approval_content(self):
        return {**super()._approval_content(), "lines": self.env["finance.run.release"]._content(self)}

    def _approval_facts(self):
        return self.env["finance.run.release"]._facts(self)

    def _approved(self, approval):
        self.sudo().state = "approved"
        self._enqueue()

    def _refused(self, approval):
        if self.state in ("asked", "approved"):
            self.sudo().state = "draft"
            self.sudo().message_post(body=self.env._("Not approved: %s", approval.closed_reason or ""))

    # payments and orders

    def _enqueue(self):
        for run in self.sudo():
            run.with_delay(
                identity_key=f"finance.payment.run:{run.id}", max_retries=8,
                description=self.env._("Payments of %s", run.name), channel="root.finance.bank",
            ).release_job()  # fmt: skip

    def action_release(self):
        """Go on where a job was lost or stopped; what was made stays."""
        for run in self:
            run.check_access("write")
            if run.state != "approved":
                raise UserError(self.env._("%s is not approved.", run.name))
            run._enqueue()

    def release_job(self):
        """Make the payments of an approved run, some in each transaction, then its payment orders."""
        self.ensure_one()
        run = self.sudo().with_company(self.company_id)
        made, left = self.env["finance.run.release"]._release(run, int(server.option("run_chunk", CHUNK)))
        if left:
            run.with_delay(
                max_retries=8, description=self.env._("Payments of %s", run.name), channel="root.finance.bank"
            ).release_job()
        return self.env._("%(made)s payments made, %(left)s to come", made=made, left=left)

    def action_hand_over(self):
        """Make and freeze the files of all orders of the run, and ask for their release."""
        self.order_ids.filtered(lambda order: order.state == "draft").action_hand_over()

    def action_cancel(self):
        """Give the open items free, while no payment was made of them."""
        for run in self:
            run.check_access("write")
            if run.line_ids.payment_id:
                raise UserError(self.env._("Payments were made of %s: cancel its payment orders.", run.name))
            own = run.sudo()
            own.approval_id.filtered("open")._void(self.env._("Cancelled by %s", self.env.user.name))
            own.state = "cancelled"

    def action_open_lines(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.payment_run_line_action")
        return {**action, "domain": [("run_id", "in", self.ids)], "context": {"default_run_id": self.id}}

    def action_journey(self):
        """How far the run and each of its orders is, on one screen."""
        return self.env["account.payment"]._finance_journey(self)

    def action_open_orders(self):
        action = {"type": "ir.actions.act_window", "res_model": "finance.payment.order", "name": self.env._("Orders")}
        if len(self.order_ids) == 1:
            return {**action, "view_mode": "form", "res_id": self.order_ids.id}
        return {**action, "view_mode": "list,form", "domain": [("run_id", "in", self.ids)]}
