import io
import zipfile

from odoo.tests import tagged

from .common import FinanceCase


@tagged("post_install", "-at_install")
class TestEnvelope(FinanceCase):
    """What a step could not open is tried again from the stored bytes, through the steps and never past them."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.folder = self.connector("folder", "Envelopes", address=self._testMethodName)
        self.flow = self.env["finance.flow"].create(
            {"name": "Files", "connector_id": self.folder.id, "kind": "file", "direction": "in", "steps": "zip"}
        )
        self.folder.action_test()
        self.inbox = self.exchange / self._testMethodName / "in"

    def pull(self, name, content):
        (self.inbox / name).write_bytes(content)
        self.env.flush_all()
        self.flow.pull_job()
        self.env.invalidate_all()
        return self.messages()

    def messages(self):
        return self.env["finance.message"].search([("connector_id", "=", self.folder.id)], order="id")

    def retry(self, message):
        message.with_user(self.roles["operator"]).action_retry()
        self.env["finance.intake"]._process(message)
        self.env.invalidate_all()

    def test_never_past_the_steps(self):
        message = self.pull("a.zip", b"no zip at all")
        self.assertEqual((message.state, message.exception_ids.code), ("quarantined", "zip.malformed"))
        self.retry(message)
        self.assertEqual((message.state, message.exception_ids.code), ("refused", "zip.malformed"))
        self.assertEqual((self.messages(), message._raw()), (message, b"no zip at all"))

    def test_opened_once_the_cause_is_gone(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("one.txt", "first")
            archive.writestr("two.txt", "second")
        self.flow.steps = "sha256, zip"  # nobody sends one
        message = self.pull("a.zip", packed.getvalue())
        self.assertEqual(message.state, "quarantined")
        self.retry(message)
        self.assertEqual(message.state, "refused")
        self.flow.steps = "zip"
        self.retry(message)
        self.assertEqual((message.state, message.result["parts"]), ("processed", 2))
        self.assertEqual(message.exception_ids.state, "solved")
        inside = self.messages() - message
        self.assertEqual([one._raw() for one in inside], [b"first", b"second"])
        self.assertEqual((inside.parent_id, set(inside.mapped("state"))), (message, {"received"}))
        self.env["finance.intake"]._process(inside[0])
        self.assertEqual(inside[0].state, "processed")

    def test_same_bytes_inside(self):
        """Without a step left the bytes themselves are what is inside."""
        message = self.pull("a.xml", b"plain")
        self.flow.steps = False
        self.retry(message)
        inside = self.messages() - message
        self.assertEqual((inside._raw(), inside.parent_id, message.state), (b"plain", message, "processed"))

    def test_came_again(self):
        message = self.pull("a.xml", b"plain")
        self.flow.steps = False
        self.assertEqual(self.pull("a.xml", b"plain"), message)
        self.assertEqual((message.state, message.duplicates), ("received", 1))
        self.env["finance.intake"]._process(message)
        self.assertEqual((message.state, len(self.messages())), ("processed", 2))
