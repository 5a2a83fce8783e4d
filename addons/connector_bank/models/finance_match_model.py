from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..learning import Learned, Sample, UselessError, features_of, learn, words_of

PROPOSAL = "finance.match.proposal"
SHOWN = 6  # contributions told of one proposal
LEAST_OF_A_KIND = 10


class FinanceMatchModel(models.Model):
    """What was learned from the decisions of people about proposals; it orders proposals and decides nothing."""

    _name = "finance.match.model"
    _description = "Learned order of proposals"
    _order = "company_id, version desc"

    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    version = fields.Integer(required=True, readonly=True)
    learned_on = fields.Datetime("Learned on", readonly=True, default=fields.Datetime.now)
    learned_by_id = fields.Many2one("res.users", "Learned by", readonly=True)
    decisions = fields.Integer(readonly=True, help="Proposals that people accepted, rejected, undid or passed over.")
    right = fields.Integer(readonly=True, string="Accepted")
    wrong = fields.Integer(readonly=True, string="Refused")
    bias = fields.Float(readonly=True, digits=(12, 6))
    slope = fields.Float(readonly=True, digits=(12, 6))
    offset = fields.Float(readonly=True, digits=(12, 6))
    brier = fields.Float(
        readonly=True, digits=(6, 4), string="Brier score",
        help="Mean square of probability less outcome (0 or 1), of decisions foretold without having been seen. "
        "0 is certain and right; smaller is better.",
    )
    brier_share = fields.Float(
        readonly=True, digits=(6, 4), string="Without the model",
        help="Brier score of always foretelling the share accepted.",
    )
    weight_ids = fields.One2many("finance.match.model.weight", "model_id", readonly=True, string="Weights")
    bin_ids = fields.One2many("finance.match.model.bin", "model_id", readonly=True, string="Reliability")
    active = fields.Boolean(default=True)
    in_use = fields.Boolean(
        "In use", compute="_compute_in_use", help="The newest one that is not archived, where it is switched on."
    )

    _version_uniq = models.UniqueIndex("(company_id, version)", "This version is there already.")

    @api.depends("active", "company_id.finance_model")
    def _compute_in_use(self):
        for company, records in self.grouped("company_id").items():
            used = self._used(company)
            for record in records:
                record.in_use = record == used

    @api.depends("version", "learned_on")
    def _compute_display_name(self):
        for record in self:
            day = fields.Date.to_string(fields.Datetime.context_timestamp(record, record.learned_on))
            record.display_name = self.env._("Version %(number)s of %(day)s", number=record.version, day=day)

    # learning

    def action_learn(self):
        """Learn anew from all decisions of the company, and show what came of it."""
        made = self._learn(self.env.company)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": made.id,
            "views": [(False, "form")],
        }

    @api.model
    def _learn(self, company):
        """A new version from the latest decisions.

        :raises UserError: too few decisions, or they do not follow from what the proposals look like
        """
        if not self.env.su and not self.env.user.has_group("finance_connector_base.group_admin"):
            raise AccessError(self.env._("An administrator of the finance connectors lets it learn."))
        samples = self._samples(company)
        right = sum(sample.right for sample in samples)
        if len(samples) < company.finance_model_least:
            raise UserError(
                self.env._(
                    "There are %(there)s decisions of people about proposals; %(wanted)s are needed to learn from.",
                    there=len(samples), wanted=company.finance_model_least,
                )
            )
        if min(right, len(samples) - right) < LEAST_OF_A_KIND:
            raise UserError(
                self.env._("%(right)s decisions were for a proposal, %(wrong)s against: too few of one kind.",
                           right=right, wrong=len(samples) - right)
            )  # fmt: skip
        try:
            learned = learn(samples)
        except UselessError as error:
            raise UserError(
                self.env._("Nothing was learned that helps: the decisions do not follow from the reasons and doubts.")
            ) from error
        return self._keep(company, learned, len(samples), right)

    def _keep(self, company, learned, count, right):
        every = self.sudo().with_context(active_test=False)
        last = every.search([("company_id", "=", company.id)], order="version desc", limit=1)
        return self.sudo().create(
            {
                "company_id": company.id,
                "version": last.version + 1,
                "learned_by_id": self.env.uid,
                "decisions": count,
                "right": right,
                "wrong": count - right,
                "bias": learned.bias,
                "slope": learned.slope,
                "offset": learned.offset,
                "brier": learned.brier,
                "brier_share": learned.brier_share,
                "weight_ids": [
                    fields.Command.create({"feature": name, "weight": weight})
                    for name, weight in learned.weights.items()
                ],
                "bin_ids": [
                    fields.Command.create(dict(zip(("start", "decisions", "foretold", "right"), each, strict=True)))
                    for each in learned.bins
                ],
            }
        )

    def _samples(self, company):
        """Decisions of people about proposals of the engine, the latest first; automatic ones are none."""
        decided = self.env[PROPOSAL].sudo().search_fetch(
            [("company_id", "=", company.id), ("automatic", "=", False), ("state", "!=", "proposed"),
             "|", ("features", "!=", False), ("passed_over", "!=", False)],
            ["line_id", "state", "features", "passed_over"], order="decided_on desc, id desc",
            limit=company.finance_model_most,
        )  # fmt: skip
        samples = []
        for proposal in decided:
            key = str(proposal.line_id.id)  # what is foretold of one line is not learned from the same line
            if proposal.features:
                samples.append(Sample(key, proposal.features, proposal.state == "accepted"))
            if proposal.state == "accepted":
                samples += [Sample(key, features, right=False) for features in proposal.passed_over or ()]
        return samples[: company.finance_model_most]

    # use

    @api.model
    def _used(self, company):
        """The version that orders the proposals of the company, or none."""
        if not company.finance_model:
            return self.browse()
        return self.sudo().search([("company_id", "=", company.id)], order="version desc", limit=1)

    def _learned(self):
        self.ensure_one()
        weights = {each.feature: each.weight for each in self.weight_ids}
        return Learned(weights, self.bias, self.slope, self.offset)

    @api.model
    def _ordered(self, company, proposals):
        """``[(proposal, further values)]`` of the engine's proposals: within each line the likeliest first."""
        used = self._used(company)
        learned = used._learned() if used else None
        by_line, found = {}, []
        for proposal in proposals:
            by_line.setdefault(proposal.line_id, []).append(proposal)
        for own in by_line.values():
            rows = [(each, {"features": features}) for each, features in zip(own, features_of(own), strict=True)]
            if learned:
                for proposal, values in rows:
                    values |= used._told(learned, proposal, values["features"])
                rows.sort(key=lambda row: -row[1]["probability"])
            found += rows
        return found

    def _told(self, learned, proposal, features):
        """Probability of a proposal, and in words what it is made of."""
        words = {reason.code: reason.words for reason in (*proposal.reasons, *proposal.doubts)}
        parts = list(learned.contributions(features).items())[:SHOWN]
        lines = [f"{part:+.2f}  {words.get(name) or words_of(name)}" for name, part in parts]
        lines.append(f"{learned.base:+.2f}  {self.env._('to begin with')}")
        version = self.env._("Version %(number)s, from %(count)s decisions", number=self.version, count=self.decisions)
        return {"probability": round(learned.probability(features), 4), "explained": "\n".join([*lines, version])}


class FinanceMatchModelWeight(models.Model):
    """How much one reason, doubt or size speaks for a proposal or against it."""

    _name = "finance.match.model.weight"
    _description = "Weight of a reason"
    _order = "size desc, feature"

    model_id = fields.Many2one("finance.match.model", required=True, index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="model_id.company_id", store=True)
    feature = fields.Char(required=True, readonly=True)
    words = fields.Char(compute="_compute_words", string="Reason, doubt or size")
    weight = fields.Float(readonly=True, digits=(12, 6), help="Above 0 speaks for a proposal, below 0 against it.")
    size = fields.Float(compute="_compute_size", store=True)

    @api.depends("feature")
    def _compute_words(self):
        for record in self:
            record.words = words_of(record.feature)

    @api.depends("weight")
    def _compute_size(self):
        for record in self:
            record.size = abs(record.weight)


class FinanceMatchModelBin(models.Model):
    """Of the decisions foretold with about this probability: how many there were, and how many came true."""

    _name = "finance.match.model.bin"
    _description = "Reliability of the learned order"
    _order = "start"

    model_id = fields.Many2one("finance.match.model", required=True, index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="model_id.company_id", store=True)
    start = fields.Float(readonly=True, string="Probability from")
    decisions = fields.Integer(readonly=True)
    foretold = fields.Float(readonly=True, help="Mean probability.")
    right = fields.Float(readonly=True, string="Came true", help="Share that people accepted.")
