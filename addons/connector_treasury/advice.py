"""What to do next for the cases of this addon."""

from odoo.addons.finance_connector_base.core.advice import ADVICE, TITLES

TITLES.update(
    {
        "platform": "Answer of the treasury platform",
        "platform.refused": "Refused by the treasury platform",
        "platform.other": "Our task ran on another file",
    }
)
ADVICE.update(
    {
        "platform": "The treasury platform answers otherwise than agreed. Ask its administrators; what went out is "
        "asked about by our key before anything is sent again.",
        "platform.other": "Under our reference the platform ran another file. Ask its administrators whether ours was "
        "paid; until then nothing is sent again.",
        "platform.refused": "The platform did not take the file, and passed nothing on. Read the words, put right what "
        "they name; or cancel the order and pay over a bank.",
    }
)
