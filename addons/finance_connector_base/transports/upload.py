"""Files that a person brings: nothing to fetch, nothing to send."""

from ..core.errors import ConfigurationError
from ..core.transport import TRANSPORTS


@TRANSPORTS.add("upload", "Files by hand")
class Upload:
    def __init__(self, settings, secrets):
        pass

    def check(self):
        return "Files are dropped on the screen or given on the command line."

    def pull(self):
        return iter(())

    def confirm(self, remote_id):
        """Nothing waits at another side."""

    def push(self, parcel, key):
        raise ConfigurationError("this connector only takes files in; choose a transport that sends", code="upload.out")

    def ask(self, key, parcel=None):
        raise NotImplementedError
