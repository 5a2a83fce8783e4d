"""Treasury platforms that stand between us and the banks: they take released orders and pass the banks' answers on."""

from . import treasury_platform

__all__ = ["treasury_platform"]
