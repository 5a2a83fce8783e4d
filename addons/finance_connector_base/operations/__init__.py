from . import audit, hold, home, release, replay, rotate_keys, schema, status
