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
    "line": "Other side not reachable",
    "line.internal": "Address inside our network",
    "sftp": "SFTP server refuses",
    "sftp.host_key": "Server is not who it was",
    "https.pin_changed": "Server is not who it was",
    "pgp": "PGP does not fit",
    "pgp.signature": "Signature not valid",
    "manifest": "File does not fit its manifest",
    "oauth": "No access token",
    "soap": "Service refuses",
    "step": "Step unknown",
    "https": "Refused by the other side",
    "secret": "Secret cannot be used",
    "secret.vault": "Vault not reachable",
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
    "sftp.host_key": "The server shows another key than the confirmed one. Ask the other side by phone whether they "
    "changed it; confirm the new one on the connector only then.",
    "https.pin_changed": "The server shows another certificate than the pinned one. Ask the other side by phone "
    "whether they changed it; enter the new pin on the connector only then.",
    "pgp.signature": "The file carries no valid signature of the pinned key. Ask the sender for it again.",
    "manifest": "The file does not fit the manifest beside it. Ask the sender for it again.",
    "line.internal": "The address lies inside your own network. If that is meant, the server's administrator names it "
    "under internal_hosts in odoo.conf.",
    "odoo.refused": "Odoo refused the entry for the reason above. Mend the cause, then press Retry.",
    "secret": "The stored secret cannot be opened on this server. Ask the server's administrator whether a key is "
    "missing; otherwise enter the secret anew on the connector.",
    "secret.vault": "The secret keys could not be fetched from Vault. It is tried again by itself; tell the server's "
    "administrator if it lasts.",
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
