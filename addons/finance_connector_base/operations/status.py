"""``odoo finance status``: every figure as JSON."""

from ..core.operation import OPERATIONS, Operation


@OPERATIONS.add("status", "all figures as JSON")
class Status(Operation):
    def run(self, options, env):
        board = env["finance.board"]
        companies = env["res.company"].search([])
        figures = {figure.code: figure.value(env, companies) for figure in board._figures()}
        return {"database": env.cr.dbname, "figures": figures}, 0
