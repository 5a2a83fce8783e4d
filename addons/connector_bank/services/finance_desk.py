from datetime import datetime, time

import pytz

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Datetime, Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date, format_time

LINE = "account.bank.statement.line"
PROPOSAL = "finance.match.proposal"
READER = "finance_connector_base.group_user"
OPERATOR = "finance_connector_base.group_operator"

#: Order of the list: the column a page goes on from, and the way it runs.
ORDERS = {"oldest": ("internal_index", "asc"), "newest": ("internal_index", "desc"), "largest": ("amount", "desc")}

#: One proposal alone, nothing to look at, nothing written off, nothing left: several can be accepted at once.
CLEAR = Domain(
    "finance_proposal_ids",
    "any",
    [("state", "=", "proposed"), ("rank", "=", 1), ("doubts", "=", False), ("difference", "=", 0), ("rest", "=", 0)],
) & ~Domain("finance_proposal_ids", "any", [("state", "=", "proposed"), ("rank", ">", 1)])


class FinanceDesk(models.AbstractModel):
    """What the matching desk shows: open statement lines page by page, counts, and the day's tally.

    Decisions are in ``finance_desk_decisions.py``, the facts of one line in ``finance_desk_line.py``.
    """

    _name = "finance.desk"
    _description = "Matching desk"

    @api.model
    def open_desk(self, filters=None):
        """Everything for the first sight of the screen in one call."""
        self._check_reader()
        look_only = self._look_only()
        page = self.read_page(filters)
        first = [row["id"] for row in page["lines"][:1]]
        return {
            **page,
            **self.read_counts(filters),
            "journals": self._journals(),
            "runs": self.read_runs(),
            "details": self.read_lines(first),
            "may_decide": not look_only,
            "look_only": look_only,
            "most": self.env.company.finance_desk_batch,
        }

    @api.model
    def read_page(self, filters=None, after=None):
        """The next lines after the cursor ``after`` (as the page before gave it).

        :return: ``{"lines": rows, "after": the cursor for the next page or False}``
        """
        filters = filters or {}
        column, way = ORDERS[filters.get("order") or "oldest"]
        size = max(self.env.company.finance_desk_page, 10)
        lines = self.env[LINE].search(
            self._domain(filters) & _beyond(column, way, after),
            order=f"{column} {way}" if column == "internal_index" else f"{column} {way}, id {way}",
            limit=size + 1,
        )
        shown = lines[:size]
        return {
            "lines": self._rows(shown),
            "after": [shown[-1][column], shown[-1].id] if len(lines) > size else False,
        }

    @api.model
    def read_counts(self, filters=None):
        """Open lines by state within the other filters, and the tally of the day."""
        filters = {**(filters or {}), "state": None}
        lines, domain = self.env[LINE], self._domain(filters)
        everything = lines.search_count(domain)
        clear = lines.search_count(domain & CLEAR)
        proposed = lines.search_count(domain & _proposed())
        base = self._base_domain()
        counts = {"all": everything, "clear": clear, "proposed": proposed, "open": everything - proposed}
        return {
            "counts": {**counts, "mine": lines.search_count(domain & self._for_me())},
            "left": everything if domain == base else lines.search_count(base),
            "tally": self._tally(),
        }

    def _tally(self):
        """Lines decided by this person since midnight of their day, and by everybody."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        midnight = zone.localize(datetime.combine(Datetime.context_timestamp(self, Datetime.now()), time.min))
        domain = [
            ("state", "=", "accepted"),
            ("automatic", "=", False),
            ("decided_on", ">=", midnight.astimezone(pytz.UTC).replace(tzinfo=None)),
        ]
        by_person = dict(self.env[PROPOSAL]._read_group(domain, ["decided_by_id"], ["line_id:count_distinct"]))
        return {"mine": by_person.get(self.env.user, 0), "all": sum(by_person.values())}

    @api.model
    def read_runs(self, known=()):
        """How far matching by jobs is, of each account where it is not done.

        :param known: accounts whose end is told, too
        """
        journals = self.env["account.journal"].search(
            [("type", "in", ("bank", "cash", "credit")), ("company_id", "in", self.env.companies.ids)]
        )
        runs = self.env["finance.match.run"]._newest(journals)
        return [run._shown() for run in runs if run.state != "done" or run.journal_id.id in known]

    def _journals(self):
        rows = self.env[LINE]._read_group(self._base_domain(), ["journal_id"], ["__count"])
        return [{"id": journal.id, "name": journal.display_name, "count": count} for journal, count in rows]

    # what is looked for

    def _base_domain(self):
        return Domain("is_reconciled", "=", False) & Domain("company_id", "in", self.env.companies.ids) & Domain(
            "state", "=", "posted"
        ) & Domain("statement_id", "not any", [("finance_coming", "=", True)])

    def _domain(self, filters):
        domain = self._base_domain()
        if filters.get("journal"):
            domain &= Domain("journal_id", "=", int(filters["journal"]))
        if filters.get("from"):
            domain &= Domain("date", ">=", filters["from"])
        if filters.get("until"):
            domain &= Domain("date", "<=", filters["until"])
        if filters.get("least"):
            least = abs(float(filters["least"]))
            domain &= Domain("amount", ">=", least) | Domain("amount", "<=", -least)
        if filters.get("most"):
            most = abs(float(filters["most"]))
            domain &= Domain("amount", "<=", most) & Domain("amount", ">=", -most)
        if text := (filters.get("text") or "").strip():
            domain &= self._text_domain(text)
        return domain & (self._for_me() if filters.get("state") == "mine" else _state(filters.get("state")))

    def _for_me(self):
        """Lines that a colleague has handed to the person who asks."""
        handed = self.env["mail.activity"].search([("res_model", "=", "account.move"), ("user_id", "=", self.env.uid)])
        return Domain("move_id", "in", handed.mapped("res_id"))

    def _text_domain(self, text):
        columns = ("payment_ref", "partner_name", "account_number", "finance_bank_ref")
        found = Domain.OR(Domain(column, "ilike", text) for column in columns)
        found |= Domain("partner_id", "ilike", text)
        if (amount := _amount(text)) is not None:
            found |= Domain("amount", "in", [amount, -amount])
        return found

    # rows of the list

    def _rows(self, lines):
        best, handed = self._best(lines), self._handed(lines)
        return [self._row(line, best.get(line.id), handed.get(line.move_id.id)) for line in lines]

    def _handed(self, lines):
        """``{entry id: the people it was handed to}``"""
        found = self.env["mail.activity"].search(
            [("res_model", "=", "account.move"), ("res_id", "in", lines.move_id.ids)]
        )
        return {entry: activities.user_id for entry, activities in found.grouped("res_id").items()}

    def _row(self, line, best, handed):
        return {
            "id": line.id,
            "date": format_date(self.env, line.date),
            "who": line.partner_id.display_name or line.partner_name or "",
            "text": line.payment_ref or line.name or "",
            "amount": line.finance_open_currency_id.format(line.finance_open_amount),
            "open": line.finance_open_amount,
            "currency_id": line.finance_open_currency_id.id,
            "incoming": line.finance_open_amount > 0,
            "journal": line.journal_id.code,
            "state": best["state"] if best else "open",
            "proposal_id": best["id"] if best else False,
            "percent": round(best["score"] * 100) if best else 0,
            "handed": ", ".join(handed.mapped("name")) if handed else "",
            "mine": bool(handed) and self.env.user in handed,
            "hint": best["documents"] if best else (line.finance_why_not or "").partition("\n")[0],
            "as_of": "" if best or not line.finance_why_not else self._as_of(line.finance_why_not_on),
        }

    def _as_of(self, moment):
        """The time, if it is of today where the person is; else the day."""
        if not moment:
            return ""
        day = Datetime.context_timestamp(self, moment).date()
        today = Datetime.context_timestamp(self, Datetime.now()).date()
        return format_time(self.env, moment, time_format="short") if day == today else format_date(self.env, day)

    def _best(self, lines):
        """``{line id: its best proposal}`` in one query, with the names of its documents."""
        self.env[PROPOSAL].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT DISTINCT ON (p.line_id) p.line_id, p.id, p.score,
                       CASE WHEN coalesce(p.doubts, '') = '' AND coalesce(p.difference, 0) = 0
                             AND coalesce(p.rest, 0) = 0 AND NOT EXISTS (
                                 SELECT FROM finance_match_proposal o
                                  WHERE o.line_id = p.line_id AND o.state = 'proposed' AND o.rank > 1)
                            THEN 'clear' ELSE 'proposed' END AS state,
                       coalesce(
                           (SELECT string_agg(m.name, ', ' ORDER BY m.name)
                              FROM finance_match_part part
                              JOIN account_move_line i ON i.id = part.item_id
                              JOIN account_move m ON m.id = i.move_id
                             WHERE part.proposal_id = p.id),
                           (SELECT m.name
                              FROM account_bank_statement_line other
                              JOIN account_move m ON m.id = other.move_id
                             WHERE other.id = p.other_line_id),
                           p.reasons) AS documents
                  FROM finance_match_proposal p
                 WHERE p.line_id = ANY(%s) AND p.state = 'proposed'
              ORDER BY p.line_id, p.rank, p.id
                """,
                lines.ids,
            )
        )
        return {row["line_id"]: row for row in rows}

    def _check_reader(self):
        if not self.env.user.has_group(READER) or not self.env[LINE].has_access("read"):
            raise AccessError(
                self.env._("The matching desk needs the role User of Finance Connectors; an administrator gives it.")
            )

    def _look_only(self):
        """Why this person may look at the desk and not decide, in words; empty for those who decide."""
        if not self.env.user.has_group(OPERATOR):
            return self.env._("You may look; operators decide.")
        if not self.env[LINE].has_access("write"):
            return self.env._("You may look; deciding needs the right to book bank lines as well.")
        return ""

    def _check_operator(self):
        if not self.env.user.has_group(OPERATOR):
            raise AccessError(self.env._("Only operators decide at the matching desk; you may look."))


def _proposed():
    return Domain("finance_proposal_ids", "any", [("state", "=", "proposed")])


def _state(name):
    return {"clear": CLEAR, "proposed": _proposed(), "open": ~_proposed()}.get(name, Domain.TRUE)


def _beyond(column, way, after):
    """Rows behind the last one of a page; the index number of a line is unique, an amount is not."""
    if not after:
        return Domain.TRUE
    value, last = after
    operator = ">" if way == "asc" else "<"
    if column == "internal_index":
        return Domain(column, operator, value)
    return Domain(column, operator, value) | (Domain(column, "=", value) & Domain("id", operator, last))


def _amount(text):
    """The amount somebody typed into the search, with point or comma; ``None`` if it is none."""
    plain = text.replace(" ", "").lstrip("+-")
    head, _point, tail = plain.replace(",", ".").rpartition(".")
    digits = f"{head.replace('.', '')}.{tail}" if head and len(tail) <= 2 else plain.replace(",", "").replace(".", "")
    try:
        return float(digits) if digits[:1].isdigit() and digits.replace(".", "").isdigit() else None
    except ValueError:
        return None
