import json
from datetime import date

from odoo import api, fields, models
from odoo.fields import Domain

from ..core.bounded import bounded_lines
from ..mapping.kinds import KINDS
from ..mapping.sheet import COLUMNS, written
from ..mapping.table import normal

TASK = "odoo.addons.finance_connector_base.mapping.sheet:lines"


class FinanceMappingVersion(models.Model):
    """Versions out to spreadsheets, and drafts back from them."""

    _inherit = "finance.mapping.version"

    def action_export_xlsx(self):
        return self._download("xlsx")

    def action_export_csv(self):
        return self._download("csv")

    def _download(self, form):
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "url": f"/finance/mapping/{self.id}.{form}", "target": "self"}

    def _sheet(self, form):
        """The bytes of the file; targets are named as they can be found again."""
        self.ensure_one()
        self.check_access("read")
        names = self._names_out()
        rows = [
            {
                "source": line.source,
                "label": line.label,
                "target": names.get(line.id) or line.target_text,
                "target_name": line.target_ref.display_name if line.target_ref else "",
                "company": line.for_company_id.name,
                "country": line.country_id.code,
                "date_from": fields.Date.to_string(line.date_from),
                "date_to": fields.Date.to_string(line.date_to),
            }
            for line in self.line_ids
        ]
        return written(form, rows)

    def _names_out(self):
        """``{line: key of its record}``; ``#id`` where no key leads to it alone."""
        kind = KINDS.get(self.kind)
        lines = self.line_ids.filtered("target_ref")
        keys = {}
        for line in lines:
            record = line.target_ref.with_company(line.for_company_id or self.company_id or self.env.company)
            keys[line] = next((record[key] for key in kind.keys if record[key]), None)
        names = {}
        for company, group in lines.grouped(lambda line: line.for_company_id or self.company_id).items():
            found = self._found(company, {keys[line] for line in group if keys[line]})
            for line in group:
                alone = found.get(keys[line]) == line.target_ref.ids
                names[line.id] = keys[line] if alone else f"#{line.target_ref.id}"
        return names

    def _found(self, company, names):
        """``{name: ids of the records it may mean}`` for a company, by the first key that knows it."""
        kind = KINDS.get(self.kind)
        model = self.env[kind.model].with_company(company or self.env.company)
        fits = Domain(list(kind.domain))
        if company and kind.model != "res.company":
            fits &= Domain(model._check_company_domain(company))
        numbers = {name: int(name[1:]) for name in names if name.startswith("#") and name[1:].isdigit()}
        there = set(model.search(fits & Domain("id", "in", list(numbers.values()))).ids) if numbers else set()
        found = {name: [number] for name, number in numbers.items() if number in there}
        for key in kind.keys:
            left = [name for name in names if name not in found]
            for record in model.search(fits & Domain(key, "in", left)) if left else ():
                found.setdefault(record[key], []).append(record.id)
        return found

    @api.model
    def _read_sheet(self, mapping, content):
        """What a file says, for a draft of ``mapping``.

        :return: ``(values of the lines, sentences about what is wrong with row and column)``
        :raise FormatError: it cannot be read at all
        """
        rows = [json.loads(line) for line in bounded_lines(TASK, content)]
        version = self.new({"mapping_id": mapping.id})
        companies = self._by_name("res.company", "name", {row.get("company") for _number, row in rows})
        countries = self._by_name("res.country", "code", {(row.get("country") or "").upper() for _number, row in rows})
        values, wrong = [], []
        for number, row in rows:
            cell = _Cells(self.env, number, row, wrong)
            line = {
                "source": normal(row.get("source")) or cell.refuse("source", self.env._("is empty")),
                "label": row.get("label"),
                "for_company_id": cell.one("company", companies),
                "country_id": cell.one("country", countries, str.upper),
                "date_from": cell.day("date_from"),
                "date_to": cell.day("date_to"),
            }
            values.append((cell, line))
        version._set_targets(mapping, values)
        if not rows:
            wrong.append(self.env._("There are no rows."))
        return [line for _cell, line in values], wrong

    def _set_targets(self, mapping, values):
        kind = KINDS.get(mapping.kind)
        by_company = {}
        for cell, line in values:
            company = line["for_company_id"] or mapping.company_id.id
            by_company.setdefault(company, []).append((cell, line))
        for company, group in by_company.items():
            names = {cell.row["target"] for cell, _line in group if cell.row.get("target")}
            owner = self.env["res.company"].browse(company or [])
            found = self._found(owner, names) if kind.model and names else {}
            for cell, line in group:
                name = cell.row.get("target")
                if not name:
                    continue  # to be filled in on the draft
                if kind.model is None:
                    if kind.choices and name not in dict(kind.choices):
                        cell.refuse("target", self.env._("must be one of %s", ", ".join(dict(kind.choices))))
                    line["target_text"] = name
                elif len(found.get(name, ())) == 1:
                    line["target_ref"] = f"{kind.model},{found[name][0]}"
                elif found.get(name):
                    cell.refuse("target", self.env._("“%s” means several records; write # and its number", name))
                else:
                    cell.refuse("target", self.env._("“%s” is not known here", name))

    def _by_name(self, model, key, names):
        records = self.env[model].search([(key, "in", [name for name in names if name])])
        found = {}
        for record in records:
            found.setdefault(record[key], []).append(record.id)
        return found


class _Cells:
    """One row of a file; what is wrong is told with its row and column."""

    def __init__(self, env, number, row, wrong):
        self.env, self.number, self.row, self._wrong = env, number, row, wrong

    def refuse(self, column, words):
        self._wrong.append(
            self.env._("Row %(row)s, %(column)s: %(words)s", row=self.number, column=COLUMNS[column], words=words)
        )
        return False

    def one(self, column, found, form=str):
        name = form(self.row.get(column) or "")
        if not name:
            return False
        ids = found.get(name, ())
        return ids[0] if len(ids) == 1 else self.refuse(column, self.env._("“%s” is not known here", name))

    def day(self, column):
        text = self.row.get(column)
        if not text:
            return False
        try:
            return date.fromisoformat(text)
        except ValueError:
            return self.refuse(column, self.env._("“%s” is no day; write it as 2026-12-31", text))
