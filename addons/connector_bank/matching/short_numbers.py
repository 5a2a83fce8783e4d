"""Numbers as payers shorten them: 4901 for INV/2025/04901, 102299 without a word before it.

They are looked for among the documents of the payer, and decide where he is known by his account; where only his name
says who he is, the amount has to be that of the documents to the last place.
"""

from .candidates import Hit
from .numbers import SURE_SHORT
from .reasons import because
from .rules import of_documents

_NAMESAKES = 50
_ALTERNATIVES = 5


def briefly_named(reading, book):
    """Documents of the payer, all or some named by short numbers, together; or those of them that make the amount."""
    briefly = _briefly(reading, book) if reading.digits else None
    named = _named(reading, book) if briefly else None
    if not briefly or named is None or briefly.keys() <= named.keys():
        return []
    documents = {**{key: document for key, (document, _written) in briefly.items()}, **named}
    drafts = _drafts(reading, list(documents.values()), briefly.values(), book)
    for made in drafts:
        told = {document.name for document in (*made.documents, *named.values())}
        left_out = (document.name for document, _written in briefly.values())
        made.doubts += [because("not_covered", name) for name in left_out if name not in told]
    return drafts


def briefly_claimed(reading, book):
    """Documents of anybody that have just the amount of the line and whose short number stands in it.

    Without the payer this is not enough; but what this line may be meant for, no other one takes by such evidence.
    """
    full = [document for hit in reading.found.naming for document in hit.documents]
    found = [each for each in book.of_short_numbers(reading.digits, reading.line).items() if each[0] not in full]
    found = found[:_ALTERNATIVES]
    return [made for document, written in found for made in _drafts(reading, [document], [(document, written)], book)]


def _drafts(reading, documents, briefly, book):
    short = [Hit("short", document.name, written, (document,)) for document, written in briefly]
    return of_documents(reading, documents, [*reading.found.naming, *short], book)


def _briefly(reading, book):
    """{document id: (document, short number as written)}; None where a number may mean several."""
    line, found = reading.line, {}
    payers = reading.payers or book.index.payers.of_words(line.partner_name)
    if len(payers) > _NAMESAKES:
        return None
    numbers = [book.short_numbers(payer) for payer in sorted(payers, key=str)]
    for short, written in reading.digits.items():
        if len(written) < SURE_SHORT and not reading.payers:
            continue
        meant = [document for each in numbers for document in book.alive(each.get(short, ()))]
        meant = [document for document in meant if reading.confirms(document, by_name=True)]
        if len(meant) > 1:
            meant = book.of_amount(meant, line)
            if len(meant) != 1:
                return None
        if meant:
            found.setdefault(meant[0].id, (meant[0], written))
    return found


def _named(reading, book):
    """{document id: document} of those named in full; None where a number may mean several."""
    found = {}
    for hit in reading.found.naming:
        documents = book.alive(hit.documents)
        if len(documents) > 1:
            return None
        found.update((document.id, document) for document in documents)
    return found
