"""``odoo finance match``: matching and reconciliation."""

from odoo.addons.finance_connector_base.core.operation import OPERATIONS, Operation

from .import_files import chosen_journal


@OPERATIONS.add("match", "match and reconcile open statement lines")
class Match(Operation):
    def arguments(self, parser):
        parser.add_argument("--journal", help="code of the journal; all bank journals if not given")

    def run(self, options, env):
        if options.journal:
            journals = chosen_journal(env, env.company, options.journal)
        else:
            journals = env["account.journal"].search([("type", "in", ("bank", "cash", "credit"))])
        return env["finance.matching"]._match_journals(journals), 0
