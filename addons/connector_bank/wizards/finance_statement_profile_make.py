import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import FinanceError

from ..formats.bounded import parse_bounded, proposal_bounded
from ..profiles.layout import BLANK_DATES, FEES, MAGNITUDES, ROLES, SIGNS, Layout
from .profile_preview import Preview

_TAB = "tab"
_LISTS = ("dates", "encodings", "debit_marks", "credit_marks", "booked", "pending", "left_out")
_TABLES = ("facts", "end")
_PREVIEWED_AS = "preview"


class FinanceStatementProfileMake(models.TransientModel):
    """Make a profile from a bank's table: what is proposed, what it reads there, what does not add up."""

    _name = "finance.statement.profile.make"
    _description = "Make a statement profile"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    profile_id = fields.Many2one("finance.statement.profile", readonly=True, string="New version of")
    state = fields.Selection([("choose", "Choose"), ("edit", "Look and correct")], default="choose", readonly=True)
    sample = fields.Binary(string="File of the bank", attachment=False)
    sample_name = fields.Char()
    name = fields.Char()
    note = fields.Char(string="Reason")
    notes = fields.Html(readonly=True, sanitize=False, string="Why it is proposed so")
    encodings = fields.Char(
        string="Charset", default="utf-8, windows-1252", help="Several: the first that fits the whole file."
    )
    delimiter = fields.Selection(
        [(";", "Semicolon"), (",", "Comma"), (_TAB, "Tab"), ("|", "Bar")], default=";", required=True
    )
    quote = fields.Selection([('"', "Double quotes"), ("'", "Single quotes")], default='"', help="Empty: none.")
    header = fields.Boolean(string="Columns have titles", default=True)
    dates = fields.Char(help="DD, MM, YYYY, YY, D, M, MMM for a month's name, * for anything. Several, with commas.")
    decimal = fields.Selection([(",", "Comma"), (".", "Point"), (",.", "Either, the same in a file")], default=",")
    sign = fields.Selection(list(SIGNS.items()), default="signed", required=True)
    magnitude = fields.Selection(
        list(MAGNITUDES.items()), default="unsigned", required=True, string="Amounts are written"
    )
    debit_marks = fields.Char(string="Marks of debits")
    credit_marks = fields.Char(string="Marks of credits")
    booked = fields.Char(string="Status of booked rows")
    pending = fields.Char(string="Status of rows not booked yet")
    left_out = fields.Char(string="Status of rows to leave out")
    blank_date = fields.Selection(list(BLANK_DATES.items()), default="refuse", required=True, string="No booking date")
    fee = fields.Selection(list(FEES.items()), default="entry", required=True, string="Fees")
    currency = fields.Char(help="ISO code. Empty: as a column says, or that of the journal.")
    facts = fields.Text(
        string="Rows around the table",
        help="One row a line, cells with | between. What they say stands in braces: {account}, {currency}, {opening}, "
        "{closing}, {current}, {from_on}, {to_on}, {opening_on}, {closing_on}, {current_on}, {owner}, {sum_credits}, "
        "{sum_debits}, {entries}, {statement_id}; {_} is anything.",
    )
    end = fields.Text(string="Rows that end the table", help="Nothing behind such a row is read. * is the rest of it.")
    column_ids = fields.One2many("finance.statement.profile.make.column", "wizard_id", string="Columns")
    extra = fields.Json(readonly=True, help="What the profile says beside.")
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    has_problem = fields.Boolean(compute="_compute_preview")

    @api.model
    def _selection_words(self, name):
        """``{value: label}`` in the language of the reader."""
        model = self.env["finance.statement.profile.make.column"] if name == "role" else self
        return dict(model._fields[name]._description_selection(self.env))

    @api.depends(
        "sample", "encodings", "delimiter", "quote", "header", "dates", "decimal", "sign", "magnitude", "debit_marks",
        "credit_marks", "booked", "pending", "left_out", "blank_date", "fee", "currency", "facts", "end",
        "column_ids.role", "column_ids.title", "state",
    )
    def _compute_preview(self):
        for maker in self:
            if maker.state != "edit" or not maker.sample:
                maker.preview, maker.has_problem = False, False
                continue
            preview = maker._previewed()
            maker.preview, maker.has_problem = preview.html(), bool(preview.refusal)

    def _previewed(self):
        preview = Preview(self.env)
        try:
            layout = Layout.read(self._data(_PREVIEWED_AS))
            tables = {"own": [layout.content()], "profile": _PREVIEWED_AS}
            preview.take(parse_bounded(self._bytes(), "csv_bank", tables=tables))
        except FinanceError as error:
            preview.refusal = error
        return preview

    def _bytes(self):
        return base64.b64decode(self.with_context(bin_size=False).sample or b"")

    def _data(self, code):
        """What the screen says, as ``Layout.read`` takes it."""
        columns = {}
        for column in self.column_ids.filtered("role").sorted("sequence"):
            name = column.title if self.header else column.number
            columns.setdefault(column.role, []).append(name or column.number)
        data = {
            **(self.extra or {}),
            "code": code,
            "name": self.name or code,
            "columns": columns,
            "delimiters": ["\t" if self.delimiter == _TAB else self.delimiter],
            "quote": self.quote or "",
            "header": self.header,
            "decimals": list(self.decimal or ","),
            "currency": self.currency or None,
            **{name: _list(self[name]) for name in _LISTS},
            **{name: _table(self[name]) for name in _TABLES},
            **{name: self[name] for name in ("sign", "magnitude", "blank_date", "fee")},
        }
        if not self.header:
            data["width"] = max(self.column_ids.mapped("number"), default=0)
        return data

    def action_propose(self):
        """Read the file and fill the screen."""
        self.ensure_one()
        if not self.sample:
            raise UserError(self.env._("Choose a file first."))
        limit = self.company_id._finance_setting("max_upload_megabytes", 64) * 1024 * 1024
        if len(self._bytes()) > limit:
            raise UserError(self.env._("The file is larger than allowed."))
        try:
            proposal = proposal_bounded(self._bytes(), _PREVIEWED_AS, self.sample_name or _PREVIEWED_AS)
        except FinanceError as error:
            raise UserError(self.env._("No table can be read from this file: %s", error)) from error
        self._fill(proposal["data"])
        columns = zip(proposal["titles"], proposal["examples"], strict=True)
        self.column_ids = [
            fields.Command.clear(),
            *(
                fields.Command.create(
                    {"sequence": number, "number": number, "title": title, "examples": " · ".join(examples)}
                )
                for number, (title, examples) in enumerate(columns, start=1)
            ),
        ]
        self._give_roles(proposal["data"])
        self.notes = Preview(self.env).notes(proposal["notes"], self._known_by())
        return self._shown()

    def _give_roles(self, data):
        titles = {}
        for column in self.column_ids.sorted("sequence"):
            same = titles.setdefault((column.title or "").casefold(), [])
            same.append(column)
            if len(same) > 1:
                column.title = f"{column.title}#{len(same)}"
        by_name = {column.title if data["header"] else column.number: column for column in self.column_ids}
        for role, names in data["columns"].items():
            for name in names:
                if name in by_name:
                    by_name[name].role = role

    def _known_by(self):
        """The name of the profile that reads this file already."""
        tables = self.env["finance.statement.profile"]._tables(self.company_id)
        try:
            header = next(parse_bounded(self._bytes(), "csv_bank", tables=tables), None)
        except FinanceError:
            return None
        code, _blank, number = header.profile.rpartition(" ")
        profiles = self.env["finance.statement.profile"]
        return profiles.search([("code", "=", code), ("number", "=", int(number))], limit=1).display_name or code

    def _fill(self, data):
        """The screen as ``data`` says; the columns apart."""
        plain = {name: ", ".join(data.get(name) or ()) for name in _LISTS}
        plain["encodings"] = plain["encodings"] or "utf-8, windows-1252"
        tables = {name: "\n".join(" | ".join(cells) for cells in data.get(name) or ()) for name in _TABLES}
        delimiter = (data.get("delimiters") or [";"])[0]
        self.write(
            {
                "state": "edit",
                **plain,
                **tables,
                "name": self.name or (self.sample_name or "").rpartition(".")[0] or self.sample_name,
                "delimiter": _TAB if delimiter == "\t" else delimiter,
                "quote": data.get("quote", '"') or False,
                "header": data.get("header", True),
                "decimal": "".join(sorted(data.get("decimals") or [","])),
                "sign": data.get("sign", "signed"),
                "magnitude": data.get("magnitude", "unsigned"),
                "blank_date": data.get("blank_date", "refuse"),
                "fee": data.get("fee", "entry"),
                "currency": data.get("currency"),
                "extra": {name: data[name] for name in ("country", "source", "titles") if data.get(name)},
            }
        )

    @api.model
    def _from_layout(self, layout, profile):
        """The wizard with what ``layout`` says, for a new version of ``profile`` or, where empty, a new profile."""
        maker = self.create({"company_id": (profile.company_id or self.env.company).id, "profile_id": profile.id})
        maker.name = layout.name
        maker._fill({**layout.content(), "encodings": list(layout.encodings)})
        names = [(role, name) for role, columns in layout.columns.items() for name in columns]
        maker.column_ids = [
            fields.Command.create(
                {
                    "sequence": number,
                    "number": number if layout.header else name,
                    "title": name if layout.header else str(name),
                    "role": role,
                }
            )
            for number, (role, name) in enumerate(names, start=1)
        ]
        return maker

    def action_save(self):
        """A draft that another person approves; refused where the file cannot be read with it."""
        self.ensure_one()
        profiles = self.env["finance.statement.profile"]
        profiles.check_access("create")
        if not self.name:
            raise UserError(self.env._("Give the profile a name."))
        preview = self._previewed() if self.sample else None
        if preview and preview.refusal:
            raise UserError(self.env._("The file cannot be read so: %s", preview.refusal_words()))
        code = self.profile_id.code or profiles._free_code(self.name)
        if not self.profile_id and profiles._next_number(code, self.company_id.id) > 1:
            raise UserError(self.env._("There is a profile of this name. Change that one, or choose another name."))
        try:
            layout = Layout.read(self._data(code))
        except FinanceError as error:
            text = self.env._("The profile contradicts itself: %(text)s (%(place)s)", text=error, place=error.place)
            raise UserError(text) from error
        content = {name: value for name, value in layout.content().items() if name not in ("code", "name", "version")}
        profile = profiles.sudo().create(
            {
                "name": self.name,
                "code": code,
                "company_id": self.company_id.id,
                "layout": content,
                "country_code": layout.country,
                "source": layout.source,
                "note": self.note,
                "sample_name": self.sample_name,
                "sample_result": preview.words() if preview else self.env._("It was not tried on a file."),
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": profile._name,
            "res_id": profile.id,
            "view_mode": "form",
        }

    def _shown(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Make a profile"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }


class FinanceStatementProfileMakeColumn(models.TransientModel):
    """One column of the bank's table, and what stands in it."""

    _name = "finance.statement.profile.make.column"
    _description = "Column of a table"
    _order = "sequence, id"

    wizard_id = fields.Many2one("finance.statement.profile.make", required=True, ondelete="cascade")
    sequence = fields.Integer()
    number = fields.Integer(string="No.")
    title = fields.Char(help="A|B: either title; A?: may be missing; A#2: the second of this name.")
    examples = fields.Char(readonly=True, string="In the file")
    role = fields.Selection(list(ROLES.items()), string="Is")


def _list(text):
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _table(text):
    lines = [[cell.strip() for cell in line.split("|")] for line in (text or "").splitlines()]
    return [cells for cells in lines if any(cells)]
