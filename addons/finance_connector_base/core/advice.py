"""A short title and what to do next, in plain words, for each case code.

Addons add their own codes with ``TITLES.update`` and ``ADVICE.update``; a longer code falls back to
its prefixes.
"""

TITLES = {
    "job.failed": "Unexpected failure",
    "mail": "By mail",
    "outcome.unknown": "Outcome unknown",
    "auth": "Sign-in or consent refused",
    "configuration": "Set-up incomplete",
    "mapping": "Mapping missing",
    "mapping.version": "Mapping version cannot be used",
    "mapping.target": "Mapping leads nowhere",
    "authority": "Another system leads",
    "authority.missing": "Nobody leads yet",
    "format": "File cannot be read",
    "xml": "File is damaged",
    "zip": "Archive is damaged or suspicious",
    "parse": "File cannot be read",
    "parse.memory": "Reading takes too much memory",
    "parse.time": "Reading takes too long",
    "file": "File cannot be used",
    "file.columns": "Columns do not fit",
    "file.row_conflict": "Rows contradict each other",
    "api.key": "Key not valid",
    "api.scope": "Scope missing",
    "schema": "Not of the described form",
    "idempotency": "Idempotency key",
    "unknown": "Not known here",
    "payload.erased": "Contents erased",
    "period.locked": "Period locked",
    "duplicate": "Same reference, other content",
    "content.changed": "Changed after its release",
    "security": "Not to be trusted",
    "technical": "Other side not reachable",
    "odoo.refused": "Odoo refused the entry",
    "remote.defect": "Unreadable answer",
    "folder": "Folder cannot be used",
    "folder.companion": "File waits for its proof",
    "sftp.companion": "File waits for its proof",
    "line": "Other side not reachable",
    "line.internal": "Address inside our network",
    "line.name": "Host name not known",
    "permit": "Sending is not permitted here",
    "sftp": "SFTP server refuses",
    "sftp.host_key": "Server is not who it was",
    "https.pin_changed": "Server is not who it was",
    "pgp": "PGP does not fit",
    "pgp.signature": "Signature not valid",
    "manifest": "File does not fit its manifest",
    "oauth": "No access token",
    "oauth.sign_in": "Nobody has signed in",
    "oauth.ended": "Sign-in has ended",
    "soap": "Service refuses",
    "step": "Step unknown",
    "https": "Refused by the other side",
    "secret": "Secret cannot be used",
    "expiry": "To be renewed",
    "secret.vault": "Vault not reachable",
    "event": "Event not told",
    "event.gone": "Subscriber is gone",
    "event.challenge": "Endpoint did not prove itself",
    "event.unroutable": "Nobody takes this event at the broker",
    "hook": "Webhook post refused",
    "checkpoint": "Two sides do not agree",
    "hook.secret_missing": "Webhook secret missing",
}

ADVICE = {
    "mail": "Somebody wrote to the team. Answer below with Send message: it goes out as mail, and what comes back "
    "stands here, too. Close the case when it is settled.",
    "payload.erased": "The contents went by a retention rule or on request. Ask the other side for the file again.",
    "event": "The subscriber was not told of this event, and later ones about the same record wait. Ask them why "
    "they refuse it; Retry tells it again, Cancel goes on without it.",
    "event.gone": "The subscriber answers that it does not exist any more. Ask them; archive the subscription or "
    "correct its address, then start it again.",
    "event.challenge": "The endpoint has to answer with the JSON {\"challenge\": …} it was sent. Its maker finds "
    "how in the documentation of events.",
    "event.unroutable": "The exchange has no queue for this type of event. Ask the broker's administrator to bind one, "
    "or take the type out of the subscription; then Retry.",
    "job.failed": "The software met something it did not expect. Tell your administrator; the message is kept.",
    "outcome.unknown": "It is not known whether the other side carried this out. Look it up there before "
    "anything is sent again.",
    "auth": "Enter the password, key or token under Secrets again, or renew the consent, then test and resume.",
    "https.401": "The sign-in is refused. Enter user and secret again, and check how we sign in on page Line.",
    "https.403": "We are known but may not do this. Ask the other side to grant it to our user or client.",
    "configuration": "An administrator must complete the settings named above, then press Retry.",
    "mapping": "Add and approve the missing mapping, then press Retry.",
    "mapping.missing": "Open Work, Values without mapping, and add the value to the draft; when another "
    "person has approved the draft, the message goes on by itself.",
    "mapping.not_approved": "Make a version of the mapping named above and have it approved; then press Retry.",
    "mapping.columns": "The first row must hold the titles of the columns. Export a version and use its titles.",
    "mapping.version": "Name a version that was approved, or leave it empty to use the one in force.",
    "mapping.target": "The record a row leads to was deleted. Correct the row in a new version and have it approved.",
    "authority": "Two systems claim the same data. If the writing system should lead, change it under Configuration, "
    "System of record, and have it approved; otherwise stop it from sending this.",
    "authority.missing": "Say under Configuration, System of record, which system leads, and have it approved; then "
    "press Retry.",
    "format": "Ask the sender for a complete file in a supported format, or choose the format by hand.",
    "xml": "The file is damaged or not what it claims to be. Ask the sender for it again.",
    "zip": "The archive is damaged or suspicious. Ask the sender for it again.",
    "parse": "Reading broke off; nothing of the file was booked, and the file is kept. Tell your administrator.",
    "parse.memory": "Reading was stopped to protect the server; nothing was booked, and the file is kept. Ask the "
    "sender whether it is right. If it is, the administrator raises parse_megabytes in odoo.conf, then press Retry.",
    "parse.time": "Reading was stopped to protect the server; nothing was booked, and the file is kept. If the file is "
    "right, ask for smaller ones, or the administrator raises parse_seconds in odoo.conf; then press Retry.",
    "duplicate": "The same reference came with other content. Compare both messages and drop the wrong one.",
    "content.changed": "Somebody or something changed stored bytes after they were released. Nothing was sent. Find "
    "out who can write to the database and the file store before anything else leaves; cancel and make it anew.",
    "security": "The message could not be trusted. Do not retry before the sender has confirmed it.",
    "technical": "The other side could not be reached. It is tried again by itself; check the line if it lasts.",
    "checkpoint": "Open the checkpoint: it names what is missing, not expected or changed, and leads to both sides. "
    "Mend that, then press Check again; the case closes by itself. If it is right as it is, say why and drop the case.",
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
    "line.name": "The host name in the address is not known. Check its spelling; if it is right, ask your network "
    "administrator whether this server can resolve names.",
    "line.connect": "Nobody answers at this address and port. Check both; then ask the other side whether their "
    "service is up and lets this server's address in, and your network administrator whether the firewall lets it out.",
    "line.down": "Several calls in a row failed. Press Test connection on the connector: it says what is wrong.",
    "https.address": "Enter the address as https://host/path, as the other side gave it to you.",
    "https.certificate": "If the certificate has expired, the other side must renew it; if its issuer is private, "
    "enter the issuer's certificate on page Trust. Otherwise ask them: somebody may stand in between.",
    "https.tls": "Both sides do not agree on encryption. The other side must offer TLS 1.2 or newer; check that the "
    "port in the address is the one for HTTPS.",
    "https.ca": "Paste the issuer's certificate as PEM text, from BEGIN CERTIFICATE to END CERTIFICATE, on page Trust.",
    "https.client_certificate": "Enter our certificate and its private key under Secrets again; both must be PEM and "
    "belong together. If they do, ask the other side whether they have registered the certificate.",
    "https.line": "The other side did not answer within the time limit. Try again; if it lasts, ask them, or raise the "
    "time limit on page Line.",
    "https.404": "The path is not known over there. Compare address and paths with their documentation.",
    "https.405": "The path does not take this kind of call. Compare the paths with their documentation.",
    "https.429": "We called too often. Wait, and lower the calls allowed on page Traffic to what they grant.",
    "https": "The other side refused the call for the reason above. Compare address, paths and sign-in with their "
    "documentation.",
    "rate_limited": "We called too often. Wait, and lower the calls allowed on page Traffic to what they grant.",
    "oauth.refused": "The token service refuses our client. Check user, client secret and scope; ask the other side "
    "whether the client is still enabled.",
    "oauth.sign_in": "Press Sign in at the provider on the connector.",
    "oauth.ended": "Press Sign in at the provider on the connector: fetching then goes on by itself.",
    "oauth": "No access token could be had. Check the token address, then ask the other side.",
    "sftp.address": "Enter the address as host, host:port or sftp://host:port/folder.",
    "sftp.host_key_unknown": "Compare the host key shown with the one the other side gave you by another way, then "
    "confirm it with the button on this page.",
    "sftp.auth": "Check the user name. If it is right, ask the other side whether our public key, or the password, is "
    "registered for it, and whether they let this server's address in.",
    "sftp.secret": "Enter the user name on page Line and a private key or a password under Secrets.",
    "sftp.key": "Enter the private key under Secrets again as a file, in OpenSSH or PEM form, with its passphrase.",
    "sftp.folder": "The folder is not there. Compare the folder names on page Line with what the other side told you; "
    "mind the folder in the address.",
    "sftp.rights": "The other side lets us in but not into this folder. Ask them for read, write and rename there.",
    "sftp.time": "The other side did not answer within the time limit. Try again; if it lasts, ask them, or raise the "
    "time limit on page Line.",
    "folder.setup": "The folder is missing below the exchange root of this server, or the server's user may not use "
    "it. Ask the server's administrator.",
    "folder.outside": "Name a folder below the exchange root of this server; Settings show where that is.",
    "folder.companion": "The one beside it that proves the file complete is missing. Ask the sender for it; the "
    "file is taken as soon as both are there.",
    "sftp.companion": "The one beside it that proves the file complete is missing. Ask the sender for it; the "
    "file is taken as soon as both are there.",
    "soap.wsdl": "Upload the WSDL on page Line: one file, or a zip with it and its schemas. Name the binding if it has "
    "several.",
    "soap.auth": "The service refuses our sign-in. Enter user and password again, then test once more.",
    "secret.missing": "Enter the secret named above under Secrets, then test again.",
    "sign": "Enter the key for signing under Secrets again; it must be a PEM key, or the shared secret.",
    "permit": "Nothing may leave this database. If it is a copy, leave it as it is. If it takes over, an administrator "
    "makes this its home in Settings. A connector must also be for the environment of its server.",
    "schema": "The value named above is not of the form that the description at /finance/api/v1/openapi.json asks for. "
    "The sender corrects it and sends it again, or press Correct and mend it here.",
    "api.key": "Ask the administrator for a valid key; keys end on their last day.",
    "api.network": "Call from an address the key is meant for, or have the administrator add this one.",
    "api.scope": "Ask the administrator to add the scope named above to the key.",
    "api.version_ended": "Move to the version named in the header Link, or at /finance/api/v1/openapi.json.",
    "api": "Compare address and headers with the description at /finance/api/v1/openapi.json.",
    "idempotency": "Give each new request a key of its own, and repeat a request with the very same body.",
    "duplicate.content": "Documents never change: reverse or credit the first one, then send the new one under an "
    "identifier of its own.",
    "duplicate.batch": "Send each object once in a request.",
    "file.columns": "The titles of the first row must be exactly those of the template. Download it on the flow, and "
    "ask the sender to use its titles.",
    "file.row_conflict": "Rows of one object must say the same about it. Correct the file and bring it again.",
    "file.too_many": "Ask the sender for smaller files, or the administrator raises api_max_items in odoo.conf.",
    "file.empty": "The file holds titles and nothing else. Ask the sender whether that is right; if so, give it up.",
    "file.object": "Say on the flow which objects its files hold, then press Retry.",
    "source": "Leave the source system out, or name your own; objects of this Odoo are changed here.",
    "unknown": "Create what is named above, or correct the code, then send the object again or press Retry.",
    "period.locked": "Open the period, or have the sender use a date in an open one.",
    "entry.unbalanced": "The sender must correct the rows of the entry and send it again.",
    "entry.company_amount": "The sender must correct the rows of the entry and send it again.",
    "amount.decimals": "The sender must round to the decimals of the currency.",
    "document.total": "Compare rates, rounding and rows with the sender's document; one of both is wrong.",
    "reversal": "Look at the entries of that request; reverse single ones by hand where they differ.",
    "odoo.refused": "Odoo refused the entry for the reason above. Mend the cause, then press Retry.",
    "expiry": "Renew it with the other side and enter the new one, or its new date, on the connector. The case closes "
    "by itself then.",
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
