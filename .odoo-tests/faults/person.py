"""A person at the web client: decisions are taken only from a request of the one who decides."""

import requests


class Person:
    """Signed in at one node; ``call`` is a button or a form of the web client."""

    def __init__(self, node, login, password):
        self._session, self._url = requests.Session(), node.url
        self._post("/web/session/authenticate", {"db": node.database, "login": login, "password": password})

    def call(self, model, method, *args, **kwargs):
        """
        :raise RuntimeError: what the server refused, in its words
        """
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def _post(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": params}
        answer = self._session.post(f"{self._url}{path}", json=body, timeout=120).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["debug"])
        return answer.get("result")
