"""What a transport moves: parcels in, parcels out, and the registry of transports."""

from dataclasses import dataclass, field

from .registry import Registry

#: Transports: class built from (settings: dict, secrets: dict), with
#: ``pull() -> Iterator[Parcel]``, ``confirm(remote_id)``, ``push(Parcel, key) -> Receipt``,
#: ``ask(key, parcel=None) -> Receipt | None`` (``None``: surely not there) or ``NotImplementedError``
#: where the other side cannot be asked, and ``check() -> str``.
TRANSPORTS = Registry("transport")


@dataclass(frozen=True, slots=True)
class Parcel:
    """Bytes with the name the other side knows them by."""

    name: str
    content: bytes
    remote_id: str | None = None  # what ``confirm`` needs; the name where None
    content_type: str = "application/octet-stream"
    headers: dict = field(default_factory=dict)
    beside: "Parcel | None" = None  # the file that belongs to it: manifest, detached signature
    wire: "Parcel | None" = None  # what came before the steps opened it, kept as evidence
    trouble: Exception | None = None  # why a step could not open it: kept for a person, not processed


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer of the other side to one parcel."""

    remote_id: str | None = None
    content: bytes = b""
    status: int | None = None
    headers: dict = field(default_factory=dict)
    whole: bool = False  # work goes on with its content: kept to the last byte, not as evidence alone
