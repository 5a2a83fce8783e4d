"""Zip: one file in a zip out, the files of a zip in."""

import io
import zipfile
from dataclasses import replace

from ..core.safe.limits import ZipLimits
from ..core.safe.zip import zip_members
from ..transports.files import sent_name
from .chain import STEPS

#: The same content gives the same zip: no time of day in it.
EPOCH = (1980, 1, 1, 0, 0, 0)


@STEPS.add("zip", "Zip")
class Zip:
    def __init__(self, settings, secrets):
        size = settings["max_bytes"]
        self._limits = ZipLimits(member_bytes=size, total_bytes=size)

    def check(self):
        """Nothing to set up."""

    def wrap(self, parcel):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            info = zipfile.ZipInfo(sent_name(parcel.name), EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, parcel.content)
        return replace(parcel, name=f"{parcel.name}.zip", content=packed.getvalue(), content_type="application/zip")

    def unwrap(self, parcel):
        """Names that lead outside, encrypted, nested and exploding zips are refused (``core.safe.zip``)."""
        for name, reader in zip_members(io.BytesIO(parcel.content), self._limits):
            yield replace(parcel, name=name.rpartition("/")[2], content=reader.read(), beside=None)
