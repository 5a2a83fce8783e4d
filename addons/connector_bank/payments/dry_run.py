"""Before a file is written: the order as this bank gets it, and every rule it would break."""

import dataclasses
import functools

from . import rules_of_money
from .broken import Broken
from .formats import PAYMENT_FORMATS
from .paths import changed, in_words
from .profile import shipped
from .rules_of_fields import FREE_TEXT, FieldRules, levels


def rules_of(writer, profile):
    return FieldRules(profile, writer.needs, writer.lengths(profile), writer.carries(profile))


@functools.cache
def shipped_rules(code):
    """Rules of the fields of a profile that comes with the addon."""
    profile = shipped()[code]
    return rules_of(PAYMENT_FORMATS.get(profile.format)(), profile)


def prepared(run, profile, writer):
    """``run`` in the letters of the bank, shortened and left out where the profile says so; and what that did.

    :return: ``(run, findings)``, findings as ``Broken`` that do not block
    """
    rules, letters, findings = rules_of(writer, profile), profile.letters, []
    dropped = set(profile.drops)

    def part(value, level, place, other):
        def change(path, text):
            if path in dropped:
                words = in_words(path, other)
                findings.append(Broken("payment.left_out", f"Left out: {words}", f"{place}: {words}", blocks=False))
                return None
            if path.rpartition(".")[2] in FREE_TEXT:
                text = letters.spelled(text)
            longest, over = rules.longest(path)
            if longest and len(text) > longest and over == "cut":
                words = in_words(path, other)
                told = f"Shortened to {longest} characters: {words}"
                findings.append(Broken("payment.shortened", told, f"{place}: {words}", blocks=False))
                text = text[:longest].rstrip()
            return text

        return changed(value, level, change)

    done = {}
    for held, place, other in levels(run):
        level = next(reversed(held))
        done[id(held[level])] = part(held[level], level, place, other)
    batches = tuple(
        dataclasses.replace(done[id(batch)], payments=tuple(done[id(payment)] for payment in batch.payments))
        for batch in run.batches
    )
    ready = dataclasses.replace(done[id(run)], batches=batches)
    return writer.settled(ready, profile), tuple(findings)


def broken_rules(run, profile, writer):
    """Every rule that the prepared ``run`` breaks, those of the format last."""
    yield from rules_of(writer, profile).broken(run)
    yield from rules_of_money.broken(run, profile, writer.kinds)
    yield from writer.broken(run, profile)
