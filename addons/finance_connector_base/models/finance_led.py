from lxml import etree

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ..authority.leading import ALL, leader
from ..authority.objects import OBJECTS


class FinanceLed(models.AbstractModel):
    """Records that another system may lead: on Odoo's own screens what it leads is read-only, with a word who leads.

    Only records that came from another system are led; what people made here stays theirs. Programs and imports are
    not kept from writing: that is the business of access rights.
    """

    _name = "finance.led"
    _description = "Led by another system"

    #: As registered in ``authority.objects``.
    _led_object = None

    finance_led_names = fields.Char(compute="_compute_finance_led", string="Fields led elsewhere")
    finance_led_by = fields.Char(compute="_compute_finance_led", string="Led by")

    @api.depends_context("company")
    def _compute_finance_led(self):
        """Names with a blank on both sides of each, so that a view can look for one."""
        company, day = self.env.company, fields.Date.context_today(self)
        leads = self.env["finance.authority"].sudo()._leads(self._led_object, company.id)
        names = self._led_candidates() if any(lead.connector for lead in leads) else ()
        leading = {name: lead.connector for name in names if (lead := leader(leads, name, day)) and lead.connector}
        words, systems = False, False
        if leading:
            words = f" {' '.join(leading)} "
            connectors = self.env["finance.connector"].sudo().browse(dict.fromkeys(leading.values()))
            systems = ", ".join(connectors.mapped("name"))
        linked = self._led_linked(company) if leading else set()
        for record in self:
            is_led = record._origin.id in linked
            record.finance_led_names = words if is_led else False
            record.finance_led_by = systems if is_led else False

    def _led_linked(self, company):
        """Ids of those that came from another system."""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT res_id FROM finance_link"
                " WHERE res_model = %s AND res_id = ANY(%s) AND company_id = %s",
                self._name,
                list(self._origin.ids),
                company.id,
            )
        )
        return {record for (record,) in rows}

    @api.model
    @ormcache("self._name")
    def _led_candidates(self):
        """Fields that may be led elsewhere in some company: what systems bring, and fields with a rule of their own."""
        rules = self.env["finance.authority"].sudo().search(
            [("object", "=", self._led_object), ("state", "=", "live"), ("connector_id", "!=", False)]
        )  # fmt: skip
        names = {name for name in rules.mapped("field_name") if name != ALL}
        if any(rule.field_name == ALL for rule in rules):
            names |= set(OBJECTS.get(self._led_object).fields)
        return tuple(sorted(name for name in names if name in self._fields))

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        return (*super()._get_view_cache_key(view_id, view_type, **options), self._led_candidates())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """The same view for all companies and people: whether a field is read-only each record says itself."""
        arch, view = super()._get_view(view_id, view_type, **options)
        names = self._led_candidates() if view_type in ("form", "list") else ()
        own = [node for node in arch.iter("field") if not any(up.tag == "field" for up in node.iterancestors())]
        led = [node for node in own if node.get("name") in names]
        for node in led:
            before = node.get("readonly")
            here = f"'{' ' + node.get('name') + ' '}' in (finance_led_names or '')"
            node.set("readonly", f"({before}) or {here}" if before else here)
        if led:
            self._add_led_fields(arch, view_type)
        return arch, view

    def _add_led_fields(self, arch, view_type):
        if view_type == "list":
            arch.append(etree.Element("field", name="finance_led_names", column_invisible="1"))
            return
        place = arch.find(".//sheet")
        place = arch if place is None else place
        banner = etree.Element(
            "div", {"class": "alert alert-info mb-2", "role": "status", "invisible": "not finance_led_names"}
        )
        who = {"name": "finance_led_by", "readonly": "1", "nolabel": "1", "class": "d-inline fw-bold"}
        etree.SubElement(banner, "field", who)
        words = etree.SubElement(banner, "span", {"class": "ms-1"})
        words.text = self.env._("leads this record: what cannot be changed here is changed there.")
        etree.SubElement(banner, "field", name="finance_led_names", invisible="1")
        place.insert(0, banner)
