"""The form in which events leave: CloudEvents 1.0, structured mode (one JSON object)."""

import json

from .catalogue import VERSION

CONTENT_TYPE = "application/cloudevents+json"


def cloud_event(event, source, wide=False):
    """The bytes of one event; the same bytes for every try.

    :param event: ``event_id, type, subject, occurred_at`` (UTC, ISO 8601), ``position``, ``company``,
        ``correlation_id``, ``data``, ``private``
    :param wide: also tell what is private
    """
    content = {
        "specversion": "1.0",
        "id": event["event_id"],
        "source": source,
        "type": event["type"],
        "subject": event["subject"],
        "time": event["occurred_at"],
        "datacontenttype": "application/json",
        "schemaversion": VERSION,
        "sequence": f"{event['position']:012d}",  # CloudEvents extension "sequence": compares as text
    }
    if event.get("company"):
        content["company"] = event["company"]
    if event.get("correlation_id"):
        content["correlationid"] = event["correlation_id"]
    content["data"] = {**event["data"], **((event.get("private") or {}) if wide else {})}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
