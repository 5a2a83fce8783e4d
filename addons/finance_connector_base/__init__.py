from odoo.tools import config

from . import (
    checkpoints,
    controllers,
    figures,
    models,
    operations,
    retained,
    services,
    steps,
    tracing,
    transports,
    webhooks,
    wizards,
)
from .core import masking
from .server import limit_reading

limit_reading()
masking.install()
tracing.install()

if "finance_connector_base" in config["server_wide_modules"]:
    from . import runner

    runner.install()
