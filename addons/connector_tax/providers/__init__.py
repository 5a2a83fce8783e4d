"""Tax engines; a new one is a module here and its name in the line below."""

from . import avatax, rate_table
