"""Payers by name: the same words, most of them, or the beginning of a name that a bank cut off."""

from collections import defaultdict

from .score import ALIKE, alike, name_key, spelled

_RARE = 200  # a word that more names have does not lead to any


class Payers:
    """Names of payers, found without comparing each with each."""

    def __init__(self):
        self._by_spelling = defaultdict(set)
        self._by_key = defaultdict(set)
        self._by_word = defaultdict(set)
        self._known = {}

    def add(self, name, payer):
        self._by_spelling[spelled(name)].add(payer)
        key = name_key(name)
        if payer in self._by_key[key]:
            return
        self._by_key[key].add(payer)
        for word in key.split():
            self._by_word[word].add(key)

    def like(self, name):
        """Payers whose name is ``name`` or like it; those of the very name alone where there are some."""
        if not name:
            return frozenset()
        key = name_key(name)
        if key not in self._known:
            self._known[key] = frozenset(self._by_key[key] if key in self._by_key else self._near(name, key))
        return self._known[key]

    def of_name(self, name):
        """The one payer of the very words of ``name``, at least two of them, in their order; else None."""
        words = spelled(name) if name else ()
        payers = self._by_spelling.get(words, ())
        return next(iter(payers)) if len(payers) == 1 and len(words) > 1 else None

    def _near(self, name, key):
        words = [self._by_word[word] for word in key.split() if word in self._by_word]
        rare = [keys for keys in words if len(keys) <= _RARE]
        near = {other for keys in rare for other in keys if alike(name, other) >= ALIKE}
        return {payer for other in near for payer in self._by_key[other]}
