"""What all transports of files share: which names are taken, and what a look at a file tells."""

import fnmatch
import posixpath
import unicodedata
from typing import NamedTuple

from ..core.errors import BusinessError

#: Names under which others write files that are not complete yet.
UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~")
LONGEST_NAME = 200
#: Unicode categories that have no place in a file name: control, format (bidi), line and paragraph marks.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Look(NamedTuple):
    """What one look at a file says; two equal looks with time between them: nobody writes to it."""

    size: int
    modified: float  # Unix seconds, by the clock of the machine where it lies
    regular: bool = True


def proper_name(name):
    """Whether a name is a plain file name that means the same to everybody."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name[0] not in ".-~"
        and name == name.strip()
        and not set(name) & set('/\\:*?"<>|')
        and not any(unicodedata.category(sign) in _INVISIBLE for sign in name)
    )


def unfinished(name):
    return name.startswith(".") or name.lower().endswith(UNFINISHED)


def fits(name, patterns):
    """Whether the name is on the list of patterns, e.g. ``*.xml, *.zip``."""
    return any(fnmatch.fnmatch(name, pattern.strip()) for pattern in patterns.split(",") if pattern.strip())


def sent_name(name):
    """The last part of a name under which we lay a file down."""
    base = posixpath.basename(name.replace("\\", "/"))
    if not proper_name(base):
        raise BusinessError(f"{name!r} is no proper file name", code="file.name")
    return base


def with_mark(name, mark):
    """``statement.xml`` with mark ``1f2e`` is ``statement.1f2e.xml``."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{mark}.{ending}" if dot else f"{name}.{mark}"
