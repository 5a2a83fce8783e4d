"""``odoo finance home``: where this database stands, the code for binding it, and binding it from the host."""

from ..core.operation import OPERATIONS, Operation


@OPERATIONS.add("home", "whether this database may send from here, and how to make this its home")
class Home(Operation):
    def arguments(self, parser):
        parser.add_argument("--bind", metavar="REASON", help="make this place the home, with the reason")
        parser.add_argument(
            "--nothing-since",
            action="store_true",
            help="nothing was sent since this state was copied; else what waits is asked about first",
        )

    def run(self, options, env):
        env["finance.connector"].check_access("write")
        permit = env["finance.permit"]
        doubted = permit._bind(options.bind, complete=options.nothing_since) if options.bind else None
        found = permit._standing()
        if options.bind:
            return {**found, "asked_about_first": doubted}, 0
        return {**found, "code": permit._code()}, int(bool(found["refusal"]))
