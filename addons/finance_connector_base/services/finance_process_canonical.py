import functools

from odoo import models

from ..canonical.editing import in_words
from ..canonical.objects import OBJECTS
from ..canonical.reading import read
from ..core.errors import TurnError
from ..core.safe.json import json_value
from .finance_canonical import Item, Run, writer_name

#: Different reasons shown as cases of one message; the list of its objects has all.
MAX_CASES = 10
TURN_SECONDS = 5


class _Undo(Exception):
    """All or nothing, and something was refused."""


class FinanceProcessCanonical(models.AbstractModel):
    """Canonical objects of one request become records; those written before are passed over."""

    _name = "finance.process.canonical"
    _inherit = "finance.process"
    _description = "Canonical objects"

    def _may_write(self, flow):
        """What the keys of the client are good for."""
        keys = flow.connector_id.sudo().api_key_ids.filtered(lambda key: key.state in ("new", "valid"))
        scopes = {scope.partition(":")[::2] for scope in keys.scope_ids.mapped("name")}
        names = sorted(name for name, right in scopes if right == "write" and "w" in OBJECTS[name].access)
        return tuple(dict.fromkeys(self.env[writer_name(name)]._led for name in names))

    def process(self, message):
        options = self._options(message)
        run = Run(message, options["object"], self._items(message, options), bool(options.get("post")))
        items = self.env["finance.message.item"]
        if items._earlier(message, "waiting", ("waiting", "refused"))[0]:
            text = self.env._("An earlier request for the same object is under way.")
            raise TurnError(text, retry_after=TURN_SECONDS)
        # the company of the client alone, whatever companies the person or job works in
        env = self.env(context={**self.env.context, "allowed_company_ids": message.company_id.ids})
        self._write_run(env[writer_name(run.name)], run, options.get("mode") == "all")
        items._store_outcomes(message, run.items)
        for settled in items._supersede(message):
            settled.sudo().action_retry()
        self._report(message, run)
        return self._summary(message)

    def _options(self, message):
        """``object``, ``mode`` and ``post`` of the request."""
        return message.options

    def _items(self, message, options):
        """The objects that are not settled yet; they were checked against their schema when they came."""
        cls, values = OBJECTS[options["object"]].type, json_value(message._raw())["items"]
        found = []
        for row in self._unsettled(message):
            one, _faults = read(cls, row.corrected or values[row.position])
            where = functools.partial(in_words, row.external_id)
            found.append(Item(row.position, one, row.source_system, row.external_id, where))
        return found

    def _value_of(self, row):
        """The JSON value of one object as it is to be taken: as it came, or as people corrected it."""
        return row.corrected or json_value(row.message_id._raw())["items"][row.position]

    def _unsettled(self, message):
        return self.env["finance.message.item"].search(
            [("message_id", "=", message.id), ("state", "in", ("waiting", "refused"))], order="position"
        )

    def _write_run(self, writer, run, all_or_none):
        if not all_or_none:
            writer._write_items(run)
            return
        try:
            with writer.env.cr.savepoint():
                writer._write_items(run)
                if any(item.state == "refused" for item in run.items):
                    raise _Undo
        except _Undo:
            for item in run.items:
                if item.state != "refused":
                    item.state, item.model, item.record = "waiting", None, None
                    item.text = self.env._("Waits for the others of its request.")

    def _report(self, message, run):
        """One case for each reason; the message waits with them."""
        reasons = {}
        for item in run.items:
            if item.state == "refused":
                reasons.setdefault(item.code, []).append(item)
        for code, refused in list(reasons.items())[:MAX_CASES]:
            first = refused[0]
            message._open_case(
                code,
                self.env._("%(name)s %(id)s: %(why)s", name=OBJECTS[run.name].label, id=first.name,
                           why=first.text)
                + (self.env._(" (and %s more)", len(refused) - 1) if len(refused) > 1 else ""),
                first.where(first.pointer),
            )  # fmt: skip

    def _summary(self, message):
        counts = self._counts(message)
        words = ", ".join(f"{count} {state}" for state, count in counts.items())
        return {"text": words, "counts": counts}

    def _counts(self, message):
        rows = self.env["finance.message.item"]._read_group([("message_id", "=", message.id)], ["state"], ["__count"])
        return dict(rows)
