"""What was seen, in one byte form: an approval is about exactly these bytes and nothing else."""

from ..core.canonical import sha256

#: Changes when the form of the hashed content does, so that older approvals do not pass for newer ones.
VERSION = 1


def payload_hash(kind, company, model, record, content):
    """Hex SHA-256 of what is put before people.

    :param content: plain values that say all that is decided; no clock, no names in somebody's language
    """
    return sha256(
        {
            "version": VERSION,
            "kind": kind,
            "company": company,
            "model": model,
            "record": record,
            "content": content,
        }
    )
