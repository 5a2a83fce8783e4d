"""``odoo finance status``: every figure as JSON."""

from ..core.operation import OPERATIONS, Operation
from .choice import chosen_company


@OPERATIONS.add("status", "all figures as JSON")
class Status(Operation):
    def arguments(self, parser):
        parser.add_argument("--company", help="name of the company; all of the user's if not given")

    def run(self, options, env):
        companies = chosen_company(env, options.company) or env.companies
        env = env(context={**env.context, "allowed_company_ids": companies.ids})
        companies = companies.with_env(env)
        figures = {figure.code: figure.value(env, companies) for figure in env["finance.board"]._figures()}
        return {"database": env.cr.dbname, "companies": companies.mapped("name"), "figures": figures}, 0
