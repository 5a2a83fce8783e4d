from odoo import models
from odoo.http import request

from ..services.finance_api import ROOT
from ..services.finance_person import REMOTE, Remote


class IrHttp(models.AbstractModel):
    """Odoo hides the request from the methods that JSON-RPC calls; who asked for what is kept for them here.

    A path of the canonical interface is answered by it whatever its characters: routes end at a line end.
    """

    _inherit = "ir.http"

    @classmethod
    def _match(cls, path_info):
        if path_info.startswith(ROOT):
            path_info = path_info.replace("\n", "\\n")
        return super()._match(path_info)

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
