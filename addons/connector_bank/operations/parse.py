"""``odoo finance parse``: files as canonical events, without a database."""

import json
import sys

from odoo.addons.finance_connector_base.core.errors import FinanceError
from odoo.addons.finance_connector_base.core.operation import OPERATIONS, Operation

from ..formats.bounded import lines_bounded, summaries_bounded


@OPERATIONS.add("parse", "read files, print what they say")
class Parse(Operation):
    needs_database = False

    def arguments(self, parser):
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--format", help="code of the format; recognised by content if not given")
        parser.add_argument("--summary", action="store_true", help="one JSON object a statement")

    def run(self, options, env):
        code = 0
        for path in options.files:
            try:
                self._print(path, options)
            except (FinanceError, OSError) as error:
                code = 1
                self._refuse(path if len(options.files) > 1 else None, error)
        return None, code

    def _print(self, path, options):
        read = summaries_bounded if options.summary else lines_bounded
        sys.stdout.writelines(f"{line}\n" for line in read(path, options.format, tables={"propose": True}))

    def _refuse(self, path, error):
        sys.stdout.flush()
        found = {
            "error": getattr(error, "code", "file.unreadable"),
            "text": str(error),
            "place": getattr(error, "place", None),
        }
        if path:
            found["file"] = path
        sys.stderr.write(json.dumps(found, ensure_ascii=False) + "\n")
