"""How long things took, as counts in classes: those of many hours and flows add up, the times are not kept."""

from bisect import bisect_left

#: Upper bounds of the classes in seconds; the last class has none.
BOUNDS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400, 259200)


def place(seconds):
    """Number of the class of a time."""
    return bisect_left(BOUNDS, seconds)


def added(*counts):
    """Classes of several rows in one; rows may have none."""
    total = [0] * (len(BOUNDS) + 1)
    for each in counts:
        for number, count in enumerate(each or ()):
            total[number] += count
    return total


def quantile(counts, share):
    """The time that ``share`` (0 to 1) of them did not pass, between the bounds of its class; ``None`` without any.

    Off by less than the width of the class; in the last one its lower bound.
    """
    total = sum(counts)
    if not total:
        return None
    wanted, before = share * total, 0
    for number, count in enumerate(counts):
        if count and before + count >= wanted:
            lower = BOUNDS[number - 1] if number else 0
            upper = BOUNDS[number] if number < len(BOUNDS) else lower
            return lower + (upper - lower) * (wanted - before) / count
        before += count
    return float(BOUNDS[-1])
