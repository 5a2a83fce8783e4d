from odoo import api, fields, models

from ..approval import policy


class FinanceBallot(models.AbstractModel):
    """Reads a request and a person as plain values and has ``approval.policy`` judge them."""

    _name = "finance.ballot"
    _description = "Judgement about a vote"

    @api.model
    def _ballot(self, approval, user, program=False):
        """How ``user`` may vote on ``approval`` now, or why not."""
        person = self.env["finance.person"]._person(user, approval.kind, approval.company_id, program)
        return policy.ballot(person, self._request(approval))

    @api.model
    def _verdict(self, approval):
        return policy.verdict(self._request(approval))

    def _request(self, approval):
        approval = approval.sudo()
        persons = self.env["finance.person"]
        record = approval._subject()
        accounts = self.env["res.partner.bank"].sudo().browse(approval.account_ids or []).exists()
        return policy.Request(
            company=approval.company_id.id,
            maker=approval.maker_id.id,
            levels=tuple(
                policy.Level(level["name"], level["count"], level["group"], frozenset(level["users"]))
                for level in approval.requirement
            ),
            maker_identity=persons._identity(approval.maker_id),
            excluded=frozenset([*(approval.excluded or []), *accounts.finance_edited_by_id.ids]),
            state=approval.state,
            expired=bool(approval.expires_on) and approval.expires_on <= fields.Datetime.now(),
            stale=approval.state == "waiting" and (not record or record._approval_hash() != approval.sha256),
            votes=tuple(
                policy.Vote(
                    vote.user_id.id,
                    vote.authority_id.id,
                    vote.level,
                    vote.decision,
                    persons._identity(vote.user_id),
                )
                for vote in approval.vote_ids
            ),
        )

    @api.model
    def _words(self, why):
        """A reason of the policy, for people."""
        return {
            "program": self.env._("Decisions are made by people."),
            "inactive": self.env._("Only active internal users decide."),
            "company": self.env._("You do not work for this company."),
            "state": self.env._("This does not wait for a decision any more."),
            "expired": self.env._("The time to decide is over."),
            "maker": self.env._("Nobody approves what he asks for himself: another person has to."),
            "same_human": self.env._(
                "Your user and one that took part already belong to the same person, by contact or e-mail."
            ),
            "editor": self.env._(
                "You changed this last, or the bank details it goes to: another person has to decide."
            ),
            "voted": self.env._("You have decided already, or somebody did in the same right."),
            "stale": self.env._("It was changed after it had been put before people."),
            "role": self.env._("You are not among the people who are asked, or enough of them agreed already."),
        }[why]
