import json

from werkzeug.exceptions import RequestEntityTooLarge

from odoo import SUPERUSER_ID, http
from odoo.http import request

from .. import server
from ..canonical.problem import CONTENT_TYPE, problem
from ..services.finance_api import Answer, Call


class FinanceApi(http.Controller):
    """The canonical interface over HTTP; everything is decided by ``finance.api``."""

    @http.route(
        "/finance/api/<path:path>",
        type="http",
        auth="none",
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=lambda _controller: server.api_max_bytes(),
    )
    def api(self, path, **_query):
        asked = request.httprequest
        try:
            body = asked.get_data()
        except RequestEntityTooLarge:
            return self._large()
        if asked.content_length is None and len(body) >= server.api_max_bytes():
            return self._large()  # sent in chunks: werkzeug cuts it off at the limit instead of refusing
        if not request.db:  # the database is away; with this addon loaded server-wide we can say so
            return _response(Answer(503, problem(503, "technical", "The database is away."), {"Retry-After": "30"}))
        if "finance.api" not in request.env:  # loaded server-wide, and this database does without it
            return _response(Answer(404, problem(404, "api.path", "There is nothing at this path.")))
        request.update_env(user=SUPERUSER_ID)
        call = Call(asked.method, path, asked.headers, asked.args.to_dict(), body, asked.remote_addr)
        return _response(request.env["finance.api"]._answer(call))

    def _large(self):
        text = f"The body has more than {server.api_max_bytes()} bytes."
        return _response(Answer(413, problem(413, "api.too_large", text)))


def _response(answer):
    refused = isinstance(answer.body, dict) and "advice" in answer.body and "status" in answer.body
    headers = {
        "Content-Type": CONTENT_TYPE if refused else "application/json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **answer.headers,
    }
    content = "" if answer.body is None else json.dumps(answer.body, ensure_ascii=False, sort_keys=True)
    return request.make_response(content, headers=list(headers.items()), status=answer.status)
