from odoo import SUPERUSER_ID, http
from odoo.http import request

from .. import server


class FinanceHook(http.Controller):
    """The one door for webhooks. Size is checked first, by Odoo; everything else by ``finance.hook``."""

    @http.route(
        "/finance/hook/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=lambda _controller: server.webhook_max_bytes(),
    )
    def hook(self, token, **_query):
        body = request.httprequest.get_data()
        if request.httprequest.content_length is None and len(body) >= server.webhook_max_bytes():
            return _answer(413, b"")  # sent in chunks: werkzeug cuts it off at the limit instead of refusing
        if not request.db:  # the database is away; with this addon loaded server-wide we can say so
            return _answer(503, b"")
        if "finance.hook" not in request.env:  # loaded server-wide, and this database does without it
            return _answer(404, b"")
        request.update_env(user=SUPERUSER_ID)
        return _answer(*request.env["finance.hook"]._receive(token, request.httprequest.headers, body))


def _answer(status, content):
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    return request.make_response(content, headers=headers, status=status)
