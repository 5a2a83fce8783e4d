"""``odoo finance release``: let held messages go on; where money moves only the request is made."""

from odoo.exceptions import UserError

from ..core.operation import OPERATIONS
from .hold import Hold
from .message_choice import MessageOperation


@OPERATIONS.add("release", "let held messages go on (where money moves: ask for it)")
class Release(MessageOperation):
    states = Hold.states
    held = True

    def act(self, message, options):
        if not message.hold:
            raise UserError(message.env._("It is not held."))
        return message._release(options.reason)
