from odoo import http
from odoo.http import content_disposition, request


class FinanceRaw(http.Controller):
    """Contents of messages, byte by byte, for those who may see them."""

    @http.route("/finance/message/<int:message_id>/<string:part>", type="http", auth="user", readonly=False)
    def raw(self, message_id, part):
        message = request.env["finance.message"].browse(message_id).exists()
        if not message or not (part in ("content", "wire", "refused") or part.removeprefix("answer-").isdigit()):
            raise request.not_found()
        name, content, _type = message._part(part)
        headers = [
            ("Content-Type", "application/octet-stream"),  # never shown or run by the browser
            ("Content-Disposition", content_disposition(name)),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(content, headers)
