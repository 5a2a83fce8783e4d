from datetime import timedelta

from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..services.queued import tried_again

#: Documents a tax engine is asked about.
SALES = ("out_invoice", "out_refund", "out_receipt")


class AccountMove(models.Model):
    """An invoice whose tax a tax engine determines, where its fiscal position says so."""

    _inherit = "account.move"

    tax_determination_id = fields.Many2one(
        "finance.tax.determination",
        string="Tax determination",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    tax_determination_ids = fields.One2many("finance.tax.determination", "move_id", readonly=True)
    tax_determination_count = fields.Integer(compute="_compute_tax_determination_count")
    tax_by_engine = fields.Boolean(compute="_compute_tax_by_engine", string="Tax by engine")
    tax_engine_name = fields.Char(compute="_compute_tax_by_engine")
    tax_status = fields.Selection(
        [
            ("missing", "Not determined yet"),
            ("stale", "Changed since determined"),
            ("valid", "Determined"),
            ("fallback", "Own taxes, to be trued up"),
            ("waiting", "Waits to be committed"),
            ("committed", "Committed"),
            ("failed", "Failed"),
        ],
        compute="_compute_tax_status",
        string="Tax status",
    )
    tax_remark = fields.Char(compute="_compute_tax_status")

    # ------------------------------------------------------------------ what holds now

    @api.depends("fiscal_position_id", "move_type")
    def _compute_tax_by_engine(self):
        for move in self:
            connector = move.sudo().fiscal_position_id.tax_connector_id
            move.tax_by_engine = bool(connector) and move.move_type in SALES
            move.tax_engine_name = connector.name

    @api.depends("tax_determination_ids")
    def _compute_tax_determination_count(self):
        counts = dict(
            self.env["finance.tax.determination"]
            .sudo()
            ._read_group([("move_id", "in", self.ids)], ["move_id"], ["__count"])
        )
        for move in self:
            move.tax_determination_count = counts.get(move, 0)

    @api.depends(
        "state",
        "fiscal_position_id",
        "partner_id",
        "partner_shipping_id",
        "invoice_date",
        "currency_id",
        "invoice_line_ids.price_subtotal",
        "invoice_line_ids.quantity",
        "invoice_line_ids.product_id",
        "invoice_line_ids.name",
        "invoice_line_ids.tax_ids",
        "tax_determination_id.state",
        "tax_determination_id.determined_on",
        "tax_determination_ids.state",
    )
    def _compute_tax_status(self):
        for move in self:
            determination = move.sudo().tax_determination_id
            failed = move.sudo().tax_determination_ids.filtered(lambda known: known.state == "failed")[:1]
            move.tax_remark = False
            if not move.tax_by_engine or (move.state == "cancel"):
                move.tax_status = False
            elif determination.state == "fallback":
                move.tax_status = "fallback" if move.state == "posted" or move._tax_is_asked() else "stale"
            elif move.state == "posted":
                committed = determination.state == "committed"
                move.tax_status = "committed" if committed else "waiting" if determination else "missing"
            elif determination:
                move.tax_status = "valid" if move._tax_is_current() else "stale"
            elif failed:
                move.tax_status, move.tax_remark = "failed", failed.text
            else:
                move.tax_status = "missing"

    def _tax_is_asked(self):
        """Whether the determination answers exactly the question this draft asks now."""
        determination = self.sudo().tax_determination_id
        connector = self.sudo().fiscal_position_id.tax_connector_id
        if not determination or determination.connector_id != connector:
            return False
        try:
            request = self.env["finance.tax.request"]._build(self, connector)
        except FinanceError:
            return False
        return determination.request_hash == request.hash

    def _tax_is_current(self):
        """Whether this draft has a quote for exactly its content, carried by its lines and not too old."""
        determination = self.sudo().tax_determination_id
        if determination.state != "quoted" or not self._tax_is_asked():
            return False
        oldest = fields.Datetime.now() - timedelta(hours=determination.connector_id.tax_quote_hours)
        return determination.determined_on >= oldest and determination._is_applied(self)

    def _tax_fallback(self):
        """What the fiscal position, else its connector, says for when the engine cannot be reached."""
        position = self.sudo().fiscal_position_id
        return position.tax_fallback or position.tax_connector_id.tax_fallback

    # ------------------------------------------------------------------ determine

    def action_determine_tax(self):
        """Ask the tax engine now; nothing is written before it has answered."""
        drafts = self.filtered(lambda move: move.state == "draft" and move.tax_by_engine)
        if not drafts:
            raise UserError(_("Choose draft customer invoices whose fiscal position names a tax engine."))
        determine = self.env["finance.tax.determine"]
        todo = drafts.filtered(lambda move: not move._tax_is_current())
        try:
            failed = determine._run(todo)
        except FinanceError as error:
            raise UserError(determine._in_words(todo[:1], error)) from error
        for move, error in failed.items():
            determine._failed(move, error)
        return self._tax_notification(failed) if failed else True

    def action_determine_tax_later(self):
        """One job for each draft: for more of them than a person wants to wait for."""
        drafts = self.filtered(lambda move: move.state == "draft" and move.tax_by_engine)
        for move in drafts:
            move.with_delay(
                identity_key=f"finance.tax.determine:{move.id}",
                description=_("Determine the tax of %s", move.display_name),
            ).determine_tax_job()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": _("The tax of %s invoices is being determined.", len(drafts)),
            },
        }

    def determine_tax_job(self):
        """Determine the tax of a draft in the background."""
        self.ensure_one()
        if self.state != "draft" or not self.tax_by_engine or self._tax_is_current():
            return _("nothing to determine")
        try:
            with tried_again():
                failed = self.env["finance.tax.determine"]._run(self, fallback=False)
        except FinanceError as error:
            failed = {self: error}
        for move, error in failed.items():
            self.env["finance.tax.determine"]._failed(move, error)
            return str(error)
        return _("determined")

    def _tax_notification(self, failed):
        words = [self.env["finance.tax.determine"]._in_words(move, error) for move, error in failed.items()]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger",
                "sticky": True,
                "title": _("Tax not determined"),
                "message": "\n\n".join(words),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_tax_determinations(self):
        self.ensure_one()
        action = {
            "type": "ir.actions.act_window",
            "name": _("Tax determinations"),
            "res_model": "finance.tax.determination",
            "view_mode": "list,form",
            "domain": [("move_id", "=", self.id)],
        }
        if self.tax_determination_count == 1:
            action.update(view_mode="form", res_id=self.sudo().tax_determination_ids.id, domain=[])
        return action

    # ------------------------------------------------------------------ post

    def action_post(self):
        self._tax_prepare_posting()
        return super().action_post()

    def action_validate_moves_with_confirmation(self):
        self._tax_prepare_posting()
        return super().action_validate_moves_with_confirmation()

    @api.model
    def _autopost_draft_entries(self, batch_size=100):
        """Drafts that post themselves today get their tax first; one that fails is reported by its posting."""
        today = fields.Date.context_today(self)
        due = self.search([("state", "=", "draft"), ("date", "<=", today), ("auto_post", "!=", "no")], limit=batch_size)
        for move in due.filtered("tax_by_engine"):
            try:
                move._tax_prepare_posting()
            except UserError:
                continue
        return super()._autopost_draft_entries(batch_size)

    def _tax_prepare_posting(self):
        """Get a quote for what is about to be posted, before anything is written."""
        todo = self.filtered(lambda move: move.state == "draft" and move.tax_by_engine and not move._tax_is_current())
        determine = self.env["finance.tax.determine"]
        try:
            failed = determine._run(todo)
        except FinanceError as error:
            raise UserError(determine._in_words(todo[:1], error)) from error
        if failed:
            determine._failed_apart(failed)
            raise UserError("\n\n".join(determine._in_words(move, error) for move, error in failed.items()))

    def _post(self, soft=True):
        """Post what has its tax; the engine is told by a message, after this transaction."""
        self._tax_check(soft)
        posted = super()._post(soft)
        posted.filtered("tax_by_engine")._tax_submit()
        return posted

    def _tax_check(self, soft):
        """Refuse a document without a quote for exactly its content. No call is made here."""
        today = fields.Date.context_today(self)
        for move in self.filtered(lambda move: move.state == "draft"):
            if soft and move.date and move.date > today:
                continue  # posted later, and looked at then
            if not move.tax_by_engine:
                move._tax_check_foreign()
            elif not move._tax_is_current() and not move._tax_stands_on_own_taxes():
                move._tax_mirror_original()

    def _tax_stands_on_own_taxes(self):
        return self.sudo().tax_determination_id.state == "fallback" and self._tax_is_asked()

    def _tax_mirror_original(self):
        """A credit note for a whole invoice needs no engine; any other document is refused here."""
        determine = self.env["finance.tax.determine"]
        try:
            request = self.env["finance.tax.request"]._build(self, self.sudo().fiscal_position_id.tax_connector_id)
            found = determine._mirror(self, request)
            if found:
                lines = determine._lines(self, self.sudo().fiscal_position_id.tax_connector_id, found.quote)
                determine._keep(self, request, found, lines)
        except FinanceError as error:
            raise UserError(determine._in_words(self, error)) from error
        if not found or not self._tax_is_current():
            raise UserError(
                _(
                    "The tax of %(name)s has not been determined for what it says now. Press Determine tax, then post.",
                    name=self.display_name,
                )
            )

    def _tax_check_foreign(self):
        """Taxes of an engine have rate 0: left on a document without the engine they would tax nothing."""
        taxes = self.invoice_line_ids.tax_ids
        if taxes and self.env["finance.tax.mapping"].sudo().search_count([("tax_id", "in", taxes.ids)], limit=1):
            raise UserError(
                _(
                    "%(name)s still has the taxes of a tax engine, but its fiscal position no longer names one. "
                    "Update the taxes of its lines.",
                    name=self.display_name,
                )
            )

    def _tax_submit(self):
        for move in self:
            determination = move.sudo().tax_determination_id
            if determination.state == "quoted":
                determination._submit_commit()
            elif determination.state == "fallback":
                determination._take_number()

    # ------------------------------------------------------------------ take back

    def button_draft(self):
        kept = self.sudo().filtered(lambda move: move.state == "posted").tax_determination_id
        result = super().button_draft()
        kept.filtered(lambda known: known.state in ("quoted", "committed", "fallback"))._submit_void()
        kept.move_id.tax_determination_id = False
        return result

    def copy(self, default=None):
        """A copy asks anew: amounts of an engine belong to one document."""
        copies = super().copy(default)
        copies.filtered(lambda move: move.state == "draft" and move.tax_by_engine)._tax_clear()
        return copies

    def _tax_clear(self):
        for line in self.invoice_line_ids.filtered("extra_tax_data"):
            line.write({"tax_ids": [Command.clear()], "extra_tax_data": False})
