"""``odoo finance rotate-keys``: every secret under the current key, and a fresh key where one is wanted."""

from .. import server
from ..core.errors import ConfigurationError
from ..core.operation import OPERATIONS, Operation
from ..crypto.envelope import new_key


@OPERATIONS.add("rotate-keys", "wrap all secrets with the current key; with --new-key with a fresh one")
class RotateKeys(Operation):
    def arguments(self, parser):
        fresh = parser.add_mutually_exclusive_group()
        fresh.add_argument("--new-key", action="store_true", help="first write a fresh key in front of the key file")
        fresh.add_argument(
            "--standby-key",
            action="store_true",
            help="only write a fresh key behind the others: it opens, but does not seal yet (several hosts)",
        )
        parser.add_argument(
            "--skip-missing", action="store_true", help="go on although the keys of some secrets are not here"
        )

    def run(self, options, env):
        env["finance.credential"].check_access("write")
        rotation = env["finance.rotation"]
        if options.new_key or options.standby_key:
            self._add_key(rotation, options)
        if options.standby_key:
            return rotation._report(), 0
        report = rotation._rotate(options.skip_missing)
        failed = bool(report["damaged"] or report["missing"])
        return {**report, "text": rotation._words(report)}, int(failed)

    @staticmethod
    def _add_key(rotation, options):
        """No fresh key while an old one is missing: that would hide what has to be put right."""
        source = server.key_source()
        try:
            known = source.ring(fresh=True).ids
        except ConfigurationError as error:
            if error.code != "secret.key_file":
                raise
            known = ()
        missing = rotation._own("_missing", known)
        if missing and not options.skip_missing:
            rotation._refuse(missing)
        source.make()
        source.add(new_key(), first=options.new_key)
