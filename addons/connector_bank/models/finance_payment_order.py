import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.finance_connector_base.core.errors import FinanceError

#: What fits most banks, by urgency.
USUAL_PROFILES = {"instant": "sepa_instant_09", "urgent": "urgent_09"}
#: Clearings of their own, by country of the company and currency.
USUAL_NATIONAL = {("US", "USD"): "us_ach_ccd", ("GB", "GBP"): "gb_bacs18"}
USUAL_DEBITS = {"CORE": "sepa_core_debit_08", "B2B": "sepa_b2b_debit_08"}


class FinancePaymentOrder(models.Model):
    """Payments that go to the bank together, in one file or call.

    A payment is in one order at most. What was handed over is frozen: the message holds the bytes that people
    agreed to, and the payments may not change under it.
    """

    _name = "finance.payment.order"
    _description = "Payment order"
    _inherit = ["mail.thread", "finance.access"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, default="/", copy=False)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    journal_id = fields.Many2one(
        "account.journal", required=True, check_company=True, domain=[("type", "=", "bank")], string="Bank"
    )
    flow_id = fields.Many2one(
        "finance.flow", required=True, check_company=True,
        domain="[('kind', '=', 'payment_order'), ('direction', '=', 'out'), ('company_id', '=', company_id)]",
        string="Way to the bank",
    )  # fmt: skip
    profile = fields.Selection("_selection_profile", required=True, default="sepa_credit_09")
    run_id = fields.Many2one("finance.payment.run", "Payment run", readonly=True, index="btree_not_null")
    scheme = fields.Selection([("CORE", "Core"), ("B2B", "B2B")], readonly=True, help="Of direct debits.")
    sequence = fields.Char(readonly=True, help="Of direct debits: FRST, RCUR, OOFF or FNAL.")
    executed_on = fields.Date(required=True, default=fields.Date.context_today, string="To be carried out on")
    made_on = fields.Datetime(readonly=True, copy=False)
    payment_ids = fields.One2many("account.payment", "finance_order_id", readonly=True)
    maker_ids = fields.Many2many(
        "res.users", readonly=True, copy=False, string="Made by",
        help="Who made or last changed its payments, or the run that they come from.",
    )
    count = fields.Integer(compute="_compute_totals", string="Payments")
    amount = fields.Monetary(compute="_compute_totals")
    currency_id = fields.Many2one("res.currency", compute="_compute_totals")
    state = fields.Selection(
        [("draft", "Draft"), ("handed", "Handed over"), ("cancelled", "Cancelled")],
        default="draft", required=True, readonly=True, tracking=True, copy=False,
    )  # fmt: skip
    message_id = fields.Many2one("finance.message", readonly=True, copy=False)
    message_state = fields.Selection(related="message_id.state", string="On its way")
    hand_state = fields.Selection(related="message_id.hand_state")
    approval_id = fields.Many2one(related="message_id.approval_id", string="Release")
    approval_state = fields.Selection(related="message_id.approval_id.state", string="Is")
    approval_text = fields.Char(related="message_id.result_text", string="Last word")
    findings = fields.Text(compute="_compute_findings", string="What the bank would say")
    warning_text = fields.Text(compute="_compute_findings", string="To look at")

    @api.model
    def _selection_profile(self):
        return [(code, profile.label) for code, profile in self.env["finance.payment.file"]._profiles().items()]

    @api.depends("payment_ids.amount", "payment_ids.currency_id")
    def _compute_totals(self):
        for order in self:
            order.count = len(order.payment_ids)
            order.amount = sum(order.payment_ids.mapped("amount"))
            order.currency_id = order.payment_ids.currency_id[:1] or order.company_id.currency_id

    @api.depends("payment_ids", "profile", "executed_on", "journal_id", "state")
    def _compute_findings(self):
        for order in self:
            order.findings = order.warning_text = False
            if order.state == "draft" and order.payment_ids and order.journal_id and order.profile:
                found = order.env["finance.payment.file"]._findings(order)
                order.findings = "\n".join(f"{one.place}: {one.text}" for one in found) or False
                order.warning_text = "\n".join(order._warnings()) or False

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("finance.payment.order") or "/"
        return super().create(vals_list)

    def write(self, vals):
        fixed = {"journal_id", "flow_id", "profile", "executed_on", "payment_ids", "company_id"} & vals.keys()
        if fixed and not self.env.su and self.filtered(lambda order: order.state != "draft"):
            raise UserError(self.env._("What was handed over cannot be changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if self.filtered(lambda order: order.state != "draft"):
            raise UserError(self.env._("Orders that were handed over stay."))

    def _order_ref(self):
        """The message id in the file: ours alone, letters, digits and dashes."""
        return self.env["finance.payment.file"]._fitting(
            self.profile, "run.message_id", self.name.replace("/", "-"), self.id
        )

    def _batch_ref(self):
        return f"{self._order_ref()[:33]}-1"

    def _warnings(self):
        """What a person should look at before agreeing: first payments, new bank details, likely doubles."""
        words, run = [], self.sudo().run_id
        if run and not run._is_approved():
            words.append(self.env._("Changed since %s was approved: compare payees and accounts.", run.name))
        payments = self.payment_ids.filtered(lambda payment: payment.payment_type == "outbound")
        if not payments:
            return words
        since = fields.Date.subtract(min(payments.mapped("date")), days=self.company_id.finance_double_days)
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH like_it AS (
                    SELECT partner_id, amount, currency_id, min(name) AS first, max(name) AS last FROM account_payment
                     WHERE payment_type = 'outbound' AND state IN ('in_process', 'paid') AND date > %(since)s
                       AND partner_id = ANY(%(partners)s)
                     GROUP BY 1, 2, 3
                )
                SELECT p.id,
                       b.create_date > now() AT TIME ZONE 'UTC' - make_interval(days => %(fresh)s)
                    OR b.write_date > now() AT TIME ZONE 'UTC' - make_interval(days => %(fresh)s),
                       p.partner_bank_id NOT IN (
                           SELECT partner_bank_id FROM account_payment
                            WHERE partner_bank_id IS NOT NULL AND payment_type = 'outbound' AND state = 'paid'
                              AND id <> ALL(%(ids)s)),
                       CASE WHEN like_it.first <> p.name THEN like_it.first
                            WHEN like_it.last <> p.name THEN like_it.last END
                  FROM account_payment p
                  LEFT JOIN res_partner_bank b ON b.id = p.partner_bank_id
                  LEFT JOIN like_it ON like_it.partner_id = p.partner_id AND like_it.amount = p.amount
                        AND like_it.currency_id = p.currency_id
                 WHERE p.id = ANY(%(ids)s) ORDER BY p.id
                """,
                fresh=self.company_id.finance_new_details_days, since=since, partners=payments.partner_id.ids,
                ids=payments.ids,
            )
        )  # fmt: skip
        for payment_id, fresh, first, double in rows:
            name = payments.browse(payment_id).display_name
            if double:
                words.append(self.env._("%(name)s: %(other)s has the same payee and amount.", name=name, other=double))
            if fresh:
                words.append(self.env._("%s: the bank details are new or were changed lately.", name))
            elif first:
                words.append(self.env._("%s: the first payment to this account.", name))
        return words

    def _check_payments(self):
        """:raise UserError: a payment may not be in this order"""
        self._check_payees()
        for order in self:
            if not order.payment_ids:
                raise UserError(self.env._("There is no payment in the order."))
            if order.flow_id.connector_id.company_id != order.company_id:
                raise UserError(self.env._("The flow %s belongs to another company.", order.flow_id.name))
            if (order.flow_id.kind, order.flow_id.direction) != ("payment_order", "out"):
                raise UserError(self.env._("The flow %s takes no payment orders.", order.flow_id.name))
            if not order.flow_id.needs_approval or not order.flow_id.moves_money:
                raise UserError(
                    self.env._("The flow %s has to move money and to want a release by others.", order.flow_id.name)
                )
            for payment in order.payment_ids:
                why = payment._finance_why_not(order)
                if why:
                    raise UserError(self.env._("%(name)s: %(why)s", name=payment.display_name, why=why))

    def _check_payees(self):
        """:raise UserError: the name of a payee does not match and nobody decided, or somebody said no"""
        blocking = self.env["finance.payee.check"]._blocking(self.payment_ids)
        if blocking:
            raise UserError(
                self.env._(
                    "The bank knows these payees by another name, and nobody has decided that they are right: %s. See "
                    "Work → Payees to decide.",
                    ", ".join(sorted(set(blocking.mapped("our_name")))),
                )
            )

    def _fix_ids(self):
        """The end-to-end ids by which answers and statements know the payments, as the format has room for them."""
        files = self.env["finance.payment.file"]
        payments = self.sudo().payment_ids
        ids = [(payment.id, files._own_id(payment, self)) for payment in payments]
        self.env.flush_all()
        self.env.cr.execute_values(
            "UPDATE account_payment p SET finance_end_to_end = v.own_id FROM (VALUES %s) v (id, own_id)"
            " WHERE p.id = v.id AND p.finance_end_to_end IS DISTINCT FROM v.own_id",
            ids,
        )
        payments.invalidate_recordset(["finance_end_to_end"])

    def action_hand_over(self):
        """Make the file, freeze it, and ask for its release."""
        self.check_access("write")
        for order in self:
            if order.state != "draft":
                raise UserError(self.env._("%s was handed over already.", order.name))
            order.payment_ids.lock_for_update()
            order._check_payments()
            order.sudo().made_on = fields.Datetime.now()
            order._fix_ids()
            try:
                content = self.env["finance.payment.file"]._content(order)
            except FinanceError as error:
                raise UserError(f"{error.place}: {error}" if error.place else str(error)) from error
            order.sudo().state = "handed"
            payments = order.sudo().payment_ids
            order.sudo().maker_ids |= payments._finance_makers()
            payments.write(
                {"finance_order_ref": order._order_ref(), "finance_batch_ref": order._batch_ref(),
                 "finance_told_state": "initiated"}
            )  # fmt: skip
            payments.finance_mandate_id._handed(order)
            name, content_type = self.env["finance.payment.file"]._file_name(order)
            message = self.env["finance.deliver"].sudo()._submit(
                order.flow_id.sudo().connector_id, "payment_order", content, key=f"payment_order:{order.id}",
                name=name, record=order, flow=order.flow_id.sudo(), content_type=content_type,
                # ids begin anew in a restored database; this is the order's alone
                options={"control": self.env["finance.payment.file"]._control(order, content),
                         "reference": str(uuid.uuid4())},
            )  # fmt: skip
            order.sudo().message_id = message
            order.message_post(body=self.env._("Handed over: %(count)s payments, %(amount)s.", count=order.count,
                                               amount=order.currency_id.format(order.amount)))  # fmt: skip

    def action_cancel(self):
        """Take it back, while nothing can have reached the bank; its payments are free again."""
        self.check_access("write")
        for order in self:
            if order.message_id and order.message_id.state not in ("cancelled",):
                order.message_id.sudo().action_cancel()
            order.sudo().state = "cancelled"
            mandates = order.sudo().payment_ids.finance_mandate_id
            order.sudo().payment_ids.write(
                {"finance_order_id": False, "finance_order_ref": False, "finance_batch_ref": False,
                 "finance_told_state": False}
            )  # fmt: skip
            mandates._recount()

    @api.model
    def _usual_profile(self, journal, currency, urgency="normal"):
        """The rules that fit most such payments; people choose another one where their bank has its own."""
        if urgency in USUAL_PROFILES:
            return USUAL_PROFILES[urgency]
        national = USUAL_NATIONAL.get((journal.company_id.country_code, currency.name))
        if national:
            return national
        country = (journal.bank_account_id.sanitized_acc_number or "")[:2]
        if country in ("CH", "LI"):
            return "ch_credit_09"
        return "sepa_credit_09" if currency.name == "EUR" else "cross_border_09"

    @api.model
    def _usual_debit(self, scheme):
        return USUAL_DEBITS[scheme]

    @api.model
    def _flow_of(self, journal):
        """The way to the bank of an account: its own, else the only one of its company, else an empty one.

        Of several ways none is guessed: a file at another bank is refused at best.
        """
        chosen = journal.sudo().finance_payment_flow_id
        if chosen:
            return chosen.sudo(self.env.su)
        ways = self.env["finance.flow"].search(
            [("kind", "=", "payment_order"), ("direction", "=", "out"), ("connector_id.state", "=", "active"),
             ("connector_id.company_id", "=", journal.company_id.id)],
            limit=2,
        )  # fmt: skip
        return ways if len(ways) == 1 else ways.browse()

    @api.model
    def _no_way(self, journal):
        """What a person does about an account without a way to its bank, in words."""
        return self.env._(
            "There is no way to the bank for %s: add the flow “Payment order” to a connector; where there are several, "
            "choose one on the journal, page Finance Connector.",
            journal.display_name,
        )

    def action_take_away(self):
        """Download the released file for the bank's portal."""
        return self.message_id.action_take_away()

    def action_confirm_hand(self):
        """Say what the portal shows after the upload."""
        return self.message_id.action_confirm_hand()

    def action_open_message(self):
        return {"type": "ir.actions.act_window", "res_model": "finance.message", "res_id": self.message_id.id,
                "view_mode": "form"}  # fmt: skip

    @api.model
    def _of_payments(self, payments):
        """New drafts for these payments, one for each bank and currency.

        :raise UserError: there is no way to a bank, or a payment cannot be put into an order
        """
        self.check_access("write")
        orders = self.browse()
        for (journal, _currency), own in payments.grouped(lambda one: (one.journal_id, one.currency_id)).items():
            flow = self._flow_of(journal)
            if not flow:
                raise UserError(self._no_way(journal))
            values = {"journal_id": journal.id, "company_id": journal.company_id.id, "flow_id": flow.id,
                      "profile": self._usual_profile(journal, own.currency_id)}  # fmt: skip
            values["maker_ids"] = own.sudo()._finance_makers().ids
            order = self.sudo().create(values).sudo(self.env.su)
            for payment in own:
                why = payment._finance_why_not(order)
                if why:
                    raise UserError(self.env._("%(name)s: %(why)s", name=payment.display_name, why=why))
            own.sudo().finance_order_id = order
            orders |= order
        return orders


class AccountPayment(models.Model):
    _inherit = "account.payment"

    finance_order_id = fields.Many2one(
        "finance.payment.order", "Payment order", copy=False, readonly=True, index="btree_not_null", ondelete="set null"
    )

    def _finance_own_id(self):
        """The end-to-end id: our number in letters, digits and dashes."""
        self.ensure_one()
        return self.finance_end_to_end or self.name.replace("/", "-")[:35]

    def _finance_why_not(self, order):
        """Why this payment cannot be in that order, or None."""
        self.ensure_one()
        if self.state not in ("in_process", "paid") or (self.payment_type == "inbound" and not self.finance_mandate_id):
            return self.env._("only confirmed payments that go out, or direct debits, can be handed over.")
        if self.finance_order_id and self.finance_order_id != order:
            return self.env._("it is in %s.", self.finance_order_id.name)
        why = self._finance_differs_from_run()
        if why:
            return why
        if self.finance_told_state or self.is_matched:
            return self.env._("it was handed over or booked before.") if order.state == "draft" else None
        if self.journal_id != order.journal_id or self.company_id != order.company_id:
            return self.env._("it is paid from another bank.")
        if self.finance_mandate_id:
            usable = order.state != "draft" or self.finance_mandate_id._is_usable(order.executed_on)
            return None if usable else self.env._("the mandate is not valid.")
        return self._finance_payee_why_not()

    def _finance_payee_why_not(self):
        """Why nothing may be paid to this account, or None."""
        account = self.partner_bank_id
        if not account:
            return self.env._("the payee's account is missing.")
        if account.sudo().partner_id.commercial_partner_id != self.partner_id.commercial_partner_id:
            return self.env._("the account is somebody else's.")
        if not account.active:
            return self.env._("the payee's account is archived.")
        if not account.allow_out_payment:
            return self.env._("the payee's account is not trusted: send money is off.")
        return self._finance_above_cap()

    def action_finance_order(self):
        """Put into payment orders, one for each bank and currency."""
        orders = self.env["finance.payment.order"]._of_payments(self)
        action = {"type": "ir.actions.act_window", "res_model": orders._name, "name": self.env._("Payment orders")}
        if len(orders) == 1:
            return {**action, "view_mode": "form", "res_id": orders.id}
        return {**action, "view_mode": "list,form", "domain": [("id", "in", orders.ids)]}
