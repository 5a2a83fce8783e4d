import json
import time
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..extracts import rows as files
from ..extracts.kinds import KINDS
from ..wakeup import comes_again

#: How long one job may work.
JOB_SECONDS = 20
#: Transaction numbers in rows have 32 bits.
TURN = 2**32

#: The lowest transaction number of this database that is under way by our snapshot, else the next one. Those of
#: other databases in the cluster cannot write here; where we may not see whose it is, it counts as ours.
HORIZON = """
    SELECT coalesce(min(x::text::bigint) FILTER (WHERE NOT EXISTS (
               SELECT FROM pg_stat_activity a
                WHERE a.datname <> current_database()
                  AND a.backend_xid::text::bigint = x::text::bigint %% 4294967296)),
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
      FROM pg_snapshot_xip(pg_current_snapshot()) AS x
"""


class FinanceExtract(models.Model):
    """Rows of one kind for a data warehouse: each version once, as files that are only ever added.

    The watermark is the lowest transaction number that was still under way: whoever commits late is in the
    next file. See ``docs/decisions/extract-watermark.md``.
    """

    _name = "finance.extract"
    _inherit = ["mail.thread"]
    _description = "Extract for a data warehouse"
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    kind = fields.Selection(selection="_selection_kind", required=True, string="Rows", tracking=True)
    connector_id = fields.Many2one("finance.connector", required=True, check_company=True, ondelete="restrict",
                                   tracking=True, string="Handed over by")  # fmt: skip
    flow_id = fields.Many2one("finance.flow", readonly=True, copy=False, ondelete="restrict")
    file_format = fields.Selection([("jsonl", "JSON lines"), ("csv", "CSV")], default="jsonl", required=True,
                                   string="File format")  # fmt: skip
    packed = fields.Boolean(default=True, string="Packed (gzip)")
    every_minutes = fields.Integer(default=15, required=True, string="Every (minutes)")
    max_rows = fields.Integer(default=20000, required=True, string="Rows in a file")
    full_days = fields.Integer(
        default=7, string="Compare everything (days)",
        help="So often all rows are compared with what was handed over; it finds what a restored database or a change "
        "of codes would hide. 0: never.",
    )  # fmt: skip
    next_run = fields.Datetime(default=fields.Datetime.now, copy=False, index=True, string="Next run")
    last_run = fields.Datetime(readonly=True, copy=False, string="Last run")
    last_full = fields.Datetime(readonly=True, copy=False, string="Last compared")
    number = fields.Integer(readonly=True, copy=False, string="Files")
    last_sha256 = fields.Char(readonly=True, copy=False)
    watermark = fields.Char(readonly=True, copy=False, help="All transactions before this one are in the files.")
    window = fields.Json(readonly=True, copy=False, help="What is being worked on: from, until, last record, all.")
    row_count = fields.Integer(compute="_compute_row_count", string="Rows known")

    @api.model
    def _selection_kind(self):
        return [(kind.code, kind.label) for kind in KINDS.values()]

    @api.constrains("every_minutes", "max_rows", "full_days")
    def _check_numbers(self):
        for extract in self:
            if extract.every_minutes < 1 or extract.max_rows < 1 or extract.full_days < 0:
                raise ValidationError(_("Times and numbers of an extract must be positive."))

    def _compute_row_count(self):
        counts = self.env["finance.extract.row"].sudo()._read_group(
            [("extract_id", "in", self.ids), ("deleted", "=", False)], ["extract_id"], ["__count"]
        )
        counts = {extract.id: count for extract, count in counts}
        for extract in self:
            extract.row_count = counts.get(extract.id, 0)

    @api.model_create_multi
    def create(self, vals_list):
        extracts = super().create(vals_list)
        for extract in extracts:
            extract.flow_id = self.env["finance.flow"].create(
                {"name": _("Extract: %s", extract.name), "connector_id": extract.connector_id.id, "kind": "file",
                 "direction": "out", "mode": "microbatch", "keeps_order": True}
            )  # fmt: skip
        return extracts

    # when

    @api.model
    def _cron_run(self):
        due = self.search([("next_run", "<=", fields.Datetime.now()), ("connector_id.state", "=", "active")])
        for extract in due:
            extract.next_run = fields.Datetime.now() + timedelta(minutes=extract.every_minutes)
        due._enqueue()

    def _enqueue(self):
        for extract in self:
            extract.sudo().with_delay(
                identity_key=f"{self._name}:{extract.id}", description=_("Extract: %s", extract.name),
                max_retries=0, channel="root.finance.event",
            ).run_job()  # fmt: skip

    def action_run(self):
        self.check_access("write")
        self._enqueue()

    def run_job(self):
        """Write what is new, file by file, each in a transaction of its own."""
        with comes_again():
            until = time.monotonic() + JOB_SECONDS
            while self.env["finance.deliver"]._own(self._name, "_step", self.id):
                if time.monotonic() >= until:
                    self._enqueue()
                    break
        return _("done")

    # what

    @api.model
    def _step(self, extract_id):
        """Write the next file; rows, file, manifest and how far it came are one transaction.

        :return: whether there is more
        """
        self.env.cr.execute(SQL("SELECT FROM finance_extract WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", extract_id))
        if not self.env.cr.rowcount:
            return False
        extract = self.browse(extract_id).sudo()
        window = extract.window or extract._open_window()
        found = extract._candidates(window)
        ended = len(found) <= extract.max_rows
        found = found[: extract.max_rows]
        rows = extract._new_versions(found)
        if ended:
            rows += extract._gone()
        if rows:
            extract._hand_over(rows, window, ended)
        values = {"window": {**window, "after": found[-1][0]} if not ended else False}
        if ended:
            now = fields.Datetime.now()
            values |= {"watermark": str(window["to"]), "last_run": now} | ({"last_full": now} if window["full"] else {})
        extract.write(values)
        return not ended

    def _open_window(self):
        """From the last watermark to the lowest transaction that is under way now."""
        self.env.cr.execute(SQL(HORIZON))
        until, start = self.env.cr.fetchone()[0], int(self.watermark or 0)
        old = self.full_days and (
            not self.last_full or self.last_full <= fields.Datetime.now() - timedelta(days=self.full_days)
        )
        lost = not start or until < start or until - start >= TURN  # the first time, or another database
        return {"from": start, "to": until, "after": 0, "full": bool(old or lost)}

    def _candidates(self, window):
        """Rows written in the window, as tuples in the order of the columns; in a full one all of them."""
        kind = KINDS[self.kind]
        written = SQL("TRUE")
        if not window["full"]:
            parts = [
                SQL("((%s.xmin::text::bigint - %s + %s) %% %s) < %s", SQL.identifier(alias), window["from"] % TURN,
                    TURN, TURN, window["to"] - window["from"])
                for alias in kind.written
            ]  # fmt: skip
            written = SQL("(%s)", SQL(" OR ").join(parts))
        self.env.cr.execute(
            SQL(
                "SELECT %s FROM %s WHERE %s AND t.id > %s AND %s ORDER BY t.id LIMIT %s",
                SQL(", ").join(SQL("%s AS %s", SQL(code), SQL.identifier(name)) for name, code in kind.columns.items()),
                SQL(kind.source),
                SQL(kind.where, company=self.company_id.id),
                window["after"],
                written,
                self.max_rows + 1,  # whether there are more
            )
        )
        return self.env.cr.fetchall()

    def _new_versions(self, found):
        """Those that differ from what was handed over; a row that was written without a change is no version."""
        columns = tuple(KINDS[self.kind].columns)
        versions = [files.version(columns, values) for values in found]
        known = {}
        if versions:
            self.env.cr.execute(
                SQL("SELECT record_id, row_hash FROM finance_extract_row WHERE extract_id = %s AND record_id = ANY(%s)",
                    self.id, [row["id"] for row in versions])
            )  # fmt: skip
            known = dict(self.env.cr.fetchall())
        return [row for row in versions if known.get(row["id"]) != row["row_hash"]]

    def _gone(self):
        """Rows that were handed over and are not of this kind any more."""
        kind = KINDS[self.kind]
        self.env.cr.execute(
            SQL(
                "SELECT record_id FROM finance_extract_row r WHERE extract_id = %s AND deleted IS NOT TRUE"
                " AND NOT EXISTS (SELECT FROM %s WHERE %s AND t.id = r.record_id) ORDER BY record_id",
                self.id,
                SQL(kind.source),
                SQL(kind.where, company=self.company_id.id),
            )
        )
        return [files.gone(kind.columns, record_id) for (record_id,) in self.env.cr.fetchall()]

    def _hand_over(self, rows, window, ended):
        """The file and its manifest as messages, and the rows as known."""
        kind, number = KINDS[self.kind], self.number + 1
        content = files.write(rows, kind.columns, self.file_format, self.packed)
        stem = f"{self.kind}-{self.id}-{number:08d}"
        name = f"{stem}.{self.file_format}{'.gz' if self.packed else ''}"
        told = files.manifest(
            content, rows, kind, file=name, number=number, previous_sha256=self.last_sha256 or None,
            full=window["full"], watermark={"from": window["from"], "to": window["to"]}, complete=ended,
            written_on=fields.Datetime.now().isoformat() + "Z", company=self.company_id.id,
        )  # fmt: skip
        proof = json.dumps(told, ensure_ascii=False, indent=1).encode()
        types = {name: "application/gzip" if self.packed else files.FORMATS[self.file_format],
                 f"{stem}.manifest.json": "application/json"}  # fmt: skip
        for (each, content_type), raw in zip(types.items(), (content, proof), strict=True):
            self.env["finance.deliver"]._submit(
                self.connector_id, "file", raw, key=f"extract.{self.id}.{each}", name=each, flow=self.flow_id,
                content_type=content_type, record=self,
            )  # fmt: skip
        self.env.cr.execute_values(
            "INSERT INTO finance_extract_row (extract_id, record_id, row_hash, deleted, number) VALUES %s "
            "ON CONFLICT (extract_id, record_id) DO UPDATE SET row_hash = excluded.row_hash, "
            "deleted = excluded.deleted, number = excluded.number",
            [(self.id, row["id"], row["row_hash"], row["deleted"], number) for row in rows],
            page_size=1000,
        )
        self.write({"number": number, "last_sha256": told["sha256"]})

    def action_open_messages(self):
        return {**self.connector_id.action_open_messages(), "domain": [("flow_id", "=", self.flow_id.id)]}
