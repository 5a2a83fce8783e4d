"""What the texts of lines have in common from one month to the next, and what is known of such texts."""

import re
from collections import defaultdict, namedtuple

#: A text gives at most so many words, and is remembered from so many letters on.
WORDS, LETTERS = 12, 4

#: ``key`` is the caller's; ``counterparty`` may be empty, then it is anybody.
Known = namedtuple("Known", "key incoming text counterparty")


def words_of(text):
    """The words of ``text`` in their order, each once; whatever holds a digit is left out, it changes every time."""
    words = (word for word in re.findall(r"\w+", (text or "").casefold()) if word.isalpha() and len(word) > 1)
    return tuple(dict.fromkeys(words))[:WORDS]


def pattern_of(text):
    """The text as it is remembered, or nothing where too little is left to know it by."""
    pattern = " ".join(words_of(text))
    return pattern if len(pattern.replace(" ", "")) >= LETTERS else ""


class KnownTexts:
    """Finds what is known of a text without trying everything that is known."""

    def __init__(self, known):
        self._by_word = defaultdict(list)
        for each in known:
            if words := words_of(each.text):
                self._by_word[max(words, key=len)].append((frozenset(words), each))

    def fitting(self, incoming, text, counterparty):
        """Those all of whose words stand in ``text``; the most particular first.

        One that names a counterparty asks for just that; it goes before others, then more words before fewer.
        """
        words, name = frozenset(words_of(text)), pattern_of(counterparty)
        found = [
            (bool(known.counterparty), len(asked), known)
            for word in words
            for asked, known in self._by_word.get(word, ())
            if known.incoming == incoming and asked <= words and pattern_of(known.counterparty) in ("", name)
        ]
        found.sort(key=lambda each: (-each[0], -each[1], str(each[2].key)))
        return [known for _named, _count, known in found]
