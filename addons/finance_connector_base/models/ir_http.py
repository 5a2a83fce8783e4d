from odoo import models
from odoo.http import request

from ..services.finance_person import REMOTE, Remote


class IrHttp(models.AbstractModel):
    """Odoo hides the request from the methods that JSON-RPC calls; who asked for what is kept for them here."""

    _inherit = "ir.http"

    @classmethod
    def _dispatch(cls, endpoint):
        if request.httprequest.path != "/jsonrpc":
            return super()._dispatch(endpoint)
        params = request.get_json_data().get("params", {})
        mark = REMOTE.set(Remote(params, request.httprequest.remote_addr or ""))
        try:
            return super()._dispatch(endpoint)
        finally:
            REMOTE.reset(mark)
