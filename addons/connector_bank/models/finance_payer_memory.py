from odoo import api, fields, models


class FinancePayerMemory(models.Model):
    """Who pays from an account or under a name, as people confirmed it; a contradiction archives it."""

    _name = "finance.payer.memory"
    _description = "Remembered payer"
    _order = "last_used desc, id desc"

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    kind = fields.Selection([("account", "Account"), ("name", "Name")], required=True, readonly=True)
    value = fields.Char(required=True, readonly=True, help="As the bank writes it.")
    partner_id = fields.Many2one("res.partner", required=True, check_company=True, string="Pays for")
    confirmations = fields.Integer(readonly=True, default=0, help="Matches that a person accepted.")
    contradictions = fields.Integer(readonly=True, default=0, help="Matches of this payer that a person undid or made "
                                    "with another partner.")  # fmt: skip
    last_used = fields.Date(readonly=True)
    active = fields.Boolean(default=True)

    _value_uniq = models.UniqueIndex("(company_id, kind, value, partner_id)", "This payer is remembered already.")

    @api.model
    def _keys(self, line):
        """``[(kind, value)]`` by which the payer of ``line`` is known again."""
        account = "".join((line.account_number or "").split()).upper()
        name = " ".join((line.partner_name or "").split()).casefold()
        return [(kind, value) for kind, value in (("account", account), ("name", name)) if value]

    @api.model
    def _confirm(self, line, partner):
        """A person matched ``line`` with a document of ``partner``."""
        if not partner or not line.company_id.finance_memory:
            return
        for kind, value in self._keys(line):
            known = self.sudo().with_context(active_test=False).search(
                [("company_id", "=", line.company_id.id), ("kind", "=", kind), ("value", "=", value)]
            )
            own = known.filtered(lambda each: each.partner_id == partner)
            (known - own)._contradict()
            if not own:
                own = known.create(
                    {"company_id": line.company_id.id, "kind": kind, "value": value, "partner_id": partner.id}
                )
            own.write({"confirmations": own.confirmations + 1, "last_used": fields.Date.context_today(self)})

    @api.model
    def _reject(self, line, partner):
        """A person undid a match of ``line`` with ``partner``: what was remembered does not hold."""
        for kind, value in self._keys(line):
            self.sudo().search(
                [("company_id", "=", line.company_id.id), ("kind", "=", kind), ("value", "=", value),
                 ("partner_id", "=", partner.id)]
            )._contradict()  # fmt: skip

    def _contradict(self):
        for memory in self:
            memory.write({"contradictions": memory.contradictions + 1, "active": False})

    @api.model
    def _owners(self, lines):
        """``{account: {commercial partners}}`` that are confirmed often enough, and by nobody contradicted."""
        company = lines.company_id[:1]
        if not company.finance_memory:
            return {}
        found = self.sudo().with_context(active_test=False)._read_group(
            [("company_id", "=", company.id), ("kind", "=", "account"),
             ("value", "in", [value for line in lines for kind, value in self._keys(line) if kind == "account"])],
            ["value"], ["id:recordset"],
        )  # fmt: skip
        return {
            value: {memories.partner_id.commercial_partner_id.id}
            for value, memories in found
            if len(memories) == 1 and memories.active and not memories.contradictions
            and memories.confirmations >= company.finance_memory_times
        }  # fmt: skip
