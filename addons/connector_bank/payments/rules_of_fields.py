"""Rules that look at one field: required, too long, letters, allowed values, no place for it in the format."""

import re

from .broken import Broken
from .order import DIRECT_DEBIT
from .paths import found_at, in_words, leaves

#: Last part of the path of what people write freely; all else are codes and numbers that must arrive as they are.
FREE_TEXT = frozenset(
    "name street building_number post_code town region lines text additional description original_creditor_name".split()
)
_IDENTIFIERS = frozenset({"run.message_id", "batch.id", "payment.end_to_end_id", "payment.instruction_id"})


def levels(run):
    """``(levels, place, other)`` of the run, of each batch, of each payment.

    ``levels`` are the objects by first word of a path; the last of them is the one looked at.
    """
    yield {"run": run}, "file", "payee"
    for batch in run.batches:
        other = "payer" if batch.kind == DIRECT_DEBIT else "payee"
        above = {"run": run, "batch": batch}
        yield above, f"batch {batch.id}", other
        for payment in batch.payments:
            yield {**above, "payment": payment}, f"batch {batch.id}, payment {payment.end_to_end_id}", other


class FieldRules:
    """The rules of a profile that look at single fields, ready for many."""

    def __init__(self, profile, needs, lengths, carries):
        self._profile = profile
        self._lengths = {**lengths, **profile.lengths}
        self._carries = carries - set(profile.absent)
        self._patterns = {path: re.compile(pattern) for path, pattern in profile.patterns.items()}
        self._letters = profile.letters
        needs = [path for path in ("run.message_id", "batch.id", "payment.end_to_end_id") if path in carries] + [*needs]
        self._required = self._by_level(dict.fromkeys((*needs, *profile.required)))
        self._needed = {path for level in self._required.values() for choices in level for path in choices.split("|")}
        self._values = self._by_level(profile.values)
        self._most = self._by_level(profile.most)
        self._exclusive = self._by_level(["|".join(paths) for paths in profile.exclusive])

    def broken(self, run):
        for held, place, other in levels(run):
            level = next(reversed(held))
            yield from self._missing(held, level, place, other)
            yield from self._unlike(held, level, place, other)
            yield from self._too_many(held, level, place, other)
            for path, value in leaves(held[level], level):
                if isinstance(value, str) and path != "batch.kind":
                    yield from self._text(path, value, place, other)
                yield from self._not_carried(path, place, other)

    @staticmethod
    def _by_level(paths):
        found = {"run": [], "batch": [], "payment": []}
        for path in paths:
            deepest = max(path.split("|"), key=lambda one: ("run", "batch", "payment").index(one.split(".")[0]))
            found[deepest.split(".")[0]].append(path)
        return found

    def _missing(self, held, level, place, other):
        for path in self._required[level]:
            choices = path.split("|")
            if not any(found_at(held, choice) for choice in choices):
                told = " or ".join(in_words(choice, other) for choice in choices)
                yield Broken("payment.required", f"The {_bare(told)} is missing", _at(place, choices[0], other))

    def _unlike(self, held, level, place, other):
        for path in self._values[level]:
            allowed, value = self._profile.values[path], found_at(held, path)
            if value is True or value in allowed:
                continue
            told = ", ".join("nothing" if one is None else str(one) for one in allowed)
            said = "nothing" if value is None else f"{value}"
            text = f"The {_bare(in_words(path, other))} is {said}; this bank takes {told}"
            yield Broken("payment.value", text, _at(place, path, other))

    def _too_many(self, held, level, place, other):
        for path in self._most[level]:
            most, found = self._profile.most[path], len(found_at(held, path, whole=True) or ())
            if found > most:
                text = f"The {_bare(in_words(path, other))} stands {found} times, this bank takes {most}"
                yield Broken("payment.count", text, _at(place, path, other))
        for paths in self._exclusive[level]:
            given = [path for path in paths.split("|") if found_at(held, path)]
            if len(given) > 1:
                told = " or ".join(_bare(in_words(path, other)) for path in given)
                yield Broken("payment.exclusive", f"This bank takes {told}, not both", _at(place, given[0], other))

    def _text(self, path, value, place, other):
        at, name = _at(place, path, other), in_words(path, other)
        longest, _over = self.longest(path)
        if longest and len(value) > longest:
            text = f"The {_bare(name)} has {len(value)} characters, {longest} fit"
            yield Broken("payment.length", text, at)
        if not value.strip() or value != value.strip():
            yield Broken("payment.blank", f"The {_bare(name)} is empty or has blanks at its ends", at)
        elif not self._letters.allows(value):
            letter = self._letters.stranger(value)
            text = f"The {_bare(name)} holds {letter!r}, which this bank does not take"
            yield Broken("payment.characters", text, at)
        if path in self._patterns and not self._patterns[path].fullmatch(value):
            yield Broken("payment.value", f"The {_bare(name)} is {value}; this bank takes another form", at)
        if path in _IDENTIFIERS and self._profile.identifiers == "no_slash" and re.search(r"^/|/$|//", value):
            text = f"The {_bare(name)} has a slash at an end or two together"
            yield Broken("payment.identifier", text, at)

    def longest(self, path):
        """``(characters, what to do with more)``; ``(None, None)`` where there is no limit."""
        found = self._lengths.get(path, self._lengths.get(path.rpartition(".")[2]))
        return (found[0], found[1]) if isinstance(found, list | tuple) else (found, "refuse")

    def fits(self, path, text, otherwise):
        """Whether the bank takes ``text`` as it is.

        :param otherwise: longest text where nothing is said of the length
        """
        longest, _over = self.longest(path)
        pattern = self._patterns.get(path)
        return len(text) <= (longest or otherwise) and (pattern is None or bool(pattern.fullmatch(text)))

    def needs(self, path):
        """Whether there is no file without it, or without another in its place."""
        return path in self._needed

    def _not_carried(self, path, place, other):
        if path not in self._carries:
            text = f"There is no place here for the {_bare(in_words(path, other))}"
            yield Broken("payment.not_carried", text, _at(place, path, other))


def _at(place, path, other):
    return f"{place}: {in_words(path, other)}"


def _bare(words):
    return words.removeprefix("the ")
