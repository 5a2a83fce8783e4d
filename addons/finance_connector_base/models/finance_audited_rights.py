"""Who may do what, and settings that stand in no record of ours: groups, parameters, companies."""

from odoo import api, models

ADDONS = ("finance_connector_base", "connector_bank", "connector_tax", "connector_treasury", "connector_close")
#: Fields whose change may make somebody a member of a group.
MEMBERSHIP = {"group_ids", "active", "user_ids", "implied_ids", "implied_by_ids"}


class FinanceAudit(models.AbstractModel):
    _inherit = "finance.audit"

    @api.model
    def _members(self):
        """Active members of our groups, by the group's name in code."""
        names = self.env["ir.model.data"].sudo().search([("model", "=", "res.groups"), ("module", "in", ADDONS)])
        groups = self.env["res.groups"].sudo()
        return {one.complete_name: set(groups.browse(one.res_id).all_user_ids.ids) for one in names}

    @api.model
    def _note_members(self, before):
        """Note who came into our groups or left them."""
        after = self._members()
        changed = {}
        for name, members in after.items():
            for user in members ^ before.get(name, set()):
                verb = "added" if user in members else "removed"
                changed.setdefault(user, {}).setdefault(verb, []).append(name)
        for user_id, facts in changed.items():
            facts = {verb: sorted(names) for verb, names in facts.items()}
            user = self.env["res.users"].sudo().browse(user_id)
            self._note("group.changed", user, facts, company_id=user.company_id.id)


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        audit = self.env["finance.audit"]
        before = audit._members()
        users = super().create(vals_list)
        audit._note_members(before)
        return users

    def write(self, vals):
        if not MEMBERSHIP & vals.keys():
            return super().write(vals)
        audit = self.env["finance.audit"]
        before = audit._members()
        done = super().write(vals)
        audit._note_members(before)
        return done


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        if not MEMBERSHIP & vals.keys():
            return super().write(vals)
        audit = self.env["finance.audit"]
        before = audit._members()
        done = super().write(vals)
        audit._note_members(before)
        return done


class IrConfigParameter(models.Model):
    _name = "ir.config_parameter"
    _inherit = ["ir.config_parameter", "finance.audited"]
    _audit_noun = "setting"
    _audit_only = ("value",)

    def _audit_wanted(self):
        return self.filtered(lambda one: (one.key or "").partition(".")[0] in ADDONS)

    def _audit_facts(self, what):
        return {"key": self.key}


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "finance.audited"]
    _audit_noun = "company"
    _audit_on_create = _audit_on_delete = False

    @api.model
    def _audit_names(self):
        return frozenset(name for name, field in self._fields.items() if name.startswith("finance_") and field.store)

    def _audit_subject(self):
        return {"company_id": self.id}

    def _audit_partner(self):
        return None
