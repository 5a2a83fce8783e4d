"""What ``hold``, ``release`` and ``replay`` share: which messages are meant, dry run, result and exit code."""

from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.errors import ConfigurationError
from ..core.operation import Operation
from .choice import chosen_company

ALL_DONE, SOME_REFUSED, WAITS = 0, 3, 4
EPILOG = """\
Which messages: those that fit everything given. Several --message or --key are alternatives.
More than one message is only listed; --yes does it.

exit codes
  0  done, or listed only
  1  refused as a whole: nobody of that name, no right, nothing found
  2  the command line is wrong
  3  some of them were refused; the result says which and why
  4  money moves: asked for, a second person has to agree in Odoo (Work > Decisions)
"""


class MessageOperation(Operation):
    """One thing done to the messages that are named, in the name and with the rights of one user."""

    epilog = EPILOG
    #: States in which it can be done.
    states = ()
    direction = None
    held = None

    def arguments(self, parser):
        parser.add_argument("--message", type=int, action="append", metavar="ID", help="number of the message")
        parser.add_argument("--key", action="append", metavar="KEY", help="business key of the message")
        parser.add_argument("--connector", metavar="CODE", help="messages of this connector")
        parser.add_argument("--flow", metavar="NAME", help="messages of flows of this name")
        parser.add_argument("--state", metavar="STATE", help=f"only those in this state: {', '.join(self.states)}")
        parser.add_argument(
            "--company", metavar="NAME", help="messages of this company; all of the user's if not given"
        )
        parser.add_argument("--limit", type=int, default=1000, help="at most so many messages (1000)")
        parser.add_argument("--reason", required=True, help="kept with each message")
        parser.add_argument("--yes", action="store_true", help="do it, where more than one message is meant")

    def run(self, options, env):
        if not options.reason.strip():
            raise ConfigurationError("give a reason in --reason", code="operation.reason")
        messages = self._chosen(options, env)
        env["finance.message"].check_access("write")
        shown = {"operation": self.code, "found": len(messages), "dry_run": len(messages) > 1 and not options.yes}
        if shown["dry_run"]:
            return {**shown, "messages": [self._described(message) for message in messages]}, ALL_DONE
        done, asked, refused = [], [], []
        for message in messages:
            try:
                self._refuse_twice(message)
                with env.cr.savepoint():
                    decision = self.act(message, options)
            except UserError as error:
                refused.append({**self._described(message), "why": str(error)})
                continue
            if decision and decision.state == "asked":
                asked.append({**self._described(message), "decision": decision.id})
            else:
                done.append(self._described(message))
        code = SOME_REFUSED if refused else WAITS if asked else ALL_DONE
        return {**shown, "done": done, "asked": asked, "refused": refused}, code

    def act(self, message, options):
        """Do it to one message; the decision is returned where it took one.

        :raise UserError: it cannot be done
        """
        raise NotImplementedError

    def _refuse_twice(self, message):
        asked = [("message_id", "=", message.id), ("state", "=", "asked")]
        if message.env["finance.decision"].search_count(asked, limit=1):
            raise UserError(message.env._("A decision about it waits for a second person already."))

    def _chosen(self, options, env):
        wanted = [
            Domain("id", "in", options.message) if options.message else Domain.TRUE,
            Domain("dedup_key", "in", options.key) if options.key else Domain.TRUE,
            Domain("connector_id.code", "=", options.connector) if options.connector else Domain.TRUE,
            Domain("flow_id.name", "=", options.flow) if options.flow else Domain.TRUE,
        ]
        company = chosen_company(env, options.company)
        if company:
            wanted.append(Domain("company_id", "=", company.id))
        if all(one.is_true() for one in wanted):
            raise ConfigurationError(
                "say which messages: --message, --key, --connector, --flow or --company", code="operation.choice"
            )
        if options.state and options.state not in self.states:
            raise ConfigurationError(f"--state is one of {', '.join(self.states)}", code="operation.choice")
        if not (options.message or options.key):  # who names messages is told why one cannot be done
            wanted.append(Domain("state", "in", [options.state] if options.state else list(self.states)))
            wanted.append(Domain("direction", "=", self.direction) if self.direction else Domain.TRUE)
            wanted.append(Domain("hold", "=", self.held) if self.held is not None else Domain.TRUE)
        elif options.state:
            wanted.append(Domain("state", "=", options.state))
        messages = env["finance.message"].search(Domain.AND(wanted), order="id", limit=options.limit + 1)
        if not messages:
            raise ConfigurationError("no such message for this user", code="operation.nothing")
        if len(messages) > options.limit:
            raise ConfigurationError(
                f"more than {options.limit} messages are meant: name fewer, or raise --limit", code="operation.limit"
            )
        return messages

    def _described(self, message):
        return {
            "id": message.id,
            "key": message.dedup_key,
            "name": message.name,
            "connector": message.connector_id.code,
            "flow": message.flow_id.name or None,
            "state": message.state,
            "held": bool(message.hold),
            "moves_money": bool(message.sudo().flow_id.moves_money),
        }
