from odoo import http
from odoo.http import content_disposition, request

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FinanceMapping(http.Controller):
    """Versions of mappings as spreadsheets, for those who may read them."""

    @http.route("/finance/mapping/<int:version_id>.<string:form>", type="http", auth="user", readonly=False)
    def sheet(self, version_id, form):
        version = request.env["finance.mapping.version"].browse(version_id).exists()
        if not version or form not in TYPES:
            raise request.not_found()
        headers = [
            ("Content-Type", TYPES[form]),
            ("Content-Disposition", content_disposition(f"{version.display_name}.{form}")),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        return request.make_response(version._sheet(form), headers)
