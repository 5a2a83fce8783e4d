"""Text from outside on its way into a spreadsheet: shown, never executed (OWASP: CSV injection)."""

#: A spreadsheet takes a text of a CSV file that begins so for a formula; the last four are full-width = + - @.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: What XlsxWriter makes a formula or a link of, where it may choose.
XLSX_LIVE = ("=", "{=", "http://", "https://", "ftp://", "ftps://", "mailto:", "internal:", "external:")


def inert(value, starts=FORMULA):
    """A text with an apostrophe before what a spreadsheet would execute; numbers and all else as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(starts) else value
