import json

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import file_open

from odoo.addons.finance_connector_base.approval.kinds import KINDS
from odoo.addons.finance_connector_base.approval.kinds import Kind as ApprovalKind
from odoo.addons.finance_connector_base.core.errors import ConfigurationError

from ..profiles.layout import Layout
from ..profiles.library import shipped

#: The layouts of a company together, as they go to the process that reads a file.
MOST_CHARACTERS = 120_000


@KINDS.add("statement_profile", "Statement profile")
class StatementProfileKind(ApprovalKind):
    """A wrong sign or column books wrong money: another person looks at it first."""


class FinanceStatementProfile(models.Model):
    """How one bank writes its tables (CSV, XLSX). Those of a company are drafted by one person, approved by another
    and then never changed: a change is a new version. Those that come with the addon are only switched off and on."""

    _name = "finance.statement.profile"
    _inherit = ["finance.approved"]
    _description = "Statement profile"
    _order = "shipped, name, number desc, id desc"

    name = fields.Char(required=True)
    code = fields.Char(required=True, readonly=True, index=True, help="By which imports name it.")
    number = fields.Integer(string="Version", default=1, readonly=True, copy=False)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    shipped = fields.Boolean(readonly=True, string="Comes with the addon")
    active = fields.Boolean(default=True)
    layout = fields.Json(readonly=True, help="What the profile says, as data.")
    country_code = fields.Char(readonly=True, string="Country")
    source = fields.Char(readonly=True, string="Where it is documented")
    sample_name = fields.Char(readonly=True, string="Made from")
    sample_result = fields.Text(readonly=True, string="What it read there")
    content_table = fields.Html(compute="_compute_content_table", sanitize=False, string="What it says")

    _approval_protected = ("name", "code", "number", "company_id", "layout", "sample_name", "sample_result", "note")

    _shipped_uniq = models.UniqueIndex("(code) WHERE shipped", "This profile is there already.")
    _live_uniq = models.UniqueIndex(
        "(company_id, code) WHERE state = 'live' AND NOT shipped", "A version of this profile is in force already."
    )

    def init(self):
        self.env.registry.post_init(self._install_guard)
        return super().init()

    def _install_guard(self):
        with file_open("connector_bank/data/profile_guard.sql") as script:
            self.env.cr.execute(script.read())

    @api.depends("name", "number", "shipped")
    def _compute_display_name(self):
        for profile in self:
            profile.display_name = (
                profile.name if profile.shipped else _("%(name)s, version %(n)s", name=profile.name, n=profile.number)
            )

    @api.depends("layout", "code", "shipped")
    def _compute_content_table(self):
        row = Markup("<tr><td class='text-muted text-nowrap'>%s</td><td>%s</td></tr>")
        for profile in self:
            cells = Markup().join(row % line for line in profile._words())
            profile.content_table = Markup("<table class='table table-sm mb-0'>%s</table>") % cells

    @api.model_create_multi
    def create(self, vals_list):
        """The code stays with all versions; those of a company are numbered."""
        for vals in vals_list:
            if not vals.get("shipped"):
                vals.setdefault("code", self._free_code(vals.get("name") or "profile"))
                vals["number"] = self._next_number(vals["code"], vals.get("company_id") or self.env.company.id)
        return super().create(vals_list)

    def write(self, vals):
        """Those of the addon are switched off and on, by people who may write; nothing else of them changes."""
        if vals.keys() <= {"active"} and all(profile.shipped for profile in self):
            self.check_access("write")
            return super(FinanceStatementProfile, self.sudo()).write(vals)
        if not self.env.su and any(profile.shipped for profile in self):
            raise UserError(_("This profile comes with the addon. Make one of your own from a file to change it."))
        return super().write(vals)

    @api.model
    def _free_code(self, name):
        """A code made of the name, which no profile of the addon has."""
        plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name.lower())
        code = "own_" + "_".join(part for part in plain.split("_") if part)[:50]
        return code.rstrip("_")

    @api.model
    def _next_number(self, code, company):
        found = self.sudo().with_context(active_test=False).search(
            [("code", "=", code), ("company_id", "=", company), ("shipped", "=", False)], order="number desc", limit=1
        )
        return found.number + 1

    def _data(self):
        """The layout as ``Layout.read`` takes it."""
        self.ensure_one()
        return {**(self.layout or {}), "code": self.code, "name": self.name, "version": self.number}

    def _layout(self):
        """:raise ConfigurationError: ``profile.invalid``"""
        if self.shipped:
            return next((one for one in shipped() if one.code == self.code), None)
        return Layout.read(self._data(), own=True)

    @api.model
    def _tables(self, company, code=None):
        """Which profiles may read a table for ``company``, as ``formats.parse`` takes it.

        :param code: the one that a person chose
        :raise ConfigurationError: ``profile.too_many``
        """
        profiles = self.sudo().with_context(active_test=False)
        own = profiles.search(
            [("shipped", "=", False), ("state", "=", "live"), ("active", "=", True), ("company_id", "=", company.id)]
            + ([("code", "=", code)] if code else [])
        )
        tables = {
            "own": [profile._data() for profile in own],
            "without": profiles.search([("shipped", "=", True), ("active", "=", False)]).mapped("code"),
        }
        if len(json.dumps(tables)) > MOST_CHARACTERS:
            raise ConfigurationError(
                _("The profiles of %s are too many to be tried one by one. Choose one when importing.", company.name),
                code="profile.too_many",
            )
        return {**tables, "profile": code} if code else tables

    @api.model
    def _load_shipped(self):
        """A record for each layout of the addon, so that people see it and may switch it off; at each update."""
        profiles = self.sudo().with_context(active_test=False)
        known = {profile.code: profile for profile in profiles.search([("shipped", "=", True)])}
        for layout in shipped():
            values = {"name": layout.name, "country_code": layout.country, "source": layout.source}
            if layout.code in known:
                known.pop(layout.code).write(values)
            else:
                profiles.create({**values, "code": layout.code, "company_id": False, "shipped": True, "state": "live"})
        profiles.browse().concat(*known.values()).unlink()

    def unlink(self):
        if self.env.su and all(profile.shipped for profile in self):
            return models.Model.unlink(self)
        return super().unlink()

    def _words(self):
        """``[(what, how)]`` of the layout, for people."""
        _ = self.env._
        try:
            layout = self._layout()
        except ConfigurationError as error:
            return [(_("Contradiction"), f"{error.place or ''}: {error}")]
        if layout is None:
            return []
        words = self.env["finance.statement.profile.make"]._selection_words
        roles = words("role")
        columns = {role: layout.columns[role] for role in roles if role in layout.columns}
        lines = [(roles[role], " + ".join(map(str, names))) for role, names in columns.items()]
        lines += [
            (_("Dates"), ", ".join(layout.dates)),
            (_("Decimal mark"), " / ".join(layout.decimals)),
            (_("Sign"), words("sign")[layout.sign]),
        ]
        if layout.sign in ("mark", "columns"):
            lines.append((_("Amounts"), words("magnitude")[layout.magnitude]))
        if layout.sign == "mark":
            lines.append((_("Marks"), f"{', '.join(layout.debit_marks)} / {', '.join(layout.credit_marks)}"))
        for label, statuses in (
            (_("Booked"), layout.booked), (_("Not booked yet"), layout.pending), (_("Left out"), layout.left_out),
        ):
            if statuses:
                lines.append((label, ", ".join(statuses)))
        if layout.blank_date != "refuse":
            lines.append((_("Without a booking date"), words("blank_date")[layout.blank_date]))
        if "fee" in layout.columns:
            lines.append((_("Fees"), words("fee")[layout.fee]))
        if layout.currency:
            lines.append((_("Currency"), layout.currency))
        delimiters = " ".join("TAB" if mark == "\t" else mark for mark in layout.delimiters)
        lines.append((_("Delimiter and charset"), f"{delimiters} · {', '.join(layout.encodings)}"))
        lines += [(_("Row beside the bookings"), " | ".join(cells)) for cells in layout.facts]
        lines += [(_("Row that ends the table"), " | ".join(cells)) for cells in layout.end]
        return lines

    def _check_complete(self):
        self.ensure_one()
        try:
            self._layout()
        except ConfigurationError as error:
            text = _("The profile contradicts itself: %(text)s (%(place)s)", text=error, place=error.place)
            raise UserError(text) from error

    def action_change(self):
        """The wizard, with what this profile says."""
        self.ensure_one()
        maker = self.env["finance.statement.profile.make"]
        maker.check_access("create")
        return maker._from_layout(self._layout(), self.browse() if self.shipped else self)._shown()

    # what the approval engine asks and tells

    def _approval_kind(self):
        return "statement_profile"

    def _approval_content(self):
        return {
            "code": self.code, "name": self.name, "number": self.number, "layout": self.layout,
            "note": self.note or None, "sample": self.sample_name or None, "result": self.sample_result or None,
        }

    def _approval_facts(self):
        before = self.sudo().search([*self._same(), ("state", "=", "live"), ("id", "!=", self.id)], limit=1)
        old, new = dict(before._words()) if before else {}, dict(self._words())
        changes = [[what, old.get(what, ""), new.get(what, "")] for what in {**old, **new}]
        return {
            "name": self.display_name,
            "changes": [line for line in changes if line[1] != line[2]],
            "reason": self.note,
            "warnings": (self.sample_result or "").splitlines(),
        }

    def _same(self):
        return [("code", "=", self.code), ("company_id", "=", self.company_id.id), ("shipped", "=", False)]

    def _approved(self, approval):
        """The version in force ends first: of one profile there is only one."""
        record = self.sudo()
        older = record.search([*record._same(), ("state", "=", "live"), ("id", "!=", record.id)])
        if older:
            older._retire()
        return super()._approved(approval)
