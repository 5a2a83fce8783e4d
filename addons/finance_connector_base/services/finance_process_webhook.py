from odoo import models


class FinanceProcessWebhook(models.AbstractModel):
    """An event from outside, kept as evidence. Kinds of their own inherit from here.

    Events come late, twice and in any order, so an event is only a hint that something changed:
    ``_current`` asks the other side how it stands now, and ``_follow`` moves our record forward to
    that, never back. Where the other side cannot be asked, ``message.occurred_on`` tells which of two
    events is the later one.
    """

    _name = "finance.process.webhook"
    _inherit = "finance.process"
    _description = "Webhook event"

    def process(self, message):
        return {"text": self._follow(message, self._current(message))}

    def _current(self, message):
        """What the event is about, as it stands at the other side now; it reads and writes nothing here."""

    def _follow(self, message, current):
        """Bring our records forward; it may run again and returns what a person reads."""
        return self.env._("Kept as evidence: %s", message.event_kind or message.name)
