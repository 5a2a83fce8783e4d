from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .retention_case import BODY, RetentionCase

NAME = "Erika Mustermann"


@tagged("post_install", "-at_install")
class TestErasure(RetentionCase):
    """A person's data goes on request, or it is told why it stays; what goes is gone wherever it lay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.erika = cls.env["res.partner"].create({"name": NAME, "email": "erika.mustermann@example.com"})

    def request(self, **values):
        known = {"name": "DSR-14", "partner_id": self.erika.id, "reason": "art. 17", "company_id": self.company.id}
        return self.env["finance.erasure"].with_user(self.maker).create({**known, **values})

    def carried_out(self, **values):
        request = self.request(**values)
        request.action_find()
        request.action_request()
        self.agree(request)
        self.assertEqual(request.state, "erasing")
        self.env.flush_all()
        request.sudo().erase_job()
        self.env.invalidate_all()
        self.assertEqual(request.state, "done")
        return request

    def counts(self, request):
        found = {}
        for line in request.line_ids:
            found[line.model, line.part, line.verdict] = line.count
        return found

    def left(self):
        """Tables in which the name still stands, of all that are ours or about ours."""
        self.env.flush_all()
        data = self.env["finance.personal.data"]
        found = set()
        for name, columns, where in data._worded():
            if data._wording(name, columns, where, NAME):
                found.add(name)
        self.env.cr.execute("SELECT content::text FROM finance_audit_detail")
        if any(NAME in content for (content,) in self.env.cr.fetchall()):
            found.add("finance.audit.detail")
        return found

    def test_found_and_erased(self):
        message = self.done()
        other = self.done(b"somebody else")
        case = message._open_case("bank.refused", f"{NAME} is not known", blocking=False, partner_id=self.erika.id)
        case.message_post(body=f"I rang {NAME}")
        message.sudo().attempt_ids.text = f"{NAME.upper()}?"
        message.sudo().write({"result": {"payer": NAME}, "result_text": f"from {NAME}"})
        request = self.carried_out()
        self.assertTrue(message.erased_on)
        self.assert_here(other, b"somebody else")
        self.assertEqual(message.result, {"payer": "•••"})
        self.assertIn("•••", case.text)
        self.assertEqual(self.left(), set())
        self.assertEqual(self.counts(request)["finance.message", "payload", "gone"], 1)
        self.assertFalse(request.terms)
        self.checkpoint()
        self.assertEqual(self.codes(), set())

    def test_what_the_law_keeps_is_told(self):
        message = self.done()
        move = self.env["account.move"].create({"move_type": "entry", "ref": NAME, "partner_id": self.erika.id})
        self.env["finance.link"]._add(self.upload, "entry", "e1", move, message)
        request = self.carried_out()
        self.assertEqual(self.counts(request)["finance.message", "payload", "law"], 1)
        self.assert_here(message)
        self.assertEqual(move.ref, NAME)

    def test_on_hold_nothing_goes(self):
        message = self.done()
        case = message._open_case("bank.refused", f"{NAME} is not known", blocking=False)
        self.hold(partner_id=self.erika.id)
        request = self.carried_out()
        self.assert_here(message)
        self.assertIn(NAME, case.text)
        self.assertEqual({verdict for _model, _part, verdict in self.counts(request)}, {"hold"})

    def test_a_hold_that_comes_after_the_approval(self):
        message = self.done()
        request = self.request()
        request.action_find()
        request.action_request()
        self.agree(request)
        self.hold(connector_id=self.upload.id)
        self.env.flush_all()
        request.sudo().erase_job()
        self.env.invalidate_all()
        self.assert_here(message)
        self.assertEqual(self.counts(request)["finance.message", "payload", "hold"], 1)

    def test_what_is_not_done_yet_stays(self):
        message, _new = self.store(BODY, flow=self.flow)
        request = self.carried_out()
        self.assertEqual(self.counts(request)["finance.message", "payload", "open"], 1)
        self.assert_here(message)

    def test_found_by_what_was_made_of_it(self):
        """Packed or coded contents name nobody; what came of them belongs to the contact."""
        message = self.done(b"\x1f\x8b coded")
        self.env["finance.link"]._add(self.upload, "partner", "p1", self.erika, message)
        request = self.request()
        request.action_find()
        self.assertEqual(self.counts(request)["finance.message", "payload", "erase"], 1)

    def test_who_may(self):
        for role in ("user", "operator", "approver", "auditor"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.as_role(role)["finance.erasure"].create({"name": "x", "reason": "y"})
        request = self.request()
        with self.assertRaises(UserError):
            request.action_request()  # nobody agrees to what was not searched
        request.action_find()
        request.action_request()
        with self.assertRaises(AccessError):
            request.approval_id.with_env(self.env(user=self.maker)).action_approve()
        with self.assertRaises(UserError):
            request.terms = "Somebody else"
        with self.assertRaises(UserError):
            request.unlink()

    def test_other_words_are_searched_anew(self):
        self.done()
        request = self.request()
        request.action_find()
        request.terms = "Nobody of that name"
        self.assertEqual(request.state, "draft")
        with self.assertRaises(UserError):
            request.action_request()
