from datetime import timezone
from decimal import Decimal

from odoo import _, api, fields, models

from odoo.addons.finance_connector_base.core.codec import content
from odoo.addons.finance_connector_base.core.errors import BusinessError, StateConflictError
from odoo.addons.finance_connector_base.core.money import plain

from ..importing.book import period, said_balances
from ..importing.chain import joins
from ..importing.control import control
from ..importing.identity import Fingerprints, statement_identity
from ..importing.label import counterparty, label
from ..importing.rules import statement_hash
from ..importing.source import reference_source
from ..importing.split import split
from ..models.finance_bank_balance import KIND_OF_CODE

#: More than this many dates or lines are not listed in the text of a case.
LISTED = 5

#: What a statement says anew of a line that was reported during the day; of one that is reconciled, less.
REPLACED_IN_DECIDED = (
    "statement_id",
    "finance_fingerprint",
    "finance_occurrence",
    "finance_intraday",
    "finance_value_on",
    "finance_bank_ref",
    "finance_ref_source",
    "transaction_type",
    "transaction_details",
)
REPLACED = (*REPLACED_IN_DECIDED, "payment_ref", "partner_name", "account_number", "partner_id")


class FinanceStatementWriter(models.AbstractModel):
    """One statement into the ledger: no statement twice, no line twice, nothing lost."""

    _name = "finance.statement.writer"
    _description = "Statement writer"

    @api.model
    def _write(self, journal, statement, message, force=False):
        """Write what is new of ``statement`` and confirm what is known.

        :param force: a person decided that doubtful lines are new, or that a changed statement is a correction
        :return: ``{"statements", "lines", "duplicates", "pending"}``, and its control totals
        :raise StateConflictError: the bank sent this statement before with other content
        """
        self._one_at_a_time(journal, message)
        header, footer = statement.header, statement.footer
        booked = self._booked(journal, statement)
        identity = statement_identity(header, footer)
        prints = Fingerprints(journal._finance_rule())
        digest = statement_hash(statement, prints)
        known = self._known(journal, identity, digest)
        same = known.finance_content_hash == digest
        counted = {
            "statements": 1,
            "lines": 0,
            "duplicates": 0,
            "pending": len(statement.entries) - len(statement.booked),
        }
        otherwise = known and not same and not force
        sorter = self.env["finance.statement.sorter"].with_company(self.env.company)
        adds = sorter._payout_adds(journal, statement, known, booked) if otherwise else None
        if (same and not force and known.finance_message_id != message) or adds == 0:
            totals = self._control(journal, statement, booked, known=booked)
            return {**counted, "statements": 0, "duplicates": len(booked)}, totals
        if otherwise and adds is None:
            raise StateConflictError(
                _("Statement %s came before with other content.", statement.name), code="statement.conflict"
            )
        sorted_ = sorter._sort(journal, statement, message, booked, known, force, prints)
        self._check_locks(journal, sorted_.new, statement)
        if header.intraday:
            record = self.env["account.bank.statement"]
        elif same:
            record = known
        else:
            record = self._statement(journal, statement, message, sorted_, identity, digest, known)
        lines = self._create_lines(journal, statement, message, record, sorted_.new)
        self._confirm(journal, statement, message, sorted_, record)
        if not same:
            self._keep_balances(journal, statement, message, record)
        self._report_doubtful(message, statement, sorted_.doubtful)
        self._after_report(journal, statement, message, sorted_)
        if record:
            from_on, to_on = period(statement, booked)
            self._check_unconfirmed(message, journal, record, from_on, to_on)
            self._check_continuity(journal, message)
            self.env["finance.continuity"]._arrived(journal)
        counted |= {"lines": len(lines), "duplicates": len(sorted_.known) + len(sorted_.doubtful)}
        own = set(sorted_.confirmed.filtered(lambda line: line.finance_message_id == message).ids)
        others = [one.entry for one in sorted_.known if one.line not in own]
        left = [one.entry for one in sorted_.doubtful] + [one.entry for _code, one in sorted_.differing]
        return counted, self._control(journal, statement, booked, known=others, left=left)

    def _control(self, journal, statement, booked, **parts):
        return control(statement, booked, journal=journal.id, currency=journal._finance_currency().name, **parts)

    def _one_at_a_time(self, journal, message):
        """Of two imports into one journal at the same time, the later one starts anew and sees the first.

        :raise BusinessError: a long file is half in; this message is processed anew when it is in
        """
        lock = "UPDATE account_journal SET write_date = write_date WHERE id = %s"
        self.env.cr.execute(lock, [journal.id], log_exceptions=False)
        coming = self.env["account.bank.statement"].sudo().search(
            [("journal_id", "=", journal.id), ("finance_coming", "=", True), ("finance_message_id", "!=", message.id)],
            limit=1,
        )
        if coming:
            raise BusinessError(
                _(
                    "Statement %(name)s (%(file)s) is still being imported into this account. This one waits for it, "
                    "and comes in by itself afterwards.",
                    name=coming.name, file=coming.finance_message_id.name,
                ),
                code="statement.coming",
            )  # fmt: skip

    def _booked(self, journal, statement):
        """Booked entries, batches split where the journal wants it; refused before anything is written."""
        if statement.header.intraday and journal.finance_intraday == "balances":
            return []
        booked = statement.booked
        if journal.finance_split_batches and journal.finance_payout != "entry":
            booked = [part for entry in booked for part in split(entry)]
        self._check_dates(statement, booked)
        self._check_amounts(journal, statement, booked)
        return booked

    def _check_dates(self, statement, booked):
        undated = [entry.place or "?" for entry in booked if self._date(statement, entry) is None]
        if undated:
            raise BusinessError(_("No date for the entries at %s.", ", ".join(undated[:LISTED])), code="statement.date")

    def _date(self, statement, entry):
        header, footer = statement.header, statement.footer
        return entry.booked_on or entry.value_on or footer.closing_on or header.to_on

    def _check_amounts(self, journal, statement, booked):
        currency = journal._finance_currency()
        step = Decimal(1).scaleb(-currency.decimal_places)
        for entry in booked:
            if entry.currency and entry.currency != currency.name:
                raise BusinessError(
                    _(
                        "The entry at %(place)s is in %(one)s, the account in %(two)s.",
                        place=entry.place,
                        one=entry.currency,
                        two=currency.name,
                    ),
                    code="statement.currency_mismatch",
                )
            if entry.amount % step:
                raise BusinessError(
                    _(
                        "%(amount)s at %(place)s has more decimals than %(currency)s.",
                        amount=plain(entry.amount),
                        place=entry.place,
                        currency=currency.name,
                    ),
                    code="statement.precision",
                )

    def _check_locks(self, journal, candidates, statement):
        """Odoo would move the entry to another date without a word; the bank's date must stand."""
        if not candidates:
            return
        first = min(self._date(statement, candidate.entry) for candidate in candidates)
        locks = journal.company_id._get_violated_lock_dates(first, False, journal)
        if locks:
            raise BusinessError(
                _(
                    "Statement %(name)s has bookings from %(day)s; the period is locked until %(until)s.",
                    name=statement.name,
                    day=first,
                    until=max(day for day, _field in locks),
                ),
                code="statement.locked",
            )

    def _known(self, journal, identity, digest):
        """The statement as it came before, and that with the same content first."""
        found = self.env["account.bank.statement"].search(
            [("journal_id", "=", journal.id), ("finance_identity", "in", [identity, _corrected(identity, digest)])]
        )
        return found.sorted(lambda s: s.finance_content_hash != digest)[:1]

    def _statement(self, journal, statement, message, sorted_, identity, digest, known):
        """The statement record; of an overlapping one, the part that was not there yet."""
        attached = sorted_.confirmed.filtered(lambda line: not line.statement_id)
        elsewhere = len(sorted_.confirmed) > len(attached)
        if (elsewhere or sorted_.doubtful) and not sorted_.new and not attached and not sorted_.adopted:
            return self.env["account.bank.statement"]  # all of it is there or waits for a decision
        moved = sum((candidate.entry.amount for candidate in sorted_.new), Decimal(0))
        moved += sum((candidate.entry.amount for _line, candidate in sorted_.adopted), Decimal(0))
        moved += sum((Decimal(str(line.amount)) for line in attached), Decimal(0))
        values = self._statement_values(
            journal, statement, message, period(statement, statement.booked), moved, in_part=elsewhere
        )
        values["finance_identity"] = _corrected(identity, digest) if known else identity
        return self.env["account.bank.statement"].create({**values, "finance_content_hash": digest})

    def _statement_values(self, journal, statement, message, days, moved, in_part=False):
        """Values of the statement's record but for its identity.

        :param moved: sum of the lines that become its own
        :param in_part: others of its lines belong to another statement
        """
        header, footer = statement.header, statement.footer
        from_on, to_on = days
        values = {
            "name": header.statement_id or _("Statement"),
            "reference": message.name,
            "finance_journal_id": journal.id,
            "date": footer.closing_on or to_on,
            "finance_message_id": message.id,
            "finance_sequence": header.sequence,
            "finance_from_on": from_on,
            "finance_to_on": to_on,
            "finance_opening": float(header.opening) if header.opening is not None else False,
            "finance_without_balance": header.opening is None and footer.closing is None,
        }
        if in_part and footer.closing is not None:
            values["balance_start"] = float(footer.closing - moved)
        elif header.opening is not None:
            values["balance_start"] = float(header.opening)
        elif footer.closing is not None:
            values["balance_start"] = float(footer.closing - moved)
        if footer.closing is not None:
            values["balance_end_real"] = float(footer.closing)
        elif "balance_start" in values:
            values["balance_end_real"] = values["balance_start"] + float(moved)
        return values

    def _create_lines(self, journal, statement, message, record, candidates):
        partners = self._partners(journal, candidates)
        values = [
            self._line_values(journal, statement, message, record, candidate, partners) for candidate in candidates
        ]
        return self.env["finance.line.writer"]._create(values)

    def _line_values(self, journal, statement, message, record, candidate, partners):
        entry = candidate.entry
        other = counterparty(entry)
        return {
            "journal_id": journal.id,
            "statement_id": record.id,
            "date": self._date(statement, entry),
            "payment_ref": label(entry),
            "partner_name": other.name if other else False,
            "account_number": other.account if other else False,
            "partner_id": partners.get(other.account) if other else False,
            "amount": float(entry.amount),
            "transaction_type": entry.code,
            "transaction_details": content(entry),
            "finance_message_id": message.id,
            "finance_fingerprint": candidate.fingerprint,
            "finance_occurrence": candidate.occurrence,
            "finance_place": entry.place,
            "finance_booked_on": entry.booked_on,
            "finance_value_on": entry.value_on,
            "finance_bank_ref": entry.bank_ref,
            "finance_ref_source": reference_source(statement.header) or False,
            "finance_intraday": statement.header.intraday,
            **(self._foreign(journal, entry) or {"foreign_currency_id": False, "amount_currency": 0.0}),
        }

    def _foreign(self, journal, entry):
        """Amount in the currency of the payment, where the bank states it and Odoo knows the currency."""
        exchange = entry.exchange or next((detail.exchange for detail in entry.details if detail.exchange), None)
        if len(entry.details) > 1 or not exchange or not exchange.instructed or not exchange.instructed_currency:
            return {}
        currency = self.env["res.currency"].search([("name", "=", exchange.instructed_currency)], limit=1)
        if not currency or currency == journal._finance_currency():
            return {}
        amount = exchange.instructed.copy_sign(entry.amount)
        return {"foreign_currency_id": currency.id, "amount_currency": float(amount)}

    def _partners(self, journal, candidates):
        """``{account: partner}`` for counterparties whose account belongs to exactly one partner."""
        accounts = {
            other.account for candidate in candidates if (other := counterparty(candidate.entry)) and other.account
        }
        if not accounts:
            return {}
        owners = (
            self.env["res.partner.bank"]
            .sudo()
            ._read_group(
                [
                    ("sanitized_acc_number", "in", list(accounts)),
                    ("company_id", "in", [False, *journal.company_id.ids]),
                    ("partner_id", "!=", journal.company_id.partner_id.id),
                    ("partner_id.active", "=", True),
                ],
                ["sanitized_acc_number"],
                ["partner_id:recordset"],
            )
        )
        single = {}
        for account, partners in owners:
            commercial = partners.commercial_partner_id
            if len(commercial) == 1:
                single[account] = commercial.id
        return single

    def _confirm(self, journal, statement, message, sorted_, record):
        """Intraday lines become part of the statement that confirms them, in its words where these are new."""
        if not record:
            return
        waiting = sorted_.confirmed.filtered(lambda line: line.finance_intraday or not line.statement_id)
        waiting.write({"statement_id": record.id, "finance_intraday": False})
        partners = self._partners(journal, [candidate for _line, candidate in sorted_.adopted])
        for line, candidate in sorted_.adopted:
            values = self._retold(line, self._line_values(journal, statement, message, record, candidate, partners))
            kept = REPLACED_IN_DECIDED if line.is_reconciled else REPLACED
            line.write({**{name: values[name] for name in kept}, "finance_known_as": False})

    def _retold(self, line, values):
        """What a statement says anew of ``line``, which was reported during the day."""
        return values

    def _keep_balances(self, journal, statement, message, record):
        currency = journal._finance_currency()
        reported = statement.header.created_at
        if reported and reported.tzinfo:
            reported = reported.astimezone(timezone.utc).replace(tzinfo=None)
        values = [
            {
                "company_id": journal.company_id.id,
                "journal_id": journal.id,
                "statement_id": record.id,
                "message_id": message.id,
                "kind": self._balance_kind(statement, balance),
                "code": balance.kind,
                "amount": float(balance.amount),
                "currency_id": currency.id,
                "balance_on": balance.on or statement.footer.closing_on or fields.Date.today(),
                "reported_on": reported,
            }
            for balance in said_balances(statement)
            if balance.currency in (None, currency.name)
        ]
        self.env["finance.bank.balance"].sudo().create(values)

    def _balance_kind(self, statement, balance):
        kind = KIND_OF_CODE.get(balance.kind, "other")
        if statement.header.intraday and kind == "closing":
            return "interim"
        return kind

    def _report_doubtful(self, message, statement, doubtful):
        if not doubtful:
            return
        shown = "; ".join(
            f"{candidate.entry.booked_on} {plain(candidate.entry.amount)} {label(candidate.entry)[:40]}"
            for candidate in doubtful[:LISTED]
        )
        message._open_case(
            "statement.doubtful",
            _(
                "%(count)s lines equal lines imported before and were left out: %(lines)s",
                count=len(doubtful),
                lines=shown,
            ),
            statement.place,
            category="duplicate",
        )

    def _check_unconfirmed(self, message, journal, record, from_on, to_on):
        """Intraday lines of the statement's days that the statement does not hold."""
        left = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("finance_intraday", "=", True),
                ("finance_booked_on", ">=", from_on),
                ("finance_booked_on", "<=", to_on),
            ]
        )
        if left:
            message._open_case(
                "statement.unconfirmed",
                _(
                    "%(count)s intraday lines from %(day)s on are not in statement %(name)s.",
                    count=len(left),
                    day=from_on,
                    name=record.name,
                ),
                record.name,
                blocking=False,
            )

    def _check_continuity(self, journal, message):
        """Open a case for each hole in the chain of balances or numbers; close those that are filled."""
        chain = self.env["account.bank.statement"]._finance_chain(journal)
        holes = {after: words for (_before, after), words in self._holes(journal).items()}
        cases = (
            self.env["finance.exception"]
            .sudo()
            .search(
                [
                    ("code", "=", "statement.gap"),
                    ("state", "=", "open"),
                    ("res_model", "=", chain._name),
                    ("res_id", "in", chain.ids),
                ]
            )
        )
        cases.filtered(lambda case: case.res_id not in {s.id for s in holes})._solve(
            _("Solved by itself: the missing statement arrived.")
        )
        known = set(cases.mapped("res_id"))
        for statement, words in holes.items():
            if statement.id not in known:
                self.env["finance.exception"]._report(
                    statement,
                    "statement.gap",
                    words,
                    statement.name,
                    blocking=False,
                    domain="bank",
                    connector_id=message.connector_id.id,
                    owner_id=message._owner().id,
                )

    def _holes(self, journal):
        """``{(before, after): words}`` of neighbours that do not join."""
        chain = self.env["account.bank.statement"]._finance_chain(journal)
        found = {}
        for join in joins(chain._finance_links()):
            if join.missing is not None:
                before, after = chain.browse(join.before.id), chain.browse(join.after.id)
                found[before, after] = self._words_of_hole(before, after, join)
        return found

    def _words_of_hole(self, before, after, join):
        """What is missing between two neighbours, in words."""
        if join.missing != "balance":
            return _("Number %(number)s is missing before statement %(after)s.", number=join.missing, after=after.name)
        currency = after.currency_id
        return _(
            "Statement %(after)s opens with %(start)s, but %(before)s closed with %(end)s.",
            after=after.name,
            start=currency.format(after.balance_start),
            before=before.name,
            end=currency.format(float(join.reached)),
        )


def _corrected(identity, digest):
    """Identity of a second statement under the same name that a person let in."""
    return f"{identity}|{digest[:8]}"
