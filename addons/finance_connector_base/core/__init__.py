"""Pure building blocks every addon may import: standard library only, never Odoo."""

from . import native

native.install()
