from decimal import Decimal

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    finance_tolerance_amount = fields.Float(
        default=0.50, string="Largest difference", help="In the currency of the line; both limits must be kept."
    )
    finance_tolerance_percent = fields.Float(default=1.0, string="Largest difference in percent")
    finance_tolerance_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for small differences",
        help="Without an account, a difference is never booked without a person.",
    )
    finance_fee_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for bank charges",
    )
    finance_discount_account_id = fields.Many2one(
        "account.account", check_company=True, string="Account for payment discounts",
    )
    finance_sure_partial = fields.Boolean(
        default=True, string="Book part payments",
        help="A part payment of an exactly named invoice of the known payer is booked without a person.",
    )
    finance_short_amount = fields.Float(
        default=50, string="Perhaps charges, up to",
        help="So little missing of an invoice is not taken for a part payment: banks on the way may have kept it. In "
        "the currency of the bank line.",
    )
    finance_sure_payer = fields.Boolean(
        default=True, string="Book by payer and amount",
        help="A line without reference is booked if payer and amount fit exactly one open invoice.",
    )
    finance_sure_return = fields.Boolean(
        default=True, string="Undo what is returned",
        help="A returned payment opens its invoice again without a person, where the bank's references prove which "
        "booking is returned.",
    )
    finance_return_days = fields.Integer(
        default=400, string="Days back", help="How old a booking may be that is returned. A direct debit without "
        "mandate can be returned for 13 months (SEPA rulebook).",
    )
    finance_sure_transfer = fields.Boolean(
        default=True, string="Book transfers between own accounts",
        help="A line whose counterparty is an account of the company itself goes to the internal transfer account, and "
        "both sides are reconciled with each other there.",
    )
    finance_transfer_days = fields.Integer(
        default=5, string="Days apart", help="How many days the two sides of a transfer may be apart."
    )
    finance_sure_payout = fields.Boolean(
        default=True, string="Book what payment providers say",
        help="Fees, reserves, conversions and payouts are booked to the accounts of the provider's journal without a "
        "person, and a payout meets the bank's line.",
    )
    finance_payout_days = fields.Integer(
        default=10, string="Days under way", help="How many days a payout may take from the provider to the bank."
    )
    finance_channel_days = fields.Integer(
        default=5, string="Channels apart (days)",
        help="How many days two channels of one account may book a payment apart."
    )
    finance_memory = fields.Boolean(
        default=True, string="Learn who pays",
        help="A payer account that people matched with the same partner again and again counts as the partner's.",
    )
    finance_memory_times = fields.Integer(
        default=3, string="After confirmations",
        help="So often a person must have confirmed it, and nobody the contrary.",
    )
    finance_text_memory = fields.Boolean(
        default=True, string="Learn where texts go",
        help="A line that a person books whole to one account teaches its text; lines with such a text get the account "
        "proposed.",
    )
    finance_text_times = fields.Integer(
        default=5, string="Certain after", help="So often a person must have booked such a text to the account, and "
        "never otherwise, until the proposal stands without doubt.",
    )
    finance_text_automatic = fields.Boolean(
        string="Book what is certain", help="Lines with such a text are then booked without a person, up to the "
        "largest amount that a person has booked so.",
    )
    finance_similar_names = fields.Boolean(
        default=True, string="Look for similar names",
        help="For a line that names no document and whose payer is unknown, partners of a similar name are looked for "
        "and what they have open is proposed. Needs the extension pg_trgm of the database server.",
    )
    finance_similar_from = fields.Integer(
        default=30, string="Likeness of names from", help="Of 100, by pg_trgm; what is found is proposed, never booked."
    )
    finance_similar_most = fields.Integer(
        default=1_000, string="Names at once",
        help="So many names at most are looked for in one run of the matching; one takes 10 ms among 14,000 payers.",
    )
    finance_model = fields.Boolean(
        string="Order proposals by what was learned",
        help="The likeliest proposal of a line comes first, with a probability and what it is made of. Nothing is "
        "booked by it.",
    )
    finance_model_least = fields.Integer(
        default=200, string="Decisions needed",
        help="With fewer decisions of people about proposals nothing is learned.",
    )
    finance_model_most = fields.Integer(
        default=20_000, string="Decisions learned from", help="The latest ones; 20,000 take some seconds."
    )
    finance_unmatched_case = fields.Boolean(
        default=True, string="Open a case for lines without match",
        help="A line for which nothing can be proposed becomes a case, until it is reconciled or gets a proposal.",
    )
    finance_unmatched_days = fields.Integer(
        string="After days", help="Days from the booking at the bank until the case is opened; 0 is at once."
    )

    finance_quick_writing = fields.Boolean(
        default=True, string="Write lines and reconciliations quickly",
        help="Many lines are written at once after exemplars that Odoo writes itself, compared column by column. Where "
        "anything differs, or when this is off, Odoo writes them one by one.",
    )

    finance_whole_lines = fields.Integer(
        default=10_000, string="In one transaction up to (lines)",
        help="A file with more lines is read and checked whole, and then imported piece by piece: it can be stopped, "
        "and goes on where it was.",
    )
    finance_piece_lines = fields.Integer(
        default=1_000, string="Lines in a piece",
        help="Larger pieces are a little faster; other entries of the same bank journal wait for a piece under way.",
    )
    finance_piece_waits = fields.Float(
        default=10.0, string="Give way (seconds)",
        help="Whoever posts an entry in the same bank journal and waited for a piece goes first; so long at most the "
        "next piece waits.",
    )

    finance_payee_decided = fields.Boolean(
        default=True, string="Decide about payees first",
        help="Nothing is released to an account whose holder the bank knows by another name, until an approver has "
        "decided.",
    )
    finance_settle_days = fields.Integer(
        default=5, string="Days until the statement",
        help="So many days after the day it is carried out a payment has to be on a statement.",
    )
    finance_bank_days = fields.Selection(
        [("target", "TARGET (euro)"), ("weekdays", "Monday to Friday"), ("all", "Every day")],
        default="target", required=True, string="Bank days",
    )
    finance_bank_calendar_id = fields.Many2one(
        "resource.calendar", check_company=True, string="Holidays of the banks",
        help="Whole days of its public holidays are no bank days, besides those above.",
    )
    finance_statement_due_days = fields.Integer(
        default=1, string="Due after bank days", help="Bank days from the last day of a statement until it is due."
    )
    finance_statement_cutoff = fields.Float(
        default=10.0, string="Until", help="Clock of the company's working hours, until which a statement is in time."
    )

    finance_desk_page = fields.Integer(
        default=80, string="Lines a page", help="How many lines the matching desk reads at once."
    )
    finance_desk_batch = fields.Integer(
        default=100, string="Lines accepted at once", help="At most so many clear lines are accepted in one go."
    )

    finance_double_days = fields.Integer(
        default=30, string="Equal payments within days", help="An equal payment to the same payee is suspicious then."
    )
    finance_new_details_days = fields.Integer(
        default=14, string="Bank details are new for days", help="Payments to changed accounts are pointed out then."
    )
    finance_screening_list = fields.Binary(
        "List of names", attachment=True,
        help="CSV in UTF-8 with the titles name;source;note, such as a sanction list. Payees whose names come close "
        "are held for a person.",
    )
    finance_screening_name = fields.Char(string="File of the list")
    finance_screening_score = fields.Integer(
        default=90, string="Likeness from", help="Of 100; 100 is the same name, whatever accents, order and legal form."
    )
    finance_creditor_identifier = fields.Char(
        "Creditor identifier", help="Of this company in SEPA direct debits, e.g. DE98ZZZ09999999999."
    )
    finance_notice_days = fields.Integer(
        default=14, string="Announced days ahead",
        help="A direct debit is announced so many days before it is collected; 14 unless agreed otherwise (EPC016-06).",
    )
    finance_mandate_months = fields.Integer(
        default=36, string="Mandates lapse after months", help="Without a collection (EPC016-06)."
    )

    def _finance_write_off_account(self, kind):
        """The account for a difference of this kind (tolerance, bank_fee, discount), or an empty one."""
        self.ensure_one()
        return {
            "tolerance": self.finance_tolerance_account_id,
            "bank_fee": self.finance_fee_account_id,
            "discount": self.finance_discount_account_id,
        }[kind]

    def _finance_tolerance(self):
        """``(amount, percent)`` within which a difference may be booked; nothing without an account."""
        if not self.finance_tolerance_account_id:
            return Decimal(0), Decimal(0)
        return Decimal(str(self.finance_tolerance_amount)), Decimal(str(self.finance_tolerance_percent))
