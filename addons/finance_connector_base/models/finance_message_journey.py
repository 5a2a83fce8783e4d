from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.advice import title
from ..core.shown import shown
from ..services.finance_wire import kept

#: Rows of one kind that a journey shows; a message has few, one that was tried for days has more.
LONGEST = 200
#: What points to a message without being a record that it made.
OWN = ("finance.attempt", "finance.exception", "finance.decision", "finance.link", "finance.message")


class FinanceMessageJourney(models.Model):
    """What became of a message, in the order of time and in plain words, and its contents for those who may."""

    _inherit = "finance.message"

    journey = fields.Json(compute="_compute_journey")
    raw_allowed = fields.Boolean(compute="_compute_raw_allowed")
    relative_count = fields.Integer(compute="_compute_relative_count", string="Related messages")

    @api.depends_context("uid")
    @api.depends("flow_id.sensitivity")
    def _compute_raw_allowed(self):
        auditor = self.env.su or self.env.user.has_group("finance_connector_base.group_auditor")
        operator = self.env.user.has_group("finance_connector_base.group_operator")
        for message in self:
            secret = message.sudo().flow_id.sensitivity == "secret"
            message.raw_allowed = auditor or (operator and not secret)

    def _relatives(self):
        """Its parent, what was made from it, and what shares its correlation id."""
        self.ensure_one()
        return [
            ("id", "!=", self.id),
            *("|", "|", ("correlation_id", "=", self.correlation_id), ("parent_id", "=", self.id)),
            ("id", "=", self.parent_id.id),
        ]

    def _compute_relative_count(self):
        for message in self:
            message.relative_count = self.search_count(message._relatives())

    def action_open_relatives(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Related messages"),
            "res_model": self._name,
            "view_mode": "list,form",
            "domain": self._relatives(),
        }

    def _compute_journey(self):
        for message in self:
            steps = [
                *message._journey_attempts(),
                *message._journey_cases(),
                *message._journey_decisions(),
                *message._journey_relatives(),
                *message._journey_made(),
                *message._journey_erased(),
            ]
            steps.sort(key=lambda step: step["on"] or "")
            message.journey = [*message._journey_begin(), *steps, message._journey_now()]

    def _step(self, on, mood, words, text=None, **more):
        """One step: ``mood`` is good, bad, work or plain; ``detail`` are pairs, ``opens`` what a click shows."""
        return {
            "on": fields.Datetime.to_string(on) if on else False,
            "mood": mood,
            "title": words,
            "text": text or "",
            "detail": [
                [label, str(value)] for label, value in more.pop("detail", []) if value not in (None, False, "")
            ],
            **more,
        }

    def _journey_begin(self):
        words = self.env._("Received and stored") if self.direction == "in" else self.env._("Written down and queued")
        yield self._step(
            self.create_date,
            "plain",
            words,
            self.env._("%(connector)s, %(size)s bytes", connector=self.connector_id.name, size=self.size),
            by=self.create_uid.sudo().name,
            raw=None if self.erased_on else "content",
            detail=[
                (self.env._("Business key"), self.dedup_key),
                (self.env._("SHA-256"), self.sha256),
                (self.env._("Name over there"), self.remote_id),
                (self.env._("Came again"), self.duplicates),
            ],
        )

    def _journey_attempts(self):
        titles = {
            ("send", "ok"): self.env._("Sent: the other side has it"),
            ("send", "failed"): self.env._("Sending failed: the other side does not have it"),
            ("send", "unknown"): self.env._("Sent, but no answer: it is not known whether it arrived"),
            ("send", "running"): self.env._("Being sent"),
            ("ask", "ok"): self.env._("Asked the other side, and it answered"),
            ("ask", "failed"): self.env._("Asked the other side, without success"),
            ("ask", "unknown"): self.env._("Asked the other side: still not known"),
            ("ask", "running"): self.env._("Being asked about"),
            ("process", "ok"): self.env._("Processed"),
            ("process", "failed"): self.env._("Processing failed; nothing of it was kept"),
        }
        moods = {"ok": "good", "failed": "bad", "unknown": "work"}
        attempts, erased = self.sudo().attempt_ids[:LONGEST].sorted("id"), self.erased_on
        for attempt in attempts:
            taken = self.env._("Taken over by another worker")
            yield self._step(
                attempt.started_on or attempt.create_date,
                moods.get(attempt.outcome, "plain"),
                titles.get((attempt.step, attempt.outcome), taken),
                attempt.text,
                milliseconds=attempt.milliseconds if attempt.ended_on else None,
                raw=f"answer-{attempt.id}" if attempt.answer_sha256 and not (erased or attempt.erased_on) else None,
                detail=[
                    (self.env._("Attempt"), attempt.number),
                    (self.env._("Worker"), attempt.node),
                    (self.env._("Answer status"), attempt.status),
                    (self.env._("Error code"), attempt.error_code),
                    (self.env._("Ended"), attempt.ended_on),
                    (self.env._("SHA-256 of the answer"), attempt.answer_sha256),
                ],
            )

    def _journey_cases(self):
        for case in self.sudo().exception_ids[:LONGEST]:
            opens = {"model": case._name, "id": case.id, "label": self.env._("Case")}
            yield self._step(
                case.last_seen_on if case.occurrences == 1 else case.create_date,
                "work",
                self.env._("A person has to decide: %s", title(case.code or "") or case.name),
                case.summary,
                opens=opens,
                detail=[(self.env._("Code"), case.code), (self.env._("Place"), case.place)],
            )
            if case.closed_on:
                words = self.env._("Case solved") if case.state == "solved" else self.env._("Case dropped")
                yield self._step(case.closed_on, "good", words, case.solution, by=case.closed_by_id.name, opens=opens)

    def _journey_decisions(self):
        decisions = self.env["finance.decision"].sudo().search([("message_id", "=", self.id)], limit=LONGEST)
        kinds = dict(decisions._fields["kind"]._description_selection(self.env))
        for decision in decisions:
            opens = {"model": decision._name, "id": decision.id, "label": self.env._("Decision")}
            yield self._step(
                decision.create_date,
                "plain",
                self.env._("Decision asked for: %s", kinds.get(decision.kind, decision.kind)),
                decision.reason,
                by=(decision.requested_by_id or decision.create_uid).name,
                opens=opens,
            )
            if decision.decided_on:
                persons = [user.name for user in (decision.requested_by_id, decision.approved_by_id) if user]
                yield self._step(
                    decision.decided_on,
                    "good",
                    self.env._("Decided: %s", kinds.get(decision.kind, decision.kind)),
                    by=" + ".join(persons),
                    opens=opens,
                )

    def _journey_relatives(self):
        if self.parent_id:
            yield self._step(
                self.create_date,
                "plain",
                self.env._("Made from %s", self.parent_id.name),
                opens={"model": self._name, "id": self.parent_id.id, "label": self.env._("Message")},
            )
        for child in self.search([("parent_id", "=", self.id)], limit=LONGEST, order="id"):
            yield self._step(
                child.create_date,
                "plain",
                self.env._("Replayed as %s", child.name),
                opens={"model": self._name, "id": child.id, "label": self.env._("Message")},
            )

    def _journey_made(self):
        """Records that came of it: a count for each kind of record, from one grouped query each."""
        for model_name, field in self._made_by():
            model = self.env[model_name]
            domain = [(field, "=", self.id)]
            [(count, first)] = model._read_group(domain, [], ["__count", "create_date:min"])
            if count:
                yield self._step(
                    first,
                    "good",
                    self.env._("%(count)s × %(what)s", count=count, what=model._description),
                    opens={"model": model_name, "domain": domain, "label": self.env._("Show")},
                )
        links = self.env["finance.link"].sudo()
        for kind, count, first in links._read_group(
            [("message_id", "=", self.id)], ["kind"], ["__count", "create_date:min"]
        ):
            yield self._step(
                first,
                "good",
                self.env._("%(count)s linked: %(kind)s", count=count, kind=kind),
                opens={
                    "model": links._name,
                    "domain": [("message_id", "=", self.id), ("kind", "=", kind)],
                    "label": self.env._("Show"),
                },
            )

    @api.model
    def _made_by(self):
        """Stored and indexed fields of other models that name the message a record came from."""
        for name, model in self.env.registry.items():
            kept = model._auto and model._log_access and not model._abstract
            if not kept or name in OWN or not self.env[name].has_access("read"):
                continue
            for field in model._fields.values():
                if field.type == "many2one" and field.comodel_name == self._name and field.store and field.index:
                    yield name, field.name

    def _journey_erased(self):
        if self.erased_on:
            words = self.env._("The contents were erased; hash and facts are left")
            yield self._step(self.erased_on, "plain", words)

    def _journey_now(self):
        """Where it stands, as the last step."""
        label = dict(self._fields["state"]._description_selection(self.env))[self.state]
        moods = {"processed": "good", "refused": "work", "unknown": "work", "dead": "bad", "quarantined": "bad"}
        text = self.hold_reason if self.hold else self.result_text
        if self.hold:
            label = self.env._("On hold, %s", label.lower())
        detail = [(self.env._("Next try"), self.next_try_on)] if not self.done_on else []
        return self._step(self.done_on, moods.get(self.state, "plain"), label, text, now=True, detail=detail)

    # contents

    def _part(self, part):
        """Name, bytes and type of one part: ``content``, ``wire``, ``refused`` (rows), or ``answer-<attempt id>``.

        :raise AccessError: contents are for operators, administrators and auditors; secret ones for auditors
        """
        self.ensure_one()
        self.check_access("read")
        if not self.raw_allowed:
            raise AccessError(self.env._("Raw contents are for operators, administrators and auditors."))
        if self.erased_on:
            raise UserError(self.env._("The contents were erased on %s; only hash and facts are left.", self.erased_on))
        self.env["finance.audit"]._note("message.looked_at", self, {"part": part})
        if part == "content":
            return self.name, self._raw(), self.content_type
        if part == "refused":
            return self.env["finance.process.canonical_file"]._refused_file(self.sudo())
        if part == "wire":
            wire = kept(self.sudo())
            return (wire.name, wire.content, wire.content_type) if wire else (self.name, b"", None)
        number = int(part.removeprefix("answer-"))
        attempt = self.sudo().attempt_ids.filtered(lambda one: one.id == number)
        return self.env._("answer to %s", self.name), self._bytes(attempt), None

    def read_part(self, part):
        """One part as a person can read it."""
        _name, content, _type = self._part(part)
        found = shown(content)
        return {"kind": found.kind, "text": found.text, "cut": found.cut, "size": len(content)}
