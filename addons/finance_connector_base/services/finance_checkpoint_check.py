import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.checkpoint import CHECKPOINTS, MEASURES, Found, Scope, Totals
from ..core.masking import masked
from ..models.finance_checkpoint import KEY

_logger = logging.getLogger(__name__)

CODE = "checkpoint.break"
#: Advisory lock: one check at a time in a database.
LOCK = 71_640_113
#: Days before today in which a message that was handed over lately may have come.
LATELY_DAYS = 2


class FinanceCheckpointCheck(models.AbstractModel):
    """Compares both sides of all checkpoints, keeps how they stand, and opens and closes their cases.

    Each pair costs a few statements, however many records it covers. What a handful of messages changed is looked
    at soon after (``_cron_lately``), the whole window once a day (``_cron_all``): only that sees what was changed
    behind the program's back.
    """

    _name = "finance.checkpoint.check"
    _description = "Check of checkpoints"

    @api.model
    def _cron_all(self):
        """Compare everything of the last days, and what still breaks from before them."""
        since = fields.Date.today() - timedelta(days=self._setting("checkpoint_days", 62))
        self._flush()
        for pair in self._pairs():
            days = self.env.execute_query(
                SQL(
                    "SELECT DISTINCT day FROM finance_checkpoint WHERE code = %s AND state != 'agree' AND day < %s"
                    " ORDER BY day DESC LIMIT 100",
                    pair.code,
                    since,
                )
            )
            self._guarded(pair, Scope(since, tuple(day for (day,) in days)))

    @api.model
    def _cron_lately(self):
        """Compare what the messages handed over in the last minutes have to do with."""
        self._flush()
        since = fields.Datetime.now() - timedelta(minutes=self._setting("checkpoint_minutes", 30))
        rows = self.env.execute_query(
            SQL(
                "SELECT id, create_date::date FROM finance_message WHERE create_date >= %s"
                " AND greatest(create_date, write_date, done_on) >= %s ORDER BY id DESC LIMIT %s",
                since - timedelta(days=LATELY_DAYS),
                since,
                self._setting("checkpoint_messages", 20_000),
            )
        )
        if rows:
            self._check_messages([message for message, _day in rows], min(day for _message, day in rows))

    @api.model
    def _check_messages(self, messages, first_day):
        """Compare what these messages have to do with, and no more."""
        for pair in self._pairs():
            scope = pair.narrow(self.env, Scope(first_day, messages=tuple(messages)))
            if scope:
                self._guarded(pair, scope)

    @api.model
    def _again(self, rows):
        """Compare the days of these rows anew, for a person."""
        self._flush()
        for own in rows.sudo().grouped("code").values():
            pair = own[:1]._pair()
            if pair:
                journals = tuple(own.journal_id.ids) if all(row.journal_id for row in own) else None
                far = fields.Date.to_date("9999-01-01")
                self._check(pair, Scope(far, tuple(set(own.mapped("day"))), journals))

    def _flush(self):
        """What this transaction wrote and noted so far is compared, too."""
        self.env.flush_all()
        self.env["finance.audit"]._flush()

    def _setting(self, name, default):
        return self.env.company._finance_setting(name, default)

    def _pairs(self):
        loaded = self.env["finance.connector"]._loaded_addons()
        found = [CHECKPOINTS.get(code)() for code, _label in CHECKPOINTS.names(loaded)]
        return sorted(found, key=lambda pair: (pair.domain, pair.sequence))

    def _guarded(self, pair, scope):
        """One pair that cannot be checked does not keep the others from it."""
        try:
            with self.env.cr.savepoint():
                self._check(pair, scope)
        except Exception:  # pylint: disable=broad-except
            _logger.exception("checkpoint %s cannot be checked", pair.code)

    def _check(self, pair, scope):
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not self.env.cr.fetchone()[0]:
            return
        checkpoints, now = self.env["finance.checkpoint"].sudo(), fields.Datetime.now()
        known = {row._place(): row for row in checkpoints.search(self._within(pair, scope))}
        found = {one.place: one for one in pair.found(self.sudo().env, scope)}
        nothing = Totals().known(pair.measures)
        found |= {place: Found(place, nothing, nothing) for place in known.keys() - found.keys()}
        new = [one for place, one in found.items() if place not in known]
        made = checkpoints.create(
            [{**self._key(pair, one.place), **self._values(one), "changed_on": now} for one in new]
        )
        told = made
        for place, row in known.items():
            if self._differs(row, found[place]):
                was, values = row.state, self._values(found[place])
                row.write({**values, "changed_on": now})
                if {was, row.state} != {"agree"}:
                    told |= row
        rows = made.concat(*known.values())
        self._explain(pair, rows, told)
        self._keep(told, now)
        self._close_cases(rows)
        self._open_cases(rows, told)
        rows.write({"checked_on": now})

    def _within(self, pair, scope):
        domain = [("code", "=", pair.code), "|", ("day", ">=", scope.since), ("day", "in", list(scope.days))]
        return domain if scope.journals is None else [*domain, ("journal_id", "in", list(scope.journals))]

    def _key(self, pair, place):
        values = (place.company, place.connector, place.journal, place.day, place.currency)
        return {"code": pair.code, "domain": pair.domain, **dict(zip(KEY, values, strict=True))}

    def _values(self, one):
        totals = {
            f"{side}_{name}": float(getattr(getattr(one, side), name) or 0)
            for side in ("left", "right")
            for name in MEASURES
        }
        return {**totals, "state": one.state, "waiting": one.waiting}

    def _differs(self, row, one):
        return any(
            row[name] != value if name == "state" else round(row[name] - value, 6)
            for name, value in self._values(one).items()
        )

    def _explain(self, pair, rows, told):
        """Say in words what differs; looking for the keys is dear, so only of what is new or has no case yet."""
        limit, keys = self._setting("checkpoint_explained", 50), self._setting("checkpoint_keys", 20)
        for row in rows.filtered(lambda row: row.state == "break" and (row in told or not row.text)):
            differences = []
            if limit > 0:
                differences = pair.differences(self.sudo().env, row._place(), keys + 1)
                limit -= 1
            row.write(
                {
                    "differences": [[one.what, one.key, one.left, one.right] for one in differences[:keys]] or False,
                    "text": self._words(row, differences, keys),
                }
            )
        rows.filtered(lambda row: row.state != "break" and row.text).write({"text": False, "differences": False})

    def _words(self, row, differences, keys):
        lines = [
            self.env._(
                "%(left)s: %(declared)s. %(right)s: %(arrived)s.",
                left=row.left_name,
                declared=row.left_text,
                right=row.right_name,
                arrived=row.right_text,
            )
        ]
        words = {
            "missing": self.env._("Missing: %(key)s %(left)s"),
            "unexpected": self.env._("Not expected: %(key)s %(right)s"),
            "changed": self.env._("Changed: %(key)s, %(left)s became %(right)s"),
        }
        for one in differences[:keys]:
            lines.append((words[one.what] % {"key": one.key, "left": one.left, "right": one.right}).strip())
        if len(differences) > keys:
            lines.append(self.env._("… and more"))
        return "\n".join(lines)

    def _keep(self, rows, now):
        self.env["finance.checkpoint.value"].sudo().create(
            [
                {
                    "checkpoint_id": row.id,
                    "at": now,
                    "state": row.state,
                    "left_text": row.left_text,
                    "right_text": row.right_text,
                    "text": row.text,
                }
                for row in rows
            ]
        )

    def _close_cases(self, rows):
        rows.filtered(lambda row: row.state != "break").case_id._solve(
            self.env._("Solved by itself: both sides agree now.")
        )

    def _open_cases(self, rows, told):
        """A case for each break. One that a person dropped stays dropped until the numbers change again."""
        broken = rows.filtered(lambda row: row.state == "break")
        lacking = broken.filtered(lambda row: row in told or not row.case_id or row.case_id.state == "solved")
        cases = self.env["finance.exception"].sudo()
        for row in lacking.filtered("case_id"):
            if row.case_id.state == "open" and row.case_id.text == masked(row.text):
                continue
            row.case_id = cases._report(row, **self._case_values(row))
        new = lacking.filtered(lambda row: not row.case_id)
        if new:
            reports = [{"res_id": row.id, "company_id": row.company_id.id, **self._case_values(row)} for row in new]
            opened = cases._report_many(new._name, reports, self.env._("Two sides of a hand-over do not agree"))
            for row, case in zip(new, opened, strict=True):
                row.case_id = case

    def _case_values(self, row):
        connector = row.connector_id
        return {
            "code": CODE,
            "text": masked(row.text),
            "place": row.display_name[:120],
            "domain": row.domain if row.domain != "operations" else "other",
            "connector_id": connector.id,
            "owner_id": connector.owner_id.id,
            "blocking": False,
        }
