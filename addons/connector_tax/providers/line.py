"""The line to an engine: HTTPS that leaves the engine's own refusals to its reader."""

from odoo.addons.finance_connector_base.transports.https import Https

#: Statuses whose body says in the engine's words what is wrong.
REFUSALS = (400, 404, 409, 422, 423)


class EngineLine(Https):
    """``call`` of the HTTPS transport, but a refusal is an answer like any other."""

    def _raise_for(self, answer, content, method):
        if answer.status_code in REFUSALS:
            return None
        return super()._raise_for(answer, content, method)
