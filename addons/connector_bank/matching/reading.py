"""A line as the rules see it, a book of what is open, and drafts of proposals."""

from dataclasses import dataclass, field
from functools import cached_property

from .candidates import account_key
from .items import Line, Proposal
from .reasons import because
from .score import alike, score
from .settle import Settlement

_SAME_NAME = 0.95


class Book:
    """What is open in one company and what the company allows."""

    def __init__(self, index, ledger, settings, settled):
        self.index, self.ledger, self.settings = index, ledger, settings
        self._settled, self._asked = settled, {}

    def look_up_settled(self, payers):
        """Learn the numbers of what these payers settled before, all at once."""
        unknown = set(payers) - self._asked.keys()
        if unknown and self._settled:
            found = self._settled(unknown)
            self._asked.update((payer, {account_key(name) for name in found.get(payer, ())}) for payer in unknown)

    def is_settled(self, payer, number):
        """Whether the payer had a document of this number before; it counts as one where that is not known."""
        return payer not in self._asked or account_key(number) in self._asked[payer]

    def take(self, proposal):
        """Settle what a sure proposal settles."""
        self.ledger.take(proposal)
        for part in proposal.parts:
            item = self.index.items[part.item_id]
            if not self.ledger.left(item):
                self.index.forget(item)

    def alive(self, documents):
        """Those documents that have something left."""
        left = self.ledger.left
        return [document for document in documents if any(map(left, document.items))]

    def left(self, document):
        return sum(map(self.ledger.left, document.items))


class Reading:
    """One line, read once: the payers it may come from and what its texts name."""

    def __init__(self, line: Line, index):
        self.line, self._index = line, index
        commercial = index.commercial
        owners = {commercial.get(partner, partner) for partner in line.account_partners}
        self.owners = owners.union(index.payers_of(line.account))
        self.partner = commercial.get(line.partner_id, line.partner_id)
        if self.partner is None:
            self.payers = self.owners
        elif self.owners:
            self.payers = self.owners & {self.partner}
        else:
            self.payers = {self.partner}

    @cached_property
    def found(self):
        line = self.line
        own = self._index.by_end_to_end
        ids = [key for key in line.end_to_end_ids if account_key(key) not in own]
        return self._index.look_up((*line.texts, *ids), [reference.value for reference in line.references])

    @cached_property
    def details(self):
        """The transactions of a batch booking as readings of their own; none where they are not the whole line."""
        line = self.line
        amounts = [detail.amount for detail in line.details]
        if len(amounts) < 2 or None in amounts or sum(amounts) != line.amount:
            return []
        return [Reading(_as_line(line, detail), self._index) for detail in line.details]

    @property
    def is_return(self):
        line = self.line
        return line.is_reversal or bool(line.return_reason) or any(detail.return_reason for detail in line.details)

    def confirms(self, document, *, by_name=False):
        """Whether the payer is known to be the document's, by account or partner, or by name."""
        if document.payer is not None and document.payer in self.payers:
            return True
        if not by_name or self.payers:
            return False
        return alike(self.line.partner_name, document.items[0].partner_name) >= _SAME_NAME


def _as_line(line, detail):
    return Line(
        line.id, line.company_id, detail.amount, line.currency, line.journal_id, None, line.booked_on, line.value_on,
        detail.partner_id, detail.partner_name, detail.account, detail.account_partners, detail.texts,
        detail.references, detail.end_to_end_ids, (), line.is_reversal, detail.return_reason,
    )  # fmt: skip


@dataclass(slots=True)
class Draft:
    """A proposal under work."""

    rule: str
    reading: Reading
    documents: list
    settlement: Settlement
    reasons: list
    doubts: list = field(default_factory=list)
    claims: bool = False  # its evidence holds against weaker evidence of other lines

    @property
    def key(self):
        """The same parts are the same proposal, whatever rule found it."""
        return tuple(sorted((str(part.item_id), part.amount) for part in self.settlement.parts))

    @property
    def score(self):
        return score(self.reasons, self.doubts)

    def proposal(self, sure):
        settled = self.settlement
        return Proposal(
            self.reading.line.id, settled.parts, settled.write_offs, settled.rest, self.score, sure,
            self.rule, tuple(self.reasons), tuple(self.doubts),
        )  # fmt: skip


def draft(rule, reading, documents, settlement, reasons, book, *, claims=False):
    """A ``Draft`` with what is common to all rules: payer, return, numbers that were left out."""
    reasons = [*reasons, *([settlement.reason] if settlement.reason else []), *_payer(reading, documents)]
    made = Draft(rule, reading, documents, settlement, reasons, claims=claims)
    doubts = made.doubts
    if settlement.doubt:
        doubts.append(settlement.doubt)
    if reading.is_return:
        cause = reading.line.return_reason
        doubts.append(because("reversal", f" ({cause})" if cause else ""))
    if len({document.payer for document in documents}) > 1:
        doubts.append(because("several_partners"))
    doubts += _contradictions(reading, documents)
    if rule != "end_to_end":
        doubts += _left_out(reading, documents, book)
    if not settlement.exact:
        doubts += _exact_elsewhere(reading, documents, book)
    return made


def _payer(reading, documents):
    document, line = documents[0], reading.line
    if document.payer is not None and document.payer in reading.owners:
        yield because("payer_account", line.account or "", document.payer_name)
    elif document.payer is not None and document.payer == reading.partner:
        yield because("payer_partner", document.payer_name)
    elif alike(line.partner_name, document.items[0].partner_name) >= _SAME_NAME:
        yield because("payer_name", line.partner_name, document.payer_name)


def _contradictions(reading, documents):
    for document in documents:
        if document.payer is None:
            continue
        if reading.owners and document.payer not in reading.owners:
            yield because("payer_differs", reading.line.account or "", document.payer_name)
            return
        if reading.partner is not None and document.payer != reading.partner:
            yield because("partner_differs", document.payer_name)
            return


def _left_out(reading, documents, book):
    """What the line names beside the documents of the draft."""
    found, taken = reading.found, {id(document) for document in documents}
    for number in found.not_open:
        yield because("not_open", number)
    for hit in found.hits:
        if hit.quality == "weak":
            continue
        if any(id(document) in taken for document in hit.documents):
            if hit.overlaps:
                yield because("overlap", hit.overlaps)
        elif book.alive(hit.documents):
            yield because("not_covered", hit.shown)
        else:
            yield because("not_open", hit.shown)


def _exact_elsewhere(reading, documents, book):
    """Another document of the payer with exactly the amount is the better guess where this one is not exact."""
    line, taken = reading.line, {document.id for document in documents}
    for item in book.index.by_payer_amount.get((documents[0].payer, line.currency, line.amount), {}).values():
        if item.document not in taken and book.ledger.left(item) == line.amount:
            yield because("exact_elsewhere", item.name)
            return
