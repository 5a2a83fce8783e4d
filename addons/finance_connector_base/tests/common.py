"""What Odoo tests of this and other finance addons share."""

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

from ..services.finance_person import Call, FinancePerson
from .sandbox import sandbox

ROLES = {
    "user": "finance_connector_base.group_user",
    "operator": "finance_connector_base.group_operator",
    "approver": "finance_connector_base.group_approver",
    "admin": "finance_connector_base.group_admin",
    "auditor": "finance_connector_base.group_auditor",
}


class FinanceCase(TransactionCase):
    """A company with a connector of files by hand, and one user for each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.exchange = Path(folder)
        environ = {
            "FINANCE_FOLDER_ROOT": folder,
            "FINANCE_KEY_FILE": f"{folder}/key",
            "FINANCE_ENVIRONMENT": "sandbox",
        }
        cls.enterClassContext(patch.dict("os.environ", environ))
        cls.company = cls.env.company
        cls.roles = {role: cls.person(f"fc_{role}", group) for role, group in ROLES.items()}
        cls.upload = cls.connector("upload", "Test upload")

    def setUp(self):
        super().setUp()
        self.enterContext(at_the_screen())

    @classmethod
    def person(cls, login, groups, **values):
        """A user with an e-mail address of his own: users that share one are taken for one person."""
        return new_test_user(cls.env, login, groups=groups, email=f"{login}@example.com", **values)

    @classmethod
    def connector(cls, transport, name, **values):
        return cls.env["finance.connector"].create(
            {
                "name": name,
                "code": name.lower().replace(" ", "."),
                "transport": transport,
                "domain": "other",
                "state": "active",
                "company_id": cls.company.id,
                **values,
            }
        )

    def store(self, content=b"content", connector=None, **values):
        """An incoming message, and whether it is new."""
        values.setdefault("name", "test.txt")
        return self.env["finance.intake"]._store(connector or self.upload, "file", content, **values)

    def processing(self, effect):
        """Replace what is done with incoming files; ``effect`` is raised or called with the message."""

        def process(_self, message):
            if isinstance(effect, BaseException):
                raise effect
            return effect(message)

        return patch.object(type(self.env["finance.process.file"]), "process", process)

    def as_role(self, role):
        return self.env(user=self.roles[role])


class SandboxCase(FinanceCase):
    """With a sandbox bank that counts effects, and cursors of their own as a server has them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = cls.enterClassContext(sandbox())
        cls.bank = cls.connector(
            "https", "Test bank", address=cls.sandbox.url("bank"), push_path="/payments", ask_path="/payments/{key}"
        )
        cls.flow = cls.env["finance.flow"].create(
            {"name": "Payments", "connector_id": cls.bank.id, "kind": "file", "direction": "out", "quiet_seconds": 0}
        )

    def setUp(self):
        super().setUp()
        self.sandbox.reset()
        self.enterContext(self.enter_registry_test_mode())

    def submit(self, key="K1", amount="10.00", **values):
        content = json.dumps({"end_to_end_id": key, "amount": amount, "currency": "EUR"}).encode()
        values.setdefault("content_type", "application/json")
        return self.env["finance.deliver"]._submit(self.bank, "file", content, key=key, name=key, **values)

    def advance(self, message):
        """Do the next step as the job does, whatever time it was planned for."""
        if message.next_try_on:
            message.sudo().next_try_on = fields.Datetime.now()
        self.env.flush_all()
        words = self.env["finance.deliver"]._advance(message.id)
        self.env.invalidate_all()
        return words

    def effects(self):
        return len(self.sandbox.effects("bank", "payment"))


def at_the_screen():
    """Let each call made here stand for a request of its user, as if it came from the web client."""

    def asked_for(self, call, record, methods):
        return True

    def call(self):
        return Call(self.env.uid, "", "", (), "web", "session", "192.0.2.7")

    return patch.multiple(FinancePerson, _call=call, _asked_for=asked_for)


def by_a_program():
    """As it is where nobody outside asked for anything: cron, job, shell."""
    return patch.object(FinancePerson, "_call", lambda self: None)


@contextmanager
def server_option(**options):
    """Set what the host says about itself."""
    with patch.dict("os.environ", {f"FINANCE_{name.upper()}": value for name, value in options.items()}):
        yield
