"""Lists that change while they are read: whole, and nothing twice.

A booking that comes in between two pages pushes the last item of a page onto the next one. An item the interface
names is known again by its name. One without a name may as well be a second booking that looks alike: then the
list is read again until two readings in a row agree, for a list that stands still repeats nothing by itself, unless
the bank lets each page begin with the end of the one before: then every edge shows it. One such edge alone proves
nothing; both are kept and a person is told.
"""

from itertools import pairwise

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError, TechnicalError
from odoo.addons.finance_connector_base.transports.paging import MOST_PAGES, write_json

#: Readings of one list until it counts as unsteady; each costs the calls of all its pages.
READINGS = 4


def whole(read, key):
    """``(items, how many may be repetitions)`` of a list in pages.

    :param read: reads all pages anew, ``[[item, …], …]``
    :param key: the name of an item that no other one has, or ``None``
    :raise TechnicalError: ``interface.unsteady``
    """
    pages, repeated = read(), 0
    if _unsure(pages, key):
        for _again in range(READINGS - 1):
            before, pages = pages, read()
            if pages == before:
                break
        else:
            raise TechnicalError("the list changes faster than it can be read", code="interface.unsteady")
        edges = [_edge(before, after, key) for before, after in pairwise(pages)]
        if len(edges) > 1 and all(edges):
            pages = [pages[0], *(page[1:] for page in pages[1:])]
        else:
            repeated = sum(edges)
    return _once(pages, key), repeated


def paged(call, path, following):
    """``(answer, document)`` of each page.

    :param call: ``call(path)`` → ``(answer, document)``
    :param following: ``following(document, path)`` → path of the next page, or ``None``
    :raise RemoteDefectError: ``paging.endless``
    """
    seen = set()
    while path is not None:
        if path in seen or len(seen) >= MOST_PAGES:
            raise RemoteDefectError("the pages of the answer do not end", code="paging.endless")
        seen.add(path)
        answer, document = call(path)
        yield answer, document
        path = following(document, path)


def _unsure(pages, key):
    """Whether something came on two pages of which only a second reading tells if it is two."""
    seen, by_key = {}, {}
    for number, page in enumerate(pages):
        for item in page:
            raw, name = write_json(item), key(item)
            if name is None and seen.setdefault(raw, number) != number:
                return True
            if name is not None:
                known, where = by_key.setdefault(name, (raw, number))
                if known != raw and where != number:
                    return True
    return False


def _edge(before, after, key):
    """Whether the page begins with the nameless item that ended the one before, and neither has it again."""
    if not before or not after or key(after[0]) is not None:
        return False
    return before[-1] == after[0] and before.count(after[0]) == after.count(after[0]) == 1 < len(before)


def _once(pages, key):
    found, seen = [], set()
    for item in (item for page in pages for item in page):
        name = key(item)
        mark = None if name is None else (name, write_json(item))
        if mark is None or mark not in seen:
            found.append(item)
        if mark is not None:
            seen.add(mark)
    return found
