"""What a canary secret is, and how to find one wherever it went: shared by the test and its script in Odoo."""

import base64
import re
import secrets

PURPOSES = ("password", "token", "api_key", "client_secret", "oauth_token", "signing_key", "passphrase",
            "pgp_passphrase", "webhook", "wsse", "typed")  # fmt: skip


def new_canaries():
    """One secret for each purpose, with characters that travel escaped, around a part that is found in all forms."""
    return {purpose: f"{purpose}/'{secrets.token_hex(10)}\"&=ä" for purpose in PURPOSES}


def core(secret):
    """The part of a secret that is looked for: half a secret is a leak too."""
    found = re.search(r"[0-9a-f]{20}", secret)
    if found:
        return found[0]
    lines = [line for line in secret.splitlines() if len(line) > 40 and not line.startswith("--")]
    return lines[len(lines) // 2][4:36]  # of a private key


def forms(part):
    """Plain (also URL, form, JSON and XML: it has no other characters), base64 at any offset, hex."""
    raw = part.encode()
    found = {part, raw.hex(), raw.hex().upper()}
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + raw)
        inner = text[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6].decode()
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return found


def hits(canaries, text):
    """Names of the canaries in a text, whatever the form; what the database shows as hex is opened first."""
    opened = [text]
    for value in re.findall(r"\\x([0-9a-f]{32,})", text):
        raw = bytes.fromhex(value[: len(value) // 2 * 2])
        opened.append(raw.decode("latin-1"))
        try:
            opened.append(base64.b64decode(raw, validate=True).decode("latin-1"))
        except ValueError:
            continue
    return sorted(
        name
        for name, secret in canaries.items()
        if any(form in each for form in forms(core(secret)) for each in opened)
    )
