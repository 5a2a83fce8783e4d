import json

from odoo import api, models
from odoo.tools import SQL

from .. import server
from ..core.protocol import FINAL

FINISH = """
    WITH given AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(%s::jsonb) AS x(
               id int, company_id int, connector_id int, user_id int, state text, attempt int, tries int,
               done boolean, milliseconds int, result jsonb, result_text text)),
    tried AS (
        INSERT INTO finance_attempt
               (message_id, company_id, connector_id, number, step, outcome, milliseconds, node, ended_on, started_on,
                create_date)
        SELECT id, company_id, connector_id, attempt, 'process', 'ok', milliseconds, %s,
               statement_timestamp() AT TIME ZONE 'UTC',
               statement_timestamp() AT TIME ZONE 'UTC' - make_interval(secs => milliseconds / 1000.0),
               statement_timestamp() AT TIME ZONE 'UTC'
          FROM given ORDER BY id)
    UPDATE finance_message m
       SET state = given.state, attempt = given.attempt, tries = given.tries, next_try_on = NULL,
           result = given.result, result_text = given.result_text, write_uid = given.user_id,
           write_date = statement_timestamp() AT TIME ZONE 'UTC',
           done_on = CASE WHEN given.done THEN statement_timestamp() AT TIME ZONE 'UTC' ELSE m.done_on END
      FROM given
     WHERE m.id = given.id
"""


class FinanceStanding(models.AbstractModel):
    """Messages that are worked on together: read under their locks, and written, by one statement each."""

    _inherit = "finance.standing"

    @api.model
    def _read_many(self, message_ids):
        """Those of the messages that no other worker holds, under their locks, by id."""
        return self._rows(message_ids, SQL("ORDER BY m.id FOR NO KEY UPDATE OF m SKIP LOCKED"))

    @api.model
    def _finish_many(self, finished):
        """Write what became of messages whose processing went well.

        :param finished: ``(Tried, its new standing, the intake of the user who brought it)``
        """
        if not finished:
            return
        given = [
            {
                "id": tried.row.id,
                "company_id": tried.row.company_id,
                "connector_id": tried.row.connector_id,
                "user_id": intake.env.uid,
                "state": standing.state,
                "attempt": standing.attempt,
                "tries": standing.tries,
                "done": standing.state in FINAL,
                "milliseconds": tried.milliseconds,
                "result": tried.result,
                "result_text": tried.result.get("text"),
            }
            for tried, standing, intake in finished
        ]
        self.env.cr.execute(SQL(FINISH, json.dumps(given), server.node()), log_exceptions=False)
        for tried, standing, intake in finished:
            intake.env["finance.standing"]._note(tried.row.standing, standing, tried.row)
        ids = [tried.row.id for tried, _standing, _intake in finished]
        self.env["finance.message"].browse(ids).invalidate_recordset(flush=False)
