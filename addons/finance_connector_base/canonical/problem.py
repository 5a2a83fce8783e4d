"""Refusals of the HTTP interface as problem details (RFC 9457), with our stable code, place and advice."""

from ..core.advice import advice, title
from .reading import Fault

CONTENT_TYPE = "application/problem+json"


def problem(status, code, text, faults=(), **more):
    """The body of a refusal.

    :param faults: each value that does not fit, as ``Fault``
    """
    found = {
        "type": f"urn:finance-connectors:problem:{code}",
        "title": title(code) or "Refused",
        "status": status,
        "detail": text,
        "code": code,
        "advice": advice(code),
        **more,
    }
    if faults:
        found["errors"] = [fault(one) for one in faults]
    return found


def fault(found: Fault):
    return {"code": found.code, "detail": found.text, "pointer": found.pointer, "advice": advice(found.code)}
