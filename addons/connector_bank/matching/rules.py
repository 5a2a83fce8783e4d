"""The rules: each takes a line's reading and the book and answers drafts, best evidence first.

A draft without doubts may be booked without a person; every doubt is a reason not to.
"""

from datetime import timedelta
from itertools import islice

from rapidfuzz.distance import OSA

from .candidates import account_key
from .items import ZERO
from .reading import draft
from .reasons import because
from .settle import Settlement, deducted, settle, subsets

_MIN_ID = 6  # a shorter end-to-end id is a counter, not an id
_NO_ID = frozenset({"NOTPROVIDED", "NONREF"})
_ALTERNATIVES = 5
_DETAIL_REASONS = 20
_MISSPELT = 1000  # open documents of one amount that are compared


def end_to_end(reading, book):
    """The bank gives back the id we sent with our own payment."""
    line, items = reading.line, {}
    for key in map(account_key, line.end_to_end_ids):
        if len(key) >= _MIN_ID and key not in _NO_ID:
            items.update((item.id, item) for item in book.index.by_end_to_end.get(key, ()))
    settled = settle(line, line.amount, list(items.values()), book.ledger, book.settings)
    if settled is None:
        return []
    documents = _documents(settled, book)
    reasons = [because("end_to_end", line.end_to_end_ids[0])]
    return [draft("end_to_end", reading, documents, settled, reasons, book, claims=True)]


def named(reading, book):
    """Documents named in the line by reference or number, all together; or those that make the amount."""
    hits = [hit for hit in reading.found.hits if hit.quality != "weak"]
    certain, choices = {}, []
    for hit in hits:
        documents = _narrowed(reading, book.alive(hit.documents))
        if len(documents) == 1:
            certain.setdefault(documents[0].id, documents[0])
        elif documents:
            choices.append((hit, documents))
    base = list(certain.values())
    if not choices:
        return _of_documents(reading, base, hits, book) if base else []
    drafts, (hit, alternatives) = [], choices[0]
    for document in alternatives[:_ALTERNATIVES]:
        for made in _of_documents(reading, [*base, document], hits, book):
            made.doubts.append(because("ambiguous", hit.shown))
            drafts.append(made)
    return drafts


def _narrowed(reading, documents):
    """Several documents with one number: those of the payer, where he is known."""
    if len(documents) > 1:
        return [document for document in documents if reading.confirms(document)] or documents
    return documents


def _of_documents(reading, documents, hits, book):
    """The draft of all documents, and where that does not fit, of those that make the amount."""
    whole = _named_draft(reading, documents, hits, book)
    drafts = [whole] if whole else []
    if whole and whole.settlement.doubt and whole.settlement.doubt.code == "short":
        drafts += filter(None, [_named_draft(reading, documents, hits, book, deducted)])
    if len(documents) > 1 and (whole is None or whole.settlement.doubt):
        units = [(place, book.left(document)) for place, document in enumerate(documents)]
        for places in subsets(reading.line.amount, units, book.settings)[0]:
            chosen = [documents[place] for place in sorted(places)]
            if len(chosen) < len(documents) and (made := _named_draft(reading, chosen, hits, book)):
                drafts.append(made)
    return drafts


def _named_draft(reading, documents, hits, book, way=settle):
    line = reading.line
    items = [item for document in documents for item in document.items]
    settled = way(line, line.amount, items, book.ledger, book.settings)
    if settled is None:
        return None
    best = [_best_hit(document, hits) for document in documents]
    rule = "reference" if all(hit.quality == "reference" for hit in best) else "number"
    claims = all(hit.quality != "loose" for hit in best)
    made = draft(rule, reading, documents, settled, _naming(documents, best), book, claims=claims)
    for document, hit in zip(documents, best, strict=True):
        if hit.quality == "loose" and not reading.confirms(document, by_name=settled.exact):
            made.doubts.append(because("payer_unknown"))
            break
    confirmed = all(reading.confirms(document, by_name=True) for document in documents)
    if claims and confirmed and book.settings.sure_partial and len(documents) == 1:
        made.doubts = [doubt for doubt in made.doubts if doubt.code != "partial"]
    return made


def _best_hit(document, hits):
    ranks = ("reference", "exact", "loose")
    return min(
        (hit for hit in hits if any(each is document for each in hit.documents)),
        key=lambda hit: ranks.index(hit.quality),
    )


def _naming(documents, hits):
    """The first reason carries the weight of naming; the others tell the further documents."""
    for document, hit in list(zip(documents, hits, strict=True))[:_DETAIL_REASONS]:
        if hit.quality == "reference":
            yield because("reference", hit.shown, document.name)
        elif hit.quality == "exact":
            yield because("number", hit.shown)
        else:
            yield because("number_loose", hit.shown, hit.written)


def weakly_named(reading, book):
    """A short number of a document of the known payer: never enough alone."""
    drafts = []
    for hit in reading.found.hits:
        if hit.quality == "weak" and reading.payers:
            for document in book.alive(hit.documents)[:_ALTERNATIVES]:
                settled = settle(reading.line, reading.line.amount, document.items, book.ledger, book.settings)
                if reading.confirms(document) and settled and not settled.doubt:
                    made = draft("number", reading, [document], settled, [because("number_weak", hit.shown)], book)
                    made.doubts.append(because("number_only_weak"))
                    drafts.append(made)
    return drafts


def batch(reading, book, *, by_amount=False):
    """A batch booking: each transaction by its own evidence, together the amount of the line."""
    found = [_detail_draft(detail, book, by_amount) for detail in reading.details]
    uses = {}
    for made in filter(None, found):
        for part in made.settlement.parts:
            uses[part.item_id] = uses.get(part.item_id, 0) + 1
    matched = [made for made in found if made and all(uses[part.item_id] == 1 for part in made.settlement.parts)]
    if not matched:
        return []
    return [_batch_draft(reading, matched, len(found), book)]


def _detail_draft(reading, book, by_amount):
    """The one draft without doubts, or None."""
    for rule in (end_to_end, named, payer_amount) if by_amount else (end_to_end, named):
        drafts = rule(reading, book)
        clear = [made for made in drafts if not made.doubts]
        if drafts:
            return clear[0] if len(clear) == 1 else None
    return None


def _batch_draft(reading, matched, count, book):
    parts = tuple(part for made in matched for part in made.settlement.parts)
    offs = tuple(off for made in matched for off in made.settlement.write_offs)
    rest = reading.line.amount - sum((each.amount for each in (*parts, *offs)), ZERO)
    clear = len(matched) == count
    reasons = [because("batch", count)] if clear else []
    for made in matched[:_DETAIL_REASONS]:
        reasons += made.reasons[:2]
    documents = [document for made in matched for document in made.documents]
    settled = Settlement(parts, None, offs, rest, exact=True)
    whole = draft("batch", reading, documents[:1], settled, (), book, claims=True)
    whole.documents, whole.reasons = documents, reasons
    beside = ("not_covered", "not_open", "overlap", "payer_differs", "partner_differs")
    whole.doubts = [doubt for doubt in whole.doubts if doubt.code not in beside]  # each transaction was asked itself
    if not clear:
        whole.doubts.append(because("batch_open", count - len(matched), count))
    return whole


def payer_amount(reading, book):
    """The payer is known and has one open document of exactly this amount."""
    line, left = reading.line, book.ledger.left
    count = sum(len(book.index.by_payer.get(payer, ())) for payer in reading.payers)
    many = count > book.settings.payer_items
    items = [item for item in _of_payers(reading, book, amount=many and line.amount) if left(item)]
    equal = {}
    for item in items:
        if left(item) == line.amount:
            equal.setdefault(item.document, (item,))
    for document in _several_instalments(items, book):
        if book.left(document) == line.amount:
            equal.setdefault(document.id, document.items)
    drafts = []
    for chosen in list(equal.values())[:_ALTERNATIVES]:
        settled = settle(line, line.amount, chosen, book.ledger, book.settings)
        made = draft("payer_amount", reading, _documents(settled, book), settled, (), book)
        if many:
            made.doubts.append(because("many_open", count))
        made.doubts += _amount_doubts(line, chosen, equal, items, book)
        drafts.append(made)
    return drafts


def name_amount(reading, book):
    """The payer is known by his very name, and the only open document of this amount is his."""
    line, index = reading.line, book.index
    bucket = index.by_amount.get((line.currency, line.amount), {})
    payer = index.payers.of_name(line.partner_name)
    if len(bucket) != 1 or payer is None:
        return []
    (item,) = bucket.values()
    if item.payer != payer or book.ledger.left(item) != line.amount:
        return []
    settled = settle(line, line.amount, (item,), book.ledger, book.settings)
    made = draft("payer_amount", reading, _documents(settled, book), settled, (because("amount_only_one"),), book)
    made.doubts += _amount_doubts(line, (item,), (item,), _open_of(payer, line.currency, book), book)
    return [made]


def _open_of(payer, currency, book):
    return [item for item in book.index.by_payer.get(payer, {}).values() if item.currency == currency]


def _of_payers(reading, book, *, amount=None):
    """Open items of the payers, or some of one amount alone where they are many."""
    currency, index = reading.line.currency, book.index
    if amount:
        keys = [(payer, currency, amount) for payer in sorted(reading.payers, key=str)]
        few = [islice(index.by_payer_amount.get(key, {}).values(), book.settings.amount_bucket) for key in keys]
        return [item for items in few for item in items]
    groups = [index.by_payer.get(payer, {}).values() for payer in sorted(reading.payers, key=str)]
    return [item for items in groups for item in items if item.currency == currency]


def _several_instalments(items, book):
    documents = {item.document: book.index.document_of[item.id] for item in items}
    return [document for document in documents.values() if len(document.items) > 1]


def _amount_doubts(line, chosen, equal, items, book):
    settings = book.settings
    if not settings.sure_payer_amount:
        yield because("not_allowed")
    if len(equal) > 1:
        yield because("same_amount", len(equal))
    if len(items) <= settings.payer_items and _two_make(line.amount, chosen, items, book):
        yield because("other_sum")
    dated, moved = chosen[0].dated_on, line.value_on or line.booked_on
    if dated and moved and moved + timedelta(days=settings.days_before_document) < dated:
        yield because("before_document", moved, chosen[0].name, dated)


def _two_make(amount, chosen, items, book):
    """Whether two other open items make the amount too."""
    taken, seen = {item.id for item in chosen}, set()
    for item in items:
        if item.id in taken:
            continue
        value = book.ledger.left(item)
        if amount - value in seen:
            return True
        seen.add(value)
    return False


def combination(reading, book):
    """No document named: several open documents of the known payer that make the amount."""
    line = reading.line
    if sum(len(book.index.by_payer.get(payer, ())) for payer in reading.payers) > book.settings.payer_items:
        return []
    items = [item for item in _of_payers(reading, book) if book.ledger.left(item)]
    documents = list({item.document: book.index.document_of[item.id] for item in items}.values())
    if len(documents) < 2:
        return []
    if sum(map(book.left, documents)) == line.amount:
        return [_combined(reading, documents, because("amount_everything", len(documents)), book)]
    units = [(place, book.left(document)) for place, document in enumerate(documents)]
    found, complete = subsets(line.amount, units, book.settings)
    drafts = []
    for places in found:
        chosen = [documents[place] for place in sorted(places)]
        made = _combined(reading, chosen, because("amount_combination", len(chosen)), book)
        if len(found) > 1 or not complete:
            made.doubts.append(because("other_sum"))
        drafts.append(made)
    return drafts


def _combined(reading, documents, reason, book):
    items = [item for document in documents for item in document.items]
    settled = settle(reading.line, reading.line.amount, items, book.ledger, book.settings)
    made = draft("combination", reading, documents, settled, (), book)
    made.reasons = [reason, *(each for each in made.reasons if each is not settled.reason)]
    made.doubts.append(because("combination"))
    return made


def amount_alone(reading, book):
    """Payer unknown: open items of exactly this amount; those of payers of his name alone, where there are some."""
    line, ledger, index = reading.line, book.ledger, book.index
    if reading.payers:
        return []
    named = sorted(index.payers.like(line.partner_name), key=str)
    groups = [index.by_payer_amount.get((payer, line.currency, line.amount), {}) for payer in named]
    by_name = [item for items in groups for item in items.values() if ledger.left(item) == line.amount]
    bucket = index.by_amount.get((line.currency, line.amount), {})
    if not by_name and len(bucket) > book.settings.amount_bucket:
        return []
    items = by_name or [item for item in bucket.values() if ledger.left(item) == line.amount]
    drafts = []
    for item in items[: book.settings.amount_bucket]:
        settled = settle(line, line.amount, (item,), ledger, book.settings)
        made = draft("amount", reading, _documents(settled, book), settled, (), book)
        made.doubts.append(because("name_only" if by_name else "amount_alone"))
        if by_name and not any(reason.code == "payer_name" for reason in made.reasons):
            made.reasons.append(because("payer_name_like", line.partner_name, item.partner_name))
        if len(items) > 1:
            made.doubts.append(because("amount_common", len(items)))
        drafts.append(made)
    return drafts


def misspelt(reading, book):
    """A number like ours that no document has, one slip away from a document of exactly this amount.

    Sure where the payer is known to owe it, nothing else of his fits, and the number written is none of his
    former documents: who quotes one that is paid has paid twice, however alike the numbers are.
    """
    line, ledger = reading.line, book.ledger
    if not reading.found.not_open:
        return []
    bucket = book.index.by_amount.get((line.currency, line.amount), {})
    if reading.payers:
        bucket = {item.id: item for item in _of_payers(reading, book, amount=line.amount)} or bucket
    drafts = []
    for item in islice(bucket.values(), _MISSPELT):
        slips = [(name, word) for name in item.names for word in reading.found.not_open if _is_slip(name, word)]
        if slips and ledger.left(item) == line.amount:
            settled = settle(line, line.amount, (item,), ledger, book.settings)
            name, word = slips[0]
            made = draft("number", reading, _documents(settled, book), settled, (), book)
            made.reasons.insert(0, because("number_misspelt", name, word))
            made.doubts = [d for d in made.doubts if d.code != "not_open" or d.facts != (word,)]
            if len(bucket) > 1 or not reading.confirms(made.documents[0]) or not book.settings.sure_payer_amount:
                made.doubts.append(because("misspelt"))
            elif book.is_settled(item.payer, word):
                made.doubts.append(because("paid_before", word))
            drafts.append(made)
    return drafts[:_ALTERNATIVES]


def _is_slip(name, word):
    """Whether one sign was left out, added, changed, or changed places with its neighbour."""
    name, word = account_key(name), account_key(word)
    return len(name) >= _MIN_ID and name != word and OSA.distance(name, word, score_cutoff=1) <= 1


def _documents(settled, book):
    found = (book.index.document_of[part.item_id] for part in settled.parts)
    return list({document.id: document for document in found}.values())
