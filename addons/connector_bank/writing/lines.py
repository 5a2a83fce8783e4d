"""Which statement lines are of one kind, and which of them stand for all."""

from collections import namedtuple

#: ``key`` tells kinds apart; ``balance`` is the line's amount in company currency.
Kind = namedtuple("Kind", "key balance")

#: The signs are -1, 0 or 1: of the amount, and of the balance, which rounding may make 0.
Key = namedtuple("Key", "currency_id sign balance_sign")

#: The sequence of a line that names none, as Odoo turns it round in the index.
_INDEX = f"{2**31 - 1 - 1:010}"


def _sign(number):
    return (number > 0) - (number < 0)


def kind(values, balance):
    """Lines of one kind differ only in the columns that have formulas."""
    return Kind(Key(values.get("foreign_currency_id") or 0, _sign(values["amount"]), _sign(balance)), balance)


def exemplars(values_list, kinds, most):
    """Positions of lines that stand for all, ascending: of each kind the first, the last and one of each pattern of
    missing values; the first and last day; with and without partner.

    :param most: at most as many, but at least one of each kind
    """
    first, last, patterns = {}, {}, {}
    for position, (values, one) in enumerate(zip(values_list, kinds, strict=True)):
        first.setdefault(one.key, position)
        last[one.key] = position
        patterns.setdefault((one.key, tuple(map(bool, values.values()))), position)
    days = [str(values["date"]) for values in values_list]
    wanted = [*first.values(), days.index(min(days)), days.index(max(days)), *last.values(), *patterns.values()]
    chosen = list(dict.fromkeys(wanted))
    return sorted(chosen[: max(most, len(first))])


def internal_index(day, line_id):
    """As Odoo sorts lines: day, sequence turned round, id. ``day`` is ``YYYY-MM-DD``."""
    return f"{day.replace('-', '')}{_INDEX}{line_id:010}"


def staged(values, balance, ids, numbered, of_partner):
    """One row of ``formulas.STAGE`` and of the columns that stand as they are.

    :param ids: ``(line, entry, liquidity item, suspense item)``
    :param numbered: ``(name, prefix, number)``
    """
    amount = values["amount"]
    foreign = values.get("amount_currency") or 0.0
    transaction = foreign if values.get("foreign_currency_id") else amount
    line_id, move_id, liquidity_id, suspense_id = ids
    name, prefix, number = numbered
    day = str(values["date"])
    row = {key: (None if value is False else value) for key, value in values.items()}
    row.update(
        of_partner,
        line_id=line_id, move_id=move_id, liquidity_id=liquidity_id, suspense_id=suspense_id,
        name=name, sequence_prefix=prefix, sequence_number=number, internal_index=internal_index(day, line_id),
        date=day, amount=amount, transaction=transaction, foreign=foreign, balance=balance,
        total=(amount if balance > 0 else -transaction) if balance else 0.0,
    )  # fmt: skip
    return row
