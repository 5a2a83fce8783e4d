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
        self._known, self._within = {}, {}

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

    def of_words(self, name):
        """Payers whose name is in ``name`` or like it."""
        return self.like(name) | self.within(name) if name else frozenset()

    def within(self, name):
        """Payers all of whose words, two at least, stand in ``name``, whatever stands beside them."""
        key = name_key(name)
        if key not in self._within:
            words = frozenset(spelled(name))
            keys = {key for word in words for key in self._rare(word)} if len(words) > 2 else ()
            within = [key for key in keys if " " in key and words.issuperset(key.split())]
            self._within[key] = frozenset(payer for key in within for payer in self._by_key[key])
        return self._within[key]

    def named(self, name):
        """The payers of the very words of ``name``, at least two of them, in their order."""
        words = spelled(name) if name else ()
        return self._by_spelling.get(words, frozenset()) if len(words) > 1 else frozenset()

    def of_name(self, name):
        """The one payer of that name, or None."""
        payers = self.named(name)
        return next(iter(payers)) if len(payers) == 1 else None

    def _near(self, name, key):
        near = {other for word in key.split() for other in self._rare(word) if alike(name, other) >= ALIKE}
        return {payer for other in near for payer in self._by_key[other]}

    def _rare(self, word):
        """Names with this word, where it is not one of everybody's."""
        keys = self._by_word.get(word, ())
        return keys if len(keys) <= _RARE else ()
