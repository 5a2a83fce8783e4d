"""A short title and what to do next, in plain words, for each case code.

Addons add their own codes with ``TITLES.update`` and ``ADVICE.update``; a longer code falls back to
its prefixes.
"""

TITLES = {
    "job.failed": "Unexpected failure",
    "outcome.unknown": "Outcome unknown",
    "auth": "Sign-in or consent refused",
    "configuration": "Set-up incomplete",
    "mapping": "Mapping missing",
    "format": "File cannot be read",
    "xml": "File is damaged",
    "zip": "Archive is damaged or suspicious",
    "file": "File cannot be used",
    "duplicate": "Same reference, other content",
    "security": "Not to be trusted",
    "technical": "Other side not reachable",
    "odoo.refused": "Odoo refused the entry",
    "remote.defect": "Unreadable answer",
    "folder": "Folder cannot be used",
    "https": "Refused by the other side",
    "secret": "Secret cannot be used",
    "hook": "Webhook post refused",
    "hook.secret_missing": "Webhook secret missing",
}

ADVICE = {
    "job.failed": "The software met something it did not expect. Tell your administrator; the message is kept.",
    "outcome.unknown": "It is not known whether the other side carried this out. Look it up there before "
    "anything is sent again.",
    "auth": "Sign in again or renew the consent on the connector, then resume it.",
    "configuration": "An administrator must complete the settings named above, then press Retry.",
    "mapping": "Add and approve the missing mapping, then press Retry.",
    "format": "Ask the sender for a complete file in a supported format, or choose the format by hand.",
    "xml": "The file is damaged or not what it claims to be. Ask the sender for it again.",
    "zip": "The archive is damaged or suspicious. Ask the sender for it again.",
    "duplicate": "The same reference came with other content. Compare both messages and drop the wrong one.",
    "security": "The message could not be trusted. Do not retry before the sender has confirmed it.",
    "technical": "The other side could not be reached. It is tried again by itself; check the line if it lasts.",
    "hook.signature": "A post did not carry the right signature. If the provider's posts no longer arrive, enter the "
    "secret it shows now; if they do, somebody else posted: renew the address.",
    "hook.stale": "A post carried an old time. Check the server's clock; if it is right, an old post was repeated.",
    "hook.malformed": "A post could not be read. Check that the chosen scheme is the provider's.",
    "hook.content_type": "Set the provider to post JSON or XML; forms cannot be checked.",
    "hook.secret_missing": "Enter the secret that the provider shows for this webhook; until then posts are refused.",
    "odoo.refused": "Odoo refused the entry for the reason above. Mend the cause, then press Retry.",
    "remote.defect": "The other side answered something unreadable. Send the sample to their support.",
}


def _longest_prefix(table, code):
    parts = code.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((table[prefix] for prefix in prefixes if prefix in table), None)


def advice(code):
    """What to do about ``code``; the longest known prefix wins, a general sentence otherwise."""
    return _longest_prefix(ADVICE, code) or "Look at the text above, mend the cause, then press Retry."


def title(code):
    """A few words for ``code``, or ``None`` where nothing is known of it."""
    return _longest_prefix(TITLES, code)
