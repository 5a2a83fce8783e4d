"""Sub-commands of ``odoo finance``: addons register them, the command runs them."""

from .registry import Registry

OPERATIONS = Registry("operation")


class Operation:
    """One sub-command; ``code`` is its name and ``label`` its help."""

    needs_database = True
    #: What ``--help`` says at its end, line by line as written here.
    epilog = None

    def arguments(self, parser):
        """Declare the arguments on an ``argparse`` parser."""

    def run(self, options, env):
        """Do the work and return ``(result, exit code)``; the result is printed as JSON unless None."""
        raise NotImplementedError
