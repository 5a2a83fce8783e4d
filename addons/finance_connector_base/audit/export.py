"""Write an export of the trail for ``verify.py``: files of JSON lines, a signed manifest, the verifier itself."""

import hashlib
from pathlib import Path

from ..core.errors import ConfigurationError
from . import verify

README = """Audit trail of a finance hub, exported for an auditor.

    python3 verify.py . --trust FINGERPRINT --anchors FOLDER_WITH_COPIES_OF_CHECKPOINTS

Take verify.py from a source you trust rather than from this folder; it needs Python 3 and "cryptography" only.
The fingerprint of the signing key is the one noted down when the hub was set up.
chains/*.jsonl: sealed events in order, each with its link, seal and readable details (unless erased).
checkpoints.jsonl: signed heads of all chains. unsealed.jsonl: events too young to be sealed.
"""


class Files:
    """Files of an export under way, with their hashes."""

    def __init__(self, folder):
        self.folder = Path(folder)
        if self.folder.exists() and any(self.folder.iterdir()):
            raise ConfigurationError("the folder for the export is not empty", code="audit.folder")
        (self.folder / "chains").mkdir(parents=True, exist_ok=True)
        self.hashes = {}

    def write(self, name, contents):
        """:return: how many lines"""
        digest, count = hashlib.sha256(), 0
        with (self.folder / name).open("wb") as stream:
            for content in contents:
                raw = verify.canonical(content) + b"\n"
                digest.update(raw)
                stream.write(raw)
                count += 1
        self.hashes[name] = digest.hexdigest()
        return count


def export(folder, source, signers, exported_on):
    """Write ``source`` (see ``verify.Examination``; with ``waiting()``, the events not sealed yet) to ``folder``.

    :return: counts for people
    :raise ConfigurationError: the folder is not empty
    """
    files = Files(folder)
    checkpoints = files.write("checkpoints.jsonl", source.checkpoints())
    names = list(source.chains())
    events = sum(files.write(f"chains/{chain}.jsonl", source.lines(chain)) for chain in names)
    waiting = files.write("unsealed.jsonl", source.waiting())
    manifest = verify.canonical(
        {
            "version": verify.VERSION,
            "database": source.database,
            "exported_on": exported_on,
            "files": files.hashes,
            "signers": signers.public,
        }
    )
    (files.folder / "manifest.json").write_bytes(manifest)
    (files.folder / "manifest.sig").write_bytes(verify.canonical(signers.sign(manifest)))
    (files.folder / "README.txt").write_text(README)
    (files.folder / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    return {
        "folder": str(files.folder),
        "events": events,
        "chains": len(names),
        "checkpoints": checkpoints,
        "unsealed": waiting,
        "signing_key": signers.current,
    }
