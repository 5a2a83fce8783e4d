from odoo import models

from .. import server
from ..canonical.paging import AskedWrong, asked
from ..canonical.scalars import IDENTIFIER, SYSTEM
from ..core.canonical import sha256
from .finance_api import Answer, Refusal
from .finance_reader import reader_name

#: An answer may be kept by its caller, who asks each time whether it is still right.
KEPT = {"Cache-Control": "private, no-cache"}


class FinanceApi(models.AbstractModel):
    """Reading: lists that go on from where the caller left off, and single objects."""

    _inherit = "finance.api"

    def _read_list(self, key, registered, call):
        try:
            wanted = asked(registered, call.query, server.api_page())
        except AskedWrong as wrong:
            raise Refusal(wrong.status, "api.parameter", f"{wrong.name}: {wrong}", parameter=wrong.name) from wrong
        page = self._reader(key, registered)._page(key.connector_id, registered, wanted)
        return self._unless_same(call, page)

    def _read_one(self, key, registered, external, call):
        source = call.query.get("source_system", key.connector_id.code)
        for scalar, text, name in ((IDENTIFIER, external, "external_id"), (SYSTEM, source, "source_system")):
            try:
                scalar.read(text)
            except ValueError as error:
                raise Refusal(400, "api.parameter", f"{name}: {scalar.text}", parameter=name) from error
        unknown = sorted(call.query.keys() - {"source_system"})
        if unknown:
            raise Refusal(400, "api.parameter", f"{unknown[0][:80]}: there is no such parameter")
        reader = self._reader(key, registered)
        shown, fault = reader._one(key.connector_id, registered, source, external)
        if fault:
            text = self.env._("It cannot be said in this form: %s", fault.text)
            raise Refusal(422, fault.code, text, [fault])
        if shown is None:
            raise Refusal(404, "api.object", self.env._("There is no such object for this key."))
        return self._unless_same(call, shown)

    def _reader(self, key, registered):
        company = key.connector_id.company_id
        context = {"allowed_company_ids": company.ids, "lang": "en_US"}
        return self.env(su=True, context=context)[reader_name(registered.name)]

    def _unless_same(self, call, body):
        tag = f'"{sha256(body)}"'
        known = {part.strip().removeprefix("W/") for part in call.headers.get("If-None-Match", "").split(",")}
        if known & {tag, "*"}:
            return Answer(304, None, {"ETag": tag, **KEPT})
        return Answer(200, body, {"ETag": tag, **KEPT})
