"""Documents of one payer that a line lists by their last digits, or from one to another.

Where the payer is clear, people write 1138, 1139, 1141 or 00659-0666 and leave out what all of his numbers share.
Digits so short are anybody's, so only documents of that payer are looked at.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from .numbers import LEAST_SHORT, digit_runs, shortened, strict, upper
from .reading import draft
from .reasons import because
from .settle import same_direction, settle, subsets

_PAYERS = 3  # payers of a like name that are tried
_RANGE = re.compile(r"\s*(?:[-–]|\.\.|(?:BIS|TO|THRU|UNTIL|ÀS?|AL?|T/M)\b)")
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Place:
    """A document listed in the text: where its digits stand, and its number without the last of them."""

    start: int
    end: int
    series: str
    last: int
    document: object


def listed(reading, book):
    """What each payer it may be has open and the line lists: all together, or those that make the amount."""
    return [made for payer in _payers(reading, book) for made in _of_payer(reading, payer, book)]


def listed_exactly(reading, book):
    """Several documents of the known payer, all those listed, make the amount to the last place.

    That digits which mean something else name documents of just this payer that add up to it does not happen.
    """
    if len(reading.payers) != 1 or len(reading.digits) < 2:
        return []
    (payer,) = reading.payers
    documents = _documents(reading, payer, book)
    if len(documents) < 2:
        return []
    made = _draft(reading, documents, book)
    if made is None or not made.settlement.exact:
        return []
    made.claims = True
    return [made]


def _payers(reading, book):
    if reading.payers:
        return sorted(reading.payers, key=str)
    owners = {document.payer for hit in reading.found.naming for document in book.alive(hit.documents)} - {None}
    if len(owners) == 1:
        return list(owners)
    return sorted(book.index.payers.like(reading.line.partner_name), key=str)[:_PAYERS]


def _of_payer(reading, payer, book):
    documents = _documents(reading, payer, book)
    if not documents:
        return
    whole = _draft(reading, documents, book)
    for made in (whole, *_those_that_make_it(reading, documents, whole, book)):
        if made is not None:
            made.doubts.append(because("number_only_weak"))
            yield made


def _those_that_make_it(reading, documents, whole, book):
    """Those of the documents that make the amount, or with them others of the payer that the line does not name."""
    amount = reading.line.amount
    if whole is not None and not whole.settlement.doubt:
        return
    for chosen in _subsets(amount, documents, book):
        if len(chosen) < len(documents):
            yield _draft(reading, chosen, book)
    others = [each for each in _open(reading, documents[0].payer, book).values() if each not in documents]
    rest = amount - sum(map(book.left, documents))
    for chosen in _subsets(rest, others, book) if same_direction(rest, amount) else ():
        yield _draft(reading, documents, book, chosen)


def _subsets(amount, documents, book):
    units = [(place, book.left(document)) for place, document in enumerate(documents)]
    for places in subsets(amount, units, book.settings)[0]:
        yield [documents[place] for place in sorted(places)]


def _draft(reading, documents, book, unnamed=()):
    line, items = reading.line, [item for document in (*documents, *unnamed) for item in document.items]
    settled = settle(line, line.amount, items, book.ledger, book.settings)
    if settled is None:
        return None
    reasons = [because("number_weak", document.name) for document in documents[:_SHOWN]]
    return draft("number", reading, [*documents, *unnamed], settled, reasons, book)


def _open(reading, payer, book):
    """{id: document} of what the payer has open in the line's currency; nothing where he has too many."""
    items = book.index.by_payer.get(payer, {})
    if len(items) > book.settings.payer_items:
        return {}
    currency = reading.line.currency
    return {item.document: book.index.document_of[item.id] for item in items.values() if item.currency == currency}


def _documents(reading, payer, book):
    """Open documents of the payer that the text names in full or lists; what a range leaves out included."""
    documents = _open(reading, payer, book)
    if not documents:
        return []
    text = "\n".join(dict.fromkeys(map(upper, reading.all_texts)))
    places = sorted(_places(documents.values(), text), key=lambda place: (place.start, str(place.document.id)))
    found = {each.id: each for hit in reading.found.hits for each in hit.documents if each.id in documents}
    found.update((place.document.id, place.document) for place in places)
    for first, second in pairwise(places):
        if first.series == second.series and _RANGE.match(text, first.end, second.start):
            found.update(_between(first, second, documents.values()))
    return book.alive(found.values())


def _places(documents, text):
    runs = [(digits, text[start:end], start, end) for digits, start, end in digit_runs(text)]
    for document in documents:
        for name in dict.fromkeys(name for item in document.items for name in item.names if name):
            hit = _place(document, name, runs)
            if hit:
                yield hit
                break


def _place(document, name, runs):
    own, series = shortened(name), _series(name)
    if not own or series is None:
        return None
    for digits, written, start, end in runs:
        if digits in own or (len(written) >= LEAST_SHORT and series[1].endswith(written)):
            return _Place(start, end, series[0], int(series[1]), document)
    return None


def _series(name):
    """(what comes before the last digits, these); None where the number does not end in digits."""
    last = re.search(r"\d+$", upper(name).strip(), re.ASCII)
    return (strict(name)[: -len(last.group())], last.group()) if last else None


def _between(first, second, documents):
    for document in documents:
        series = _series(document.name)
        if series and series[0] == first.series and first.last < int(series[1]) < second.last:
            yield document.id, document
