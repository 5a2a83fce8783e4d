"""``odoo finance position``: the cash position as JSON."""

import datetime

from odoo.addons.finance_connector_base.core.operation import OPERATIONS, Operation


@OPERATIONS.add("position", "cash position by bank, entity or currency as JSON")
class Position(Operation):
    def arguments(self, parser):
        parser.add_argument("--by", choices=("bank", "entity", "currency"), default="bank")
        parser.add_argument(
            "--on", type=datetime.date.fromisoformat, help="at the end of this date; default now"
        )

    def run(self, options, env):
        return env["finance.cash.position"].read_totals(options.by, options.on), 0
