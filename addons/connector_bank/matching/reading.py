"""A line as the rules see it, a book of what is open, and drafts of proposals."""

import re
from dataclasses import dataclass, field
from functools import cached_property

from .candidates import account_key
from .items import Line, Proposal
from .numbers import SURE_SHORT, quoted, short_runs, shortened
from .reasons import because
from .score import is_named, name_words, score, spelled
from .settle import Settlement

_NAMESAKES = 50  # payers of one name whose documents are looked at
_ADVANCE = re.compile(
    r"\b(?:anzahlung|vorkasse|vorauskasse|vorauszahlung|pro-?forma|pre-?paym|prepaid|down ?payment|deposit|advance paym"
    r"|payment in advance|acompte|arrhes|avance|anticipo|acconto|caparra|voorschot|aanbetaling|vooruitbetal|zaliczk"
    r"|przedp[lł]at|z[aá]loh|forskudd?|f[oö]rskott|ennakko|adiantamento)",
    re.IGNORECASE,
)


class Book:
    """What is open in one company and what the company allows."""

    def __init__(self, index, ledger, settings, settled):
        self.index, self.ledger, self.settings = index, ledger, settings
        self._settled, self._asked, self._former = settled, {}, {}
        self._short = {}

    def look_up_settled(self, payers):
        """Learn the numbers of what these payers settled before, all at once."""
        unknown = set(payers) - self._asked.keys()
        if unknown and self._settled:
            found = self._settled(unknown)
            for payer in unknown:
                former = found.get(payer, ())
                self._asked[payer] = {account_key(name) for name in former}
                self._former[payer] = {short: name for name in former for short in shortened(name)}

    def is_settled(self, payer, number):
        """Whether the payer had a document of this number before; it counts as one where that is not known."""
        return payer not in self._asked or account_key(number) in self._asked[payer]

    def paid_before(self, document, reading):
        """A number in the line of a document its payer settled before, and of no open one, as far as known; or None.

        Payers leave out what comes before the last digits, and leading zeros.
        """
        payer = document.payer
        if not self._asked.get(payer):
            return None
        former = self._asked[payer] & reading.quoted
        whole = min((number for number in former if number not in self.index.numbers), default=None)
        if whole is not None:
            return whole
        own = {short for item in document.items for name in item.names for short in shortened(name)}
        former = self._former[payer]
        return min((former[short] for short in former.keys() & reading.digits.keys() - own), default=None)

    def short_numbers(self, payer):
        """{short number: its documents} of what the payer owes."""
        return self._shortened(payer, self.index.by_payer.get(payer, {}))

    def of_short_numbers(self, digits, line):
        """{document that has just the amount of the line: its short number as written among ``digits``}."""
        if not digits or not line.amount:
            return {}
        key = line.currency, line.amount
        numbers = self._shortened(key, self.index.by_amount.get(key, {}))
        return {
            document: written for short, written in digits.items() if len(written) >= SURE_SHORT
            for document in self.of_amount(numbers.get(short, ()), line)
        }  # fmt: skip

    def _shortened(self, key, items):
        if key not in self._short:
            self._short[key] = found = {}
            for document in {id(each): each for each in map(self.index.document_of.get, items)}.values():
                for short in {short for item in document.items for name in item.names for short in shortened(name)}:
                    found.setdefault(short, []).append(document)
        return self._short[key]

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

    def of_amount(self, documents, line):
        """Those documents of which just the amount of the line is left."""
        if not line.amount:
            return []
        same = (document for document in documents if document.items[0].currency == line.currency)
        return [document for document in same if self.left(document) == line.amount]

    def left(self, document):
        return sum(map(self.ledger.left, document.items))


class Reading:
    """One line, read once: the payers it may come from and what its texts name."""

    def __init__(self, line: Line, index):
        self.line, self._index = line, index
        self.similar = ()  # payers whose name is only similar, the most similar first
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
    def quoted(self):
        """What the texts hold that may be a number of anybody, as it is compared."""
        return quoted(self.all_texts)

    @cached_property
    def all_texts(self):
        """The texts of the line and of each of its transactions."""
        return (*self.line.texts, *(text for detail in self.line.details for text in detail.texts))

    @property
    def pays_in_advance(self):
        """Whether the texts say that something is paid before it is invoiced."""
        return any(_ADVANCE.search(text) for text in self.all_texts)

    @cached_property
    def digits(self):
        """Runs of digits in the texts that may be a short number, without leading zeros, and as they are written."""
        return short_runs(self.all_texts)

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
        owner = document.items[0].partner_name
        return is_named(self.line.partner_name, owner) or self.says(owner)

    def says(self, name):
        """Whether all words of ``name``, at least two, stand in the texts: who pays for somebody says for whom."""
        words = spelled(name) if name else ()
        return len(words) > 1 and self._words.issuperset(words)

    @cached_property
    def _words(self):
        return set(spelled(" ".join(self.all_texts)))


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
    named: bool = False  # its documents are named in the line

    @property
    def firm(self):
        """Whether at least amount or payer agree with what is named."""
        return self.settlement.exact or self._confirmed

    @property
    def strong(self):
        """Whether number, amount and payer agree: a claim that is not firm is not meant then."""
        return self.named and self.settlement.exact and self._confirmed

    @property
    def _confirmed(self):
        return all(self.reading.confirms(document, by_name=True) for document in self.documents)

    @property
    def key(self):
        """The same parts and write-offs are the same proposal, whatever rule found it."""
        parts = sorted((str(part.item_id), part.amount) for part in self.settlement.parts)
        return tuple(parts), tuple(off.kind for off in self.settlement.write_offs)

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
    own = () if settlement.exact else (documents[0].payer,)
    meant = sorted(_meant(reading, documents, settlement.exact, book), key=str)[:_NAMESAKES]
    doubts += _exact_elsewhere(reading, documents, (*own, *meant), book)
    return made


def _payer(reading, documents):
    document, line = documents[0], reading.line
    if document.payer is not None and document.payer in reading.owners:
        yield because("payer_account", line.account or "", document.payer_name)
    elif document.payer is not None and document.payer == reading.partner:
        yield because("payer_partner", document.payer_name)
    elif is_named(line.partner_name, document.items[0].partner_name):
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
            if not any(id(each) in taken for each in hit.documents) and book.of_amount(hit.documents, reading.line):
                yield because("not_covered", hit.shown)
            continue
        if any(id(document) in taken for document in hit.documents):
            if hit.overlaps:
                yield because("overlap", hit.overlaps)
        elif book.alive(hit.documents):
            yield because("not_covered", hit.shown)
        else:
            yield because("not_open", hit.shown)


def _meant(reading, documents, exact, book):
    """Payers who may be meant: of the name in the line or one like it, or of a word of it, owing just this amount.

    Nobody else where the payer is known, or the document is exact and of him whose name is in the line. A number with a
    slip is easily that of somebody else who owes as much; names are cut, turned and shortened.
    """
    line, payers = reading.line, book.index.payers
    name, owner = line.partner_name, documents[0].items[0].partner_name
    if reading.payers or not name or (exact and (is_named(name, owner) or reading.says(owner))):
        return set()
    words = name_words(name)
    owing = book.index.owing(line.currency, line.amount, words, len(words & name_words(owner)))
    return owing | payers.of_words(name)


def _exact_elsewhere(reading, documents, payers, book):
    """Another document of these payers with exactly the amount may be meant.

    It is the better guess where this one is not exact, or is not of the payer whose very name stands in the line.
    """
    line, taken = reading.line, {document.id for document in documents}
    for payer in payers:
        for item in book.index.by_payer_amount.get((payer, line.currency, line.amount), {}).values():
            if item.document not in taken and book.ledger.left(item) == line.amount:
                yield because("exact_elsewhere", item.name)
                return
