"""What can be put before a second person. Addons register their own kinds."""

from ..core.registry import Registry

KINDS = Registry("approval kind")


class Kind:
    """``floor``: persons beside the maker whom no rule takes away, where the subject asks for no other number.
    ``bulk``: several may be approved in one go, from the list."""

    floor = 1
    bulk = False


@KINDS.add("payment", "Payment release")
class Payment(Kind):
    bulk = True


@KINDS.add("bank", "Bank details")
class Bank(Kind):
    """Never in bulk: each is looked at with its call-back."""


@KINDS.add("connector", "Connector set-up")
class Connector(Kind):
    pass


@KINDS.add("mapping", "Mapping")
class Mapping(Kind):
    bulk = True


@KINDS.add("authority", "System of record")
class Authority(Kind):
    bulk = True


@KINDS.add("replay", "Processing anew")
class Replay(Kind):
    bulk = True


@KINDS.add("correction", "Corrected object")
class Correction(Kind):
    """Where no money moves, the request itself says that nobody is needed but those whom a rule names."""


@KINDS.add("outcome", "Unknown outcome")
class Outcome(Kind):
    pass


@KINDS.add("release", "End of a hold")
class Release(Kind):
    pass


@KINDS.add("rule", "Approval rule")
class Rule(Kind):
    pass


@KINDS.add("delegation", "Delegation")
class Delegation(Kind):
    pass


@KINDS.add("setting", "Control switched off")
class Setting(Kind):
    pass


@KINDS.add("retention", "Retention rule")
class Retention(Kind):
    pass


@KINDS.add("legal_hold", "End of a legal hold")
class LegalHold(Kind):
    pass


@KINDS.add("erasure", "Erasure of personal data")
class Erasure(Kind):
    pass
