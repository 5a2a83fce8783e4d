"""Snapshots leave as files, once for each content, through the durable messages of the base."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.finance_connector_base.core.canonical import canonical_json, sha256

from .common import CloseCase


@tagged("post_install", "-at_install")
class TestPublication(CloseCase):
    """A folder that a close platform watches."""

    def connect(self):
        connector = self.env["finance.connector"].create(
            {
                "name": "Archive", "code": "archive", "company_id": self.company.id, "domain": "close",
                "transport": "folder", "address": "close", "state": "active",
            }
        )  # fmt: skip
        self.env["finance.flow"].create(
            {"name": "Balances", "connector_id": connector.id, "kind": "close.snapshot", "direction": "out"}
        )
        return connector

    def messages(self, snapshot):
        return self.env["finance.message"].search([("res_model", "=", snapshot._name), ("res_id", "=", snapshot.id)])

    def test_twice_is_once(self):
        self.connect()
        snapshot = self.period._take(self.preliminary)
        snapshot.action_publish()
        messages = self.messages(snapshot)
        self.assertEqual(
            sorted(messages.mapped("name")),
            [f"{snapshot._file_name()}.csv", f"{snapshot._file_name()}.json"],
        )
        self.post("2025-01-20", ("6000", 7), ("1000", -7))
        snapshot.action_publish()
        self.assertEqual(self.messages(snapshot), messages)
        self.assertEqual(snapshot.message_count, 2)

    def test_content_can_be_checked(self):
        self.connect()
        snapshot = self.period._take(self.preliminary)
        snapshot.action_publish()
        raw = self.messages(snapshot).filtered(lambda m: m.name.endswith("json"))._raw()
        file = json.loads(raw)
        self.assertEqual(file["sha256"], snapshot.sha256)
        self.assertEqual(sha256(canonical_json(file["content"])), snapshot.sha256)

    def test_next_revision_is_another_file(self):
        self.connect()
        first = self.period._take(self.preliminary)
        first.action_publish()
        self.post("2025-01-20", ("6000", 7), ("1000", -7))
        second = self.period._take(self.preliminary, again=True)
        second.action_publish()
        self.assertFalse(set(self.messages(first).mapped("name")) & set(self.messages(second).mapped("name")))

    def test_files_arrive(self):
        self.connect()
        snapshot = self.period._take(self.preliminary)
        snapshot.action_publish()
        messages = self.messages(snapshot)
        with TemporaryDirectory() as root, patch.dict(os.environ, {"FINANCE_FOLDER_ROOT": root}):
            with self.enter_registry_test_mode():
                for message in messages:
                    self.env["finance.deliver"]._advance(message.id)
            messages.invalidate_recordset()
            self.assertEqual(set(messages.mapped("state")), {"processed"})
            for message in messages:
                self.assertEqual((Path(root) / "close" / "out" / message.name).read_bytes(), message._raw())

    def test_nothing_connected(self):
        snapshot = self.period._take(self.preliminary)
        with self.assertRaisesRegex(UserError, "Configuration, Connectors"):
            snapshot.action_publish()

    def test_download(self):
        snapshot = self.period._take(self.preliminary)
        first, second = snapshot.action_download(), snapshot.action_download()
        self.assertEqual(first, second)
        self.assertIn("download=1", first["url"])
