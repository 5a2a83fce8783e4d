"""``odoo finance …``: operations for operators, tests and benchmarks."""

import contextlib
import functools
import importlib
import json
import logging
import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.cli import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

import odoo.addons


class Finance(Command):
    """Finance connectors on the command line: take files in, match, look, hold, release, replay.

    Each command has a help of its own: odoo finance COMMAND --help. Results are JSON on standard output;
    a refusal is JSON on standard error with exit code 1. With a database, everything is done in the name
    of one user (--as LOGIN), with that user's rights and records.
    """

    name = "finance"
    prog = "odoo finance"

    def run(self, args):
        self._load_operations()
        # Odoo loads this file as odoo.cli.finance: nothing is relative to it.
        from odoo.addons.finance_connector_base.core.errors import (  # pylint: disable=odoo-addons-relative-import
            FinanceError,
        )
        from odoo.addons.finance_connector_base.core.operation import (  # pylint: disable=odoo-addons-relative-import
            OPERATIONS,
        )
        from odoo.addons.finance_connector_base.server import (  # pylint: disable=odoo-addons-relative-import
            limit_reading,
        )

        parser = self.parser
        parser.add_argument("-c", "--config", help="Odoo configuration file")
        commands = parser.add_subparsers(dest="operation", required=True, metavar="COMMAND")
        for code, label in OPERATIONS.names():
            operation = OPERATIONS.get(code)()
            sub = commands.add_parser(
                code,
                help=label,
                description=label,
                epilog=operation.epilog,
                formatter_class=RawDescriptionHelpFormatter,
            )
            if operation.needs_database:
                sub.add_argument("-d", "--database", required=True, metavar="DB")
                sub.add_argument(
                    "-u", "--user", "--as", dest="user", default="admin", metavar="LOGIN", help="in whose name (admin)"
                )
            operation.arguments(sub)
            sub.set_defaults(runs=operation)
        options = parser.parse_args(args)
        config.parse_config(["-c", options.config] if options.config else [], setup_logging=True)
        logging.getLogger().setLevel(logging.WARNING)
        try:
            limit_reading()  # Odoo knew its configuration file only now
            with self._environment(options) as env:
                result, code = self._run(options, env)
        except (FinanceError, UserError) as error:
            print(json.dumps(refusal(error), ensure_ascii=False), file=sys.stderr)
            sys.exit(1)
        if result is not None:
            print(json.dumps(result, ensure_ascii=False, default=str))
        sys.stdout.flush()
        sys.exit(code)

    @staticmethod
    def _run(options, env):
        """Run the operation; where another transaction was faster, from the start, as Odoo does for requests."""
        run = functools.partial(options.runs.run, options, env)
        return retrying(run, env) if env is not None else run()

    @staticmethod
    def _load_operations():
        """Import the ``operations`` package of every addon that has one."""
        for path in odoo.addons.__path__:
            for package in sorted(Path(path).glob("*/operations/__init__.py")):
                importlib.import_module(f"odoo.addons.{package.parent.parent.name}.operations")

    @contextlib.contextmanager
    def _environment(self, options):
        """An environment of the chosen user; committed when the operation ends well."""
        if not options.runs.needs_database:
            yield None
            return
        with Registry(options.database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            user = env["res.users"].search([("login", "=", options.user)], limit=1)
            if not user:
                sys.exit(f"There is no user {options.user!r} in {options.database}.")
            companies = (user.company_id | user.company_ids).ids  # the first one is worked in
            yield api.Environment(cr, user.id, {"allowed_company_ids": companies, "lang": user.lang or "en_US"})


def refusal(error):
    """What standard error says where nothing was done: what Odoo itself refuses has no code of its own."""
    return {
        "error": getattr(error, "code", "odoo.refused"),
        "text": str(error),
        "place": getattr(error, "place", None),
    }
