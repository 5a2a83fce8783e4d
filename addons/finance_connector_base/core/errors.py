"""One error model for every connector: the class says who can put it right.

FinanceError
├── TechnicalError          the line or the other side: the same call may work later
│   ├── RateLimitedError        the connector waits as told; costs no attempt
│   ├── TurnError               ours comes later: something before it is under way; costs no attempt
│   └── OutcomeUnknownError     sent, no answer: ask by key, never send again blindly
├── ConfigurationError      our set-up: an administrator must change it
│   ├── AuthError               token, certificate or consent: the connector is paused
│   └── MappingMissingError     released when the mapping is approved
├── BusinessError           understood, not acceptable: an accountant decides
│   ├── FormatError             the bytes do not follow the format they claim
│   ├── DuplicateError          same key, other content: a conflict
│   └── StateConflictError      locked, committed, stale: read again, then decide
├── SecurityError           bad signature, changed key: quarantine
└── RemoteDefectError       success with an error inside, or an unreadable answer
"""


from .masking import masked


class FinanceError(Exception):
    """Raised on purpose; ``code`` is stable, the text is for people and never holds a secret.

    :param place: line, record or path inside the message, as a person would look it up
    :param retry_after: seconds the other side asked us to wait
    """

    code = "finance"
    category = "defect"

    def __init__(self, text, *, code=None, place=None, retry_after=None):
        super().__init__(masked(str(text)))
        self.code = code or self.code
        self.place = masked(place) if isinstance(place, str) else place
        self.retry_after = retry_after


class TechnicalError(FinanceError):
    code = "technical"
    category = "transient"


class RateLimitedError(TechnicalError):
    code = "rate_limited"
    category = "rate_limited"


class TurnError(TechnicalError):
    code = "turn"
    category = "turn"


class OutcomeUnknownError(TechnicalError):
    code = "outcome.unknown"
    category = "outcome_unknown"


class ConfigurationError(FinanceError):
    code = "configuration"
    category = "configuration"


class AuthError(ConfigurationError):
    code = "auth"
    category = "auth"


class MappingMissingError(ConfigurationError):
    code = "mapping.missing"
    category = "mapping_missing"


class BusinessError(FinanceError):
    code = "business"
    category = "data"


class FormatError(BusinessError):
    code = "format"
    category = "data"


class DuplicateError(BusinessError):
    code = "duplicate"
    category = "duplicate"


class StateConflictError(BusinessError):
    code = "state.conflict"
    category = "state_conflict"


class SecurityError(FinanceError):
    code = "security"
    category = "security"


class RemoteDefectError(FinanceError):
    code = "remote.defect"
    category = "remote_defect"


#: category → what a person reads; the order is that of the lists people choose from.
CATEGORIES = (
    ("transient", "Line or other side (heals itself)"),
    ("rate_limited", "Rate limited"),
    ("turn", "Waits its turn"),
    ("auth", "Sign-in or consent"),
    ("configuration", "Configuration"),
    ("data", "Data"),
    ("mapping_missing", "Mapping missing"),
    ("duplicate", "Duplicate"),
    ("state_conflict", "State conflict"),
    ("outcome_unknown", "Outcome unknown"),
    ("security", "Security"),
    ("remote_defect", "Defect at the other side"),
    ("defect", "Defect in our software"),
)
