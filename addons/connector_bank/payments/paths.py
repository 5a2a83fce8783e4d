"""Fields of an order by path (``payment.party.address.town``): every one of them, one of them, and in words."""

import dataclasses
import functools

_LEVELS = frozenset({"batches", "payments"})  # walked by the caller, who knows the place

_WHOSE = {
    "run.initiator": "the sender",
    "run.forwarding_agent": "the receiving bank",
    "batch.owner": "the own company",
    "batch.account": "the own account",
    "batch.agent": "the own bank",
    "batch.charges_account": "the account for charges",
    "batch.ultimate_owner": "the company it is done for",
    "payment.party": "the {other}",
    "payment.account": "the account of the {other}",
    "payment.agent": "the bank of the {other}",
    "payment.intermediary": "the intermediary bank",
    "payment.ultimate_debtor": "who finally pays",
    "payment.ultimate_creditor": "who finally receives",
    "payment.remittance.reference": "the structured reference",
    "payment.remittance.documents": "a paid document",
    "payment.mandate": "the mandate",
}


@functools.cache
def _fields(cls):
    return tuple(field.name for field in dataclasses.fields(cls) if field.name not in _LEVELS)


def leaves(value, path):
    """``(path, value)`` of each field below ``value`` that says something."""
    for name in _fields(type(value)):
        found = getattr(value, name)
        if found is None or found is False or found == ():
            continue
        inner = f"{path}.{name}"
        for one in found if isinstance(found, tuple) else (found,):
            if dataclasses.is_dataclass(one):
                yield from leaves(one, inner)
            else:
                yield inner, one


def changed(value, path, change):
    """``value`` with ``change(path, text)`` in place of each text; an empty answer leaves the field out.

    The same object where nothing changed. A part of which nothing is left is left out too.
    """
    found = {}
    for name in _fields(type(value)):
        old = getattr(value, name)
        if old is None or old == ():
            continue
        new = _changed_field(old, f"{path}.{name}", change)
        if new is not old:
            found[name] = new
    return dataclasses.replace(value, **found) if found else value


def _changed_field(old, path, change):
    if isinstance(old, tuple):
        new = tuple(one for one in (_changed_field(one, path, change) for one in old) if one is not None)
        return old if len(new) == len(old) and all(a is b for a, b in zip(old, new, strict=True)) else new
    if dataclasses.is_dataclass(old):
        new = changed(old, path, change)
        return new if new is old or any(True for _leaf in leaves(new, path)) else None
    return (change(path, old) or None) if isinstance(old, str) else old


def found_at(levels, path, whole=False):
    """Value at ``path``, or None. ``levels`` are the objects by first word: run, batch, payment.

    Of several the first, unless the ``whole`` tuple is asked for. A part marked ``?`` that is not there answers
    True: what it would hold is not asked for.
    """
    first, *rest = path.split(".")
    value = levels[first]
    for name in rest:
        value = getattr(value, name.removesuffix("?"))
        if value is None or value == ():
            return True if name.endswith("?") else None
        if isinstance(value, tuple) and not whole:
            value = value[0]
    return value


def in_words(path, other="payee"):
    """``payment.party.address.town`` → ``town of the payee``."""
    path = path.replace("?", "")
    parts = path.split(".")
    for cut in range(len(parts), 1, -1):
        whose = _WHOSE.get(".".join(parts[:cut]))
        if whose:
            rest = [part for part in parts[cut:] if part != "address"] or (["address"] if parts[cut:] else [])
            whose = whose.format(other=other)
            return f"{' '.join(rest).replace('_', ' ')} of {whose}" if rest else whose
    return parts[-1].replace("_", " ")
