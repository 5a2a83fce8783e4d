import contextlib
import time

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

#: How many messages are looked up at a time.
PAGE = 50
#: Incoming messages whose processing takes no longer share a transaction; this many of a page at first.
TOGETHER_SECONDS = 0.1
FIRST_TOGETHER = 5
#: Why nothing is sent until a person opens the line again, or another message is through, and wakes what waits.
SHUT = ("stopped", "inactive", "permit", "behind")


class FinanceDrain(models.AbstractModel):
    """Works on the waiting messages of one flow after a single wake-up.

    Each message keeps what it has alone: its claim, its savepoint, its outcome, its short transactions.
    What is saved is the queue's work for a job each. A drain stops after the flow's number of messages
    or its time, so that other flows of the lane have their turn, and asks to be woken again if more waits.

    Where more than a page waits and other servers are at work, they are asked to help: each begins with
    a part of its own, told apart by the id, and then does what is left of the other parts.
    """

    _name = "finance.drain"
    _description = "Batch of messages"

    @api.model
    def _drain(self, flow, part=0, parts=1):
        """Work on what waits now.

        :param part: the part of a helper, 1 to ``parts`` - 1; 0 is the drain that was woken first
        :return: words for the job
        """
        until, size = time.monotonic() + flow.drain_seconds, flow.drain_messages
        flow_id, direction, done, last = flow.id, flow.direction, 0, 0
        work = self._take_in if direction == "in" else self._send_out
        if not part and flow.blocking != "flow" and not flow.keeps_order:
            parts = self.env["finance.deliver"]._own(self._name, "_call_helpers", flow_id, direction)
        while True:
            page = self.env["finance.deliver"]._own(self._name, "_page", flow_id, direction, last, part, parts)
            now = page[: size - done]
            with contextlib.closing(work(now)) as steps:
                for last, count, why in steps:
                    if why == "postponed":
                        return self._again(flow, done, self._free_on(last))
                    done += 0 if why in SHUT else count
                    if done >= size or time.monotonic() >= until:
                        return self._again(flow, done) if done else self.env._("nothing may be sent now")
            if not len(now) == len(page) < PAGE:
                continue
            if parts > 1:
                part, parts, last = 0, 1, 0
            else:
                return self.env._("%s done", done)

    def _take_in(self, page):
        """Process messages: those that are quickly done share a transaction, each with a savepoint of its own.

        One cursor serves all, one transaction after the other. How many share one follows from how long the
        last ones took, so that nothing is locked for much longer than ``TOGETHER_SECONDS`` by them.
        """
        together = FIRST_TOGETHER
        with self.env.registry.cursor() as cr:
            while page:
                begun = time.monotonic()
                taken = self._take_together(cr, page[:together], begun + TOGETHER_SECONDS)
                page = page[len(taken) :]
                yield taken[-1], len(taken), None
                pace = len(taken) * TOGETHER_SECONDS / (time.monotonic() - begun)
                together = min(PAGE, max(1, int(pace)))

    def _take_together(self, cr, slice_, until):
        """Process the first messages of a slice, in one transaction where all goes well.

        :return: their ids
        """
        try:
            taken = self.env(cr=cr, su=True)["finance.intake"]._process_many(slice_, until)
            cr.commit()  # pylint: disable=invalid-commit
        except psycopg2.OperationalError:  # another transaction was faster: each again, on a fresh cursor
            cr.rollback()
            taken = [message_id for message_id, _user in slice_]
            for message_id, user_id in slice_:
                self._for(user_id)._own("finance.intake", "_process_one", message_id)
        return taken

    def _send_out(self, page):
        """The next step of each message; the reason where nothing could be done with it."""
        for message_id, user_id in page:
            yield message_id, 1, self._for(user_id)._next(message_id).why

    def _for(self, user_id):
        return self.env(user=user_id, su=True)["finance.deliver"]

    @api.model
    def _call_helpers(self, flow_id, direction):
        """Wake a helper for each other server where more than a page waits.

        :return: the number of parts, this drain's included
        """
        parts = self.env["finance.node"]._count_alive()
        if parts == 1 or len(self._page(flow_id, direction, 0)) < PAGE:
            return 1
        flow = self.env["finance.flow"].browse(flow_id)
        for part in range(1, parts):
            flow._enqueue_drain(part=part, parts=parts)
        return parts

    @api.model
    def _page(self, flow_id, direction, after, part=0, parts=1):
        """The next messages that may be worked on now, oldest first; nothing is locked yet."""
        self.env.cr.execute(
            SQL(
                """
                SELECT id, create_uid FROM finance_message
                 WHERE flow_id = %s AND id > %s AND id %% %s = %s AND hold IS NOT TRUE AND state IN %s
                   AND coalesce(CASE state WHEN 'sending' THEN lease_until ELSE next_try_on END,
                                CASE state WHEN 'unknown' THEN 'infinity' ELSE '-infinity' END::timestamp)
                       <= clock_timestamp() AT TIME ZONE 'UTC'
                 ORDER BY id LIMIT %s
                """,
                flow_id,
                after,
                parts,
                part,
                ("received",) if direction == "in" else ("ready", "sent", "sending", "unknown"),
                PAGE,
            )
        )
        return self.env.cr.fetchall()

    def _free_on(self, message_id):
        """When the line is free for the message that was put off, and so for those behind it."""
        return self.env["finance.deliver"]._own(self._name, "_next_try", message_id)

    @api.model
    def _next_try(self, message_id):
        return self.env["finance.message"].browse(message_id).next_try_on

    def _again(self, flow, done, eta=None):
        flow._enqueue_drain(eta if eta and eta > fields.Datetime.now() else None)
        return self.env._("%s done, more are waiting", done)
