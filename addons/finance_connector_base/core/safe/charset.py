"""Which character sets are read: those where a byte cannot change the meaning of the ones after it."""

import codecs
import re

UNREAD = None
_READ = re.compile(
    r"utf-8(-sig)?|utf-16(-[lb]e)?|ascii|iso8859-\d+|cp125\d|cp(437|850|852|858|866|932|936|949|950)|koi8-[ru]"
    r"|mac-roman|gbk|gb2312|gb18030|big5|shift_jis|euc_jp|euc_kr|tis-620"
)


def charset(name):
    """Python's name of the charset, or ``UNREAD``: unknown, or shifting like UTF-7, HZ and ISO 2022, or EBCDIC."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return UNREAD
    return found if _READ.fullmatch(found) else UNREAD


def _as_windows(error):
    """Bytes that are no UTF-8 as Windows-1252, and the five it leaves out as ISO 8859-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    try:
        return wrong.decode("cp1252"), error.end
    except UnicodeDecodeError:
        return wrong.decode("latin-1"), error.end


#: Error handler for ``decode("utf-8", SENDER_UNKNOWN)``: files of senders who declare no charset, or a wrong one,
#: are UTF-8 where their bytes say so and Windows-1252 elsewhere. Digits and signs read alike in both.
SENDER_UNKNOWN = "utf-8-or-windows-1252"
codecs.register_error(SENDER_UNKNOWN, _as_windows)
