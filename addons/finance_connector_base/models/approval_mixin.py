from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..approval.kinds import KINDS
from ..approval.payload import payload_hash


class FinanceApprovalMixin(models.AbstractModel):
    """Something other people have to agree with before it takes effect.

    A model says what is decided (``_approval_kind``, ``_approval_content``), how a person reads it
    (``_approval_facts``) and what follows (``_approved``). A change of what was seen voids the approval.
    """

    _name = "finance.approval.mixin"
    _description = "Subject of approvals"

    #: Fields whose change voids an approval that waits or was given.
    _approval_protected = ()
    #: The approval goes on counting after it was carried out, until something changes.
    _approval_stands = False
    #: Methods of its screen that are themselves the decision of whoever calls them.
    _decides = ()

    approval_id = fields.Many2one(
        "finance.approval", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    approval_state = fields.Selection(related="approval_id.state", string="State of the approval")

    def _approval_kind(self):
        raise NotImplementedError

    def _approval_company(self):
        return self.company_id or self.env.company

    def _approval_content(self):
        """What is decided, as plain values; its hash is what people approve."""
        return {name: self._approval_plain(name) for name in self._approval_protected}

    def _approval_plain(self, name):
        value, field = self[name], self._fields[name]
        if field.relational:
            return sorted(value.ids)
        return field.convert_to_read(value, self) or None if field.type != "boolean" else value

    def _approval_facts(self):
        """How it is put before people; all keys may be left out.

        ``name``: one line; ``changes``: ``[label, old, new]`` rows; ``warnings``: lines; ``parts``: what goes to
        whom, as ``Part``; ``accounts``: bank accounts it goes to; ``excluded``: users who had a hand in it;
        ``floor``: persons needed whatever the rules say; ``cool_off_hours``: least rest after the last vote.
        """
        return {"name": self.display_name}

    def _approval_hash(self):
        self.ensure_one()
        company = self._approval_company()
        return payload_hash(self._approval_kind(), company.id, self._name, self.id, self._approval_content())

    def _approved(self, approval):
        """Carry it out; called once, when enough people agreed and the rest is over."""

    def _refused(self, approval):
        """Somebody said no, or it was not answered in time, or it was taken back or changed."""

    def _decided_records(self):
        return self.approval_id

    def _request_approval(self):
        """Ask the people whom the rules name; an empty approval where nobody has to be asked.

        :raise UserError: it waits already
        """
        self.ensure_one()
        if self.approval_id.state == "waiting":
            raise UserError(_("%s waits for approval already.", self.display_name))
        return self.env["finance.approval"]._ask(self)

    def _is_approved(self):
        """Whether what stands here now is what was approved, and may be acted on."""
        self.ensure_one()
        return self.sudo().approval_id._holds_for(self)

    def write(self, vals):
        changed = super().write(vals)
        if not self._approval_protected or set(self._approval_protected) & vals.keys():
            self._void_changed()
        return changed

    def unlink(self):
        self.sudo().approval_id.filtered("open")._void(_("It was deleted."))
        return super().unlink()

    def _void_changed(self):
        for record in self.sudo():
            approval = record.approval_id
            if approval.open and approval.sha256 != record._approval_hash():
                approval._void(_("It was changed after it had been put before people."))

    def action_open_approval(self):
        self.ensure_one()
        return self.approval_id.get_formview_action()

    @api.model
    def _approval_kinds(self):
        return KINDS.names(self.env.registry._init_modules)
