from odoo import Command, _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..canonical import editing
from ..canonical.control import control
from ..canonical.objects import OBJECTS
from ..canonical.reading import read
from ..core.advice import advice

#: Objects by which money moves; correcting one needs a second person.
MONEY = ("payment",)
#: Messages that still wait for their refused objects.
WAITS = ("refused", "dead", "received")


class FinanceCorrection(models.Model):
    """What a person corrected in one refused object, why, and who agreed; the message keeps what came."""

    _name = "finance.correction"
    _inherit = ["mail.thread", "finance.access", "finance.approval.mixin"]
    _description = "Correction"
    _order = "id desc"

    _approval_protected = ("item_id", "reason", "corrected")

    item_id = fields.Many2one("finance.message.item", required=True, readonly=True, index=True, ondelete="restrict")
    message_id = fields.Many2one(related="item_id.message_id", store=True, index=True)
    company_id = fields.Many2one(related="item_id.company_id", store=True, index=True)
    object = fields.Selection(related="item_id.object")
    external_id = fields.Char(related="item_id.external_id")
    error_text = fields.Char(readonly=True, string="Why it was refused")
    error_advice = fields.Char(readonly=True, string="What to do")
    original = fields.Json(required=True, readonly=True, help="The object before, as it came or was corrected last.")
    corrected = fields.Json(readonly=True)
    line_ids = fields.One2many("finance.correction.line", "correction_id", string="Values")
    changes_text = fields.Text(readonly=True, string="What was changed")
    reason = fields.Text(tracking=True, help="Where the right values come from, e.g. whom you asked.")
    outcome = fields.Char(readonly=True)
    state = fields.Selection(
        [("draft", "Draft"), ("asked", "Waits for a second person"), ("done", "Done"), ("dropped", "Dropped")],
        default="draft",
        required=True,
        readonly=True,
        tracking=True,
    )
    made_by_id = fields.Many2one("res.users", readonly=True, string="Corrected by")
    made_on = fields.Datetime(readonly=True, string="Corrected on")

    _one_open_uniq = models.UniqueIndex(
        "(item_id) WHERE state IN ('draft', 'asked')", "Somebody corrects this object already."
    )

    @api.depends("item_id")
    def _compute_display_name(self):
        labels = {one.name: one.label for one in OBJECTS.values()}
        for correction in self:
            correction.display_name = _(
                "%(what)s %(name)s", what=labels.get(correction.object, ""), name=correction.external_id or ""
            )

    def write(self, vals):
        if not self.env.su and any(one.state != "draft" for one in self):
            raise AccessError(_("A correction that was asked for is not changed; drop it and make another."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(_("Corrections are evidence and stay."))

    @api.model
    def _start(self, item):
        """Open the form on a draft for ``item``; the one that is open already where there is one."""
        self.check_access("write")
        item.check_access("read")
        item = item.sudo()
        if item.state != "refused" or item.message_id.state not in WAITS:
            raise UserError(_("“%s” is not refused, so there is nothing to correct.", item.external_id))
        found = self.sudo().search([("item_id", "=", item.id), ("state", "in", ("draft", "asked"))], limit=1)
        return (found or self.sudo()._make(item)).with_env(self.env)._shown()

    def _make(self, item):
        value = item.message_id._processor()._value_of(item)
        if not isinstance(value, dict):
            raise UserError(_("“%s” is no object at all; the sender has to send it again.", item.external_id))
        cls = OBJECTS[item.object].type
        _found, faults = read(cls, value)
        words = {fault.pointer: fault.text for fault in faults}
        words.setdefault(item.error_pointer or "", item.error_text)
        rows = editing.values(cls, value, words)
        return self.create(
            {
                "item_id": item.id,
                "original": value,
                "error_text": item.error_text,
                "error_advice": advice(item.error_code or ""),
                "line_ids": [
                    Command.create(
                        {
                            "sequence": number,
                            "pointer": row.pointer,
                            "label": row.label,
                            "meaning": row.meaning,
                            "needed": row.needed,
                            "before": row.text,
                            "after": row.text,
                            "wrong": self._words_for(row.pointer, words),
                        }
                    )
                    for number, row in enumerate(rows)
                ],
            }
        )

    def _words_for(self, pointer, words):
        return next((text for one, text in words.items() if one == pointer or one.startswith(f"{pointer}/")), False)

    def _shown(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Correct"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_request(self):
        """Correct it, or ask for that: then the message is worked on again."""
        self.ensure_one()
        self.check_access("write")
        self.env["finance.person"]._present()
        if self.state != "draft":
            raise UserError(_("This was asked for already."))
        if not (self.reason or "").strip():
            raise UserError(_("Say where the right values come from."))
        correction = self.sudo()
        correction.write({**self._put_together(), "made_by_id": self.env.uid, "made_on": fields.Datetime.now()})
        if self._request_approval():
            correction.state = "asked"
            return None
        self._carry_out()
        correction.message_id.with_env(self.env).action_process_now()
        correction._tell_outcome()
        return None

    def _put_together(self):
        """The corrected object and, in words, what was changed."""
        changed = self.line_ids.filtered(lambda line: (line.after or "").strip() != (line.before or ""))
        if not changed:
            raise UserError(_("Nothing was changed."))
        cls = OBJECTS[self.item_id.object].type
        texts = {line.pointer: (line.after or "").strip() for line in changed}
        value = editing.applied(cls, self.original, texts)
        _found, faults = read(cls, value)
        if faults:
            labels = {line.pointer: line.label for line in self.line_ids}
            words = [f"{labels.get(fault.pointer, fault.pointer)}: {fault.text}" for fault in faults]
            raise ValidationError("\n".join(words))
        told = [f"{line.label}: {line.before or '–'} → {texts[line.pointer] or '–'}" for line in changed]
        return {"corrected": value, "changes_text": "\n".join(told)}

    def _carry_out(self):
        item = self.sudo().item_id
        if item.state != "refused" or item.message_id.state not in WAITS:
            raise UserError(_("The object has moved on in the meantime; look at it again."))
        found, _faults = read(OBJECTS[item.object].type, self.sudo().corrected)
        amount, currency = control(found)
        told = {} if amount is None else {"amount": float(amount), "currency": currency}
        item.write({"corrected": self.sudo().corrected, **told})  # the control total follows what people agreed to
        self.sudo().state = "done"
        pointers = self.line_ids.filtered(lambda line: (line.after or "").strip() != (line.before or ""))
        self.env["finance.audit"]._note(
            "correction.done", item.message_id, {"position": item.position, "pointers": pointers.mapped("pointer")}
        )

    def _tell_outcome(self):
        item = self.item_id
        if item.state == "refused":
            self.outcome = _("Still refused: %s", item.error_text)
        else:
            self.outcome = dict(item._fields["state"]._description_selection(self.env))[item.state]

    def action_drop(self):
        self.check_access("write")
        for correction in self.filtered(lambda one: one.state in ("draft", "asked")).sudo():
            correction.approval_id.filtered("open")._void(_("Dropped by %s", self.env.user.name))
            correction.state = "dropped"

    def action_open_message(self):
        self.ensure_one()
        return self.message_id.get_formview_action()

    # what the approval engine asks and tells

    def _approval_kind(self):
        return "correction"

    def _approval_content(self):
        return {
            "item": self.item_id.id,
            "message": self.message_id.sha256,
            "reason": self.reason,
            "original": self.original,
            "corrected": self.corrected or None,
        }

    def _approval_facts(self):
        changed = self.line_ids.filtered(lambda line: (line.after or "").strip() != (line.before or ""))
        money = self.object in MONEY or self.message_id.sudo().flow_id.moves_money
        return {
            "name": _("Correct %s", self.display_name),
            "changes": [[line.label, line.before or "", (line.after or "").strip() or "–"] for line in changed],
            "reason": self.reason,
            "floor": 1 if money else 0,
        }

    def _approved(self, approval):
        self._carry_out()
        self.sudo().message_id.action_retry()

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "asked").state = "dropped"


class FinanceCorrectionLine(models.Model):
    """One value of the object: what came, and what it should be."""

    _name = "finance.correction.line"
    _inherit = ["finance.access"]
    _description = "Corrected value"
    _order = "correction_id, sequence"

    correction_id = fields.Many2one("finance.correction", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="correction_id.company_id")
    sequence = fields.Integer(readonly=True)
    pointer = fields.Char(required=True, readonly=True)
    label = fields.Char(required=True, readonly=True, string="Value")
    meaning = fields.Char(readonly=True)
    needed = fields.Boolean(readonly=True)
    before = fields.Char(readonly=True, string="As it came")
    after = fields.Char(string="Should be")
    wrong = fields.Char(readonly=True, string="What is wrong")

    def write(self, vals):
        if not self.env.su and any(line.correction_id.state != "draft" for line in self):
            raise AccessError(_("A correction that was asked for is not changed; drop it and make another."))
        return super().write(vals)
