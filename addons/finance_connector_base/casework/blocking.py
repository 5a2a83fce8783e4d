"""How much one failure stops: the first policy that fits decides, within what must never be relaxed."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

#: Effects, from the strictest to the mildest.
EFFECTS = ("whole", "block", "warn", "ignore")

#: Classes that always wait for a person: going on could move money twice or trust what is not to be trusted.
FIRM = frozenset(("security", "outcome_unknown", "duplicate", "defect"))


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy; what is empty asks for nothing."""

    id: int
    effect: str
    flow: int = 0
    area: str = ""
    category: str = ""
    codes: tuple[str, ...] = ()

    def fits(self, *, code, category, flow, area):
        return (
            self.flow in (0, flow)
            and self.area in ("", area)
            and self.category in ("", category)
            and (not self.codes or any(fnmatchcase(code, pattern) for pattern in self.codes))
        )


def decided(policies, *, code, category, flow=0, area=""):
    """The policy that decides, or ``None`` where things stay as the reporting code has them.

    A policy that would relax a class that is never relaxed is passed over.
    """
    for policy in policies:
        if policy.fits(code=code, category=category, flow=flow, area=area):
            if category in FIRM and policy.effect in ("warn", "ignore"):
                continue
            return policy
    return None
