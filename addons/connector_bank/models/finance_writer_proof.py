from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.finance_connector_base import server

from ..writing import overrides, witness

#: The models whose rows are written set-based.
LEDGER = ("account.bank.statement.line", "account.move", "account.move.line", "account.bank.statement")
CONFIRMED = ("account.payment", "account.move", "account.move.line")
RECONCILED = (*LEDGER, "account.partial.reconcile", "account.full.reconcile")


class FinanceWriterProof(models.Model):
    """Whether the quick way into the ledger writes what Odoo writes, with the modules as they are now installed."""

    _name = "finance.writer.proof"
    _description = "Proof of quick writing"
    _order = "id desc"
    _rec_name = "journal_id"

    journal_id = fields.Many2one("account.journal", readonly=True, required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="journal_id.company_id", store=True, index=True)
    what = fields.Selection(
        [("lines", "Statement lines"), ("counterparts", "Counterparts"), ("reconciliation", "Reconciliation"),
         ("exchange", "Differences of exchange"), ("payments", "Entries of payments")],
        required=True, readonly=True,
    )
    state = fields.Selection(
        [("new", "Not tried yet"), ("alike", "Quick"), ("differs", "One by one")],
        default="new", required=True, readonly=True, string="Way",
    )
    reason = fields.Char(readonly=True, help="Why Odoo writes one by one here.")
    signature = fields.Char(readonly=True, help="Stands for the modules, fields and methods that were in force.")
    checked_on = fields.Datetime(readonly=True)
    sample = fields.Integer(readonly=True, string="Compared", help="Exemplars written both ways and compared.")

    at_once = fields.Integer(compute="_compute_batches", help="In the batches remembered.")
    by_odoo = fields.Integer(compute="_compute_batches", help="Left to Odoo in large batches.")

    def _compute_batches(self):
        found = {}
        for what, journal, reason, number in self.env["finance.writer.batch"]._read_group(
            [("journal_id", "in", self.journal_id.ids)], ["what", "journal_id", "reason"], ["number:sum"]
        ):
            numbers = found.setdefault((what, journal), [0, 0])
            numbers[bool(reason)] += number
        for proof in self:
            proof.at_once, proof.by_odoo = found.get((proof.what, proof.journal_id), (0, 0))

    def action_batches(self):
        """What was written at once in this journal, and what was not."""
        action = self.env["ir.actions.actions"]._for_xml_id("connector_bank.writer_batch_action")
        return {**action, "domain": [("journal_id", "in", self.journal_id.ids), ("what", "in", self.mapped("what"))]}

    @api.model
    def _of(self, what, journal):
        """The proof in force for this journal; a new one where modules, fields or methods have changed."""
        signature = self._signature(what)
        proof = self.sudo().search([("what", "=", what), ("journal_id", "=", journal.id)], limit=1)
        if not proof or proof.signature != signature:
            proof = self.sudo().create({"what": what, "journal_id": journal.id, "signature": signature})
        return proof

    @api.model
    def _signature(self, what):
        modules = self.env["ir.module.module"].sudo().search_fetch([("state", "=", "installed")], ["latest_version"])
        return overrides.signature(
            [(module.name, module.latest_version) for module in modules], self._classes(what)
        )

    @api.model
    def _classes(self, what):
        names = {"reconciliation": RECONCILED, "exchange": RECONCILED, "payments": CONFIRMED}.get(what, LEDGER)
        return [self.env.registry[name] for name in names]

    def _against(self):
        """Why the quick way is not gone, in words; ``None`` where nothing speaks against it."""
        if not self.company_id.finance_quick_writing:
            return self.env._("switched off in the settings")
        if self.state == "differs" and self.checked_on > self._retry_before():
            return self.reason
        read = overrides.READ | set((server.option("bulk_trusted_modules") or "").replace(",", " ").split())
        for model_class in self._classes(self.what):
            for module, method in overrides.strangers(model_class, read):
                return self._differs(
                    self.env._("%(module)s changes %(model)s.%(method)s", model=model_class._name, method=method,
                               module=module or self.env._("A rule or patch"))
                )
            for module, name in overrides.computed_by_strangers(model_class, read):
                return self._differs(
                    self.env._("%(module)s fills %(model)s.%(field)s", module=module or self.env._("A custom field"),
                               model=model_class._name, field=name)
                )
        if not witness.counts_rows(self.env.cr):
            return self._differs(self.env._("PostgreSQL does not count rows (track_counts)"))
        return None

    def _retry_before(self):
        return fields.Datetime.now() - timedelta(hours=float(server.option("bulk_retry_hours", 24)))

    def _alike(self, sample):
        if self.state != "alike":
            self.write({"state": "alike", "reason": False, "checked_on": fields.Datetime.now(), "sample": sample})
            self._cases()._solve(self.env._("Solved by itself: the quick way writes what Odoo writes."))

    def _differs(self, reason):
        """Remember and say so; the reason is returned."""
        if self.state != "differs" or self.reason != reason:
            self.write({"state": "differs", "reason": reason})
            self.env["finance.exception"]._report(
                self, "writer.differs", reason, self.journal_id.display_name, blocking=False, domain="bank",
                category="configuration",
            )
        self.checked_on = fields.Datetime.now()
        return reason

    @api.model
    def _slow(self, company):
        """``[(what, journal, reason)]`` of the newest proofs that did not hold, of a company and its branches."""
        names = dict(self._fields["what"]._description_selection(self.env))
        newest = {}
        for proof in self.sudo().search([("company_id", "child_of", company.id)], order="id"):
            newest[proof.what, proof.journal_id] = proof
        return [
            (names[proof.what], proof.journal_id.display_name, proof.reason)
            for proof in newest.values() if proof.state == "differs"
        ]  # fmt: skip

    def _cases(self):
        return self.env["finance.exception"].sudo().search(
            [("code", "=", "writer.differs"), ("state", "=", "open"), ("res_model", "=", self._name),
             ("res_id", "in", self.ids)]
        )

    def action_try_again(self):
        """Forget what was found: the next import is compared anew."""
        self.check_access("write")
        self.sudo().write({"state": "new", "reason": False})
