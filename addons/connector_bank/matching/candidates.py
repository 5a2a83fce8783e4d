"""The open items of one company, found by number, reference, id, payer and amount: look-ups, no loops.

``Index`` is built once a run. ``read`` turns a line's texts into ``Found``: which documents the line
names, how well, and which numbers of our own kind it names that are not open.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .items import OpenItem
from .numbers import Number, Text, is_short, strict
from .payers import Payers
from .references import reference_of, structured_references
from .score import name_words

#: Reference kinds that are surely meant as references of an invoice when their check digits agree.
_SAFE_KINDS = frozenset({"RF", "QRR", "OGM"})
_CROWD = 100  # a "number" that more documents carry (a customer number, a year) names none of them
_QUALITY = {"reference": 3, "exact": 2, "loose": 1, "weak": 0}


@dataclass(slots=True, eq=False)
class Document:
    """What people pay: one move with its open items, the earliest due first."""

    id: object
    items: tuple[OpenItem, ...]

    @property
    def name(self):
        return self.items[0].name

    @property
    def payer(self):
        return self.items[0].payer

    @property
    def payer_name(self):
        return self.items[0].partner_name or self.name


@dataclass(slots=True)
class Hit:
    """One number or reference read in a line, and the documents that answer to it."""

    quality: str  # reference, exact, loose, short, weak
    shown: str  # as the document writes it
    written: str  # as the line writes it
    documents: tuple[Document, ...]
    span: tuple[int, int] = (0, 0)
    overlaps: str | None = None  # another reading of the same place
    glued: bool = False  # stands directly against further letters or digits


@dataclass(slots=True)
class Found:
    """All a line's texts say."""

    hits: list[Hit] = field(default_factory=list)
    not_open: tuple[str, ...] = ()  # numbers and references of our own kind that no open item has

    @property
    def naming(self):
        """Those that name documents; the others only help."""
        return [hit for hit in self.hits if hit.quality != "weak"]


def account_key(account):
    """An account number as it is compared."""
    return strict(account)


def order(item):
    """The order in which a payer settles: earliest due first; stable for any input order."""
    day = item.due_on or item.dated_on
    return (day is None, day.toordinal() if day else 0, str(item.id))


class Index:
    """Look-ups over the open items of one company."""

    def __init__(self, items):
        self.items = {item.id: item for item in sorted(items, key=order)}
        self.document_of = {}
        self.by_end_to_end = defaultdict(list)
        self.by_amount = defaultdict(dict)  # each: key → item id → item, in the order of settling
        self.currencies = set()
        self.by_payer = defaultdict(dict)
        self.by_payer_amount = defaultdict(dict)
        self.owners = defaultdict(set)
        self._owing, self._count = {}, Counter()
        self.payers = Payers()
        self.commercial = {}
        self.numbers = defaultdict(list)  # strict form, or "~" and the loose form → (Number, Document)
        self.references = defaultdict(list)
        self.families = defaultdict(set)  # leading letters → lengths of the digit groups
        self._leads, self._full_leads, self._lead_lengths = set(), set(), ()
        self._digits_first = False
        self._kinds, self._longest = set(), 0
        self._build()

    def _build(self):
        grouped = defaultdict(list)
        for item in self.items.values():
            grouped[item.document].append(item)
            self._add_item(item)
        leads = set()
        for key, items in grouped.items():
            document = Document(key, tuple(items))
            for item in items:
                self.document_of[item.id] = document
            for name in dict.fromkeys(name for item in items for name in item.names if name):
                self._add_name(name, document, leads)
        self._leads = {lead[:end] for lead in leads for end in range(1, len(lead) + 1)}
        self._full_leads.update(leads)
        self._lead_lengths = sorted({len(lead) for lead in leads if len(lead) > 1}, reverse=True)

    def _add_item(self, item):
        self.by_amount[item.currency, item.residual][item.id] = item
        self._count[item.currency, item.residual] += 1
        self.currencies.add(item.currency)
        if item.payer is not None:
            self.by_payer[item.payer][item.id] = item
            self.by_payer_amount[item.payer, item.currency, item.residual][item.id] = item
            self.commercial[item.payer] = item.payer
            if item.partner_name:
                self.payers.add(item.partner_name, item.payer)
            if item.partner_id is not None:
                self.commercial[item.partner_id] = item.payer
            for account in item.accounts:
                self.owners[account_key(account)].add(item.payer)
        for key in item.end_to_end_ids:
            self.by_end_to_end[strict(key)].append(item)

    def _add_name(self, name, document, leads):
        for ref in reference_of(name):
            self._kinds.add(ref.kind)
            self.references[ref.value].append((name, document))
        number = Number.of(name)
        if number is None:
            return
        for key in (number.strict, "~" + number.loose):
            self.numbers[key].append((number, document))
        self._longest = max(self._longest, len(number.strict))
        first = number.groups[0]
        if first[0].isdigit():
            self._digits_first = True
        else:
            leads.add(first)
            if number.family:
                self.families[first].add(number.family[1])

    def forget(self, item):
        """A settled item is no candidate by payer or amount; its number is still known."""
        del self.by_amount[item.currency, item.residual][item.id]
        if item.payer is not None:
            del self.by_payer[item.payer][item.id]
            del self.by_payer_amount[item.payer, item.currency, item.residual][item.id]

    def payers_of(self, account):
        """Payers that own ``account`` as far as the open items know."""
        return self.owners.get(account_key(account), ()) if account else ()

    def how_many(self, currency, amount):
        """Open items of just this amount when the run began."""
        return self._count[currency, amount]

    def owing(self, currency, amount, words, more_than):
        """Payers who owed a document of just this amount when the run began, with more than so many of these words."""
        key = currency, amount
        if key not in self._owing:
            by_word = self._owing[key] = defaultdict(set)
            for item in self.by_amount.get(key, {}).values():
                for word in name_words(item.partner_name) if item.partner_name and item.payer is not None else ():
                    by_word[word].add(item.payer)
        common = Counter(payer for word in words for payer in self._owing[key].get(word, ()))
        return {payer for payer, count in common.items() if count > more_than}

    def begins(self, group):
        """Where in ``group`` a number may begin: how many signs glued before it to leave out, fewest first."""
        if group[0].isdigit():
            return (0,) if self._digits_first else ()
        if group in self._leads:
            return (0,)
        glued = (length for length in self._lead_lengths if group[-length:] in self._full_leads)
        return tuple(max(len(group) - length, 0) for length in glued)

    def look_up(self, texts, references):
        """``Found`` of a line's texts and of the structured references the bank gave."""
        text = Text(texts)
        refs = [ref for value in references for ref in structured_references(value, structured=True)]
        refs += structured_references(text.text)
        found = Found(self._reference_hits(refs))
        numbers, unknown = self._number_hits(text)
        for value in references:  # banks also give plain invoice numbers as references
            hits, more = self._number_hits(Text([value]))
            numbers += hits
            unknown += more
        found.hits += self._best(numbers, found.hits)
        named = {strict(hit.shown) for hit in found.hits}
        kinds = self._kinds & _SAFE_KINDS
        missing = [ref.value for ref in refs if ref.kind in kinds and ref.value not in self.references]
        found.not_open = tuple(dict.fromkeys(missing + [word for word in unknown if strict(word) not in named]))
        return found

    def _reference_hits(self, refs):
        hits = {}
        for ref in refs:
            entries = self.references.get(ref.value)
            if entries and ref.value not in hits:
                documents = tuple({id(document): document for _name, document in entries}.values())
                hits[ref.value] = Hit("reference", entries[0][0], ref.value, documents)
        return list(hits.values())

    def _number_hits(self, text):
        """Hits by document number, and numbers of a known family that hit nothing."""
        hits, sisters = [], []
        for window in text.windows(self.begins, self._longest):
            entries = self.numbers.get(window.strict) or self.numbers.get("~" + window.loose)
            if entries and len(entries) <= _CROWD:
                hits += self._hits(text, window, entries)
            elif not entries and not window.glued and self._is_sister(window):
                sisters.append(window)
        hits = _without_contained(hits)
        unknown = [window for window in sisters if not any(_explains(hit, window) for hit in hits)]
        return hits, [text.text[window.start : window.end] for window in unknown]

    def _hits(self, text, window, entries):
        by_quality = defaultdict(list)
        for number, document in entries:
            by_quality[_quality(text, window, number)].append((number, document))
        for quality, pairs in by_quality.items():
            documents = tuple({id(document): document for _number, document in pairs}.values())
            written = text.text[window.start : window.end].replace("\n", " ")
            span = (window.start, window.end)
            yield Hit(quality, pairs[0][0].text, written, documents, span, glued=window.glued)

    def _is_sister(self, window):
        """Whether the window looks like one of our numbers: same letters, same lengths of digits."""
        lead = window.strict[: window.starts[1]] if len(window.starts) > 1 else window.strict
        families = self.families.get(lead)
        if not families:
            return False
        lengths = window.lengths
        if len(lengths) == 1 and any(sum(each) == lengths[0] and 0 not in each for each in families):
            return True
        return lengths in families

    @staticmethod
    def _best(numbers, references):
        """One hit per set of documents: the best; documents named by reference need no number."""
        best = {}
        known = {id(document) for hit in references for document in hit.documents}
        for hit in numbers:
            key = tuple(sorted(id(document) for document in hit.documents))
            if set(key) <= known:
                continue
            if key not in best or _QUALITY[hit.quality] > _QUALITY[best[key].quality]:
                best[key] = hit
        return list(best.values())


def _quality(text, window, number):
    grade = number.grade
    if grade == "weak":
        return "weak"
    if grade == "number" and window.strict != number.strict and is_short(window.strict):
        return "weak"
    if grade == "number" or window.strict != number.strict or window.glued:
        return "loose"
    if not set(window.starts) <= number.bounds or text.continued(window.start, window.end):
        return "loose"
    if grade == "dated" and text.text[window.start : window.end] != number.text:
        return "loose"
    return "exact"


def _explains(hit, window):
    """Whether a number like ours that nothing answers to is but a part of what was read, or covered by it."""
    start, end = hit.span
    if hit.quality == "exact":
        return start < window.end and window.start < end
    return hit.quality == "loose" and start <= window.start and window.end <= end


def _without_contained(hits):
    """Drop readings inside a better one; mark those that another overlaps, or of which either may begin in one word."""
    if len(hits) < 2:
        return hits
    hits = sorted(hits, key=lambda hit: (-_QUALITY[hit.quality], hit.span[0] - hit.span[1], hit.span))
    kept = []
    for hit in hits:
        start, end = hit.span
        for other in kept:
            if start < other.span[1] and other.span[0] < end and hit.span != other.span:
                if other.span[0] <= start and end <= other.span[1] and not (hit.glued and other.glued):
                    break
                if hit.quality != "weak":
                    other.overlaps, hit.overlaps = hit.shown, other.shown
        else:
            kept.append(hit)
    return kept
