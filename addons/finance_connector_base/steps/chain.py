"""Steps between a message and the wire, chained as data: zip, PGP, a manifest beside the file.

A step is built from (settings, secrets) and has ``wrap(parcel) -> Parcel`` on the way out and
``unwrap(parcel) -> Iterator[Parcel]`` on the way in. On the way out they run in the order written, on
the way in as well, so a flow lists them as they happen: ``zip, pgp`` out, ``pgp, zip`` in.
"""

from dataclasses import replace

from ..core.errors import BusinessError, ConfigurationError, RemoteDefectError, SecurityError
from ..core.registry import Registry

STEPS = Registry("step")


def codes(text):
    """The steps written in a field, each one known."""
    found = [code.strip() for code in (text or "").split(",") if code.strip()]
    unknown = [code for code in found if code not in STEPS]
    if unknown:
        known = ", ".join(step.code for step in STEPS)
        raise ConfigurationError(f"no step {', '.join(unknown)}; there are: {known}", code="step.unknown")
    return found


def chain(text, settings, secrets):
    return [STEPS.get(code)(settings, secrets) for code in codes(text)]


def unwrapped(parcel, steps):
    """What is inside ``parcel`` after all ``steps``; their refusals pass."""
    parts = [parcel]
    for step in steps:
        parts = [opened for part in parts for opened in step.unwrap(part)]
    return parts


class NothingKept:
    """Where the wire form of a message is not kept: each try makes it anew."""

    def load(self):
        return None

    def save(self, parcel):
        return parcel


class Stepped:
    """A transport with steps before and after it.

    :param wire: ``load()`` and ``save(parcel)`` of the bytes as they go out. Encryption gives other bytes
        each time, and every try has to send the same ones: they are kept before the first.
    """

    def __init__(self, transport, steps, wire=None):
        self._transport, self._steps = transport, steps
        self._wire = wire or NothingKept()
        self._parts = set()

    def check(self):
        for step in self._steps:
            step.check()
        return self._transport.check()

    def push(self, parcel, key):
        wired = self._wire.load()
        if wired is None:
            wired = parcel
            for step in self._steps:
                wired = step.wrap(wired)
            wired = self._wire.save(wired)
        return self._transport.push(wired, key)

    def ask(self, key, parcel=None):
        """What was never made ready for the wire was surely never sent."""
        wired = self._wire.load()
        if wired is None and not isinstance(self._wire, NothingKept):
            return None
        return self._transport.ask(key, wired or parcel)

    def pull(self):
        """What the steps cannot open comes as it is, with its ``trouble``: it is kept for a person to look at."""
        for parcel in self._transport.pull():
            yield from self._opened(parcel)

    def _opened(self, parcel):
        try:
            parts = unwrapped(parcel, self._steps)
        except (BusinessError, SecurityError, RemoteDefectError) as error:
            yield replace(parcel, trouble=error)
            return
        remote_id = parcel.remote_id or parcel.name
        for number, part in enumerate(parts, start=1):
            part_id = remote_id
            if number < len(parts):  # the source is confirmed with the last one
                part_id = f"{remote_id}!{number}"
                self._parts.add(part_id)
            yield replace(part, remote_id=part_id, wire=parcel)

    def confirm(self, remote_id):
        if remote_id not in self._parts:
            self._transport.confirm(remote_id)
