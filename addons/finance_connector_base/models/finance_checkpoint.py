from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang

from ..core.checkpoint import CHECKPOINTS, MEASURES, Place, Totals

STATES = [("break", "Break"), ("waiting", "On its way"), ("agree", "Agrees")]
#: What a row is about; see ``core.checkpoint.Place``.
KEY = ("company_id", "connector_id", "journal_id", "day", "currency_id")


def sides(name):
    return [f"{side}_{name}" for side in ("left", "right")]


class FinanceCheckpoint(models.Model):
    """Two sides of a hand-over on one day, with their control totals: they agree, or somebody must know why not.

    Rows are written by ``finance.checkpoint.check`` alone.
    """

    _name = "finance.checkpoint"
    _description = "Checkpoint"
    _order = "day desc, code, id"
    _rec_name = "label"

    code = fields.Char(required=True, readonly=True, string="Checkpoint code")
    label = fields.Char(compute="_compute_words", string="Checkpoint")
    help_text = fields.Char(compute="_compute_words", string="What must hold")
    domain = fields.Selection(
        [
            ("operations", "Operations"),
            ("bank", "Bank"),
            ("tax", "Tax"),
            ("treasury", "Treasury"),
            ("close", "Close"),
        ],
        required=True,
        readonly=True,
        string="Area",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    connector_id = fields.Many2one("finance.connector", readonly=True, ondelete="cascade")
    journal_id = fields.Many2one("account.journal", readonly=True, ondelete="cascade")
    day = fields.Date(required=True, readonly=True, help="Of what was handed over, in UTC where it has a time.")
    where = fields.Char(compute="_compute_words", help="The bank account, else the connector.")
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    left_name = fields.Char(compute="_compute_words", string="One side")
    right_name = fields.Char(compute="_compute_words", string="The other side")
    left_text = fields.Char(compute="_compute_words", string="Declared")
    right_text = fields.Char(compute="_compute_words", string="Arrived")
    left_count = fields.Integer(readonly=True, aggregator=False)
    right_count = fields.Integer(readonly=True, aggregator=False)
    left_credit = fields.Monetary(readonly=True, aggregator=False)
    right_credit = fields.Monetary(readonly=True, aggregator=False)
    left_debit = fields.Monetary(readonly=True, aggregator=False)
    right_debit = fields.Monetary(readonly=True, aggregator=False)
    left_balance = fields.Monetary(readonly=True, aggregator=False)
    right_balance = fields.Monetary(readonly=True, aggregator=False)
    left_bytes = fields.Float(digits=(20, 0), readonly=True, aggregator=False)
    right_bytes = fields.Float(digits=(20, 0), readonly=True, aggregator=False)
    waiting = fields.Integer(readonly=True, aggregator=False, help="On its way, or waiting for a person.")
    text = fields.Text(readonly=True, string="What differs")
    differences = fields.Json(readonly=True, string="Differences as data")
    differences_html = fields.Html(compute="_compute_differences_html", string="Differences")
    checked_on = fields.Datetime(readonly=True, string="Checked")
    changed_on = fields.Datetime(readonly=True, string="Changed", help="When one of the totals changed last.")
    case_id = fields.Many2one("finance.exception", readonly=True, ondelete="set null", index="btree_not_null")
    case_state = fields.Selection(related="case_id.state", string="Case is")
    value_ids = fields.One2many("finance.checkpoint.value", "checkpoint_id", readonly=True, string="History")

    _place_uniq = models.UniqueIndex(
        "(code, day, company_id, (coalesce(connector_id, 0)), (coalesce(journal_id, 0)), (coalesce(currency_id, 0)))"
    )
    _break_idx = models.Index("(company_id, code, day) WHERE state = 'break'")

    @api.depends("code", *KEY, *(one for name in MEASURES for one in sides(name)))
    def _compute_words(self):
        for row in self:
            pair = row._pair()
            row.label = self.env._(pair.label) if pair else row.code
            row.help_text = self.env._(pair.help) if pair else False
            row.left_name = self.env._(pair.left_name) if pair else False
            row.right_name = self.env._(pair.right_name) if pair else False
            row.where = row.journal_id.name or row.connector_id.name
            row.left_text = row._totals_words("left")
            row.right_text = row._totals_words("right")

    @api.depends("day", "code")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.label} {row.day}"

    @api.depends("differences")
    def _compute_differences_html(self):
        head = Markup("<tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>")
        line = Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>")
        words = self._difference_words()
        for row in self:
            lines = [
                line % (words[what], key, left or "–", right or "–")
                for what, key, left, right in row.differences or ()
            ]
            row.differences_html = lines and Markup("<table class='table table-sm'>%s%s</table>") % (
                head % ("", self.env._("What"), row.left_name, row.right_name),
                Markup().join(lines),
            )

    def _difference_words(self):
        return {
            "missing": self.env._("Missing"),
            "unexpected": self.env._("Not expected"),
            "changed": self.env._("Changed"),
        }

    def _pair(self):
        """The pair this row was checked by; ``None`` where its addon is gone."""
        addons = self.env["finance.connector"]._loaded_addons()
        known = self.code in CHECKPOINTS and CHECKPOINTS.addon(self.code) in addons
        return CHECKPOINTS.get(self.code)() if known else None

    def _place(self):
        self.ensure_one()
        return Place(
            self.company_id.id,
            self.connector_id.id or None,
            self.journal_id.id or None,
            self.day,
            self.currency_id.id or None,
        )

    def _totals_words(self, side):
        """The control totals of one side, as in ``12 · +1,250.00 −340.00``."""
        pair = self._pair()
        totals = Totals(*(self[f"{side}_{name}"] for name in MEASURES))
        return self._words_of(totals, pair.measures, self.currency_id) if pair else ""

    @api.model
    def _words_of(self, totals, measures, currency):
        def money(amount):
            return formatLang(self.env, amount or 0, digits=currency.decimal_places if currency else 2)

        parts = []
        if "count" in measures:
            parts.append(f"{totals.count:,}")
        if "credit" in measures:
            moved = [f"{sign}{money(amount)}" for sign, amount in (("+", totals.credit), ("−", totals.debit)) if amount]
            parts.append(f"{' '.join(moved) or money(0)} {currency.name or ''}".strip())
        if "balance" in measures and (currency or totals.balance):
            parts.append(f"{money(totals.balance)} {currency.name or ''}".strip())
        if "bytes" in measures:
            parts.append(self.env._("%s bytes", f"{totals.bytes:,.0f}"))
        return " · ".join(parts)

    def action_check(self):
        """Compare both sides of these again, now."""
        self.env["finance.checkpoint.check"].sudo()._again(self)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_left(self):
        return self._open("left")

    def action_open_right(self):
        return self._open("right")

    def _open(self, side):
        self.ensure_one()
        pair = self._pair()
        found = pair and pair.records(self.env, self._place(), side)
        if not found:
            raise UserError(self.env._("There are no records to show for this side."))
        model, domain = found
        if "company_id" in self.env[model]._fields:
            domain = [*domain, ("company_id", "=", self.company_id.id)]
        return {
            "type": "ir.actions.act_window",
            "name": f"{self.display_name}: {self[f'{side}_name']}",
            "res_model": model,
            "view_mode": "list,form",
            "domain": domain,
        }

    def action_open_case(self):
        self.ensure_one()
        return self.case_id.get_formview_action()


class FinanceCheckpointValue(models.Model):
    """How a checkpoint stood since some moment; added whenever one of its totals changed, never changed itself."""

    _name = "finance.checkpoint.value"
    _description = "Checkpoint as it stood"
    _order = "at desc, id desc"
    _rec_name = "at"

    checkpoint_id = fields.Many2one(
        "finance.checkpoint", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="checkpoint_id.company_id", store=True, index=True)
    at = fields.Datetime(required=True, readonly=True, string="Since")
    state = fields.Selection(STATES, required=True, readonly=True)
    left_text = fields.Char(readonly=True, string="Declared")
    right_text = fields.Char(readonly=True, string="Arrived")
    text = fields.Text(readonly=True, string="What differed")

    def write(self, vals):
        if vals.keys() - {"company_id"}:
            raise UserError(self.env._("How a checkpoint stood is not changed afterwards."))
        return super().write(vals)
