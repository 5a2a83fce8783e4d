"""``match``: the whole way from lines and open items to sure matches, proposals and open lines.

Evidence is used in rounds, the strongest first: our own payment's id, documents named, payer and
amount. In a round every line is judged against the same book; only then is anything taken, and an
item that several lines claim for more than it has left goes to none of them. So the order of lines
and items changes nothing. Rounds repeat while they settle something.
"""

import contextlib
import gc
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable

from odoo.addons.finance_connector_base.core.money import plain

from . import rules, short_numbers, slips
from .candidates import Index
from .items import Line, Open, OpenItem, Result, Settings
from .listed import listed, listed_exactly
from .reading import Book, Reading
from .reasons import because
from .settle import Ledger, same_direction

_RULES = (
    rules.named, short_numbers.briefly_named, short_numbers.briefly_claimed, rules.weakly_named, rules.payer_amount,
    rules.name_amount,
)  # fmt: skip
NEAREST = 3  # documents of the payer that a line without a match names


def match(
    lines: Iterable[Line],
    items: Iterable[OpenItem],
    settings: Settings | None = None,
    settled: Callable | None = None,
    similar: Callable | None = None,
) -> Result:
    """Match ``lines`` with ``items``; the order of either changes nothing but that of the answer.

    :param settled: from a set of payers to ``{payer: numbers of documents that are settled}``; without it a number
        that was written wrongly never decides
    :param similar: from a set of names to ``{name: payers of similar names, the most similar first}``; asked at last
        for lines of which nothing else is known, and never enough to book by
    """
    with _uncollected():
        return _matched(lines, items, settings or Settings(), settled, similar)


@contextlib.contextmanager
def _uncollected():
    """Nothing here refers to itself: looking for such garbage among millions of values takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _matched(lines, items, settings, settled, similar):
    lines = list(lines)
    by_company = defaultdict(list)
    for item in _unique(items, "open item"):
        settings.check(item.residual, item.currency)
        if item.residual:
            by_company[item.company_id].append(item)
    runs = {}
    for line in _unique(lines, "line"):
        settings.check(line.amount, line.currency)
        if line.company_id not in runs:
            runs[line.company_id] = _Run(by_company[line.company_id], settings, settled, similar)
        runs[line.company_id].add(line)
    answers = {}
    for run in runs.values():
        answers.update(run.answers())
    _look_in_other_companies(runs, by_company, answers)
    return _result(lines, answers)


def _unique(things, what):
    seen = set()
    for thing in things:
        if thing.id in seen:
            raise ValueError(f"{what} {thing.id!r} given twice")
        seen.add(thing.id)
        yield thing


def _result(lines, answers):
    result = Result([], [], [])
    for line in lines:
        answer = answers[line.id]
        if isinstance(answer, Open):
            result.open.append(answer)
        elif answer[0].sure:
            result.sure.extend(answer)
        else:
            result.proposals.extend(answer)
    return result


def _look_in_other_companies(runs, by_company, answers):
    """A line that names a document of another company says so; it is never matched with it."""
    if len(by_company) < 2:
        return
    indexes = {
        company: runs[company].index if company in runs else Index(items) for company, items in by_company.items()
    }
    for company, run in runs.items():
        for reading in run.waiting.values():
            answer = answers[reading.line.id]
            if isinstance(answer, Open):
                names = _named_elsewhere(reading.line, company, indexes)
                more = tuple(because("other_company", name) for name in names)
                answers[reading.line.id] = Open(answer.line_id, more + answer.reasons)


def _named_elsewhere(line, company, indexes):
    references = [reference.value for reference in line.references]
    found = [index.look_up(line.texts, references) for other, index in indexes.items() if other != company]
    return sorted({hit.shown for each in found for hit in each.hits if hit.quality in ("reference", "exact")})


class _Run:
    """The lines of one company against its open items."""

    def __init__(self, items, settings, settled, similar):
        self.index, self.similar = Index(items), similar
        self.book = Book(self.index, Ledger(items), settings, settled)
        self.waiting = {}
        self.claims = defaultdict(dict)  # item id → line id → amount claimed by strong evidence
        self.firm = defaultdict(dict)  # the same of claims that more than the number speaks for
        self.claimed = {}  # line id → its parts
        self.claimants = {}  # item id → the first two lines that claim it, kept when claims are complete

    def add(self, line):
        self.waiting[line.id] = Reading(line, self.index)

    def answers(self):
        """{line id: [Proposal…] or Open}"""
        sure = {}
        while True:
            before = len(sure)
            for tier in (_own_payment, _named, _briefly, _payer, _misspelt):
                self._look_up_settled(tier)
                sure.update(self._round(tier))
            if len(sure) == before:
                break
        totals = self._totals()
        left = {line_id: self._proposals(reading, totals) for line_id, reading in self.waiting.items()}
        self._look_for_similar(left)
        for line_id in (line_id for line_id, answer in left.items() if self.waiting[line_id].similar):
            left[line_id] = self._proposals(self.waiting[line_id], totals)
        return {**sure, **left}

    def _look_for_similar(self, left):
        """Give payers of a similar name to those lines whose payer is unknown and that name no document."""
        if not self.similar:
            return
        unknown = [
            self.waiting[line_id] for line_id, answer in left.items()
            if isinstance(answer, Open) or all(made.rule == "amount" for made in answer)
        ]
        unknown = [reading for reading in unknown if not reading.payers and reading.line.partner_name]
        found = self.similar({reading.line.partner_name for reading in unknown}) if unknown else {}
        for reading in unknown:
            payers = found.get(reading.line.partner_name, ())
            reading.similar = tuple(payer for payer in payers if payer in self.index.by_payer)

    def _look_up_settled(self, tier):
        """Learn what payers settled before whose lines quote numbers: who pays twice quotes such a one."""
        if tier is _payer:
            lines = (reading for reading in self.waiting.values() if reading.quoted)
            self.book.look_up_settled(payer for reading in lines for payer in self._suspects(reading))
        elif tier is _misspelt:
            lines = (reading for reading in self.waiting.values() if reading.found.not_open)
            self.book.look_up_settled(payer for reading in lines for payer in reading.payers)

    def _suspects(self, reading):
        by_name = self.index.payers.of_name(reading.line.partner_name)
        return reading.payers or ({by_name} - {None})

    def _round(self, tier):
        """Judge every waiting line by one kind of evidence, then take what nobody else claims."""
        clear = {}
        for line_id, reading in self.waiting.items():
            drafts = tier(reading, self.book)
            good = [made for made in drafts if not made.doubts]
            if len(good) == 1:
                clear[line_id] = good[0]
                self._claim(good[0])
            elif drafts and drafts[0].claims and not reading.is_return:
                self._claim(drafts[0])
        totals = self._totals()
        clear = {line_id: made for line_id, made in clear.items() if self._contested(made, totals) is None}
        for line_id, made in clear.items():
            self.book.take(made.proposal(True))
            self._release(line_id)
            del self.waiting[line_id]
        return {line_id: [made.proposal(True)] for line_id, made in clear.items()}

    def _claim(self, made):
        self._release(made.reading.line.id)
        self.claimed[made.reading.line.id] = made.settlement.parts
        for part in made.settlement.parts:
            self.claims[part.item_id][made.reading.line.id] = part.item_amount
            if made.firm:
                self.firm[part.item_id][made.reading.line.id] = part.item_amount

    def _totals(self):
        """Of all claims and of the firm ones: {item id: amount claimed}."""
        both = (self.claims, self.firm)
        return [{item_id: sum(claimed.values()) for item_id, claimed in claims.items()} for claims in both]

    def _release(self, line_id):
        for part in self.claimed.pop(line_id, ()):
            del self.claims[part.item_id][line_id]
            self.firm[part.item_id].pop(line_id, None)

    def _contested(self, made, totals):
        """An item of this draft of which other lines claim so much that not enough is left; or None."""
        line_id, strong = made.reading.line.id, made.strong
        claims, totals = (self.firm, totals[1]) if strong else (self.claims, totals[0])
        for part in made.settlement.parts:
            claimed = claims.get(part.item_id)
            if not claimed:
                continue
            others = totals[part.item_id] - claimed.get(line_id, 0)
            item = self.index.items[part.item_id]
            if others and abs(others + part.item_amount) > abs(self.book.ledger.left(item)):
                return item
        return None

    def _rival(self, item, line_id):
        """Another line that claims ``item``; always the same one."""
        if item.id not in self.claimants:
            self.claimants[item.id] = heapq.nsmallest(2, self.claims[item.id], key=str)
        return next(other for other in self.claimants[item.id] if other != line_id)

    def _proposals(self, reading, totals):
        """All that can be said of a line that was not settled, best first; or why nothing can."""
        if not reading.line.amount:
            return Open(reading.line.id, (because("zero"),))
        best = {}
        for made in self._drafts(reading):
            item = self._contested(made, totals)
            if item is not None:
                made.doubts.append(because("contested", item.name, self._rival(item, reading.line.id)))
            if reading.details and made.rule != "batch":
                made.doubts.append(because("batch_whole"))
            if made.key not in best or made.score > best[made.key].score:
                best[made.key] = made
        ranked = sorted(best.values(), key=lambda made: (-made.score, made.key))
        clear = [made for made in ranked if not made.doubts]
        for made in clear:
            made.doubts.append(because("second"))
        ranked = ranked[: self.book.settings.max_proposals]
        return [made.proposal(False) for made in ranked] or Open(reading.line.id, tuple(self._why_not(reading)))

    def _drafts(self, reading):
        book = self.book
        drafts = [*rules.end_to_end(reading, book), *rules.batch(reading, book, by_amount=True)]
        for rule in _RULES:
            drafts += [made for made in rule(reading, book) if made.settlement.exact or not reading.details]
        if not any(made.settlement.exact for made in drafts):
            drafts += listed(reading, book)
        if not any(made.settlement.exact for made in drafts):
            drafts += rules.combination(reading, book)
            drafts += rules.withheld_by_amount(reading, book)
        if not any(made.settlement.exact for made in drafts):
            drafts += rules.similar_name(reading, book) + rules.amount_alone(reading, book)
        elif any(doubt.code == "exact_elsewhere" for made in drafts for doubt in made.doubts):
            drafts += rules.amount_by_name(reading, book)
        drafts += slips.misspelt(reading, book)
        return drafts

    def _why_not(self, reading):
        line, found, ledger = reading.line, reading.found, self.book.ledger
        if reading.is_return:
            yield because("reversal", f" ({line.return_reason})" if line.return_reason else "")
        for number in found.not_open:
            yield because("not_open", number)
        for document in {id(each): each for hit in found.hits for each in hit.documents}.values():
            left = self.book.left(document)
            if not left and document.items[0].id in ledger.taken_by:
                yield because("settled_elsewhere", document.name, ledger.taken_by[document.items[0].id])
            elif left and not same_direction(line.amount, left):
                yield because("direction", document.name)
        if not found.hits and not found.not_open:
            yield because("nothing_named")
        yield because("nothing_of_payer" if reading.payers else "payer_not_found")
        nearest = self._nearest(reading)
        if nearest:
            yield because("payer_has", nearest)
        bucket = len(self.index.by_amount.get((line.currency, line.amount), ()))
        if bucket > self.book.settings.amount_bucket:
            yield because("amount_common", bucket)
        elif not bucket:
            yield because("amount_not_found")
            for currency in sorted(self.index.currencies - {line.currency}):
                for item in list(self.index.by_amount.get((currency, line.amount), {}).values())[:1]:
                    yield because("amount_other_currency", item.name, currency)

    def _nearest(self, reading):
        """The payer's open documents whose amounts are the nearest, in words."""
        line, ledger = reading.line, self.book.ledger
        left = [
            (abs(ledger.left(item) - line.amount), str(item.id), f"{item.name} ({plain(ledger.left(item))})")
            for payer in reading.payers for item in self.index.by_payer.get(payer, {}).values()
            if item.currency == line.currency and same_direction(line.amount, ledger.left(item))
        ]  # fmt: skip
        return ", ".join(words for *_distance, words in heapq.nsmallest(NEAREST, left))


def _own_payment(reading, book):
    return rules.end_to_end(reading, book) if reading.line.end_to_end_ids else []


def _named(reading, book):
    return rules.batch(reading, book) if reading.details else rules.named(reading, book)


def _briefly(reading, book):
    if reading.details:
        return []
    return short_numbers.briefly_named(reading, book) or short_numbers.briefly_claimed(reading, book)


def _payer(reading, book):
    if reading.details:
        return rules.batch(reading, book, by_amount=True)
    drafts = rules.payer_amount(reading, book) if reading.payers else rules.name_amount(reading, book)
    if not drafts and (several := listed_exactly(reading, book)):
        return several
    return drafts if any(not made.doubts for made in drafts) else rules.weakly_claimed(reading, book) + drafts


def _misspelt(reading, book):
    return slips.misspelt(reading, book) if reading.payers and not reading.details else []
