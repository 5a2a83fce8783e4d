from itertools import chain, islice

from odoo import _, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import BusinessError, FinanceError

from ..formats.bai2_records import decimals
from ..formats.bounded import quick_lines_bounded
from ..formats.rendering import EVENTS
from ..importing.book import statements
from ..importing.control import control
from ..importing.payouts import has_key, implies_decimals


class FinanceProcessStatement(models.AbstractModel):
    """A file of bank statements: read, checked, written; each statement stands or waits alone."""

    _name = "finance.process.statement"
    _inherit = "finance.process"
    _description = "Bank statement"
    _writes = ("statement",)

    def process(self, message):
        if message.flow_id:  # a file brought by hand is led by who brings it
            self.env["finance.authority"]._guard("statement", (), message.connector_id, create=True)
        options, company = message.options or {}, message.company_id
        coming = self.env["finance.long.import"].sudo()._of(message)
        if coming:
            return self.env["finance.long.statement"]._go_on(message, coming)
        tables = self.env["finance.statement.profile"]._tables(company, options.get("profile"))
        lines = quick_lines_bounded(message._source(), options.get("format"), tables=tables)
        if self._may_be_cut(company):
            most = company.finance_whole_lines
            begin = list(islice(lines, most + 1))
            if len(begin) > most:
                return self.env["finance.long.statement"]._cut(message, chain(begin, lines))
            lines = begin
        batches = self.env["finance.writer.batch"]
        last = batches._last()
        found = self._result([self._stands_or_waits(message, one) for one in statements(map(EVENTS.record, lines))])
        by_odoo = batches._words([("id", ">", last)])
        return {**found, "text": f"{found['text']}. {by_odoo}"} if by_odoo else found

    def _cases_before(self, message):
        """Statements of a long file are not looked at again: their cases stay until it is processed anew."""
        before = super()._cases_before(message)
        coming = self.env["finance.long.import"].sudo()._of(message)
        kept = {case for piece in coming.piece_ids for case in (piece.result or {}).get("cases", ())}
        return {case: times for case, times in before.items() if case.id not in kept}

    def _may_be_cut(self, company):
        """Whether a long file may come in by pieces: not where somebody waits for it, or one part keeps all out."""
        keeps_out = [("effect", "=", "whole"), ("company_id", "in", (False, company.id))]
        return not (
            self.env.context.get("finance_at_once")
            or self.env["finance.case.policy"].sudo().search_count(keeps_out, limit=1)
        )

    def _stands_or_waits(self, message, statement):
        """One statement into the ledger, or a case that says why not; what became of it."""
        found = self._found(message, statement)
        try:
            with self.env.cr.savepoint():
                journal, (counted, totals) = self._import(message, statement)
        except (FinanceError, UserError) as error:
            return self._refused(message, statement, error, found)
        return {**found, "counted": counted, "control": totals, "journal": journal.id}

    def _found(self, message, statement):
        """What is to be told of a statement whatever becomes of it: its findings are cases for a look."""
        cases = []
        for finding in statement.findings:
            place = finding.place or statement.place
            if statement.header.statement_id:
                place = f"{statement.header.statement_id} ({place})"
            cases.append(message._open_case(finding.code, finding.text, place, blocking=False).id)
        return {"cases": cases, "profile": statement.header.profile}

    def _refused(self, message, statement, error, found=None):
        """A statement that waits for a person; lock dates, rights and constraints are Odoo's own refusals."""
        found = found or self._found(message, statement)
        code, category = getattr(error, "code", "odoo.refused"), getattr(error, "category", "data")
        case = message._open_case(code, str(error), statement.place, category=category)
        header = statement.header
        unknown = code == "payout.account_unknown" and [header.format, header.account, header.currency]
        totals = control(statement, statement.booked, left=statement.booked)
        return {**found, "cases": [*found["cases"], case.id], "control": totals, "unknown": unknown}

    def _result(self, results):
        """The result of the message from those of its statements; matching is asked for."""
        tally = {"statements": 0, "lines": 0, "duplicates": 0, "pending": 0, "cases": 0}
        for one in results:
            tally["cases"] += len(one["cases"])
            for name, number in one.get("counted", {}).items():
                tally[name] += number
        touched = self.env["account.journal"].browse({one["journal"] for one in results if one.get("journal")})
        self._match(touched)
        profiles = {one["profile"] for one in results if one["profile"]}
        unknown = [one["unknown"] for one in results if one.get("unknown")]
        found = {
            "journals": touched.ids, "control": [one["control"] for one in results], "profiles": sorted(profiles)
        }  # fmt: skip
        if unknown:
            found["accounts"] = [key for place, key in enumerate(unknown) if key not in unknown[:place]]
        return {**tally, **found, "text": self._words(tally)}

    def _import(self, message, statement):
        journal = self._taken_by(message, statement)
        statement = journal._finance_as_booked(statement)
        writer = self.env["finance.statement.writer"].with_company(journal.company_id)
        forced = statement.place in (message.options or {}).get("force", ())
        return journal, writer._write(journal, statement, message, force=forced)

    def _taken_by(self, message, statement):
        """The journal of a statement, which remembers the account from now on."""
        header, company = statement.header, message.company_id
        journal = self._journal(company, statement, message.options or {})
        if has_key(header.format):
            self.env["finance.account.key"]._remember(journal, company, header)
        elif header.account and not journal.bank_account_id:
            journal.sudo().set_bank_account(header.account)
        return journal

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
        if not header.currency and implies_decimals(header.format) and decimals(currency) != decimals(None):
            raise BusinessError(
                _(
                    "Statement %(name)s names no currency, so its amounts were read with %(read)s decimals. The "
                    "journal %(journal)s is in %(currency)s, which has %(own)s.",
                    name=statement.name, read=decimals(None), journal=journal.name, currency=currency,
                    own=decimals(currency),
                ),
                code="statement.currency_unknown",
            )  # fmt: skip
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
