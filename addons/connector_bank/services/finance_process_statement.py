from odoo import _, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import BusinessError, FinanceError

from ..formats.bounded import parse_bounded
from ..importing.book import statements
from ..importing.control import control
from ..importing.payouts import has_key


class FinanceProcessStatement(models.AbstractModel):
    """A file of bank statements: read, checked, written; each statement stands or waits alone."""

    _name = "finance.process.statement"
    _inherit = "finance.process"
    _description = "Bank statement"
    _writes = ("statement",)

    def process(self, message):
        if message.flow_id:  # a file brought by hand is led by who brings it
            self.env["finance.authority"]._guard("statement", (), message.connector_id, create=True)
        options = message.options or {}
        tally = {"statements": 0, "lines": 0, "duplicates": 0, "pending": 0, "cases": 0}
        touched, controls, profiles, unknown = self.env["account.journal"], [], set(), []
        tables = self.env["finance.statement.profile"]._tables(message.company_id, options.get("profile"))
        events = parse_bounded(message._source(), options.get("format"), tables=tables)
        for statement in statements(events):
            profiles |= {statement.header.profile} - {None}
            self._keep_findings(message, statement, tally)
            try:
                with self.env.cr.savepoint():
                    journal, (counted, totals) = self._import(message, statement, options)
            except FinanceError as error:
                self._wait(message, statement, error.code, str(error), tally, error.category)
                controls.append(control(statement, statement.booked, left=statement.booked))
                if error.code == "payout.account_unknown":
                    unknown.append([statement.header.format, statement.header.account, statement.header.currency])
            except UserError as error:  # lock dates, rights, constraints
                self._wait(message, statement, "odoo.refused", str(error), tally)
                controls.append(control(statement, statement.booked, left=statement.booked))
            else:
                touched |= journal
                controls.append(totals)
                for name, number in counted.items():
                    tally[name] += number
        self._match(touched)
        found = {"journals": touched.ids, "control": controls, "profiles": sorted(profiles)}
        if unknown:
            found["accounts"] = [key for place, key in enumerate(unknown) if key not in unknown[:place]]
        return {**tally, **found, "text": self._words(tally)}

    def _import(self, message, statement, options):
        header, company = statement.header, message.company_id
        journal = self._journal(company, statement, options)
        if has_key(header.format):
            self.env["finance.account.key"]._remember(journal, company, header)
        elif header.account and not journal.bank_account_id:
            journal.sudo().set_bank_account(header.account)
        statement = journal._finance_as_booked(statement)
        writer = self.env["finance.statement.writer"].with_company(journal.company_id)
        forced = statement.place in options.get("force", ())
        return journal, writer._write(journal, statement, message, force=forced)

    def _keep_findings(self, message, statement, tally):
        for finding in statement.findings:
            place = finding.place or statement.place
            if statement.header.statement_id:
                place = f"{statement.header.statement_id} ({place})"
            message._open_case(finding.code, finding.text, place, blocking=False)
            tally["cases"] += 1

    def _wait(self, message, statement, code, text, tally, category="data"):
        message._open_case(code, text, statement.place, category=category)
        tally["cases"] += 1

    def _journal(self, company, statement, options):
        """The journal of the account; the chosen one only if the account is its own."""
        header = statement.header
        if has_key(header.format):
            return self._keyed_journal(company, header, options)
        if options.get("journal_id"):
            journal = self.env["account.journal"].browse(options["journal_id"])
            if header.account and not journal._finance_has_account(header.account, header.currency):
                journal = self._other_journal(company, header, journal)
        else:
            journal = self._found_journal(company, header)
        currency = journal._finance_currency().name
        if header.currency and header.currency != currency:
            raise BusinessError(
                _(
                    "Statement %(name)s is in %(one)s, the journal %(journal)s in %(two)s.",
                    name=statement.name, one=header.currency, journal=journal.name, two=currency,
                ),
                code="statement.currency_mismatch",
            )
        return journal

    def _keyed_journal(self, company, header, options):
        """The journal of an account at a payment provider: remembered, or chosen now."""
        keys = self.env["finance.account.key"]
        chosen = self.env["account.journal"].browse(options.get("journal_id"))
        known = keys._journal(company, header, chosen)
        fits = chosen and chosen._finance_currency().name == header.currency
        words = keys._words(header.format, header.account, header.currency)
        if known and fits and chosen != known:
            raise BusinessError(
                _("%(account)s belongs to %(known)s, not to %(chosen)s.", account=words, known=known.display_name,
                  chosen=chosen.display_name),
                code="statement.account_mismatch",
            )
        if not known and not fits:
            raise BusinessError(
                _("Which journal is %s? Choose it once; it is remembered.", words), code="payout.account_unknown"
            )
        return known or chosen

    def _other_journal(self, company, header, chosen):
        found = self.env["account.journal"]._finance_for_account(company, header.account, header.currency)
        if len(found) == 1:
            return found
        if not found and not chosen.bank_account_id:
            return chosen  # it takes this number now
        raise BusinessError(
            _("The statement is of account %(account)s, not of %(journal)s.", account=header.account,
              journal=chosen.display_name),
            code="statement.account_mismatch",
        )

    def _found_journal(self, company, header):
        found = self.env["account.journal"]._finance_for_account(company, header.account, header.currency)
        if len(found) == 1:
            return found
        if not found:
            raise BusinessError(
                _("No bank journal has the account %s.", header.account or _("(none in the file)")),
                code="statement.account_unknown",
            )
        raise self.env["finance.account.key"]._ambiguous(header, found)

    def _match(self, journals):
        for journal in journals.filtered("finance_auto_match"):
            self.env["finance.matching"]._enqueue(journal)

    def _words(self, tally):
        parts = [_("%s statements", tally["statements"]), _("%s new lines", tally["lines"])]
        if tally["duplicates"]:
            parts.append(_("%s seen before", tally["duplicates"]))
        if tally["pending"]:
            parts.append(_("%s pending, not booked", tally["pending"]))
        if tally["cases"]:
            parts.append(_("%s cases", tally["cases"]))
        return ", ".join(parts)
