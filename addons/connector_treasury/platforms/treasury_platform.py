"""A treasury platform by its interface: a file is laid down, a task is run on it, answers are fetched one by one.

That is how Kyriba and its like take payments: the file is the ISO 20022 one that people released. Task and file bear
the reference of the message, which no other database and no restored one gives again: a second task is the first one.
"""

from pathlib import PurePosixPath
from urllib.parse import quote

from odoo.addons.finance_connector_base.core.errors import BusinessError, OutcomeUnknownError, RemoteDefectError
from odoo.addons.finance_connector_base.core.transport import TRANSPORTS, Parcel, Receipt
from odoo.addons.finance_connector_base.transports.https import Https
from odoo.addons.finance_connector_base.transports.paging import read_json, with_query, write_json

#: Kept apart from the answers' own path by the platform.
TAKEN = "taken"


@TRANSPORTS.add("treasury_platform", "Treasury platform (file and task)")
class TreasuryPlatform(Https):
    """:param settings: besides those of ``Https``: ``platform_task``, the task that takes payment files; ``reference``
    of the message (those of former versions have none: their key stands for it); ``pull_path`` lists answers
    """

    def check(self):
        self._list("/tasks?reference=none", "tasks")
        return f"{self._host} answers and lets us in."

    def push(self, parcel, key):
        """Only the task makes the platform pay: a file that lies there alone does nothing."""
        reference, name = self._names(key, parcel)
        path = f"/files/{quote(name, safe='')}"
        self.call("PUT", path, body=parcel.content, content_type=parcel.content_type, headers=parcel.headers)
        body = write_json({"task": self._settings["platform_task"], "file": name, "reference": reference})
        answer = self.call("POST", "/tasks", body=body, key=reference)
        try:
            return self._taken(read_json(answer.content), name)
        except RemoteDefectError as error:  # a success that cannot be read: the task may run
            raise OutcomeUnknownError(str(error), code="platform.unreadable") from error

    def ask(self, key, parcel=None):
        if parcel is None:
            raise NotImplementedError
        reference, name = self._names(key, parcel)
        found = self._list(with_query("/tasks", {"reference": reference}), "tasks")
        return self._taken(found[0], name) if found else None

    def _names(self, key, parcel):
        """Reference of the task, and name of the file."""
        reference, name = self._settings.get("reference"), PurePosixPath(parcel.name)
        return (reference, f"{name.stem}-{reference}{name.suffix}") if reference else (key, parcel.name)

    def _taken(self, task, name):
        """
        :raise BusinessError: ``platform.refused``: the task ended without passing anything on
        :raise RemoteDefectError: ``platform.other``: it is the task of another file
        """
        if not isinstance(task, dict) or not task.get("id") or not task.get("state"):
            raise RemoteDefectError(f"{self._host} answers without a task", code="platform.answer")
        if task.get("file", name) != name:
            raise RemoteDefectError(f"{self._host} ran our task on {task['file']}, not {name}", code="platform.other")
        if task["state"] == "failed":
            raise BusinessError(f"{self._host} refuses the file: {task.get('text') or ''}", code="platform.refused")
        return Receipt(remote_id=str(task["id"]), content=write_json(task), status=200)

    # answers

    def pull(self):
        for one in self._list(self._settings["pull_path"], "answers"):
            answer = self.call("GET", f"/answers/{quote(str(one['id']), safe='')}")
            yield Parcel(
                str(one.get("name") or one["id"]), answer.content, remote_id=str(one["id"]),
                content_type=answer.headers.get("Content-Type", "application/xml"),
            )  # fmt: skip

    def confirm(self, remote_id):
        """After our commit: the platform shows it no more. A second time finds it taken."""
        self.call("PUT", f"/answers/{quote(remote_id, safe='')}/{TAKEN}", body=b"")

    def _list(self, path, name):
        found = read_json(self.call("GET", path).content)
        rows = found.get(name) if isinstance(found, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("id") for row in rows):
            raise RemoteDefectError(f"{self._host} answers without a list of {name}", code="platform.answer")
        return rows
