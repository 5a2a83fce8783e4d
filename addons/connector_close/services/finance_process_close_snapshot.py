from odoo import _, api, models
from odoo.exceptions import UserError

from ..snapshot.writers import WRITERS

KIND = "close.snapshot"


class FinanceProcessCloseSnapshot(models.AbstractModel):
    """Frozen trial balances on their way out, as files or to a close platform."""

    _name = "finance.process.close.snapshot"
    _inherit = ["finance.process"]
    _description = "Frozen trial balance"

    @api.model
    def _publish(self, snapshots):
        """One message for each snapshot, close connector and format; the same snapshot twice is one message."""
        messages = self.env["finance.message"]
        for snapshot in snapshots:
            snapshot.period_id.check_access("write")
            connectors = self._connectors(snapshot)
            for connector in connectors:
                for extension in WRITERS:
                    messages |= self._submit(snapshot, connector, extension)
        return messages.with_env(self.env)

    def _connectors(self, snapshot):
        domain = [("company_id", "=", snapshot.company_id.id), ("domain", "=", "close"), ("state", "=", "active")]
        connectors = self.env["finance.connector"].search(domain).filtered(lambda c: c._flow(KIND, "out"))
        if not connectors:
            raise UserError(
                _(
                    "%s has no active connector for the close. Add one under Configuration, Connectors: area "
                    "Close, and an outgoing flow for frozen trial balances.",
                    snapshot.company_id.name,
                )
            )
        return connectors

    def _submit(self, snapshot, connector, extension):
        content, content_type = self._file(snapshot, extension)
        name = f"{snapshot._file_name()}.{extension}"
        return self.env["finance.deliver"]._submit(
            connector,
            KIND,
            content,
            key=f"{KIND}:{name}:{snapshot.sha256}",
            name=name,
            record=snapshot,
            content_type=content_type,
        )

    @api.model
    def _file(self, snapshot, extension):
        """``(bytes, content type)`` of the file for a frozen content."""
        writer, content_type = WRITERS[extension]
        return writer(snapshot._content()), content_type
