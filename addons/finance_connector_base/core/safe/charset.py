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
