"""``odoo finance schema``: the canonical types as JSON Schema, the HTTP interface as OpenAPI."""

from ..canonical import openapi, schema
from ..canonical.objects import OBJECTS
from ..core.errors import ConfigurationError
from ..core.operation import OPERATIONS, Operation
from ..server import api_max_items, api_page


@OPERATIONS.add("schema", "JSON Schema of a canonical object, or the OpenAPI description of all")
class Schema(Operation):
    needs_database = False

    def arguments(self, parser):
        parser.add_argument("object", nargs="?", help=f"one of {', '.join(OBJECTS)}; all as OpenAPI if not given")

    def run(self, options, env):
        if not options.object:
            return openapi.description("/", api_max_items(), api_page()), 0
        if options.object not in OBJECTS:
            raise ConfigurationError(f"there is no object {options.object!r}", code="schema.unknown")
        return schema.schema(options.object), 0
