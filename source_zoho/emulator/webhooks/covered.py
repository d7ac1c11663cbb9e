"""What does the emulator send, and to whom? A part of `COVERAGE.md`."""

from __future__ import annotations

from .billing_types import EVENT_TYPES

_NOTIFICATION = (
    "server_time, query_params, module, resource_uri, ids, affected_fields, affected_values, operation, channel_id, "
    "token"
)
ROWS = (
    ("webhook of a workflow rule of Books or Billing, `default`", "the module's document under its key, as JSON"),
    ("the same, `jsonstring`", "that JSON as the form field JSONString"),
    ("the same, `custom`", "chosen fields as flat JSON"),
    ("the same, `form`", "chosen fields as a form"),
    (
        "webhook of Billing about events",
        f"event_id, event_type, event_time, data; types: {', '.join(EVENT_TYPES)}",
    ),
    ("notification channel of CRM", _NOTIFICATION),
)
