"""What all interfaces with JSON share: one object an answer, and lists in pages that change while they are read."""

from urllib.parse import urlsplit

from odoo.addons.finance_connector_base.core.errors import RemoteDefectError
from odoo.addons.finance_connector_base.transports.https import Https
from odoo.addons.finance_connector_base.transports.paging import read_json, write_json

from .listing import paged, whole

JSON = "application/json"


class JsonInterface(Https):
    """Base of the interfaces of banks and payment providers."""

    def read(self, path, headers=None):
        """``(answer, JSON object)`` of one GET."""
        answer = self.call("GET", path, headers={"Accept": JSON, **(headers or {})})
        return answer, self._object(answer)

    def read_list(self, path):
        """The objects of an answer that is a list of named ones.

        :raise RemoteDefectError: ``interface.answer``
        """
        found = read_json(self.call("GET", path, headers={"Accept": JSON}).content)
        if not isinstance(found, list) or not all(isinstance(one, dict) and "id" in one for one in found):
            raise RemoteDefectError(f"{self._host} answers without a list", code="interface.answer")
        return found

    def send(self, method, path, value, headers=None):
        """The JSON object that answers a POST, PUT or DELETE of ``value``."""
        body = None if value is None else write_json(value)
        answer = self.call(method, path, body=body, headers={"Accept": JSON, **(headers or {})})
        return self._object(answer) if answer.content else {}

    def _object(self, answer):
        found = read_json(answer.content)
        if not isinstance(found, dict):
            raise RemoteDefectError(f"{self._host} answers with something else than an object", code="interface.answer")
        return found

    def list_whole(self, path, items, following, keys):
        """``(headers of the last answer, {name: items})`` of the lists in an answer of several pages.

        :param items: ``items(document, name)`` → list
        :param keys: ``{name of the list: key}`` as ``listing.whole`` takes it
        """
        last = {}
        kept = []

        def read():
            kept.clear()
            size = 0
            for answer, document in paged(self.read, path, following):
                size += len(answer.content)
                if size > self._settings["max_bytes"]:
                    raise RemoteDefectError(f"{self._host} answers with too many bytes", code="https.size")
                last.update(answer.headers)
                kept.append(document)
            return kept

        read()
        found = {}
        for name, key in keys.items():
            begun = iter((kept,))  # what is read already is not read again for the next list of the same answer

            def pages(name=name, begun=begun):
                return [self._items(items, document, name) for document in next(begun, None) or read()]

            found[name], repeated = whole(pages, key)
            if repeated:
                found["repeated"] = found.get("repeated", 0) + repeated
        return last, found

    def linked(self, href):
        """The path of a link in an answer: banks write it whole, from the root of the host, or below our address."""
        root = urlsplit(self._base).path
        return href[len(root) - 1 :] if href and root != "/" and href.startswith(root) else href

    def _items(self, items, document, name):
        found = items(document, name)
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise RemoteDefectError(f"{self._host} answers without a list of {name}", code="interface.answer")
        return found
