"""A person at the web client: decisions are taken only from a request of the one who decides."""

import requests


class Person:
    """Signed in at one node; ``call`` is a button or a form of the web client.

    :param node: with the attributes ``url`` and ``database``
    :param context: what every call carries, the chosen companies for example
    """

    def __init__(self, node, login, password, **context):
        self.login, self.context = login, context
        self._session, self._url = requests.Session(), node.url
        self._post("/web/session/authenticate", {"db": node.database, "login": login, "password": password})

    def call(self, model, method, *args, **kwargs):
        """
        :raise RuntimeError: what the server refused, in its words
        """
        if self.context:
            kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def download(self, path):
        """The bytes that a link of the web client gives."""
        answer = self._session.get(f"{self._url}{path}", timeout=120)
        answer.raise_for_status()
        return answer.content

    def _post(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        answer = self._session.post(f"{self._url}{path}", json=body, timeout=120).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["debug"])
        return answer.get("result")
