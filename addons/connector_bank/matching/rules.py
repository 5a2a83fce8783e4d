"""The rules: each takes a line's reading and the book and answers drafts, best evidence first.

A draft without doubts may be booked without a person; every doubt is a reason not to.
"""

from datetime import timedelta
from itertools import islice

from .candidates import account_key
from .items import ZERO
from .reading import draft
from .reasons import because
from .score import name_words
from .settle import Settlement, deducted, in_part, settle, subsets, withheld

_MIN_ID = 6  # a shorter end-to-end id is a counter, not an id
_NO_ID = frozenset({"NOTPROVIDED", "NONREF"})
_ALTERNATIVES = 5
_MISSING = frozenset({"partial", "short", "little"})
_OTHER_WAYS = {"short": (deducted,), "little": (deducted,), "withheld_too": (withheld,)}
_DETAIL_REASONS = 20


def end_to_end(reading, book):
    """The bank gives back the id we sent with our own payment."""
    line, items = reading.line, {}
    for key in map(account_key, line.end_to_end_ids):
        if len(key) >= _MIN_ID and key not in _NO_ID:
            items.update((item.id, item) for item in book.index.by_end_to_end.get(key, ()))
    settled = settle(line, line.amount, list(items.values()), book.ledger, book.settings)
    if settled is None:
        return []
    documents = documents_of(settled, book)
    reasons = [because("end_to_end", line.end_to_end_ids[0])]
    return [draft("end_to_end", reading, documents, settled, reasons, book, claims=True)]


def named(reading, book):
    """Documents named in the line by reference or number, all together; or those that make the amount."""
    hits = reading.found.naming
    certain, choices = {}, []
    for hit in hits:
        documents = _narrowed(reading, book.alive(hit.documents))
        if len(documents) == 1:
            certain.setdefault(documents[0].id, documents[0])
        elif documents:
            choices.append((hit, documents))
    base = list(certain.values())
    if not choices:
        return of_documents(reading, base, hits, book) if base else []
    drafts, (hit, alternatives) = [], choices[0]
    for document in alternatives[:_ALTERNATIVES]:
        for made in of_documents(reading, [*base, document], hits, book):
            made.doubts.append(because("ambiguous", hit.shown))
            drafts.append(made)
    return drafts


def _narrowed(reading, documents):
    """Several documents with one number: those of the payer, where he is known."""
    if len(documents) > 1:
        return [document for document in documents if reading.confirms(document)] or documents
    return documents


def of_documents(reading, documents, hits, book):
    """The draft of all documents, and where that does not fit, of those that make the amount."""
    whole = _named_draft(reading, documents, hits, book)
    drafts = [whole] if whole else []
    for way in _other_ways(whole):
        drafts += filter(None, [_named_draft(reading, documents, hits, book, way)])
    if whole and (credit := _credit_note(whole, book)):
        whole.doubts.append(because("credit_note", credit.name))
        drafts.append(_with_credit_note(reading, documents, hits, credit, book))
    if len(documents) > 1 and (whole is None or whole.settlement.doubt):
        units = [(place, book.left(document)) for place, document in enumerate(documents)]
        for places in subsets(reading.line.amount, units, book.settings)[0]:
            chosen = [documents[place] for place in sorted(places)]
            if len(chosen) < len(documents) and (made := _named_draft(reading, chosen, hits, book)):
                drafts.append(made)
    return drafts


def _other_ways(made):
    """How the same documents may be settled otherwise, for a person to choose."""
    if made is None or not made.settlement.doubt:
        return ()
    if _withholds(made.settlement):
        return (in_part,)
    return _OTHER_WAYS.get(made.settlement.doubt.code, ())


def _named_draft(reading, documents, hits, book, way=settle):
    line = reading.line
    items = [item for document in documents for item in document.items]
    settled = way(line, line.amount, items, book.ledger, book.settings)
    if settled is None:
        return None
    best = [_best_hit(document, hits) for document in documents]
    rule = "reference" if all(hit.quality == "reference" for hit in best) else "number"
    certain = all(hit.quality in ("reference", "exact") for hit in best)
    claims = certain or settled.exact  # a number of digits alone with just its amount: somebody else's sure match waits
    made = draft(rule, reading, documents, settled, _naming(documents, best), book, claims=claims)
    made.named = True
    for document, hit in zip(documents, best, strict=True):
        if hit.quality in ("loose", "short") and not reading.confirms(document, by_name=settled.exact):
            made.doubts.append(because("payer_unknown"))
            break
    if rule == "number" and settled.exact and _of_a_stranger(reading, documents) and _is_common(line, book):
        made.doubts.append(because("payer_other", documents[0].payer_name))
    if _withholds(settled) and not all(map(reading.confirms, documents)):
        made.doubts.append(because("withheld_payer"))
    if way is withheld:
        made.doubts.append(because("withheld_too", "A discount or an instalment"))
    confirmed = all(reading.confirms(document, by_name=True) for document in documents)
    if way is settle and certain and confirmed and book.settings.sure_partial and len(documents) == 1:
        made.doubts = [doubt for doubt in made.doubts if doubt.code != "partial"]
    return made


def _of_a_stranger(reading, documents):
    """Whether the payer is not known, shares no word of a name with the documents' owner, and does not name him."""
    name, owner = reading.line.partner_name or "", documents[0].items[0].partner_name or ""
    return not reading.payers and name_words(name).isdisjoint(name_words(owner)) and not reading.says(owner)


def _is_common(line, book):
    """Whether so many owe this amount that it does not tell a number from one with a slip."""
    return book.index.how_many(line.currency, line.amount) > book.settings.amount_bucket


def _credit_note(made, book):
    """The payer's only credit note of just the amount that is missing, or None."""
    if not made.settlement.doubt or made.settlement.doubt.code not in _MISSING:
        return None
    line = made.reading.line
    missing = line.amount - sum(map(book.left, made.documents))
    found = book.index.by_payer_amount.get((made.documents[0].payer, line.currency, missing), {})
    documents = {item.document: book.index.document_of[item.id] for item in found.values() if book.ledger.left(item)}
    return next(iter(documents.values())) if len(documents) == 1 else None


def _with_credit_note(reading, documents, hits, credit, book):
    items = [item for document in (*documents, credit) for item in document.items]
    settled = settle(reading.line, reading.line.amount, items, book.ledger, book.settings)
    reasons = _naming(documents, [_best_hit(document, hits) for document in documents])
    made = draft("number", reading, [*documents, credit], settled, reasons, book)
    made.doubts.append(because("credit_note", credit.name))
    return made


def _withholds(settled):
    return any(off.kind == "withholding" for off in settled.write_offs)


def _best_hit(document, hits):
    ranks = ("reference", "exact", "loose", "short")
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
            yield because(f"number_{hit.quality}", hit.shown, hit.written)


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


def weakly_claimed(reading, book):
    """A short number of a document of exactly this amount, which no other line may take by payer and amount."""
    drafts = []
    for hit in reading.found.hits:
        for document in book.of_amount(hit.documents, reading.line) if hit.quality == "weak" else ():
            made = _settled_draft("number", reading, document.items, book)
            made.doubts.append(because("number_only_weak"))
            made.claims = True
            drafts.append(made)
    return drafts[:1]


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
    items = [item for item in of_payers(reading, book, amount=many and line.amount) if left(item)]
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
        made = draft("payer_amount", reading, documents_of(settled, book), settled, (), book)
        if many:
            made.doubts.append(because("many_open", count))
        made.doubts += _amount_doubts(reading, chosen, equal, items, book)
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
    made = draft("payer_amount", reading, documents_of(settled, book), settled, (because("amount_only_one"),), book)
    made.doubts += _amount_doubts(reading, (item,), (item,), _open_of(payer, line.currency, book), book)
    if line.account and item.accounts:
        made.doubts.append(because("account_new", line.account, made.documents[0].payer_name))
    return [made]


def _open_of(payer, currency, book):
    return [item for item in book.index.by_payer.get(payer, {}).values() if item.currency == currency]


def of_payers(reading, book, *, amount=None):
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


def _amount_doubts(reading, chosen, equal, items, book):
    line, settings = reading.line, book.settings
    if not settings.sure_payer_amount:
        yield because("not_allowed")
    if len(equal) > 1:
        yield because("same_amount", len(equal))
    if len(items) <= settings.payer_items and _two_make(line.amount, chosen, items, book):
        yield because("other_sum")
    if reading.pays_in_advance:
        yield because("advance")
    if former := book.paid_before(book.index.document_of[chosen[0].id], reading):
        yield because("paid_before", former)
    told = [document for hit in reading.found.hits if hit.quality == "weak" for document in hit.documents]
    told += [book.index.document_of[item.id] for item in chosen]
    for other in book.of_short_numbers(reading.digits, line):
        if other not in told:
            yield because("not_covered", other.name)
    kept = _less_withheld(line, items, book) if len(items) <= settings.payer_items else ()
    if kept:
        yield because("withheld_too", kept[0][1].reason.facts[0])
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
    if sum(len(book.index.by_payer.get(payer, ())) for payer in reading.payers) > book.settings.payer_items:
        return []
    return _several(reading, [item for item in of_payers(reading, book) if book.ledger.left(item)], book)


def _several(reading, items, book):
    """All documents of these items, or those of them, that make the amount."""
    line = reading.line
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


def withheld_by_amount(reading, book):
    """No document named: one of the known payer, or all of his, less what a withholding makes."""
    line = reading.line
    if sum(len(book.index.by_payer.get(payer, ())) for payer in reading.payers) > book.settings.payer_items:
        return []
    items = [item for item in of_payers(reading, book) if book.ledger.left(item)]
    drafts = []
    for chosen, settled in _less_withheld(line, items, book)[:_ALTERNATIVES]:
        made = draft("combination", reading, chosen, settled, (), book)
        made.doubts.append(because("combination"))
        drafts.append(made)
    return drafts


def _less_withheld(line, items, book):
    """(documents, ``Settlement``) of each document of these items, and of all, that a withholding makes the amount."""
    if not book.settings.withholdings:
        return []
    documents = list({item.document: book.index.document_of[item.id] for item in items}.values())
    choices = [[document] for document in documents] + ([documents] if len(documents) > 1 else [])
    made = (
        (chosen, withheld(line, line.amount, [i for each in chosen for i in each.items], book.ledger, book.settings))
        for chosen in choices
    )
    return [(chosen, settled) for chosen, settled in made if settled]


def _combined(reading, documents, reason, book):
    items = [item for document in documents for item in document.items]
    settled = settle(reading.line, reading.line.amount, items, book.ledger, book.settings)
    made = draft("combination", reading, documents, settled, (), book)
    made.reasons = [reason, *(each for each in made.reasons if each is not settled.reason)]
    made.doubts.append(because("combination"))
    return made


def similar_name(reading, book):
    """Payers whose names are similar to the one in the line: a document of theirs, or several, make the amount."""
    line, left = reading.line, book.ledger.left
    drafts = []
    for payer in reading.similar:
        items = [item for item in _open_of(payer, line.currency, book) if left(item)]
        equal = {item.document: (item,) for item in items if left(item) == line.amount}
        made = [_settled_draft("amount", reading, chosen, book) for chosen in list(equal.values())[:_ALTERNATIVES]]
        if not made and len(items) <= book.settings.payer_items:
            made = _several(reading, items, book)
        for each in made:
            if not any(reason.code == "payer_name" for reason in each.reasons):
                each.reasons.append(because("payer_name_like", line.partner_name, each.documents[0].payer_name))
            each.doubts.append(because("name_similar"))
        drafts += made
    return drafts[:_ALTERNATIVES]


def amount_by_name(reading, book):
    """Open items of just this amount of payers whose name is in the line or like it."""
    line, payers = reading.line, book.index.payers
    if reading.payers or not line.partner_name:
        return []
    named = sorted(payers.of_words(line.partner_name), key=str)
    groups = [book.index.by_payer_amount.get((payer, line.currency, line.amount), {}) for payer in named]
    drafts = _of_amount([item for items in groups for item in items.values()], "name_only", reading, book)
    for made in drafts:
        if not any(reason.code == "payer_name" for reason in made.reasons):
            made.reasons.append(because("payer_name_like", line.partner_name, made.documents[0].payer_name))
    return drafts


def amount_alone(reading, book):
    """Payer unknown: open items of exactly this amount; those of payers of his name alone, where there are some."""
    line = reading.line
    if reading.payers:
        return []
    bucket = book.index.by_amount.get((line.currency, line.amount), {})
    few = bucket.values() if len(bucket) <= book.settings.amount_bucket else ()
    return amount_by_name(reading, book) or _of_amount(few, "amount_alone", reading, book)


def _of_amount(items, doubt, reading, book):
    items = [item for item in items if book.ledger.left(item) == reading.line.amount]
    drafts = [_settled_draft("amount", reading, (item,), book) for item in items[: book.settings.amount_bucket]]
    for made in drafts:
        made.doubts.append(because(doubt))
        if len(items) > 1:
            made.doubts.append(because("amount_common", len(items)))
    return drafts


def _settled_draft(rule, reading, items, book):
    settled = settle(reading.line, reading.line.amount, items, book.ledger, book.settings)
    return draft(rule, reading, documents_of(settled, book), settled, (), book)


def documents_of(settled, book):
    found = (book.index.document_of[part.item_id] for part in settled.parts)
    return list({document.id: document for document in found}.values())
