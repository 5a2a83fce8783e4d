import time

from odoo import api, models

from .. import tracing
from ..core import machine


class FinanceIntake(models.AbstractModel):
    """Several messages in one transaction: each with its own claim, savepoint, attempt and outcome."""

    _inherit = "finance.intake"

    @api.model
    def _process_many(self, messages, until):
        """Process messages of one flow, oldest first, in the caller's transaction.

        What concerns them all is read and written together. Messages that another worker holds are left to it.

        :param messages: ``(id, user who brought it)``
        :param until: by the monotonic clock; no message is begun later, but for the first
        :return: the ids of those that were looked at
        """
        standings = self.env["finance.standing"]
        rows = {row.id: row for row in standings._read_many([message_id for message_id, _user in messages])}
        looked_at, tried = [], []
        for message_id, user_id in messages:
            if looked_at and time.monotonic() >= until:
                break
            looked_at.append(message_id)
            row, intake = rows.get(message_id), self.with_user(user_id).sudo()
            if row is None:
                continue
            if row.blocking == "flow":  # whether it may go on depends on what became of those before it
                intake._process_one(message_id)
                continue
            begun = machine.begin(row.standing, row.now)
            if machine.Call("process") not in begun.do:
                intake.env["finance.standing"]._apply(row, begun)
                continue
            message = intake.env["finance.message"].browse(message_id)._seed(row.values)
            with tracing.work("process", tracing.facts(self.env, row.values), attempt=begun.standing.attempt):
                tried.append((intake, intake._try(message, row, begun.standing)))
        self._conclude(tried)
        return looked_at

    def _conclude(self, tried):
        """Write what became of them: what went well in one statement, failures one by one."""
        done = []
        for intake, one in tried:
            if one.error is None and one.result.get("more"):
                intake._leave_rest(one)
            elif one.error is None:
                intake._settle_gone(one.before)
                done.append((intake, one))
            else:
                intake._put_off(one)
        held = self._held([one.row.id for _intake, one in done])
        self.env["finance.standing"]._finish_many(
            [(one, machine.processed(one.standing, one.row.id in held).standing, intake) for intake, one in done]
        )
