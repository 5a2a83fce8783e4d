"""``odoo finance replay``: process incoming messages anew; where money moves only the request is made."""

from ..core.operation import OPERATIONS
from .message_choice import MessageOperation


@OPERATIONS.add("replay", "process incoming messages anew (where money moves: ask for it)")
class Replay(MessageOperation):
    states = ("processed", "refused", "quarantined", "dead")
    direction = "in"

    def arguments(self, parser):
        parser.add_argument(
            "--mapping-version", type=int, default=0, metavar="N", help="with this version of the mappings"
        )
        return super().arguments(parser)

    def act(self, message, options):
        decision = message.env["finance.decision"].create(
            {
                "message_id": message.id,
                "kind": "replay",
                "reason": options.reason,
                "mapping_version": options.mapping_version,
            }
        )
        decision.action_request()
        return decision
