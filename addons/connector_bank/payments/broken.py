"""What a bank would refuse: one broken rule, and the error that carries all of them."""

from dataclasses import dataclass

from odoo.addons.finance_connector_base.core.errors import BusinessError


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that does not hold.

    :param code: stable, ``payment.…``
    :param text: in words, for the person who prepares the run
    :param place: batch, payment and field, as that person knows them
    :param blocks: False where the file is written all the same, and something is left out or shortened in it
    """

    code: str
    text: str
    place: str
    blocks: bool = True


class PaymentRefused(BusinessError):
    """A run that may not be written; ``broken`` names every rule."""

    code = "payment"

    def __init__(self, broken):
        self.broken = tuple(broken)
        first = self.broken[0]
        more = f" (and {len(self.broken) - 1} more)" if len(self.broken) > 1 else ""
        super().__init__(f"{first.text}{more}", code=first.code, place=first.place)
