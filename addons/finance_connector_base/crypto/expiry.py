"""When certificates end (X.509 notAfter), which dates people wrote behind pins, and which warning is due."""

from datetime import date, datetime, timezone

from cryptography import x509

from ..core.errors import ConfigurationError


def certificates_end(pem):
    """The day on which the first of the certificates in a PEM text ends; ``None`` where there is none."""
    try:
        found = x509.load_pem_x509_certificates((pem or "").encode())
    except ValueError:
        return None
    return min(certificate.not_valid_after_utc for certificate in found).date()


def day_of(seconds):
    """The day (UTC) of a Unix time."""
    return datetime.fromtimestamp(int(seconds), timezone.utc).date()


def dated_pins(text):
    """``[(pin, day)]`` of pins with a date behind them: ``sha256/… 2027-01-31``.

    :raise ConfigurationError: what stands behind a pin is no date
    """
    found = []
    for line in filter(None, map(str.strip, (text or "").splitlines())):
        pin, _blank, behind = line.partition(" ")
        if behind:
            try:
                found.append((pin, date.fromisoformat(behind.strip())))
            except ValueError as error:
                raise ConfigurationError(
                    f"behind a pin only its last day may stand, as in 2027-01-31: {behind[:40]}", code="https.pin"
                ) from error
    return found


def without_dates(text):
    """Pins, one a line, as the transport takes them."""
    return "\n".join(line.split()[0] for line in (text or "").splitlines() if line.strip())


def thresholds(text):
    """Days before the end on which people are warned, the largest first; the day itself is always one.

    :raise ConfigurationError: not a list of whole numbers
    """
    try:
        days = {int(part) for part in (text or "").replace(";", ",").split(",") if part.strip()}
    except ValueError:
        days = {-1}
    if any(not 0 <= each <= 3650 for each in days):
        raise ConfigurationError(
            "days of warning are whole numbers, separated by commas, such as 30,7,1", code="configuration.expiry"
        )
    return sorted(days | {0}, reverse=True)


def due(days_left, warned, days):
    """The threshold to warn for now, or ``None``: each one once, and only the nearest of those that passed.

    :param warned: the threshold of the last warning, ``None`` before the first
    """
    passed = [each for each in days if days_left <= each]
    nearest = min(passed, default=None)
    return nearest if nearest is not None and (warned is None or nearest < warned) else None
