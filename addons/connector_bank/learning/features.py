"""What the model sees of a proposal: which reasons and doubts it has, and a few sizes; no name, text or amount."""

import math
import re

from ..matching.reasons import TABLE

#: Sizes beside the reasons: feature → words.
SIZES = {
    "documents": "Number of documents (doublings)",
    "written_off": "Share of the amount that is written off",
    "rest": "Share of the amount that stays open",
    "lead": "Lead of its score before the next proposal of the line",
}
_PLACE = re.compile(r"“?\{\d\}”?")


def features_of(proposals):
    """``[{feature: value}]`` of the proposals of one line, all values between -1 and 8."""
    return [_features(proposal, [each for each in proposals if each is not proposal]) for proposal in proposals]


def _features(proposal, others):
    found = {reason.code: 1.0 for reason in (*proposal.reasons, *proposal.doubts)}
    total = sum(abs(part.amount) for part in proposal.parts) or 1
    sizes = {
        "documents": math.log2(max(len(proposal.parts), 1)),
        "written_off": min(float(abs(sum(off.amount for off in proposal.write_offs)) / total), 1.0),
        "rest": min(float(abs(proposal.rest) / total), 1.0),
        "lead": proposal.score - max((other.score for other in others), default=0.0),
    }
    return found | {name: round(min(value, 8.0), 6) for name, value in sizes.items() if value}


def words_of(feature):
    """What a feature says, without the facts of a particular proposal."""
    if feature in SIZES:
        return SIZES[feature]
    return _PLACE.sub("…", TABLE[feature][1]) if feature in TABLE else feature
