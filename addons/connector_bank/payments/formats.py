"""The registry of payment formats and what each of them offers."""

from odoo.addons.finance_connector_base.core.registry import Registry

#: Code → class; see ``PaymentFormat`` for what a class has.
PAYMENT_FORMATS = Registry("payment format")


class PaymentFormat:
    """Base of the formats.

    ``kinds``: credit transfers, direct debits or both. ``needs``: paths without which there is no file, as
    ``Profile.required`` has them. ``file_extension``: for downloads.
    """

    kinds = ()
    needs = ()
    file_extension = "txt"

    def lengths(self, profile):
        """Longest text by path, or by the last part of a path, as ``Profile.lengths`` has it."""
        raise NotImplementedError

    def carries(self, profile):
        """Paths of the fields that have a place in the file."""
        raise NotImplementedError

    def settled(self, run, profile):
        """``run`` as far as the format can tell it, where a place is coarser than the value."""
        return run

    def broken(self, run, profile):
        """Rules of the format itself that no profile can lift, as ``Broken``."""
        return ()

    def write(self, run, profile):
        """Bytes of ``run``, of which no rule is broken."""
        raise NotImplementedError

    def read(self, content, profile):
        """The run in ``content``. Raises ``FormatError``."""
        raise NotImplementedError
