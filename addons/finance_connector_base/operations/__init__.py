from . import hold, release, replay, rotate_keys, schema, status
