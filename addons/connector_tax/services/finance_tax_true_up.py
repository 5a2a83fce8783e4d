from collections import defaultdict

from odoo import Command, _, api, fields, models

from odoo.addons.finance_connector_base.core.errors import ConfigurationError, FinanceError

from .finance_tax_determine import Finding
from .queued import tried_again


class FinanceTaxTrueUp(models.AbstractModel):
    """Afterwards, what the engine could not be asked in time: its tax, the difference, the commit."""

    _name = "finance.tax.true.up"
    _description = "Tax true-up"

    @api.model
    def _run(self, determination):
        """Ask the engine about a posted document that stands on Odoo's own taxes.

        The document stays as the customer has it; where the engine says otherwise, a draft entry moves
        the difference, and the accountant posts it.
        """
        move, connector = determination.move_id, determination.connector_id.sudo()
        if move.state != "posted":
            raise ConfigurationError(
                _("%s is not posted; determine its tax instead.", move.display_name), code="tax.draft"
            )
        request = self.env["finance.tax.request"]._build(move, connector)
        found = Finding(connector._tax_engine_now().quote(request), "engine", fields.Datetime.now())
        determine = self.env["finance.tax.determine"]
        lines = determine._lines(move, connector, found.quote)
        trued = determine._store(move, request, found, lines)
        trued.text = _("Trued up: posted with tax %s.", move.currency_id.format(move.amount_tax))
        trued.true_up_move_id = self._entry(move, trued)
        trued._submit_commit()
        return trued

    @api.model
    def _run_in_job(self, determination):
        """The same in a job: a closed line is tried again, anything else becomes a case."""
        try:
            with tried_again(), self.env.cr.savepoint():
                trued = self._run(determination)
        except FinanceError as error:
            determination._report(error.code, str(error), error.place, category=error.category)
            return str(error)
        return _("trued up: %s", trued.name)

    def _entry(self, move, trued):
        """A draft entry from the posted tax accounts to those of the engine's tax; none where nothing moves."""
        balances = self._balances(move, trued)
        company = move.company_id.currency_id
        moved = {account: company.round(balance) for account, balance in balances.items()}
        moved = {account: balance for account, balance in moved.items() if not company.is_zero(balance)}
        if not moved:
            return self.env["account.move"]
        rest = -company.round(sum(moved.values()))
        if rest:
            account = trued.connector_id.sudo().tax_true_up_account_id
            if not account:
                raise ConfigurationError(
                    _(
                        "The tax differs by %(amount)s. Set the account for true-up differences on %(name)s.",
                        amount=company.format(abs(rest)),
                        name=trued.connector_id.sudo().name,
                    ),
                    code="configuration.true_up_account",
                )
            moved[account] = moved.get(account, 0.0) + rest
        journal = self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(move.company_id), ("type", "=", "general")],
            limit=1,
        )
        words = _("Tax true-up of %s", move.name)
        return self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "company_id": move.company_id.id,
                "ref": words,
                "line_ids": [
                    Command.create({"account_id": account.id, "name": words, "balance": balance})
                    for account, balance in moved.items()
                ],
            }
        )

    def _balances(self, move, trued):
        """{account: balance to move} so that the tax accounts say what the engine says."""
        balances = defaultdict(float)
        for line in move.line_ids.filtered("tax_line_id"):
            balances[line.account_id] -= line.balance
        for part in trued.line_ids.filtered("tax_id"):
            repartition = part.tax_id.invoice_repartition_line_ids.filtered(lambda r: r.repartition_type == "tax")
            account = repartition.account_id[:1] or part.move_line_id.account_id
            owed = move.currency_id._convert(
                part.amount_tax, move.company_id.currency_id, move.company_id, move.invoice_date
            )
            balances[account] -= owed  # tax owed is a credit; a refund's is negative already
        return balances
