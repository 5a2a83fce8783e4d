"""``odoo finance import``: the whole way in for one or more files."""

from pathlib import Path

from odoo.addons.finance_connector_base.core.errors import ConfigurationError
from odoo.addons.finance_connector_base.core.operation import OPERATIONS, Operation
from odoo.addons.finance_connector_base.operations.choice import chosen_company


@OPERATIONS.add("import", "take bank files in")
class Import(Operation):
    def arguments(self, parser):
        parser.add_argument("--journal", help="code of the journal; found by the account number if not given")
        parser.add_argument("--profile", help="code of the profile for bank tables; found by the columns if not given")
        parser.add_argument("--company", help="name of the company; that of the user if not given")
        parser.add_argument("files", nargs="+", metavar="FILE", type=Path)

    def run(self, options, env):
        company = chosen_company(env, options.company) or env.user.company_id
        journal = chosen_journal(env, company, options.journal)
        company = journal.company_id or company
        files = [(path.name, path.read_bytes()) for path in options.files]
        env = env(context={**env.context, "allowed_company_ids": company.ids})
        importer = env["finance.statement.import"]
        profile = chosen_profile(env, company, options.profile)
        messages = worked = env["finance.message"]
        for file in files:
            later = importer._is_large(company, file[1])
            found, done = importer._import_files(
                company.with_env(env), [file], journal.with_env(env), profile, later=later
            )
            if later:
                done = found.filtered(lambda message: message.state == "received")
                done._work_off()
            messages, worked = messages | found, worked | done
        return tally(messages, worked), 0


def chosen_journal(env, company, code):
    """The journal with this code, first in the company, then in any other the user may use."""
    journals = env["account.journal"]
    if not code:
        return journals
    found = journals.search([("code", "=", code), ("type", "in", ("bank", "cash", "credit"))])
    found = found.filtered(lambda journal: journal.company_id == company) or found
    if len(found) != 1:
        raise ConfigurationError(
            f"there is no bank journal {code!r}" if not found else f"several companies have a journal {code!r}",
            code="journal.unknown",
        )
    return found


def chosen_profile(env, company, code):
    """The profile in force with this code: of the company, or of the addon."""
    profiles = env["finance.statement.profile"]
    if not code:
        return profiles
    found = profiles.search([("code", "=", code), ("state", "=", "live"), ("company_id", "in", (company.id, False))])
    if not found:
        raise ConfigurationError(f"there is no profile {code!r} in force", code="profile.missing")
    return found[:1]


def tally(messages, worked):
    """What the messages brought; one that was done before (not ``worked`` on now) brings its duplicates alone."""
    result = {"messages": len(messages), "statements": 0, "lines": 0, "duplicates": 0, "cases": 0, "files": []}
    for message in messages:
        found = message.result or {}
        again = message not in worked
        lines = 0 if again else found.get("lines", 0)
        statements = 0 if again else found.get("statements", 0)
        copies = found.get("lines", 0) + found.get("duplicates", 0) if again else found.get("duplicates", 0)
        cases = message.exception_ids.filtered(lambda case: case.state == "open")
        result["statements"] += statements
        result["lines"] += lines
        result["duplicates"] += copies
        result["cases"] += len(cases)
        result["files"].append(
            {
                "name": message.name,
                "state": message.state,
                "seen_before": again,
                "statements": statements,
                "lines": lines,
                "duplicates": copies,
                "text": message.result_text or "",
                "cases": [{"code": c.code, "text": c.text, "place": c.place or None} for c in cases],
            }
        )
    return result
