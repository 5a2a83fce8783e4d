from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, file_open, ormcache

from ..mapping.kinds import KINDS
from ..mapping.table import Row, Table


class FinanceMapping(models.Model):
    """What outside values of one kind stand for here: for one connector or all, one company or all.

    Its content lies in versions; the one in force translates. A mapping of the connector is asked before a general
    one, that of the company before one for all companies.
    """

    _name = "finance.mapping"
    _inherit = ["mail.thread"]
    _description = "Mapping"
    _order = "kind, company_id, connector_id, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(selection="_selection_kind", required=True, index=True)
    company_id = fields.Many2one(
        "res.company", index=True, default=lambda self: self.env.company, help="Empty: for all companies."
    )
    connector_id = fields.Many2one(
        "finance.connector",
        index="btree_not_null",
        ondelete="restrict",
        help="The system whose values these are. Empty: for all that have none of their own.",
    )
    owner_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, tracking=True, help="Who answers for the content."
    )
    version_ids = fields.One2many("finance.mapping.version", "mapping_id", string="Versions")
    live_version_id = fields.Many2one("finance.mapping.version", compute="_compute_versions", string="In force")
    draft_version_id = fields.Many2one("finance.mapping.version", compute="_compute_versions", string="Being changed")
    gap_count = fields.Integer(compute="_compute_gap_count", string="Without mapping")

    _spot_uniq = models.UniqueIndex(
        "(kind, (coalesce(company_id, 0)), (coalesce(connector_id, 0))) WHERE active",
        "There is a mapping of this kind for this company and connector already.",
    )

    def init(self):
        self.env.registry.post_init(self._install_guard)
        return super().init()

    def _install_guard(self):
        with file_open("finance_connector_base/data/approved_guard.sql") as script:
            self.env.cr.execute(script.read())

    @api.model
    def _selection_kind(self):
        return KINDS.names(self.env.registry._init_modules)

    @api.depends("version_ids.state", "version_ids.date_from")
    def _compute_versions(self):
        today = fields.Date.context_today(self)
        for mapping in self:
            versions = mapping.version_ids.sorted("number", reverse=True)
            mapping.live_version_id = versions._in_force_on(today)
            mapping.draft_version_id = versions.filtered(lambda one: one.state in ("draft", "waiting"))[:1]

    def _compute_gap_count(self):
        for mapping in self:
            mapping.gap_count = self.env["finance.mapping.gap"].search_count(mapping._gap_domain())

    @api.constrains("company_id", "connector_id")
    def _check_company(self, fnames=None):
        for mapping in self:
            if mapping.connector_id and mapping.company_id not in (mapping.connector_id.company_id, False):
                raise UserError(_("The connector belongs to another company."))
        return super()._check_company(fnames)

    def write(self, vals):
        if {"kind", "company_id", "connector_id"} & vals.keys() and self._used():
            raise UserError(_("What was approved is about this kind, company and connector. Make another mapping."))
        if "active" in vals and self.sudo().version_ids.filtered(lambda one: one.state == "live"):
            raise UserError(_("Its version in force translates; without it a more general mapping would. Replace it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_unused(self):
        if self._used():
            raise UserError(_("Its versions are evidence; archive the mapping instead."))

    def _used(self):
        return bool(self.sudo().version_ids.filtered(lambda one: one.state != "draft"))

    def action_new_version(self):
        """A draft to work on: the one there is, or a copy of the version in force."""
        self.ensure_one()
        self.check_access("write")
        draft = self.version_ids.filtered(lambda one: one.state == "draft")[:1]
        return (draft or self._draft(self.live_version_id))._shown()

    def _draft(self, origin=None):
        """A new draft, with the rows of ``origin`` where one is given."""
        version = self.env["finance.mapping.version"].create({"mapping_id": self.id})
        for line in origin.line_ids if origin else ():
            line.copy({"version_id": version.id})
        return version

    def action_open_gaps(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Arrived without mapping"),
            "res_model": "finance.mapping.gap",
            "view_mode": "list,form",
            "domain": self._gap_domain(),
        }

    def _gap_domain(self):
        """The open gaps this mapping could close."""
        domain = [("kind", "=", self.kind), ("state", "=", "open")]
        if self.company_id:
            domain.append(("company_id", "=", self.company_id.id))
        if self.connector_id:
            domain.append(("connector_id", "=", self.connector_id.id))
        return domain

    # translating

    @api.model
    @ormcache("kind", "company_id", "connector_id")
    def _chain(self, kind, company_id, connector_id):
        """Mappings to ask, the most special first, each as ``(id, ((version, from, to), …))`` of its live versions."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id, v.id, v.date_from, v.date_to
                  FROM finance_mapping m JOIN finance_mapping_version v ON v.mapping_id = m.id AND v.state = 'live'
                 WHERE m.kind = %s AND m.active
                   AND (m.company_id = %s OR m.company_id IS NULL) AND (m.connector_id = %s OR m.connector_id IS NULL)
              ORDER BY m.connector_id IS NULL, m.company_id IS NULL, m.id,
                       v.date_from DESC NULLS LAST, v.number DESC
                """,
                kind,
                company_id,
                connector_id or None,
            )
        )
        found = {}
        for mapping, version, date_from, date_to in rows:
            found.setdefault(mapping, []).append((version, date_from, date_to))
        return tuple((mapping, tuple(versions)) for mapping, versions in found.items())

    @api.model
    @ormcache("version_id")
    def _frozen_table(self, version_id):
        """The table of a version that no longer changes."""
        return Table(self._rows(version_id))

    @api.model
    def _rows(self, version_id):
        self.env["finance.mapping.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.source, coalesce(l.target_ref, l.target_text, ''), l.for_company_id, c.code,
                       l.date_from, l.date_to, l.id
                  FROM finance_mapping_line l LEFT JOIN res_country c ON c.id = l.country_id
                 WHERE l.version_id = %s ORDER BY l.id
                """,
                version_id,
            )
        )
        return [Row(*row) for row in rows]
