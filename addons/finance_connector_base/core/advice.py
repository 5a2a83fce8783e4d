"""What to do next, in plain words, for each case code.

Addons add their own codes with ``ADVICE.update``; a longer code falls back to its prefixes.
"""

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
    "odoo.refused": "Odoo refused the entry for the reason above. Mend the cause, then press Retry.",
    "remote.defect": "The other side answered something unreadable. Send the sample to their support.",
}


def advice(code):
    """Plain words for ``code``; the longest known prefix wins, a general sentence otherwise."""
    parts = code.split(".")
    for length in range(len(parts), 0, -1):
        words = ADVICE.get(".".join(parts[:length]))
        if words:
            return words
    return "Look at the text above, mend the cause, then press Retry."
