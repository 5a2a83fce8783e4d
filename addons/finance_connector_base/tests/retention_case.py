"""What tests of retention share: old messages, rules in force, the nightly job."""

from .test_audit import AuditCase

BODY = b"remittance of Erika Mustermann, flat 7"
LARGE = BODY + b"\n" + b"x" * 70_000  # kept in the file store


class RetentionCase(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.maker, cls.second = cls.roles["admin"], cls.roles["approver"]
        cls.flow = cls.env["finance.flow"].create(
            {"name": "Files", "connector_id": cls.upload.id, "kind": "file", "sensitivity": "personal"}
        )
        cls.env["finance.retention.run"].search([]).unlink()
        cls.env["finance.retention.rule"].search([]).unlink()

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())

    def done(self, content=BODY, days=100, result=None, **values):
        """A message that was processed so many days ago."""
        message, _new = self.store(content, flow=self.flow, **values)
        with self.processing(lambda _message: result or {"text": "done"}):
            message.process_job()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE finance_message SET create_date = create_date - make_interval(days => %(days)s),"
            " done_on = done_on - make_interval(days => %(days)s) WHERE id = %(id)s",
            {"days": days, "id": message.id},
        )
        self.env.cr.execute(
            "UPDATE finance_attempt SET ended_on = ended_on - make_interval(days => %s) WHERE message_id = %s",
            [days, message.id],
        )
        self.env.invalidate_all()
        return message

    def draft(self, kind="payload", days=30, sensitivity="personal", action="erase", **values):
        known = {"kind": kind, "days": days, "sensitivity": sensitivity, "action": action, "note": "policy 7"}
        return self.env["finance.retention.rule"].with_user(self.maker).create({**known, **values})

    def live(self, *given, **values):
        rule = self.draft(*given, **values)
        rule.action_request()
        self.agree(rule)
        self.assertEqual(rule.state, "live")
        return rule

    def agree(self, record):
        record.approval_id.with_env(self.env(user=self.second)).action_approve()
        self.env.invalidate_all()

    def night(self):
        self.env.flush_all()
        self.env["finance.retention"]._cron_retain()
        self.env.invalidate_all()
        return self.env["finance.retention.run"].search([("dry", "=", False)])

    def hold(self, **scope):
        values = {"name": "Tax audit", "reason": "The authority asked for it.", "company_id": self.company.id}
        return self.env["finance.legal.hold"].with_user(self.maker).create({**values, **scope})

    def assert_here(self, message, content=BODY):
        self.assertFalse(message.erased_on)
        self.assertEqual(message._raw(), content)
