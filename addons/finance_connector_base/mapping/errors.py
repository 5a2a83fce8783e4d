"""A value for which there is no approved translation."""

from ..core.errors import MappingMissingError


class MappingError(MappingMissingError):
    """``mapping.missing``: no row; ``mapping.not_approved``: no version in force; ``mapping.version``: the version
    asked for may not be used; ``mapping.target``: the record a row leads to is gone.

    :param kind: what was to be translated
    :param gaps: what had no row, as ``Wanted``
    """

    def __init__(self, text, *, kind, gaps=(), **named):
        super().__init__(text, **named)
        self.kind, self.gaps = kind, tuple(gaps)

    @property
    def values(self):
        return tuple(gap.value for gap in self.gaps)
