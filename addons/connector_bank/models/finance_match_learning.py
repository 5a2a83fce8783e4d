"""What proposals keep for the learned order: what they looked like, and those that a person passed over."""

from odoo import fields, models


class FinanceMatchProposal(models.Model):
    _inherit = "finance.match.proposal"

    features = fields.Json(readonly=True, help="What the learned order sees of it.")
    passed_over = fields.Json(readonly=True, copy=False, help="The same of the proposals a person did not choose.")
    probability = fields.Float(readonly=True, aggregator="avg", help="By the learned order; it decides nothing.")
    explained = fields.Text(readonly=True, string="Made of")

    def _drop_obsolete(self):
        self._pass_over()
        return super()._drop_obsolete()

    def _pass_over(self):
        """Keep what the other proposals of the line looked like, before they go."""
        for proposal in self.filtered(lambda each: not each.automatic and each.state == "accepted").sudo():
            others = proposal.line_id.finance_proposal_ids.filtered(
                lambda each, chosen=proposal: each.state == "proposed" and each.features
                and each.signature != chosen.signature
            )  # fmt: skip
            if others:
                proposal.passed_over = others.mapped("features")
