from odoo import api, models
from odoo.tools import SQL

from .. import server
from ..core.errors import FinanceError


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
        bound = connector_environment != "live" or self._confirmed(stored.get(self.PARAMETER))
        return None if bound else self.env._("this database is not bound to this server")

    @api.model
    def _confirmed(self, fingerprint):
        """Whether the fingerprint was made for this cluster and database with a key of this host."""
        try:
            ring = server.key_ring((fingerprint or "").partition(":")[0])
            return ring.confirms(fingerprint, self._identity())
        except FinanceError:  # no key, no permit
            return False

    @api.model
    def _identity(self):
        """Cluster and database in one text; a restored copy has another one."""
        cluster, name = self.env.execute_query(
            SQL("SELECT system_identifier::text, current_database() FROM pg_control_system()")
        )[0]
        return f"{cluster}|{name}"

    @api.model
    def _bound(self):
        return self._confirmed(self.env["ir.config_parameter"].sudo().get_param(self.PARAMETER))

    @api.model
    def _bind(self):
        """Bind this database to this host. Only for administrators; a copy has to be bound anew."""
        self.env["finance.connector"].check_access("write")
        self._keep(server.sealing_ring())

    @api.model
    def _renew(self):
        """Have a bound database confirmed by the current key, so that an older one can be taken out."""
        ring = server.key_ring()
        stored = self.env["ir.config_parameter"].sudo().get_param(self.PARAMETER) or ""
        if not stored.startswith(f"{ring.current}:") and self._confirmed(stored):
            self._keep(ring)

    @api.model
    def _keep(self, ring):
        self.env["ir.config_parameter"].sudo().set_param(self.PARAMETER, ring.mark(self._identity()))
