from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..snapshot.rows import AMOUNTS

DIFFERENCES = ("difference", "opening_difference", "debit_difference", "credit_difference")


class FinanceCloseDelta(models.Model):
    """An account that reads otherwise than in the snapshot: what it was, what it is, who explains it."""

    _name = "finance.close.delta"
    _inherit = ["finance.close.protected"]
    _description = "Late change"
    _order = "snapshot_id desc, state, code"
    _rec_name = "code"

    snapshot_id = fields.Many2one("finance.close.snapshot", required=True, index=True, ondelete="cascade")
    period_id = fields.Many2one(related="snapshot_id.period_id", store=True, index=True)
    company_id = fields.Many2one(related="snapshot_id.company_id", store=True, index=True)
    branch_id = fields.Many2one("res.company", required=True, string="Books of")
    account_id = fields.Many2one("account.account", required=True, ondelete="restrict")
    currency_id = fields.Many2one("res.currency", required=True)
    books_currency_id = fields.Many2one(related="snapshot_id.currency_id", string="Currency of the books")
    code = fields.Char(string="Account code")
    account_name = fields.Char()
    before = fields.Monetary(currency_field="books_currency_id", string="In the snapshot")
    after = fields.Monetary(currency_field="books_currency_id", string="Now")
    difference = fields.Monetary(currency_field="books_currency_id")
    opening_difference = fields.Monetary(
        currency_field="books_currency_id", string="Before the period", help="Part of it dated before the period."
    )
    debit_difference = fields.Monetary(currency_field="books_currency_id", string="Debit")
    credit_difference = fields.Monetary(currency_field="books_currency_id", string="Credit")
    values = fields.Json(help="Both sides of every amount, exactly.")
    item_count = fields.Integer(string="Journal items")
    gone_count = fields.Integer(string="Deleted items", help="Items that no longer exist in the ledger.")
    found_on = fields.Datetime()
    state = fields.Selection(
        [
            ("open", "To explain"),
            ("explained", "Explained"),
            ("taken_in", "Taken in"),
            ("gone", "Gone again"),
        ],
        default="open",
        required=True,
        index=True,
    )
    taken_in_id = fields.Many2one("finance.close.snapshot", string="Taken in by", ondelete="restrict")
    explanation = fields.Char(help="Why the books changed after the snapshot, and what follows from it.")
    explained_by_id = fields.Many2one("res.users")

    _protected = frozenset(
        {
            "snapshot_id", "branch_id", "account_id", "currency_id", "code", "account_name", "before", "after",
            "values", "item_count", "gone_count", "found_on", "state", "taken_in_id", "explained_by_id", *DIFFERENCES,
        }
    )  # fmt: skip
    _account_uniq = models.UniqueIndex("(snapshot_id, branch_id, account_id, currency_id)")

    @api.model
    def _update(self, snapshot, changes, keys, causes):
        """Write the changes down; a change explained before counts as new once its amounts move.

        :param keys: ``{row key: (company id, account id, currency id)}``
        :param causes: ``{(company id, account id, currency id): (journal items, of them deleted)}``
        :return: the late changes that are new
        """
        known = {(d.branch_id.id, d.account_id.id, d.currency_id.id): d for d in snapshot.delta_ids}
        new = self.browse()
        for change in changes:
            ids = keys[change.key]
            delta = known.pop(ids, self.browse())
            vals = {**self._both_sides(change), **dict(zip(("item_count", "gone_count"), causes[ids], strict=True))}
            if delta.values == vals["values"]:
                continue
            vals |= {"state": "open", "found_on": fields.Datetime.now(), "explained_by_id": False}
            if delta:
                delta.write(vals)
            else:
                places = dict(zip(("branch_id", "account_id", "currency_id"), ids, strict=True))
                delta = self.create({**vals, **places, "snapshot_id": snapshot.id})
            new |= delta
        for delta in known.values():
            delta.write({"state": "gone", "after": delta.before, "values": False, **dict.fromkeys(DIFFERENCES, 0)})
        return new

    @api.model
    def _both_sides(self, change):
        before, after = change.side("closing")
        row = change.after or change.before
        return {
            "code": row.account,
            "account_name": row.name,
            "before": float(before),
            "after": float(after),
            "difference": float(after - before),
            **{f"{name}_difference": float(change.difference(name)) for name in ("opening", "debit", "credit")},
            "values": {name: [format(side, "f") for side in change.side(name)] for name in AMOUNTS},
        }

    def _taken_in(self, snapshot):
        self.filtered(lambda d: d.state in ("open", "explained")).sudo().write(
            {"state": "taken_in", "taken_in_id": snapshot.id}
        )

    def action_explain(self):
        """Accept the change with the explanation that was written."""
        self.check_access("write")
        for delta in self.filtered(lambda d: d.state == "open"):
            if not (delta.explanation or "").strip():
                raise UserError(_("Write an explanation for %s first: why did it change?", delta.code))
            delta.sudo().write({"state": "explained", "explained_by_id": self.env.uid})

    def action_reopen(self):
        self.check_access("write")
        self.filtered(lambda d: d.state == "explained").sudo().write({"state": "open", "explained_by_id": False})

    def action_open_items(self):
        """The journal items that made the difference."""
        self.ensure_one()
        ledger = self.env["finance.close.ledger"].sudo()
        snapshot = self.snapshot_id.sudo()
        other = ledger._recorded(snapshot, self.taken_in_id) if self.taken_in_id else ledger._now(snapshot)
        ids = ledger._cause_ids(snapshot, other, self.branch_id, self.account_id, self.currency_id)
        return {
            "type": "ir.actions.act_window",
            "name": _("Late items: %(code)s %(name)s", code=self.code, name=self.account_name),
            "res_model": "account.move.line",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", ids)],
            "context": {"create": False},
        }
