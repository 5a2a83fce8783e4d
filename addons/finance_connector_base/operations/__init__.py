from . import audit, hold, release, replay, rotate_keys, schema, status
