import functools
import json

from odoo import models

from .. import server
from ..canonical import table
from ..canonical.control import control
from ..canonical.objects import OBJECTS
from ..canonical.reading import read
from ..core.bounded import bounded_lines
from ..core.canonical import sha256
from ..core.errors import ConfigurationError
from .finance_canonical import Item, writer_name

TASK = "odoo.addons.finance_connector_base.canonical.table:lines"


class FinanceProcessCanonicalFile(models.AbstractModel):
    """Canonical objects in a CSV, XLSX or JSON-lines file, whatever transport brought it.

    The flow says which objects they are, whether they are posted, and whether a refused one keeps the whole
    file out. What was refused comes back as a file that says why, and is taken once it is mended.
    """

    _name = "finance.process.canonical_file"
    _inherit = "finance.process.canonical"
    _description = "Canonical objects in a file"

    def _written_by(self, flow):
        return (self.env[writer_name(flow.object_name)]._led,) if flow.object_name else ()

    def _may_write(self, flow):
        return self._written_by(flow)

    def process(self, message):
        result = super().process(message)
        if message.flow_id.reject_flow_id:
            self._send_back(message)
        return result

    def _options(self, message):
        """What the flow said when the file was first worked on; a later change is for later files."""
        options = message.options or {}
        if "object" not in options:
            flow = message.flow_id
            if not flow.object_name:
                raise ConfigurationError(
                    self.env._("The flow does not say which objects its files hold."), code="file.object"
                )
            said = {"object": flow.object_name, "mode": flow.object_mode, "post": flow.object_post}
            message.sudo().options = options = {**options, **said}
        return options

    def _parts(self, message):
        """``(form, rows, parts)`` of the file."""
        head = message._raw()[:4096]
        rows = [json.loads(line) for line in bounded_lines(TASK, message._source())]
        form = table.form_of(head)
        return form, rows, table.parts(self._options(message)["object"], form, rows, server.api_max_items())

    def _items(self, message, options):
        form, _rows, parts = self._parts(message)
        items = self.env["finance.message.item"]
        source = message.connector_id.code
        if not items.search_count([("message_id", "=", message.id)], limit=1):
            keys = [
                (number, part.place, part.source or source, part.external or part.place, *control(part.found))
                for number, part in enumerate(parts)
            ]
            message.sudo().options = options = {**options, "count": len(parts)}
            items._add(message, options["object"], keys)
        found = []
        for row in self._unsettled(message):
            part = parts[row.position]
            where = functools.partial(table.where, part, form=form)
            one, faults = read(OBJECTS[options["object"]].type, row.corrected) if row.corrected else (
                part.found, part.faults
            )  # fmt: skip
            item = Item(row.position, one, row.source_system, row.external_id, where)
            if faults:
                fault = faults[0]
                item.refuse(fault.code, fault.text, fault.pointer)
            found.append(item)
        return found

    def _value_of(self, row):
        return row.corrected or self._parts(row.message_id)[2][row.position].value

    def _refused_file(self, message):
        """Name, bytes and type of a file with the rows of the message that were refused."""
        form, rows, wrong = self._wrong(message)
        stem, dot, end = message.name.rpartition(".")
        name = f"{stem}.refused.{end}" if dot else f"{message.name}.refused"
        return name, table.refused(form, rows, wrong), table.FORMS[form]

    def _wrong(self, message):
        """``(form, rows, [(Part, code, place, words)])`` of what is refused now."""
        form, rows, parts = self._parts(message)
        refused = self.env["finance.message.item"].search(
            [("message_id", "=", message.id), ("state", "=", "refused")], order="position"
        )
        wrong = []
        for row in refused:
            part = parts[row.position]
            wrong.append((part, row.error_code, table.where(part, row.error_pointer, form), row.error_text))
        return form, rows, wrong

    def _send_back(self, message):
        """Give the refused rows to the flow that takes them back, once for what is refused now."""
        _form, _rows, wrong = self._wrong(message)
        if not wrong:
            return
        mark = sha256([[part.place, code, place, words] for part, code, place, words in wrong])[:16]
        key = f"refused:{message.id}:{mark}"
        flow = message.flow_id.reject_flow_id
        sent = [("connector_id", "=", flow.connector_id.id), ("direction", "=", "out"), ("dedup_key", "=", key)]
        if self.env["finance.message"].search_count(sent, limit=1):
            return
        name, content, mime = self._refused_file(message)
        self.env["finance.deliver"].sudo()._submit(
            flow.connector_id, "file", content, key=key, name=name, record=message, flow=flow, content_type=mime,
            parent_id=message.id,
        )  # fmt: skip
