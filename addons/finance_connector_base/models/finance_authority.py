from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

from ..authority.errors import AuthorityError
from ..authority.leading import ALL, Lead, Verdict, verdict
from ..authority.objects import OBJECTS


class FinanceAuthority(models.Model):
    """Which system leads an object or one of its fields: Odoo, or what is behind a connector."""

    _name = "finance.authority"
    _inherit = ["finance.approved"]
    _description = "System of record"
    _order = "object, field_name, company_id, id desc"

    object = fields.Selection(selection="_selection_object", required=True, index=True, string="What")
    field_name = fields.Char(
        default=ALL, required=True, string="Field", help="Technical name, e.g. phone; * for all without a rule."
    )
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Empty: for all companies."
    )
    connector_id = fields.Many2one(
        "finance.connector",
        index="btree_not_null",
        ondelete="restrict",
        string="Through connector",
        help="The connector through which the leading system writes. Empty: Odoo leads.",
    )
    leads_text = fields.Char(compute="_compute_leads_text", string="Leads")

    _approval_protected = ("object", "field_name", "company_id", "connector_id", "date_from", "date_to", "note")

    @api.model
    def _selection_object(self):
        return OBJECTS.names(self.env.registry._init_modules)

    @api.depends("connector_id")
    def _compute_leads_text(self):
        for authority in self:
            authority.leads_text = authority.connector_id.name or _("Odoo")

    @api.depends("object", "field_name", "connector_id")
    def _compute_display_name(self):
        objects = dict(self._selection_object())
        for authority in self:
            what = objects.get(authority.object, authority.object)
            if authority.field_name != ALL:
                what = f"{what}, {authority.field_name}"
            authority.display_name = _("%(what)s: led by %(who)s", what=what, who=authority.leads_text)

    @api.constrains("object", "field_name", "company_id", "connector_id")
    def _check_names(self):
        for authority in self:
            model = OBJECTS.get(authority.object).model
            if authority.field_name != ALL and (not model or authority.field_name not in self.env[model]._fields):
                raise ValidationError(_("There is no field “%s” there.", authority.field_name))
            if authority.connector_id and authority.company_id not in (
                authority.connector_id.company_id,
                authority.company_id.browse(),
            ):
                raise ValidationError(_("The connector belongs to another company."))

    def action_copy(self):
        """A draft to change this rule by."""
        self.ensure_one()
        return self.copy().get_formview_action()

    def _approval_kind(self):
        return "authority"

    def _approval_facts(self):
        before = self.sudo().search([*self._same(), ("state", "=", "live"), ("id", "!=", self.id)], limit=1)
        objects = dict(self._selection_object())
        return {
            "name": self.display_name,
            "changes": [
                [_("What"), "", objects[self.object]],
                [_("Field"), "", self.field_name],
                [_("Company"), "", self.company_id.name or _("All companies")],
                [_("Leads"), before.leads_text or "", self.leads_text],
                [_("In force from"), "", fields.Date.to_string(self.date_from) or _("at once")],
            ],
            "reason": self.note,
        }

    def _same(self):
        return [
            ("object", "=", self.object),
            ("field_name", "=", self.field_name),
            ("company_id", "=", self.company_id.id),
        ]

    # guarding

    @api.model
    @ormcache("object_code", "company_id")
    def _leads(self, object_code, company_id):
        """All approved rules about an object for a company."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT field_name, connector_id, company_id, date_from, date_to, id FROM finance_authority
                 WHERE object = %s AND state = 'live' AND (company_id = %s OR company_id IS NULL)
                """,
                object_code,
                company_id,
            )
        )
        return tuple(Lead(*row) for row in rows)

    @api.model
    def _guard(self, object_code, names, connector, *, create=False, company=None, on=None):
        """Whether what came through a connector may write these fields; called before anything is written.

        :param object_code: as registered, e.g. ``partner``, ``invoice``
        :param names: fields about to be written
        :param create: a new record is about to be made: the system must lead the object
        :param company: the connector's where None
        :param on: day; today where None
        :return: ``Verdict``: write only its ``writes``; what ``stays`` is led elsewhere and keeps its value
        :raise AuthorityError: ``authority.not_leading``, naming both systems; ``authority.missing``
        """
        company = company or connector.company_id
        leads = self.sudo()._leads(object_code, company.id)
        found = verdict(leads, names, connector.id, on or fields.Date.context_today(self), create)
        if found.missing and OBJECTS.get(object_code).by_nature:
            return Verdict(writes=frozenset(names))
        what = dict(self._selection_object()).get(object_code, object_code)
        if found.refused:
            raise AuthorityError(
                self.env._(
                    "%(what)s: %(leading)s leads here, so nothing is taken from %(writing)s.",
                    what=what,
                    leading=self._leader_name(found.refused),
                    writing=connector.name,
                ),
                place=object_code,
            )
        if found.missing:
            raise AuthorityError(
                self.env._(
                    "%(what)s: it is not said which system leads; %(writing)s may not write.",
                    what=what,
                    writing=connector.name,
                ),
                code="authority.missing",
                place=object_code,
            )
        return found

    @api.model
    def _leader_name(self, lead):
        connector = self.env["finance.connector"].sudo().browse(lead.connector or [])
        return connector.name or "Odoo"

    @api.model
    def _named_for(self, object_code, company, on=None):
        """Whether it is approved who leads this object in the company, or there is no doubt."""
        if OBJECTS.get(object_code).by_nature:
            return True
        day = on or fields.Date.context_today(self)
        return any(lead.holds(day) for lead in self.sudo()._leads(object_code, company.id))
