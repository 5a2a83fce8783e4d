"""Base class of tests that need no Odoo: they run in seconds alone, and again under Odoo."""

import unittest

try:
    from odoo.tests.common import BaseCase
except ImportError:
    PureCase = unittest.TestCase
else:

    class PureCase(BaseCase):
        """Under Odoo the loader takes only its own kind of test class."""
