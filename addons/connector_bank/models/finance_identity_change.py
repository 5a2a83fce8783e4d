from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import file_open

from odoo.addons.finance_connector_base.approval.kinds import KINDS
from odoo.addons.finance_connector_base.approval.kinds import Kind as ApprovalKind
from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..importing.compare import compare
from ..importing.label import label
from ..importing.rules import RULES


@KINDS.add("line_identity", "Identity of statement lines")
class LineIdentityKind(ApprovalKind):
    """What counts as the same booking decides whether money is there twice or missing: another person looks first."""


#: What previews and approvals find out.
LOOKED = frozenset(
    {"former", "looked", "looked_until", "same", "again", "merged", "asked", "shown", "files_read", "files_left",
     "files_unreadable", "line_count", "without_count"}
)  # fmt: skip


class FinanceIdentityChange(models.Model):
    """Another rule of identity for one bank account: what it would have made of the kept files, who agreed, when."""

    _name = "finance.identity.change"
    _inherit = ["finance.approved"]
    _description = "Change of the identity of lines"
    _order = "id desc"
    _check_company_auto = True

    journal_id = fields.Many2one(
        "account.journal", required=True, index=True, ondelete="restrict", check_company=True, string="Bank account",
        domain="[('type', 'in', ('bank', 'credit'))]",
    )
    company_id = fields.Many2one(related="journal_id.company_id", store=True, index=True)
    former = fields.Selection(selection="_rules", readonly=True, string="Rule until then")
    rule = fields.Selection(selection="_rules", required=True, string="New rule")
    looked = fields.Boolean(readonly=True, string="Previewed")
    looked_until = fields.Integer(readonly=True, help="The last message that was read.")
    accept = fields.Boolean(
        string="I looked at the differences and want them", help="Without it nothing is changed where anything differs."
    )
    files_read = fields.Integer(readonly=True, string="Files read")
    files_left = fields.Integer(readonly=True, string="Files not read")
    files_unreadable = fields.Integer(readonly=True, string="Files gone or unreadable")
    same = fields.Integer(readonly=True, string="Held the same")
    again = fields.Integer(readonly=True, string="Would come again as new")
    merged = fields.Integer(readonly=True, string="Would be taken for another")
    asked = fields.Integer(readonly=True, string="Would become a question")
    differ = fields.Integer(compute="_compute_words", string="Differences")
    shown = fields.Json(readonly=True, help="Rows of kind, statement, day, amount, words.")
    words = fields.Html(compute="_compute_words", sanitize=False, string="What would change")
    line_count = fields.Integer(readonly=True, string="Lines of the account")
    without_count = fields.Integer(
        readonly=True, string="Lines by the former rule alone",
        help="What the bank said of them is not kept any more. They stay known by the rule they were imported with.",
    )

    _approval_protected = ("journal_id", "former", "rule", "same", "again", "merged", "asked", "note", "accept")

    _live_uniq = models.UniqueIndex("(journal_id) WHERE state = 'live'", "A rule is in force for this account already.")

    def init(self):
        self.env.registry.post_init(self._install_guard)
        return super().init()

    def _install_guard(self):
        with file_open("connector_bank/data/identity_guard.sql") as script:
            self.env.cr.execute(script.read())

    @api.model
    def _rules(self):
        return self.env["account.journal"]._finance_rules()

    @api.depends("journal_id")
    def _compute_display_name(self):
        for change in self:
            change.display_name = self.env._("Identity of lines: %s", change.journal_id.display_name or "")

    @api.depends("same", "again", "merged", "asked", "shown", "looked")
    def _compute_words(self):
        for change in self:
            change.differ = change.again + change.merged + change.asked
            change.words = change._told() if change.looked else False

    def _told(self):
        """The preview in words, with the first bookings that differ."""
        _ = self.env._
        lines = [_("%s bookings are held the same by both rules.", self.same)]
        if self.again:
            lines.append(_("%s repeated bookings would come again as new: the money would be there twice.", self.again))
        if self.merged:
            lines.append(
                _("%s bookings would be taken for earlier ones and left out. Where they are not the same, the money "
                  "would be missing.", self.merged)
            )
        if self.asked:
            lines.append(_("%s bookings would wait for a person to say whether they are new.", self.asked))
        if not self.differ:
            lines.append(_("Nothing differs in the files that were read."))
        if self.files_left or self.files_unreadable:
            lines.append(
                _("%(left)s older files were not read, %(gone)s are gone or cannot be read: they may differ.",
                  left=self.files_left, gone=self.files_unreadable)
            )
        kinds = {"again": _("again as new"), "merged": _("taken for another"), "asked": _("a question")}
        row = Markup("<tr><td class='text-nowrap'>%s</td><td class='text-nowrap'>%s</td>"
                     "<td class='text-nowrap text-end'>%s</td><td>%s</td><td class='text-muted'>%s</td></tr>")
        rows = Markup().join(
            row % (kinds[kind], day, amount, words, name) for kind, name, day, amount, words in self.shown or []
        )
        told = Markup().join(Markup("<p class='mb-1'>%s</p>") % line for line in lines)
        return told + (Markup("<table class='table table-sm mt-2 mb-0'>%s</table>") % rows if rows else Markup())

    @api.model
    def _of(self, journal):
        """The change that is being prepared for this account, or a new one with another rule than the present."""
        journal.check_access("read")
        waiting = self.search([("journal_id", "=", journal.id), ("state", "in", ("draft", "waiting"))], limit=1)
        other = next(code for code in RULES if code != journal.finance_rule)
        return waiting or self.create({"journal_id": journal.id, "rule": other})

    def _shown(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change identity"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
        }

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_evidence(*vals_list)
        return super().create(vals_list)

    def _refuse_evidence(self, *vals_list):
        """:raise AccessError: somebody writes what only a preview may find"""
        if not self.env.su and any(LOOKED & vals.keys() for vals in vals_list):
            raise AccessError(self.env._("What a preview found cannot be written by hand."))

    def write(self, vals):
        """What was looked at was looked at for one rule of one account."""
        self._refuse_evidence(vals)
        changed = super().write(vals)
        if {"rule", "journal_id"} & vals.keys():
            self.sudo().write({"looked": False, "accept": False})
        return changed

    def action_preview(self):
        """Read the kept files again and play them through by both rules; nothing is written but what was found."""
        self.ensure_one()
        self.check_access("write")
        self._require_draft()
        found, counts = self._compared()
        self.sudo().write({
            **found,
            "looked": True,
            "accept": False,
            "former": self.journal_id.finance_rule,
            "looked_until": self.env["finance.identity.reader"]._newest(self.journal_id),
            "files_read": counts["read"],
            "files_left": counts["left"],
            "files_unreadable": counts["unreadable"],
        })  # fmt: skip

    def _compared(self):
        """What differs, as values of ours, and the counts of files."""
        statements, counts = self.env["finance.identity.reader"]._played(self.journal_id)
        now, then = self.journal_id._finance_rule(), RULES[self.rule]
        found = compare(statements, now, then)
        currency = self.journal_id._finance_currency()
        shown = [
            [kind, name, str(entry.booked_on or ""), currency.format(float(entry.amount)), label(entry)[:80]]
            for kind, name, entry in found.shown
        ]
        return {
            "same": found.same, "again": found.again, "merged": found.merged, "asked": found.asked,
            "shown": shown or False,
        }, counts  # fmt: skip

    def _check_complete(self):
        """:raise UserError: not previewed, not confirmed, without a reason, or the rule of the account changed"""
        _ = self.env._
        if self.rule == self.journal_id.finance_rule:
            raise UserError(_("This rule is in force already."))
        if not self.looked or self.former != self.journal_id.finance_rule:
            raise UserError(_("Look first at what would change: press Preview."))
        if self.differ and not self.accept:
            raise UserError(_("%s bookings would be held differently. Confirm that you looked at them.", self.differ))
        if not (self.note or "").strip():
            raise UserError(_("Say why the rule changes."))

    # what the approval engine asks and tells

    def _approval_kind(self):
        return "line_identity"

    def _approval_facts(self):
        names = dict(self._rules())
        return {
            "name": self.display_name,
            "changes": [[self.env._("Identity of a line"), names[self.former], names[self.rule]]],
            "reason": self.note,
            "warnings": [
                line for number, line in (
                    (self.again, self.env._("%s repeated bookings would come again as new.", self.again)),
                    (self.merged, self.env._("%s bookings would be left out as known.", self.merged)),
                    (self.asked, self.env._("%s bookings would wait for a person.", self.asked)),
                ) if number
            ],
        }  # fmt: skip

    def _same(self):
        return [("journal_id", "=", self.journal_id.id), ("id", "!=", self.id)]

    def _approved(self, approval):
        """No import may run meanwhile, and what came since the preview must not differ otherwise."""
        record = self.sudo()
        journal, reader = record.journal_id, record.env["finance.identity.reader"]
        try:
            record.env["finance.statement.writer"]._one_at_a_time(journal, record.env["finance.message"])
        except FinanceError as error:  # a long file is half in
            raise UserError(str(error)) from error
        if reader._newest(journal) != record.looked_until:
            found, _counts = record._compared()
            if any(found[name] != record[name] for name in ("again", "merged", "asked")):
                raise UserError(self.env._("Files that came since the preview differ too. Withdraw it and look again."))
        record.search([*record._same(), ("state", "=", "live")])._retire()
        count, without = reader._know_as(journal, RULES[record.rule])
        record.write({"line_count": count, "without_count": without})
        journal.finance_rule = record.rule
        return super()._approved(approval)
