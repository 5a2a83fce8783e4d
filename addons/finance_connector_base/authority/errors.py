"""A system wrote what another one leads."""

from ..core.errors import ConfigurationError


class AuthorityError(ConfigurationError):
    """``authority.not_leading``: another system leads; ``authority.missing``: none was named yet."""

    code = "authority.not_leading"
