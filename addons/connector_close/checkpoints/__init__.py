from . import snapshot
