from odoo import _, api, fields, models

from odoo.addons.finance_connector_base.core.errors import DuplicateError, FinanceError

from .queued import tried_again


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
            return self._changed(determination, error.code, str(error))
        if found is None:
            return self._changed(
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
            with tried_again():
                return self._run(determination)
        except FinanceError as error:
            return self._changed(determination, error.code, str(error))

    def _changed(self, determination, code, text):
        determination.compared_on = fields.Datetime.now()
        determination._report(code, text, category="state_conflict")
        return text
