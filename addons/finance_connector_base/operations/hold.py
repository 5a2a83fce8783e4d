"""``odoo finance hold``: stop messages that are not done yet, until somebody releases them."""

from odoo.exceptions import UserError

from ..core.operation import OPERATIONS
from ..core.protocol import FINAL, IN_STATES, OUT_STATES
from .message_choice import MessageOperation


@OPERATIONS.add("hold", "stop messages until they are released")
class Hold(MessageOperation):
    states = tuple(dict.fromkeys(state for state in (*OUT_STATES, *IN_STATES) if state not in FINAL))
    held = False

    def act(self, message, options):
        if message._hold(options.reason):
            raise UserError(message.env._("It is done already."))
