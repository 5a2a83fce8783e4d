from odoo import http
from odoo.http import content_disposition, request

from ..canonical.objects import OBJECTS
from ..canonical.table import FORMS, template


class FinanceObjectFile(http.Controller):
    """Templates of the files in which canonical objects come."""

    @http.route("/finance/template/<string:name>.<string:form>", type="http", auth="user", readonly=True)
    def template(self, name, form):
        if name not in OBJECTS or form not in FORMS or not request.env["finance.object.file"].has_access("read"):
            raise request.not_found()
        headers = [
            ("Content-Type", FORMS[form]),
            ("Content-Disposition", content_disposition(f"{OBJECTS[name].path}.{form}")),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(template(name, form), headers)
