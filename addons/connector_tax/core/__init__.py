"""Pure values of tax determination: standard library only, never Odoo."""

from . import advice
