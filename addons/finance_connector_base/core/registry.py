"""Named classes that addons contribute: formats, transports, providers, figures."""


class Registry:
    """Classes by stable code, each knowing the addon it came from.

    The registry lives in the process, while addons are installed per database: selections offer
    only the entries whose addon is loaded there (``names(addons)``).
    """

    def __init__(self, kind):
        self.kind = kind
        self._entries = {}

    def add(self, code, label):
        """Class decorator: register under ``code``; the class gets ``code`` and ``label``."""

        def register(cls):
            known = self._entries.get(code)
            if known is not None and known.__qualname__ != cls.__qualname__:
                raise ValueError(f"{self.kind} {code} is registered twice")
            cls.code, cls.label = code, label
            self._entries[code] = cls
            return cls

        return register

    def get(self, code):
        """The class registered as ``code``; ``KeyError`` naming what exists."""
        try:
            return self._entries[code]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise KeyError(f"no {self.kind} {code!r}; known: {known}") from None

    def addon(self, code):
        """Technical name of the addon that registered ``code``."""
        parts = self.get(code).__module__.split(".")
        return parts[2] if parts[:2] == ["odoo", "addons"] else parts[0]

    def names(self, addons=None):
        """``[(code, label)]`` in order of registration, of the given addons only."""
        return [
            (code, cls.label) for code, cls in self._entries.items() if addons is None or self.addon(code) in addons
        ]

    def __iter__(self):
        return iter(self._entries.values())

    def __contains__(self, code):
        return code in self._entries
