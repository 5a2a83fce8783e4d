from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date, formatLang

from odoo.addons.finance_connector_base.core.advice import advice
from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import FORMATS

from ..formats.bounded import parse_bounded
from ..importing.book import period, statements
from ..importing.identity import Fingerprints, statement_identity
from ..importing.rules import statement_hash


class FinanceStatementPreview(models.AbstractModel):
    """What the import of a file would do, read from the ledger as it is; nothing is written."""

    _name = "finance.statement.preview"
    _description = "Preview of an import"

    @api.model
    def _preview(self, content, company, options=None):
        """Read one file.

        :param content: its bytes
        :param options: ``journal_id`` and ``profile``, as a message has them
        :return: ``{"statements": [row of each], "problem": what refuses the file, or False}``
        """
        options = options or {}
        tables = self.env["finance.statement.profile"]._tables(company, options.get("profile"))
        rows, problem = [], False
        try:
            for statement in statements(parse_bounded(content, options.get("format"), tables=tables)):
                rows.append(self._row(statement, company, options))
        except FinanceError as error:
            problem = self._problem(error.code, error, error.place)
        return {"statements": rows, "problem": problem}

    def _row(self, statement, company, options):
        """Facts of one statement; ``key`` is equal where a statement stands in two files."""
        header, footer = statement.header, statement.footer
        row = {
            "name": statement.name,
            "format": self._format_name(header),
            "account": header.account or "",
            "journal": "",
            "period": self._period(*period(statement, statement.booked)),
            "opening": self._amount(header.opening, header.currency),
            "closing": self._amount(footer.closing, header.currency),
            "lines": len(statement.booked),
            "new": 0,
            "known": 0,
            "doubtful": 0,
            "findings": [finding.text for finding in statement.findings],
            "problem": False,
            "key": "",
        }
        try:
            journal = self.env["finance.process.statement"]._journal(company, statement, options)
            return {**row, "journal": journal.display_name, **self._compared(journal, statement)}
        except FinanceError as error:
            return {**row, "problem": self._problem(error.code, error, error.place)}
        except UserError as error:
            return {**row, "problem": self._problem("odoo.refused", error)}

    def _compared(self, journal, statement):
        """How many lines the journal holds already, as the import itself would find."""
        writer = self.env["finance.statement.writer"].with_company(journal.company_id)
        sorter = self.env["finance.statement.sorter"].with_company(journal.company_id)
        prints, statement = Fingerprints(journal._finance_rule()), journal._finance_as_booked(statement)
        booked = writer._booked(journal, statement)
        identity = statement_identity(statement.header, statement.footer)
        digest = statement_hash(statement, prints)
        known = writer._known(journal, identity, digest)
        key = f"{journal.id}|{identity}|{digest}"
        if known and known.finance_content_hash == digest:
            return {"lines": len(booked), "known": len(booked), "key": key}
        found = sorter._sort(journal, statement, self.env["finance.message"], booked, known, False, prints)
        counts = {name: len(getattr(found, name)) for name in ("new", "known", "doubtful")}
        if known and sorter._payout_adds(journal, statement, known, booked) is None:
            text = self.env._("This statement came before with other content; a person decides which of them holds.")
            return {**counts, "lines": len(booked), "key": key, "problem": self._problem("statement.conflict", text)}
        writer._check_locks(journal, found.new, statement)
        return {**counts, "lines": len(booked), "key": key}

    def _problem(self, code, text, place=None):
        return {"code": code, "text": str(text), "place": place or "", "advice": advice(code)}

    def _format_name(self, header):
        return FORMATS.get(header.format).label if header.format in FORMATS else header.format or ""

    def _amount(self, amount, currency):
        if amount is None:
            return ""
        found = self.env["res.currency"].with_context(active_test=False).search([("name", "=", currency)], limit=1)
        return formatLang(self.env, float(amount), currency_obj=found) if found else plain(amount)

    def _period(self, first, last):
        days = [format_date(self.env, day) for day in (first, last) if day]
        return " – ".join(dict.fromkeys(days))
