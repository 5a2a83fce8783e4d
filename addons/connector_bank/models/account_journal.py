from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..importing.account import spellings
from ..importing.rules import CONTENT, RULES

#: Settings by which a statement becomes lines.
_OF_LINES = frozenset({"currency_id", "finance_intraday", "finance_payout", "finance_rule", "finance_split_batches"})


class AccountJournal(models.Model):
    _inherit = "account.journal"

    finance_split_batches = fields.Boolean(
        string="One line for each transaction of a batch",
        help="By default a batch booking is one statement line, as at the bank; its transactions are matched one by "
        "one all the same.",
    )
    finance_intraday = fields.Selection(
        [("lines", "Book their lines"), ("balances", "Take only their balances")],
        default="lines", required=True, string="Intraday reports",
        help="camt.052 reports come during the day. Their booked lines are confirmed by the statement of the day.",
    )
    finance_auto_match = fields.Boolean(
        default=True, string="Match after import", help="Sure matches are reconciled at once, the rest is proposed."
    )

    finance_rhythm = fields.Selection(
        [("daily", "Each bank day"), ("weekly", "Each week"), ("monthly", "Each month"), ("none", "None expected")],
        default="daily", required=True, string="Statements",
        help="How often the bank sends one: a statement that does not come in time is late.",
    )
    finance_bank_days = fields.Selection(
        [("company", "As in the settings"), ("target", "TARGET (euro)"), ("weekdays", "Monday to Friday"),
         ("all", "Every day")],
        default="company", required=True, string="Bank days",
    )
    finance_bank_calendar_id = fields.Many2one(
        "resource.calendar", string="Holidays of the bank", check_company=True,
        help="Whole days of its public holidays are no bank days. Empty: those of the settings.",
    )
    finance_rule = fields.Selection(
        selection="_finance_rules", default=CONTENT.code, required=True, readonly=True, copy=False,
        string="Identity of a line",
        help="By what a booking that the bank delivers again is known. It is changed after a preview, by two persons.",
    )

    @api.model
    def _finance_rules(self):
        """The rules of identity, with their version."""
        _ = self.env._
        labels = {
            "content_1": _("All that the bank says"),
            "reference_1": _("The bank's reference"),
            "reference_amount_1": _("The bank's reference, day and amount"),
            "day_amount_1": _("Day, amount and other account"),
        }
        return [(code, _("%(rule)s, version %(n)s", rule=labels[code], n=code.rpartition("_")[2])) for code in RULES]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._finance_guard_rule(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._finance_guard_rule(vals)
        self._finance_guard_coming(vals)
        return super().write(vals)

    def _finance_guard_coming(self, vals):
        """What a line is made of does not change in the middle of a file."""
        changed = [name for name in _OF_LINES & vals.keys() if any(one[name] != vals[name] for one in self)]
        if not changed:
            return
        coming = self.env["account.bank.statement"].sudo().search(
            [("journal_id", "in", self.ids), ("finance_coming", "=", True)], limit=1
        )
        if coming:
            raise UserError(
                self.env._(
                    "%(file)s is being imported into this account. Change “%(field)s” once it is in.",
                    file=coming.finance_message_id.name, field=self._fields[changed[0]]._description_string(self.env),
                )
            )  # fmt: skip

    def _finance_guard_rule(self, vals):
        """The rule of identity decides what is new: it changes in one way only."""
        rule = vals.get("finance_rule")
        before = set(self.mapped("finance_rule")) or {CONTENT.code}
        if rule and before != {rule} and not self.env.su:
            raise AccessError(self.env._("The identity of a line is changed with a preview: Change identity."))

    def _finance_rule(self):
        """The rule of identity in force."""
        self.ensure_one()
        return RULES[self.finance_rule or CONTENT.code]

    def _finance_former_rules(self):
        """The rules by which lines of this account may have been imported before."""
        self.ensure_one()
        changes = self.env["finance.identity.change"].sudo().search(
            [("journal_id", "=", self.id), ("state", "in", ("live", "retired"))]
        )
        return [RULES[code] for code in dict.fromkeys(changes.mapped("former")) if code != self.finance_rule]

    finance_originator = fields.Char(
        string="Our number at the bank",
        help="By which payment files name us: Bacs service user number, company identification (ACH), numéro "
        "d'émetteur (CFONB), or what the bank assigned.",
    )

    def _get_bank_statements_available_sources(self):
        return [*super()._get_bank_statements_available_sources(), ("finance_connector", _("Finance connector"))]

    @api.model
    def _finance_for_account(self, company, account, currency):
        """Bank journals of a company (and its branches) that stand for this account.

        :param account: IBAN or local number as the file gives it (``importing.account``); a local number equals the
            IBAN that ends in it after the first four characters (ISO 13616: BBAN)
        :param currency: ISO code; a journal in another currency is not meant, unless it is the only one
        """
        numbers = spellings(account, currency)
        if not numbers:
            return self.browse()
        same_number = Domain("bank_account_id.sanitized_acc_number", "in", numbers) | Domain.OR(
            Domain("bank_account_id.sanitized_acc_number", "=like", "____" + number) for number in numbers
        )
        found = self.search(
            Domain("type", "in", ("bank", "credit")) & Domain("company_id", "child_of", company.id) & same_number
        ).filtered(lambda journal: journal._finance_has_account(account, currency))
        same = found.filtered(lambda journal: journal._finance_currency().name == currency)
        return same if len(found) > 1 and same else found

    def _finance_currency(self):
        return self.currency_id or self.company_id.currency_id

    def _finance_has_account(self, account, currency=None):
        """Whether the account of the journal is this one, by its IBAN or local number."""
        own = self.bank_account_id.sanitized_acc_number
        return bool(own) and any(
            own == number or _bban(own) == number or _bban(number) == own for number in spellings(account, currency)
        )

    def action_finance_identity(self):
        """Prepare a change of the rule of identity, or go on with the one that waits."""
        self.ensure_one()
        return self.env["finance.identity.change"]._of(self)._shown()

    def action_finance_import(self):
        """Open the import screen for this journal."""
        action = self.env["ir.actions.actions"]._for_xml_id("connector_bank.bring_statements_action")
        return {**action, "context": {"import_journal": self.id}}

    def action_finance_open_lines(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.statement_line_action")
        return {**action, "domain": [("journal_id", "in", self.ids)], "context": {"search_default_todo": 1}}

    def action_finance_desk(self):
        """Open the matching desk on this journal."""
        action = self.env["ir.actions.actions"]._for_xml_id("connector_bank.finance_desk_action")
        return {**action, "context": {"desk_journal": self.id}}


def _bban(number):
    """The local part of an IBAN, or ``None`` where the number is none."""
    return number[4:] if number[:2].isalpha() and number[2:4].isdigit() else None
