from odoo import _, api, fields, models

from odoo.addons.finance_connector_base.core.errors import (
    DuplicateError,
    FinanceError,
    RateLimitedError,
    TechnicalError,
)
from odoo.addons.queue_job.exception import RetryableJobError


class FinanceTaxCompare(models.AbstractModel):
    """Afterwards, whether the engine still keeps what we committed: people change things there too."""

    _name = "finance.tax.compare"
    _description = "Tax comparison"

    @api.model
    def _run(self, determination):
        """Ask the engine for a committed document; a case where it keeps another one or none."""
        connector = determination.connector_id.sudo()
        order = connector._tax_provider_class()(None).commit_order(determination._request(), determination._quote())
        try:
            found = connector._tax_engine_now().ask(order)
        except DuplicateError as error:
            return self._report(determination, error.code, str(error))
        if found is None:
            return self._report(
                determination,
                "tax.lost",
                _("%s is committed here, but the engine does not keep it.", determination.name),
            )
        determination.write({"compared_on": fields.Datetime.now(), "committed_tax": float(found.tax)})
        return _("equal")

    @api.model
    def _run_in_job(self, determination):
        """The same in a job: a closed line is tried again."""
        try:
            return self._run(determination)
        except RateLimitedError as error:
            raise RetryableJobError(str(error), seconds=error.retry_after, ignore_retry=True) from error
        except TechnicalError as error:
            raise RetryableJobError(str(error)) from error
        except FinanceError as error:
            return self._report(determination, error.code, str(error))

    def _report(self, determination, code, text):
        determination.compared_on = fields.Datetime.now()
        self.env["finance.exception"]._report(
            determination,
            code,
            text,
            category="state_conflict",
            domain="tax",
            connector_id=determination.connector_id.id,
            owner_id=determination.connector_id.owner_id.id,
        )
        return text
