import hashlib
import hmac

from odoo import api, models
from odoo.tools import SQL

from .. import server


class FinancePermit(models.AbstractModel):
    """Whether this database, on this host, may send. Asked at each claim, past every cache; fails closed."""

    _name = "finance.permit"
    _description = "Send permit"

    PARAMETER = "finance_connector_base.fingerprint"

    @api.model
    def _refusal(self, connector_environment):
        """Why nothing may leave for a connector of this environment; ``None`` where it may."""
        stored = dict(
            self.env.execute_query(
                SQL(
                    "SELECT key, value FROM ir_config_parameter WHERE key IN ('database.is_neutralized', %s)",
                    self.PARAMETER,
                )
            )
        )
        if (stored.get("database.is_neutralized") or "").lower() not in ("", "0", "false"):
            return self.env._("this database is a neutralised copy")
        if connector_environment != server.environment():
            return self.env._(
                "the connector is for %(one)s, this server is for %(other)s",
                one=connector_environment,
                other=server.environment(),
            )
        bound = connector_environment != "live" or hmac.compare_digest(
            stored.get(self.PARAMETER) or "", self._fingerprint()
        )
        return None if bound else self.env._("this database is not bound to this server")

    @api.model
    def _fingerprint(self):
        """Cluster, database and host key in one value; a restored copy has another one."""
        cluster, name = self.env.execute_query(
            SQL("SELECT system_identifier::text, current_database() FROM pg_control_system()")
        )[0]
        key = server.key_file().read_bytes() if server.key_file().exists() else b""
        return hmac.new(key or b"-", f"{cluster}|{name}".encode(), hashlib.sha256).hexdigest()

    @api.model
    def _bound(self):
        stored = self.env["ir.config_parameter"].sudo().get_param(self.PARAMETER) or ""
        return hmac.compare_digest(stored, self._fingerprint())

    @api.model
    def _bind(self):
        """Bind this database to this host. Only for administrators; a copy has to be bound anew."""
        self.env["finance.connector"].check_access("write")
        server.key_ring()
        self.env["ir.config_parameter"].sudo().set_param(self.PARAMETER, self._fingerprint())
