"""What a profile reads in a file, for people: lines, sums, what does not add up."""

from itertools import islice

from markupsafe import Markup

from odoo.addons.finance_connector_base.core.money import plain
from odoo.addons.finance_connector_base.core.statement import Entry, Finding, Footer, Header
from odoo.addons.finance_connector_base.core.statement_totals import Totals

from ..importing.label import counterparty, label

#: Lines that are shown, of each further statement (account, sheet) at least so many; bookings that are counted.
SHOWN, OF_EACH, COUNTED = 15, 3, 20_000


class Preview:
    """Gathers the events of a file; ``refusal`` is the error that ended it."""

    def __init__(self, env):
        self._env = env
        self.refusal = None
        self._entries, self._statements, self._findings = [], [], []
        self._open = None

    def take(self, events):
        for event in islice(events, COUNTED):
            if isinstance(event, Header):
                self._open = Totals(event)
            elif isinstance(event, Entry):
                self._open.add(event)
                if len(self._entries) < SHOWN or self._open.entries <= OF_EACH:
                    self._entries.append(event)
            elif isinstance(event, Footer):
                self._statements.append((self._open, event))
            elif isinstance(event, Finding):
                self._findings.append(event)

    def refusal_words(self):
        place = self.refusal.place
        return f"{self.refusal} ({place})" if place else str(self.refusal)

    def words(self):
        """One line a statement, then what does not add up."""
        lines = [" · ".join(filter(None, self._summary(totals, footer))) for totals, footer in self._statements]
        return "\n".join([*lines, *(self._finding(one) for one in self._findings)])

    def _summary(self, totals, footer):
        _ = self._env._
        header = totals.header
        yield header.account or _("no account in the file")
        yield header.currency or _("no currency in the file")
        yield _("%s lines", totals.entries)
        yield _("credits %s", plain(totals.sum_credits))
        yield _("debits %s", plain(totals.sum_debits))
        if header.opening is not None and footer.closing is not None:
            yield _("balance from %(first)s to %(last)s", first=plain(header.opening), last=plain(footer.closing))
        else:
            yield _("no balances")

    @staticmethod
    def _finding(finding):
        return f"{finding.text} ({finding.place})" if finding.place else finding.text

    def html(self):
        parts = []
        if self.refusal:
            parts.append(_alert("danger", self._env._("The file cannot be read so: %s", self.refusal_words())))
        parts += [_alert("warning", self._finding(finding)) for finding in self._findings]
        if self._statements or self._entries:
            parts.append(self._statement_table())
            parts.append(self._entry_table())
        return Markup().join(parts)

    def _statement_table(self):
        _ = self._env._
        head = (_("Account"), _("Currency"), _("Lines"), _("Credits"), _("Debits"), _("Opening"), _("Closing"))
        rows = [
            (
                totals.header.account or "–",
                totals.header.currency or "–",
                totals.entries,
                plain(totals.sum_credits),
                plain(totals.sum_debits),
                _amount(totals.header.opening),
                _amount(footer.closing),
            )
            for totals, footer in self._statements
        ]
        return _table(head, rows, numbers=range(2, 7))

    def _entry_table(self):
        _ = self._env._
        head = (
            _("Row"), _("Booked"), _("Value"), _("Amount"), _("Counterparty"), _("Account"), _("Text"), _("Status"),
        )  # fmt: skip
        statuses = {"booked": "", "pending": _("not booked yet"), "information": _("information")}
        rows = []
        for entry in self._entries:
            other = counterparty(entry)
            rows.append(
                (
                    entry.place,
                    entry.booked_on or "–",
                    entry.value_on or "",
                    plain(entry.amount),
                    (other and other.name) or "",
                    (other and other.account) or "",
                    label(entry)[:80],
                    statuses.get(entry.status, entry.status),
                )
            )
        return _table(head, rows, numbers=(3,))

    def notes(self, notes, known_by):
        """Why a profile is proposed so: what is proven, what is likely, what is open."""
        _ = self._env._
        words = {
            "dates_proven": ("success", _("Dates are %s: nothing else reads the whole column.")),
            "dates_likely": ("info", _("Dates are %s: with a decimal comma nobody writes the month first.")),
            "dates_open": ("warning", _("Dates could have the day or the month first; %s is a guess. Look closely.")),
            "decimal_proven": ("success", _("The decimal mark is “%s”: the other one does not read the amounts.")),
            "decimal_open": ("warning", _("The decimal mark could be a comma or a point; “%s” is a guess.")),
            "sign_proven": ("success", _("The balances of %s rows prove amounts, signs and order.")),
            "sign_likely": ("info", _("Debits and credits are told apart as is usual; no balances prove it.")),
            "sign_open": ("warning", _("All amounts have one sign: nothing says what a debit is. Choose the rule.")),
            "chain_broken": ("warning", _("The balances do not follow from the amounts at %s of the bookings.")),
            "status_open": ("warning", _("Say what these words mean: %s")),
            "no_column": ("danger", _("A column is missing: %s")),
            "row_unread": ("warning", _("This row is no booking and says nothing known: %s")),
            "no_currency": ("info", _("No currency in the file: it is that of the journal, unless you give one.")),
            "no_account": ("info", _("No account in the file: choose the journal when you import.")),
        }
        lines = []
        if known_by:
            lines.append(("info", _("The profile %s reads this file already.", known_by)))
        for note in notes:
            kind, text = words[note["code"]]
            lines.append((kind, text % note["value"] if "%s" in text else text))
        order = ("danger", "warning", "info", "success")
        return Markup().join(_alert(kind, text) for kind, text in sorted(lines, key=lambda line: order.index(line[0])))


def _amount(value):
    return "–" if value is None else plain(value)


def _alert(kind, text):
    return Markup('<div class="alert alert-%s py-1 px-2 mb-1" role="status">%s</div>') % (kind, text)


def _table(head, rows, numbers=()):
    """Columns in which nothing stands are left out."""
    filled = [at for at in range(len(head)) if any(row[at] != "" for row in rows)]
    titles = Markup().join(Markup("<th%s>%s</th>") % (_right(at, numbers), head[at]) for at in filled)
    lines = Markup().join(
        Markup("<tr>%s</tr>")
        % Markup().join(Markup("<td%s>%s</td>") % (_right(at, numbers), row[at]) for at in filled)
        for row in rows
    )
    table = Markup('<table class="table table-sm mb-2"><thead><tr>%s</tr></thead><tbody>%s</tbody></table>')
    return table % (titles, lines)


def _right(number, numbers):
    return Markup(' class="text-end text-nowrap"') if number in numbers else Markup()
