"""Which class of error each refusal of AvaTax is: a table, read from top to bottom."""

from odoo.addons.finance_connector_base.core.errors import (
    AuthError,
    BusinessError,
    ConfigurationError,
    DuplicateError,
    RemoteDefectError,
    StateConflictError,
)


class NotFoundError(StateConflictError):
    """The engine does not know the document."""

    code = "tax.not_found"


class WrongStateError(StateConflictError):
    """The document is in a state that does not allow this: committed already, or cancelled."""

    code = "tax.state"


#: (number or name, what the refusal refers to or None for anything, class, our code)
ERRORS = (
    ("AuthenticationException", None, AuthError, "auth.sign_in"),
    ("AuthorizationException", None, AuthError, "auth.rights"),
    ("AuthenticationIncomplete", None, AuthError, "auth.sign_in"),
    ("AccountExpired", None, AuthError, "auth.expired"),
    (34, None, AuthError, "auth.sign_in"),
    (35, None, AuthError, "auth.sign_in"),
    ("CompanyNotFoundError", None, ConfigurationError, "configuration.tax_company"),
    ("NoNexus", None, ConfigurationError, "configuration.tax_nexus"),
    (4, None, NotFoundError, "tax.not_found"),
    ("EntityNotFoundError", None, NotFoundError, "tax.not_found"),
    (300, "DocStatus", WrongStateError, "tax.state"),
    (303, None, DuplicateError, "duplicate.tax_code"),
    ("DocumentCodeConflict", None, DuplicateError, "duplicate.tax_code"),
    (1100, None, StateConflictError, "tax.locked"),
    (1303, None, WrongStateError, "tax.state"),
    (1313, None, WrongStateError, "tax.state"),
    (300, "Addresses", BusinessError, "tax.address"),
    (300, "TaxCode", BusinessError, "tax.tax_code"),
    (300, None, BusinessError, "tax.refused"),
    (311, None, BusinessError, "tax.no_line"),
    (5, None, BusinessError, "tax.data"),
    (47, None, BusinessError, "tax.data"),
)


def refusal(body):
    """The error that an ``{"error": …}`` body of the engine stands for."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return RemoteDefectError("The engine refused without saying why", code="tax.unreadable")
    details = [detail for detail in error.get("details") or () if isinstance(detail, dict)] or [{}]
    detail = details[0]
    words = " ".join(dict.fromkeys(filter(None, (error.get("message"), detail.get("description")))))
    names = {detail.get("number"), detail.get("code"), error.get("code")}
    refers_to = str(detail.get("refersTo") or "")
    for name, about, kind, code in ERRORS:
        if name in names and (about is None or refers_to.startswith(about)):
            return kind(words, code=code, place=refers_to or None)
    return BusinessError(words or "The engine refused", code="tax.refused", place=refers_to or None)
