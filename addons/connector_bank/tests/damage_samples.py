"""What the damage run starts from: the golden samples of every parser."""

from pathlib import Path

from odoo.addons.connector_bank.simulation.damage import Sample
from odoo.addons.connector_bank.tests.test_pure_answers import ENTRY, REPORT, RETURN, nacha
from odoo.addons.connector_bank.tests.test_pure_payments_samples import FOLDER, ORDERS
from odoo.addons.connector_bank.tests.test_pure_samples import samples


def damage_samples():
    statements = [_read(path, f"statement:{path.parent.name}") for path in samples()]
    payments = [_read(path, f"payment:{path.stem}") for path in sorted(FOLDER.iterdir()) if path.stem in ORDERS]
    answers = [
        Sample("pain002", "answer:pain002", REPORT),
        Sample("nacha_return", "answer:nacha_return", nacha(ENTRY, RETURN).getvalue()),
    ]
    return [*statements, *payments, *answers]


def _read(path: Path, parser):
    return Sample(f"{path.parent.name}/{path.name}", parser, path.read_bytes())
