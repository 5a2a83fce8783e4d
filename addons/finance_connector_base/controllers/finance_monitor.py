import hmac
import ipaddress

from odoo import SUPERUSER_ID, http
from odoo.http import request

from .. import server
from ..core.exposition import CONTENT_TYPE


class FinanceMonitor(http.Controller):
    """What monitoring systems ask: metrics for those who may, health for load balancers."""

    @http.route("/finance/metrics", type="http", auth="none", methods=["GET"], save_session=False, readonly=True)
    def metrics(self, **_query):
        if not server.metrics_token() and not server.metrics_networks():
            return _answer(404, "")
        if not _may_see():
            return _answer(401, "", [("WWW-Authenticate", "Bearer")])
        if not request.db:
            return _answer(503, "")
        if "finance.metrics" not in request.env:
            return _answer(404, "")
        request.update_env(user=SUPERUSER_ID)
        return _answer(200, request.env["finance.metrics"]._text(), content_type=CONTENT_TYPE)

    @http.route("/finance/health/live", type="http", auth="none", methods=["GET"], save_session=False, readonly=True)
    def live(self, **_query):
        """This server answers; nothing else is asked."""
        return request.make_json_response({"status": "ok"}, headers=[("Cache-Control", "no-store")])

    @http.route("/finance/health", type="http", auth="none", methods=["GET"], save_session=False, readonly=True)
    def health(self, **_query):
        if not request.db or "finance.health" not in request.env:
            report, status = {"database": {"status": "fail", "detail": ""}}, "failing"
        else:
            request.update_env(user=SUPERUSER_ID)
            health = request.env["finance.health"]
            report = health._report()
            status = health._status(report)
        told = report if _may_see() else {name: {"status": check["status"]} for name, check in report.items()}
        return request.make_json_response(
            {"status": status, "node": server.node(), "checks": told} if _may_see()
            else {"status": status, "checks": told},
            headers=[("Cache-Control", "no-store")],
            status=503 if status == "failing" else 200,
        )


def _may_see():
    """Whether who asks shows the token, or comes from where the host lets monitoring come from."""
    token = server.metrics_token()
    shown = request.httprequest.headers.get("Authorization", "")
    if token and hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
        return True
    try:
        address = ipaddress.ip_address(request.httprequest.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in server.metrics_networks())


def _answer(status, content, headers=(), content_type="text/plain; charset=utf-8"):
    return request.make_response(
        content, headers=[("Content-Type", content_type), ("Cache-Control", "no-store"), *headers], status=status
    )
