from . import audit, events, hold, home, release, replay, rotate_keys, schema, status
