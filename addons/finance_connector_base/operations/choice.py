"""Records that an operation's arguments name."""

from ..core.errors import ConfigurationError


def chosen_company(env, name):
    """The company of this name among those of the user; none where no name is given."""
    companies = env["res.company"]
    if not name:
        return companies
    company = env.companies.filtered(lambda company: company.name == name)[:1]
    if not company:
        raise ConfigurationError(f"there is no company {name!r} for this user", code="company.unknown")
    return company
