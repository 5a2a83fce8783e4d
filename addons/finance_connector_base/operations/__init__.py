from . import hold, release, replay, status
