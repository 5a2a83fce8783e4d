"""Base class of tests that need no Odoo: they run in seconds alone, and again under Odoo."""

import importlib.util
import unittest

try:
    from odoo.tests.common import BaseCase
except ImportError:
    PureCase = unittest.TestCase
else:

    class PureCase(BaseCase):
        """Under Odoo the loader takes only its own kind of test class."""


if importlib.util.find_spec("hypothesis"):
    from hypothesis import HealthCheck, settings

    # The same examples each time, and no limit of time: the machine may be busy.
    settings.register_profile(
        "repeatable", derandomize=True, deadline=None, database=None, suppress_health_check=(HealthCheck.too_slow,)
    )
    settings.load_profile("repeatable")
