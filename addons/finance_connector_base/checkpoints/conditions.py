"""What the queries of checkpoints share."""

from datetime import timedelta

from odoo.tools import SQL


def on(scope, column):
    """Condition on a day, or on a moment in UTC, that it lies in scope."""
    if not scope.days:
        return SQL("%s >= %s", column, scope.since)
    return SQL("(%s >= %s OR %s::date = ANY(%s))", column, scope.since, column, list(scope.days))


def of(scope, column):
    """Condition on a journal that it is in scope."""
    return SQL("TRUE") if scope.journals is None else SQL("%s = ANY(%s)", column, list(scope.journals))


def at(place, **columns):
    """Condition that rows belong to a place.

    :param columns: SQL of ``company``, ``connector``, ``journal``, ``day``, ``currency``, those that matter
    """
    parts = [
        SQL("%s IS NOT DISTINCT FROM %s", column, getattr(place, name)) if name != "day"
        else SQL("%s::date = %s", column, place.day)
        for name, column in columns.items()
    ]  # fmt: skip
    return SQL(" AND ").join(parts)


def signed(column, sign):
    """Sum of the amounts in (1) or out (-1), as a positive number."""
    condition = SQL("%s > 0", column) if sign > 0 else SQL("%s < 0", column)
    return SQL("coalesce(sum(abs(%s)) FILTER (WHERE %s), 0)", column, condition)


def on_day(place, field_name="create_date"):
    """Search domain of the records whose moment lies on the day, in UTC."""
    day = place.day
    return [(field_name, ">=", f"{day} 00:00:00"), (field_name, "<", f"{day + timedelta(days=1)} 00:00:00")]
