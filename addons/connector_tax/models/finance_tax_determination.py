import json
from collections import defaultdict

from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..core.tax import quote_from, request_from

#: A document has at most one determination that counts.
LIVE = ("quoted", "committed", "fallback")


class FinanceTaxDetermination(models.Model):
    """What a tax engine said about one document: the question, the answer, and where it stands there."""

    _name = "finance.tax.determination"
    _inherit = ["mail.thread", "finance.traced"]
    _description = "Tax determination"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    move_id = fields.Many2one(
        "account.move", index="btree_not_null", readonly=True, ondelete="set null", string="Document"
    )
    move_state = fields.Selection(related="move_id.state", string="Entry")
    partner_id = fields.Many2one(related="move_id.commercial_partner_id", store=True, string="Customer")
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    connector_id = fields.Many2one("finance.connector", index="btree_not_null", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [
            ("quoted", "Quoted"),
            ("committed", "Committed"),
            ("voiding", "Being voided"),
            ("voided", "Voided"),
            ("fallback", "To true up"),
            ("superseded", "Superseded"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        index=True,
        tracking=True,
    )
    origin = fields.Selection(
        [
            ("engine", "The engine, asked now"),
            ("kept", "The engine, asked before"),
            ("mirror", "The invoice it takes back"),
            ("own", "Odoo's own taxes"),
        ],
        readonly=True,
        string="Amounts from",
    )
    document_code = fields.Char(
        readonly=True, index="btree_not_null", string="Document code", help="How the engine knows the document."
    )
    request_hash = fields.Char(readonly=True, index="btree_not_null", string="Question hash")
    request = fields.Json(readonly=True, string="Question")
    quote = fields.Json(readonly=True, string="Checked answer")
    answer = fields.Text(readonly=True, string="Answer as sent")
    request_text = fields.Text(compute="_compute_texts", string="Question as asked")
    engine_reference = fields.Char(readonly=True, index="btree_not_null", string="Number at the engine")
    engine_status = fields.Char(readonly=True, string="Status at the engine")
    determined_on = fields.Datetime(readonly=True, default=fields.Datetime.now, string="Determined")
    tax_date = fields.Date(readonly=True, index=True, string="Tax date")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_untaxed = fields.Monetary(readonly=True, string="Net")
    amount_taxable = fields.Monetary(readonly=True, string="Taxable")
    amount_tax = fields.Monetary(readonly=True, string="Tax")
    committed_tax = fields.Monetary(readonly=True, string="Tax at the engine")
    difference = fields.Monetary(
        compute="_compute_difference", store=True, help="Tax at the engine less tax of our document."
    )
    compared_on = fields.Datetime(
        readonly=True, string="Compared", help="When the engine was last asked whether it still keeps this."
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of the company")
    company_tax = fields.Monetary(
        compute="_compute_difference",
        store=True,
        currency_field="company_currency_id",
        string="Tax at the engine (company)",
    )
    company_difference = fields.Monetary(
        compute="_compute_difference", store=True, currency_field="company_currency_id", string="Difference (company)"
    )
    text = fields.Text(readonly=True, string="Remarks")
    error_code = fields.Char(readonly=True)
    line_ids = fields.One2many("finance.tax.determination.line", "determination_id", readonly=True)
    commit_message_id = fields.Many2one("finance.message", readonly=True, ondelete="set null")
    void_message_id = fields.Many2one("finance.message", readonly=True, ondelete="set null")
    message_state = fields.Selection(related="commit_message_id.state", string="Delivery")
    true_up_move_id = fields.Many2one("account.move", readonly=True, ondelete="set null", string="True-up entry")

    _live_uniq = models.UniqueIndex(
        "(move_id) WHERE state IN ('quoted', 'committed', 'fallback') AND move_id IS NOT NULL",
        "The document has a determination that counts already.",
    )
    _open_idx = models.Index("(company_id, state) WHERE state IN ('quoted', 'voiding', 'fallback', 'failed')")

    @api.depends("document_code", "move_id.name")
    def _compute_name(self):
        for determination in self:
            number = determination.move_id.name
            known = number if number and number != "/" else determination.document_code
            determination.name = known or _("Draft")

    @api.depends("committed_tax", "amount_tax", "state")
    def _compute_difference(self):
        for determination in self:
            kept = determination.state == "committed"
            determination.difference = determination.committed_tax - determination.amount_tax if kept else 0.0
            determination.company_tax = determination._in_company_currency(determination.committed_tax) if kept else 0.0
            determination.company_difference = determination._in_company_currency(determination.difference)

    def _in_company_currency(self, amount):
        company = self.company_id
        on = self.tax_date or fields.Date.today()
        return self.currency_id._convert(amount, company.currency_id, company, on) if amount else 0.0

    @api.depends("request")
    def _compute_texts(self):
        for determination in self:
            determination.request_text = _indented(determination.request)

    # ------------------------------------------------------------------ keeping

    @api.model
    def _replace(self, move, values):
        """A new determination of ``move``; the one that counted so far is superseded."""
        request = values.get("request") or {}
        earlier = self.sudo().search([("move_id", "=", move.id), ("state", "in", ("quoted", "fallback", "failed"))])
        earlier.state = "superseded"
        earlier.flush_recordset(["state"])
        determination = self.sudo().create(
            {
                "move_id": move.id,
                "company_id": move.company_id.id,
                "currency_id": move.currency_id.id,
                "document_code": request.get("code") or self.env["finance.tax.request"]._code(move),
                "tax_date": request.get("tax_date") or request.get("date") or False,
                **values,
            }
        )
        if determination.state != "failed":
            move.sudo().tax_determination_id = determination
            self._solve_cases(move)
        return determination

    def _solve_cases(self, move):
        self.env["finance.exception"].sudo().search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "=", move.id),
                ("domain", "=", "tax"),
                ("state", "=", "open"),
            ]
        )._solve(_("Solved by itself: the tax is determined."))

    def _quote(self):
        return quote_from(self.quote)

    def _request(self):
        return request_from(self.request)

    def _sign(self):
        """From the engine's sign, where refunds are negative, to that of the document."""
        return -1 if self.request["kind"] == "refund" else 1

    # ------------------------------------------------------------------ on the lines

    def _apply(self):
        """Put the amounts on the lines of the draft, where Odoo's own computation keeps them."""
        for determination in self:
            for line, per_tax in determination._per_line().items():
                line.write({"tax_ids": [Command.clear()], "extra_tax_data": False})
                if per_tax:
                    line.write(determination._line_vals(line, per_tax))

    def _per_line(self):
        """{invoice line: {tax: amount in the sign of the document}}, rounded so that the line's sum stays."""
        self.ensure_one()
        found = {line: defaultdict(float) for line in self.env["finance.tax.request"]._taxed_lines(self.move_id)}
        sign, currency = self._sign(), self.currency_id
        for part in self.line_ids.filtered("tax_id"):
            found[part.move_line_id][part.tax_id] += sign * part.amount_tax
        for per_tax in found.values():
            if per_tax:
                total = currency.round(sum(per_tax.values()))
                for tax in per_tax:
                    per_tax[tax] = currency.round(per_tax[tax])
                largest = max(per_tax, key=lambda tax: abs(per_tax[tax]))
                per_tax[largest] = currency.round(per_tax[largest] + total - sum(per_tax.values()))
        return found

    def _line_vals(self, line, per_tax):
        return {
            "tax_ids": [Command.set([tax.id for tax in per_tax])],
            "extra_tax_data": {
                "currency_id": line.currency_id.id,
                "price_unit": line.price_unit,
                "quantity": line.quantity,
                "discount": line.discount,
                "manual_tax_amounts": {str(tax.id): {"tax_amount_currency": amount} for tax, amount in per_tax.items()},
            },
        }

    def _is_applied(self, move):
        """Whether the document, as it stands on the screen, carries exactly these amounts."""
        self.ensure_one()
        currency, by_line = self.currency_id, defaultdict(float)
        for part in self.line_ids.filtered("tax_id"):
            by_line[part.ref] += part.amount_tax
        expected = self._sign() * sum(currency.round(amount) for amount in by_line.values())
        return currency.compare_amounts(move.amount_tax, expected) == 0

    # ------------------------------------------------------------------ at the engine

    def _submit_commit(self):
        """The intent to commit, in the transaction that posts; it is sent by a job after that."""
        for determination in self:
            engine = determination.connector_id._tax_provider_class()
            determination._take_number()
            if not engine.keeps_documents:
                determination.write({"state": "committed", "committed_tax": determination.amount_tax})
                continue
            order = engine(None).commit_order(determination._request(), determination._quote())
            determination.commit_message_id = determination._submit("commit", order)

    def _take_number(self):
        """The engine keeps the document under the number it was posted with."""
        code = self.env["finance.tax.request"]._code(self.move_id)
        self.write({"document_code": code, "request": {**self.request, "code": code}})

    def _submit_void(self):
        """Take the document back at the engine; what never left is only cancelled."""
        for determination in self:
            message = determination.commit_message_id
            if not message:
                determination.state = "superseded"
            elif determination._never_sent(message):
                message._move("cancelled", result_text=_("Taken back before it was sent"))
                determination.write({"state": "voided", "text": _("Taken back before it was sent.")})
            else:
                if message.state in ("refused", "dead"):
                    message.sudo().action_cancel()
                engine = determination.connector_id._tax_provider_class()
                order = engine(None).void_order(determination._request(), determination._quote())
                determination.state = "voiding"
                determination.void_message_id = determination._submit("void", order, after=message)

    def _never_sent(self, message):
        """Whether the commit surely never left, and no worker holds it now."""
        if not message.try_lock_for_update():
            return False
        message.invalidate_recordset(["state", "attempt"])
        return message.state == "ready" and not message.attempt

    def _submit(self, action, order, after=None):
        """One message for each intent; it waits for the one before about the same document."""
        before = after or self._last_void()
        request = self.request
        count = (
            self.env["finance.message"]
            .sudo()
            .search_count(
                [
                    ("kind", "=", f"tax.{action}"),
                    ("res_model", "=", self._name),
                    ("res_id", "in", self._siblings().ids),
                ]
            )
        )
        key = f"{action}:{request['company_code']}:{request['kind']}:{request['code']}:{count + 1}"
        words = {"commit": _("Commit tax of %s"), "void": _("Void tax of %s")}[action]
        return (
            self.env["finance.deliver"]
            .sudo()
            ._submit(
                self.connector_id,
                f"tax.{action}",
                order.content(),
                key=key,
                name=words % request["code"],
                record=self,
                content_type="application/json",
                options={"after": before.id} if before else None,
            )
        )

    def _siblings(self):
        """All determinations of the same document."""
        return self.sudo().search([("move_id", "=", self.move_id.id)]) if self.move_id else self

    def _last_void(self):
        return self._siblings().void_message_id.sorted("id")[-1:]

    def _settled(self, action, answer):
        """The engine carried the order out; ``answer`` is what it holds now."""
        self.ensure_one()
        values = {"engine_status": answer["status"]}
        if answer["engine_id"]:
            values["engine_reference"] = answer["engine_id"]
        if action == "void":
            values["state"] = "voided"
        else:
            values["committed_tax"] = float(answer["tax"])
            if self.state == "quoted":
                values["state"] = "committed"
        self.write(values)
        if action == "commit" and not self.currency_id.is_zero(self.difference):
            self._report_difference()

    def _report_difference(self):
        self._report(
            "tax.difference",
            _(
                "%(name)s: the engine filed tax of %(engine)s, we posted %(ours)s.",
                name=self.name,
                engine=self.currency_id.format(self.committed_tax),
                ours=self.currency_id.format(self.amount_tax),
            ),
            amount=self.difference,
            currency_id=self.currency_id.id,
        )

    def _report(self, code, text, place=None, **values):
        """A case for the owner of the connector."""
        connector = self.sudo().connector_id
        return self.env["finance.exception"]._report(
            self, code, text, place, domain="tax", connector_id=connector.id, owner_id=connector.owner_id.id, **values
        )

    # ------------------------------------------------------------------ actions

    def action_true_up(self):
        """Ask the engine for what it could not be asked when these documents were posted."""
        waiting = self.filtered(lambda determination: determination.state == "fallback")
        if not waiting:
            raise UserError(_("Nothing here waits to be trued up."))
        for determination in waiting:
            try:
                self.env["finance.tax.true.up"]._run(determination)
            except FinanceError as error:
                words = self.env["finance.tax.determine"]._in_words(determination.move_id, error)
                raise UserError(words) from error

    def action_open_move(self):
        self.ensure_one()
        return self.move_id.get_formview_action()

    def action_open_messages(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Messages"),
            "res_model": "finance.message",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "in", self._siblings().ids)],
        }

    @api.model
    def _cron_true_up(self):
        """Wake a job for each document that waits to be trued up."""
        waiting = self.search([("state", "=", "fallback"), ("move_state", "=", "posted")])
        for determination in waiting:
            determination.with_delay(
                identity_key=f"finance.tax.true_up:{determination.id}",
                description=_("True up the tax of %s", determination.name),
            ).true_up_job()

    def true_up_job(self):
        """True up one document."""
        self.ensure_one()
        if self.state != "fallback":
            return _("done already")
        return self.env["finance.tax.true.up"]._run_in_job(self)

    def action_compare(self):
        """Ask the engine in the background whether it keeps what we committed."""
        kept = self.sudo().filtered(lambda known: known.state == "committed" and known.commit_message_id)
        for determination in kept:
            determination.with_delay(
                identity_key=f"finance.tax.compare:{determination.id}",
                description=_("Compare the tax of %s", determination.name),
            ).compare_job()

    @api.model
    def _cron_compare(self, days=62, limit=500):
        """Compare the documents of the open periods, those first that were not compared for longest."""
        since = fields.Date.subtract(fields.Date.today(), days=days)
        self.search(
            [("state", "=", "committed"), ("commit_message_id", "!=", False), ("tax_date", ">=", since)],
            order="compared_on ASC NULLS FIRST, id",
            limit=limit,
        ).action_compare()

    def compare_job(self):
        """Compare one document with the engine."""
        self.ensure_one()
        if self.state != "committed":
            return _("nothing to compare")
        return self.env["finance.tax.compare"]._run_in_job(self.sudo())


def _indented(content):
    """JSON as a person reads it."""
    return json.dumps(content, indent=2, ensure_ascii=False) if content else False
