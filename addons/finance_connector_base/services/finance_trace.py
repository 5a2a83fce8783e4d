from odoo import api, fields, models

from ..core.masking import accounts_masked

#: How far the chain is followed from where it begins, and how much of it is shown.
DEEPEST, MOST_RECORDS, MOST_BESIDE, MOST_STEPS = 6, 150, 20, 300
MOST_MESSAGES = 8
#: Stages in the order in which money and data go through them.
STAGES = ["source", "message", "statement", "line", "payment", "document", "entry", "tax", "case", "approval"]


class FinanceTrace(models.AbstractModel):
    """One thing from its source to the ledger: the chain of records that belong to it, and what happened when.

    Followed are links that lead to one record (a line to its statement, that to its message) from everywhere,
    and those that fan out (a message to all it made) only from where the reader began. What the reader may not
    see is neither followed nor shown.
    """

    _name = "finance.trace"
    _description = "Trace"

    @api.model
    def read_trace(self, model, record_id):
        """The chain and the steps of one record, as the screen shows them.

        :return: ``name``, ``chain`` (stages with their records), ``steps`` (as in a journey), ``cut``
        """
        record = self.env[model].browse(record_id).exists()
        record.check_access("read")
        found = self._found(record)
        steps = self._steps(found, record)
        return {
            "name": record.display_name if record else self.env._("This record is not there any more."),
            "linked": bool(set(found) - {model}),
            "chain": self._chain(found),
            "steps": steps[:MOST_STEPS],
            "cut": len(steps) > MOST_STEPS,
        }

    @api.model
    def _action(self, record):
        record.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "finance_connector_base.trace",
            "name": self.env._("Trace: %s", record.display_name),
            "params": {"model": record._name, "res_id": record.id},
        }

    # the chain

    def _found(self, record):
        """Records of the chain by model, as far as the reader may see them."""
        found, level, first = {record._name: record}, [record], True
        for _step in range(DEEPEST):
            near = [each for records in level for each in self._near(records, first)]
            level, first = [], False
            for records in near:
                known = found.get(records._name, self.env[records._name])
                new = (records - known)[:MOST_BESIDE].exists()._filtered_access("read")
                if new and sum(map(len, found.values())) < MOST_RECORDS:
                    found[new._name] = known | new
                    level.append(new)
            if not level:
                break
        return found

    def _near(self, records, first):
        """Recordsets next to these; addons add what they know.

        :param first: the reader began here, so links that fan out are followed
        """
        name = records._name
        yield from self._near_messages(records)
        if name == "finance.message":
            yield records.parent_id
            yield records.exception_ids[:MOST_BESIDE]
            if first:
                yield from self._made_of(records)
                yield records.search([("correlation_id", "in", records.mapped("correlation_id"))], limit=MOST_BESIDE)
        elif name == "account.bank.statement":
            if first:
                yield records.line_ids[:MOST_BESIDE]
        elif name == "account.bank.statement.line":
            yield records.statement_id
            yield records.move_id
        elif name == "account.payment":
            yield records.move_id
            yield records.reconciled_statement_line_ids[:MOST_BESIDE]
        elif name == "account.move":
            yield records.statement_line_id
            yield records.origin_payment_id
            yield self._matched(records)[:MOST_BESIDE]
        elif "res_model" in records._fields and "res_id" in records._fields:
            for model, about in records.filtered("res_id").grouped("res_model").items():
                if model in self.env:
                    yield self.env[model].browse(about.mapped("res_id"))

    def _near_messages(self, records):
        """Messages that brought these records, or that were made for them."""
        messages = self.env["finance.message"]
        if records._name != "finance.message":
            for field in records._fields.values():
                if field.type == "many2one" and field.comodel_name == "finance.message" and field.store:
                    yield records[field.name]
            about = [("res_model", "=", records._name), ("res_id", "in", records.ids)]
            yield self.env["finance.link"].sudo().search(about, limit=MOST_BESIDE).message_id.with_env(self.env)
            yield self.env["finance.message.item"].sudo().search(about, limit=MOST_BESIDE).message_id.with_env(self.env)
            yield messages.search(about, limit=MOST_BESIDE, order="id")

    def _made_of(self, messages):
        for name, field in messages._made_by():
            if not name.startswith("finance.message"):
                yield self.env[name].search([(field, "in", messages.ids)], limit=MOST_BESIDE)
        about = [("message_id", "in", messages.ids)]
        for model in ("finance.link", "finance.message.item"):
            rows = self.env[model].search([*about, ("res_id", "!=", False)], limit=MOST_BESIDE)
            for name, linked in rows.grouped("res_model").items():
                if name in self.env:
                    yield self.env[name].browse(linked.mapped("res_id"))
        for name, made in messages.filtered("res_id").grouped("res_model").items():
            if name in self.env:
                yield self.env[name].browse(made.mapped("res_id"))

    def _matched(self, moves):
        """Entries whose items are matched with items of these."""
        lines = moves.line_ids
        partials = lines.matched_debit_ids | lines.matched_credit_ids
        return (partials.debit_move_id | partials.credit_move_id).move_id - moves

    # as the reader sees it

    def _stage(self, record):
        return {
            "finance.message": "message",
            "account.bank.statement": "statement",
            "account.bank.statement.line": "line",
            "account.payment": "payment",
            "account.move": "document" if record._name == "account.move" and record.is_invoice() else "entry",
            "finance.exception": "case",
        }.get(record._name, "source" if record._name == "finance.connector" else "other")

    def _labels(self):
        return {
            "source": self.env._("Source"),
            "message": self.env._("Message"),
            "statement": self.env._("Statement"),
            "line": self.env._("Statement line"),
            "payment": self.env._("Payment"),
            "document": self.env._("Invoice or bill"),
            "entry": self.env._("Journal entry"),
            "tax": self.env._("Tax determination"),
            "case": self.env._("Case"),
            "approval": self.env._("Approval"),
            "match": self.env._("Match"),
            "audit": self.env._("Audit"),
            "other": self.env._("Record"),
        }

    def _chain(self, found):
        """Stages in order, each with what stands there."""
        stages = {}
        if "finance.message" in found:
            stages["source"] = list(found["finance.message"].connector_id._filtered_access("read"))
        for records in found.values():
            for record in records:
                stages.setdefault(self._stage(record), []).append(record)
        labels = self._labels()
        order = [*STAGES, "other"]
        return [
            {
                "stage": stage,
                "label": labels[stage],
                "name": accounts_masked(stages[stage][0].display_name or ""),
                "count": len(stages[stage]),
                "opens": self._opens(stages[stage], labels[stage]),
            }
            for stage in order
            if stages.get(stage)
        ]

    def _opens(self, records, label):
        model = records[0]._name
        ids = [record.id for record in records if record._name == model]
        if len(ids) == 1:
            return {"model": model, "id": ids[0], "label": label}
        return {"model": model, "domain": [["id", "in", ids]], "label": label}

    def _steps(self, found, began):
        """Everything that happened to the chain, in the order of time."""
        steps = []
        for message in found.get("finance.message", self.env["finance.message"])[:MOST_MESSAGES]:
            steps += self._message_steps(message)
        for name, records in found.items():
            if name not in ("finance.message", "finance.exception"):
                steps += map(self._made_step, records)
        steps += self._match_steps(found)
        steps += self._approval_steps(found)
        steps += self._audit_steps(found)
        for step in steps:
            step["here"] = (step.get("opens") or {}).get("id") == began.id and step["model"] == began._name
        return sorted(steps, key=lambda step: (step["on"] or "9", STAGES.index(step["stage"])
                                               if step["stage"] in STAGES else len(STAGES)))  # fmt: skip

    def _step(self, stage, on, words, **more):
        step = {"stage": stage, "on": fields.Datetime.to_string(on) if on else False, "title": words, "text": "",
                "mood": "plain", "detail": [], "model": None}  # fmt: skip
        return {**step, "label": self._labels()[stage], **more}

    def _message_steps(self, message):
        label = self._labels()["message"]
        for step in message.journey or []:
            opens = step.get("opens") or {"model": message._name, "id": message.id, "label": message.name}
            yield {**step, "stage": "message", "label": label, "message": message.id, "model": message._name,
                   "opens": opens, "may": message.raw_allowed}  # fmt: skip

    def _made_step(self, record):
        stage = self._stage(record)
        words = self.env._("%(what)s made", what=self._labels()[stage])
        state = record._fields.get("state")
        text = accounts_masked(record.display_name or "")
        if state and state.type == "selection" and record.state:
            text = f"{text} · {dict(state._description_selection(self.env)).get(record.state, record.state)}"
        opens = {"model": record._name, "id": record.id, "label": self.env._("Open")}
        by = record.create_uid.sudo().name
        return self._step(stage, record.create_date, words, text=text, by=by, opens=opens, model=record._name)

    def _match_steps(self, found):
        lines = found.get("account.move", self.env["account.move"]).line_ids
        for partial in (lines.matched_debit_ids | lines.matched_credit_ids)[:MOST_BESIDE]:
            sides = partial.debit_move_id.move_id, partial.credit_move_id.move_id
            amount = partial.company_id.currency_id.format(partial.amount)
            words = " ↔ ".join(accounts_masked(side.display_name or "") for side in sides)
            opens = {"model": "account.move", "domain": [["id", "in", [side.id for side in sides]]],
                     "label": self.env._("Show")}  # fmt: skip
            yield self._step(
                "match", partial.create_date, self.env._("Matched: %s", amount), text=words, mood="good",
                by=partial.create_uid.sudo().name, opens=opens,
            )  # fmt: skip

    def _approval_steps(self, found):
        approvals = self.env["finance.approval"]
        if not approvals.has_access("read"):
            return
        for name, records in found.items():
            about = [("res_model", "=", name), ("res_id", "in", records.ids)]
            for approval in approvals.search(about, limit=MOST_BESIDE):
                opens = {"model": approval._name, "id": approval.id, "label": self.env._("Open")}
                yield self._step(
                    "approval", approval.create_date, self.env._("Approval asked for"), text=approval.name, opens=opens,
                    by=approval.sudo().maker_id.name, model=approval._name,
                )  # fmt: skip
                for vote in approval.sudo().vote_ids:
                    words = dict(vote._fields["decision"]._description_selection(self.env)).get(vote.decision)
                    mood = "good" if vote.decision == "approve" else "bad"
                    yield self._step(
                        "approval", vote.create_date, words, text=vote.reason or "", by=vote.user_id.name, mood=mood
                    )

    def _audit_steps(self, found):
        """What the audit trail says beside the states of messages, which their journeys tell."""
        events = self.env["finance.audit.event"]
        if not events.has_access("read"):
            return
        for name, records in found.items():
            if name == "finance.message":
                continue
            about = [("res_model", "=", name), ("res_id", "in", records.ids)]
            for event in events.search(about, limit=MOST_BESIDE * 5, order="id"):
                yield self._step(
                    "audit", event.occurred_on, event.story, text=event.changes or "", by=event.user_id.sudo().name,
                    opens={"model": event._name, "id": event.id, "label": self.env._("Evidence")},
                )  # fmt: skip
