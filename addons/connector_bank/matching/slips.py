"""Numbers with a slip: one sign left out, added, changed, or changed places with its neighbour."""

from itertools import islice

from rapidfuzz.distance import OSA

from .candidates import account_key
from .reading import draft
from .reasons import because
from .rules import documents_of, of_payers
from .settle import settle

_LEAST = 6  # letters and digits; of shorter numbers many are one slip apart
_ALTERNATIVES = 5
_COMPARED = 1000  # open documents of one amount


def misspelt(reading, book):
    """A number that no document has, or one of somebody else and of another amount: one slip away from one that fits.

    Sure where the payer is known to owe it, nothing else of his fits, and the number written is none of his
    former documents: who quotes one that is paid has paid twice, however alike the numbers are.
    """
    line, ledger, words = reading.line, book.ledger, _not_his(reading, book)
    if not words:
        return []
    bucket = book.index.by_amount.get((line.currency, line.amount), {})
    if reading.payers:
        bucket = {item.id: item for item in of_payers(reading, book, amount=line.amount)} or bucket
    drafts = []
    for item in islice(bucket.values(), _COMPARED):
        slips = [(name, word) for name in item.names for word in words if _is_slip(name, word)]
        if slips and ledger.left(item) == line.amount:
            settled = settle(line, line.amount, (item,), ledger, book.settings)
            name, word = slips[0]
            made = draft("number", reading, documents_of(settled, book), settled, (), book)
            made.reasons.insert(0, because("number_misspelt", name, word))
            made.doubts = [d for d in made.doubts if d.code not in ("not_open", "not_covered") or d.facts != (word,)]
            if len(bucket) > 1 or not reading.confirms(made.documents[0]) or not book.settings.sure_payer_amount:
                made.doubts.append(because("misspelt"))
            elif book.is_settled(item.payer, word):
                made.doubts.append(because("paid_before", word))
            drafts.append(made)
    return drafts[:_ALTERNATIVES]


def _not_his(reading, book):
    """Numbers in the line that name nothing open, or documents of others than the known payer, of another amount."""
    words = list(reading.found.not_open)
    for hit in reading.found.naming if reading.payers else ():
        foreign = all(document.payer not in reading.payers for document in hit.documents)
        if foreign and not book.of_amount(hit.documents, reading.line):
            words.append(hit.shown)
    return words


def _is_slip(name, word):
    """Whether one sign was left out, added, changed, or changed places with its neighbour."""
    name, word = account_key(name), account_key(word)
    return len(name) >= _LEAST and name != word and OSA.distance(name, word, score_cutoff=1) <= 1
