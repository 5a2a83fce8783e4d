"""From the matrix of rules to what one request needs. Every matching rule counts, so one more rule never weakens."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

#: Window in which amounts to one beneficiary count together, so that splitting an amount does not lower its band.
WINDOW_HOURS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """What goes to one beneficiary: in its own currency, and in that of the company."""

    beneficiary: str
    currency: str
    amount: Decimal
    company_amount: Decimal


@dataclass(frozen=True, slots=True)
class Subject:
    """What is put before people, as far as rules look at it.

    :param earlier: what went to the same beneficiaries, approved or waiting, within the window
    :param floor: persons needed whatever the rules say
    """

    kind: str
    company: int
    parts: tuple[Part, ...] = ()
    earlier: tuple[Part, ...] = ()
    floor: int = 1


@dataclass(frozen=True, slots=True)
class Level:
    """So many different persons of one group, or of those named."""

    name: str
    count: int = 1
    group: int | None = None
    users: frozenset[int] = frozenset()

    @property
    def who(self):
        return self.group, self.users


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the matrix. ``None`` and zero mean: any company, any currency, no upper end."""

    kind: str
    levels: tuple[Level, ...]
    company: int | None = None
    currency: str | None = None
    amount_from: Decimal = Decimal(0)
    amount_to: Decimal = Decimal(0)
    cool_off_hours: float = 0.0
    exclude_editor: bool = False

    def matches(self, subject):
        if self.kind != subject.kind or self.company not in (None, subject.company):
            return False
        size = self.size(subject)
        if size is None:
            return not self.currency and not self.amount_from
        return self.amount_from <= size and (not self.amount_to or size < self.amount_to)

    def size(self, subject):
        """The amount that decides the band: the whole, or more where one beneficiary gets more within the window.

        ``None`` where there is no amount, or none in the rule's currency.
        """
        parts = self._counted(subject.parts)
        if not parts:
            return None
        totals = defaultdict(Decimal)
        for beneficiary, amount in parts:
            totals[beneficiary] += amount
        whole = sum(totals.values())
        for beneficiary, amount in self._counted(subject.earlier):
            if beneficiary in totals:
                totals[beneficiary] += amount
        return max(whole, *totals.values())

    def _counted(self, parts):
        if self.currency:
            return [(part.beneficiary, part.amount) for part in parts if part.currency == self.currency]
        return [(part.beneficiary, part.company_amount) for part in parts]


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a request needs before it is approved, and how long it then rests."""

    levels: tuple[Level, ...] = ()
    cool_off_hours: float = 0.0
    exclude_editor: bool = False

    @property
    def persons(self):
        return sum(level.count for level in self.levels)


def required(subject, rules, floor_level):
    """What ``subject`` needs by all rules that match it.

    Levels asked of the same people are one level with the higher number.

    :param floor_level: who counts where the rules ask for fewer persons than the subject's floor
    """
    merged, cool_off, editor = {}, 0.0, False
    for rule in rules:
        if not rule.matches(subject):
            continue
        cool_off, editor = max(cool_off, rule.cool_off_hours), editor or rule.exclude_editor
        for level in rule.levels:
            known = merged.get(level.who)
            if known is None or known.count < level.count:
                merged[level.who] = level
    missing = subject.floor - sum(level.count for level in merged.values())
    if missing > 0:
        known = merged.get(floor_level.who)
        count = missing + (known.count if known else 0)
        merged[floor_level.who] = Level((known or floor_level).name, count, floor_level.group, floor_level.users)
    return Requirement(tuple(merged.values()), cool_off, editor)


@dataclass(frozen=True, slots=True)
class Authority:
    """In whose right somebody votes: the own one, or that of a person who delegated it.

    :param identity: what tells the human behind the user: partner, e-mail addresses
    :param upstream: from whom, through any number of hands, this person holds delegations
    """

    person: int
    groups: frozenset[int] = frozenset()
    identity: frozenset[str] = frozenset()
    upstream: frozenset[int] = frozenset()
    delegation: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who wants to vote. ``program``: superuser, sudo, cron, job, automation, or nobody signed in."""

    id: int
    own: Authority
    companies: frozenset[int] = frozenset()
    active: bool = True
    program: bool = False
    delegated: tuple[Authority, ...] = ()


@dataclass(frozen=True, slots=True)
class Vote:
    person: int
    authority: int
    level: int
    decision: str
    identity: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as far as voting looks at it; the level of a vote is its place in ``levels``."""

    company: int
    maker: int
    levels: tuple[Level, ...]
    maker_identity: frozenset[str] = frozenset()
    excluded: frozenset[int] = frozenset()
    state: str = "waiting"
    expired: bool = False
    stale: bool = False
    votes: tuple[Vote, ...] = field(default=())

    def missing(self):
        """Level → how many persons are still missing."""
        given = defaultdict(int)
        for vote in self.votes:
            given[vote.level] += vote.decision == "approve"
        left = {number: level.count - given[number] for number, level in enumerate(self.levels)}
        return {number: count for number, count in left.items() if count > 0}


@dataclass(frozen=True, slots=True)
class Ballot:
    """How somebody may vote: on which level and in whose right; or ``why`` not."""

    level: int | None = None
    authority: Authority | None = None
    why: str | None = None


def ballot(person, request):
    """Whether ``person`` may vote on ``request`` now."""
    why = _barred(person, request)
    if why:
        return Ballot(why=why)
    why = "role"
    for authority in (person.own, *person.delegated):
        problem = _authority_barred(authority, request)
        if problem:
            why = problem
            continue
        for number in sorted(request.missing(), key=lambda number: not request.levels[number].users):
            level = request.levels[number]  # those asked for by name first: others may fill the places of a group
            if authority.person in level.users or (level.group is not None and level.group in authority.groups):
                return Ballot(number, authority)
    return Ballot(why=why)


def _barred(person, request):
    """Why this human does not vote on this request, in whoever's right."""
    if person.program:
        return "program"
    if not person.active:
        return "inactive"
    if request.company not in person.companies:
        return "company"
    if request.state != "waiting":
        return "state"
    if request.expired:
        return "expired"
    if person.id == request.maker:
        return "maker"
    if person.own.identity & request.maker_identity:
        return "same_human"
    if person.id in request.excluded:
        return "editor"
    if any(vote.person == person.id for vote in request.votes):
        return "voted"
    if any(vote.identity & person.own.identity for vote in request.votes):
        return "same_human"
    return "stale" if request.stale else None


def _authority_barred(authority, request):
    """A delegated right counts as if its owner voted, and never leads back to the maker."""
    if authority.person == request.maker or request.maker in authority.upstream:
        return "maker"
    if authority.identity & request.maker_identity:
        return "same_human"
    if authority.person in request.excluded:
        return "editor"
    if any(authority.person in (vote.person, vote.authority) for vote in request.votes):
        return "voted"
    return None


def verdict(request):
    """``approved``, ``refused`` or still ``waiting``, by the votes given so far; one refusal is enough."""
    if any(vote.decision == "refuse" for vote in request.votes):
        return "refused"
    return "waiting" if request.missing() else "approved"
