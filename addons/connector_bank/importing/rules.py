"""Rules of identity: what makes a booking that booking at one bank. Each account has one; it is never guessed.

A rule turns an entry into a fingerprint that begins with the rule's mark, so that each line says by which rule it was
imported. A rule that is to say something else is a new version with a mark of its own: lines keep theirs for years.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.canonical import sha256
from odoo.addons.finance_connector_base.core.statement import Entry

from .identity import VERSION, content_hash, fingerprint, has_bank_reference


@dataclass(frozen=True, slots=True)
class Rule:
    """``names``: whether the key of an entry holds a name by the bank, so that an equal key is the same booking."""

    code: str
    mark: str
    key: Callable[[Entry, str], str]
    names: Callable[[Entry], bool] = has_bank_reference

    def __call__(self, entry):
        return self.key(entry, self.mark)


def _by_content(entry, _mark):
    return fingerprint(entry)


def _by_reference(entry, mark):
    """The bank's reference and the direction: a booking and its reversal often share one."""
    if not has_bank_reference(entry):
        return fingerprint(entry)
    return _hashed(mark, [_references(entry), entry.reversal, entry.amount < 0])


def _by_reference_and_amount(entry, mark):
    if not has_bank_reference(entry):
        return fingerprint(entry)
    return _hashed(mark, [_references(entry), entry.reversal, entry.booked_on, entry.amount.normalize() + 0])


def _by_day_and_amount(entry, mark):
    accounts = [detail.counterparty.account for detail in entry.details if detail.counterparty]
    end_to_end = [detail.end_to_end_id for detail in entry.details]
    return _hashed(
        mark, [entry.booked_on, entry.amount.normalize() + 0, entry.currency, entry.reversal, accounts, end_to_end]
    )


def _references(entry):
    return entry.bank_ref or [[detail.bank_ref, detail.transaction_id] for detail in entry.details]


def _hashed(mark, content):
    return f"{mark}:{sha256(content)[:40]}"


#: By code, in the order in which they are offered; a booking without a bank reference always counts by its content.
RULES = {
    rule.code: rule
    for rule in (
        Rule("content_1", VERSION, _by_content),
        Rule("reference_1", "r1", _by_reference),
        Rule("reference_amount_1", "ra1", _by_reference_and_amount),
        Rule("day_amount_1", "da1", _by_day_and_amount, lambda entry: False),
    )
}
CONTENT = RULES["content_1"]
#: By the mark that a fingerprint begins with.
MARKED = {rule.mark: rule for rule in RULES.values()}


def statement_hash(statement, prints):
    """Hash of what a statement says, the same by whatever rule its account knows lines.

    :param prints: ``Fingerprints`` of the account, which serve here where they are those of the content
    """
    contents = prints if prints.rule is CONTENT else None
    return content_hash(statement.header, statement.footer, statement.entries, contents)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the account as far as its identity goes."""

    id: int
    fingerprint: str
    known_as: str | None = None  # its fingerprint by the rule in force, where it was imported by an earlier one


def assigned(lines, entries, prints, former=()):
    """``{line id: fingerprint by the rule in force}`` of the lines that are, or may be, among the entries.

    A line that was imported by an earlier rule counts by that rule, too: a change of rule never makes it new.

    :param prints: the rule in force
    :param former: the earlier ones
    """
    now = Counter(prints(entry) for entry in entries)
    found, waiting = {}, []
    for line in lines:
        key = line.fingerprint if line.fingerprint in now else line.known_as
        if key in now:
            found[line.id] = key
            now[key] -= 1
        else:
            waiting.append(line)
    if waiting:
        by_former = defaultdict(list)
        for entry in entries:
            for rule in former:
                by_former[rule(entry)].append(prints(entry))
        for line in waiting:
            key = next((key for key in by_former[line.fingerprint] if now[key] > 0), None)
            if key is not None:
                found[line.id] = key
                now[key] -= 1
    return found
