from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..ruling import Known, KnownTexts, pattern_of

#: Counted when people decide; nobody writes them.
COUNTED = frozenset({"confirmations", "contradictions", "largest", "last_used"})
#: Another condition or account is another memory: it is to be confirmed anew.
CONDITIONS = frozenset({"incoming", "text", "counterparty", "account_id"})


class FinanceTextMemory(models.Model):
    """To which account lines with such a text went, as people booked them; a contradiction archives it."""

    _name = "finance.text.memory"
    _description = "Remembered text"
    _order = "last_used desc, id desc"
    _check_company_auto = True
    _rec_name = "text"

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    incoming = fields.Boolean(string="Money in", help="Otherwise money that goes out.")
    text = fields.Char(
        required=True, help="These words stand in the text of the line, in any order. Numbers are not remembered. "
        "Fewer words fit more lines.",
    )
    counterparty = fields.Char(help="The name as the bank writes it; empty is anybody.")
    account_id = fields.Many2one("account.account", required=True, check_company=True, string="Goes to")
    confirmations = fields.Integer(readonly=True, default=0, help="Lines that a person booked so.")
    contradictions = fields.Integer(
        readonly=True, default=0, help="Lines that a person booked to another account, rejected or undid."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    largest = fields.Monetary(readonly=True, string="Largest amount", help="More than this is never booked alone.")
    last_used = fields.Date(readonly=True)
    active = fields.Boolean(default=True)

    _text_uniq = models.UniqueIndex(
        "(company_id, incoming, text, coalesce(counterparty, ''), account_id)", "This text is remembered already."
    )

    @api.constrains("text")
    def _check_text(self):
        for memory in self:
            if not pattern_of(memory.text):
                raise ValidationError(self.env._("Give at least one word of four letters; numbers are not looked at."))

    @api.model_create_multi
    def create(self, vals_list):
        self._check_counted(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_counted(vals)
        changed = self.filtered(lambda memory: memory._differs(vals))
        res = super().write(vals)
        if changed:
            super(FinanceTextMemory, changed.sudo()).write({"confirmations": 0, "contradictions": 0, "largest": 0})
        return res

    def _check_counted(self, names):
        if not self.env.su and COUNTED & set(names):
            raise AccessError(self.env._("Confirmations are counted when people decide; nobody writes them."))

    def _differs(self, vals):
        names = CONDITIONS & set(vals)
        return any(self._fields[name].convert_to_write(self[name], self) != vals[name] for name in names)

    # what people decide

    @api.model
    def _of(self, company):
        """``(known texts, {id: memory})`` of the company."""
        memories = self.sudo().search([("company_id", "=", company.id)])
        known = [Known(each.id, each.incoming, each.text, each.counterparty or "") for each in memories]
        return KnownTexts(known), {memory.id: memory for memory in memories}

    @api.model
    def _fitting(self, line, known, memories):
        """The memories that fit the line, the most particular first."""
        text = self.env["finance.line.rule"]._facts(line).texts
        return self.sudo().browse(
            [memories[each.key].id for each in known.fitting(line.amount > 0, text, line.partner_name)]
        )

    @api.model
    def _confirm(self, line, account):
        """A person booked the whole line to ``account``."""
        company = line.company_id
        if not company.finance_text_memory:
            return
        fitting = self._fitting(line, *self._of(company))
        own = fitting.filtered(lambda memory: memory.account_id == account)[:1] or self._remembered(line, account)
        (fitting.filtered(lambda memory: memory.account_id != account))._contradict()
        if own:
            size = abs(sum(line._seek_for_lines()[0].mapped("balance")))
            own.write(
                {
                    "confirmations": own.confirmations + 1,
                    "largest": max(own.largest, size),
                    "last_used": fields.Date.context_today(self),
                }
            )

    def _remembered(self, line, account):
        """The memory of just this text, made where there is none; nothing where the text says too little."""
        text = pattern_of(self.env["finance.line.rule"]._facts(line).texts)
        values = {
            "company_id": line.company_id.id,
            "incoming": line.amount > 0,
            "text": text,
            "counterparty": pattern_of(line.partner_name) or False,
            "account_id": account.id,
        }
        found = self.sudo().with_context(active_test=False).search([(name, "=", values[name]) for name in values])
        return found or (found.create(values) if text else found)

    @api.model
    def _reject(self, line, account):
        """A person undid or rejected the booking of ``line`` to ``account``: what was remembered does not hold."""
        fitting = self._fitting(line, *self._of(line.company_id))
        fitting.filtered(lambda memory: memory.account_id == account)._contradict()

    def _contradict(self):
        for memory in self:
            memory.write({"contradictions": memory.contradictions + 1, "active": False})
