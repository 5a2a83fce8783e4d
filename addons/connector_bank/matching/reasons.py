"""Why a match was proposed, and why it was not made: one table of codes, weights and words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from odoo.addons.finance_connector_base.core.money import plain

#: code → (weight in the score, words with places for the facts). Positive speaks for, negative against.
TABLE = {
    # evidence
    "end_to_end": (0.65, "The end-to-end id {0} is that of our own payment"),
    "reference": (0.60, "Payment reference {0} of {1} stands in the line"),
    "number": (0.55, "Number {0} stands in the text"),
    "number_loose": (0.35, "Number {0} stands in the text as “{1}”"),
    "number_weak": (0.15, "The short number {0} stands in the text"),
    "number_short": (0.25, "Number {0} of the payer is meant by {1} in the text"),
    "number_misspelt": (0.25, "Number {0} stands in the text as “{1}”: one slip away"),
    "amount": (0.30, "Amount equals the open amount"),
    "amount_only_one": (0.10, "No other open document of the company has this amount"),
    "amount_sum": (0.30, "Amount equals the sum of the {0} open documents named"),
    "amount_fee": (0.28, "Amount and the bank's charges of {0} equal the open amount"),
    "amount_discount": (0.25, "Amount equals the open amount less the early payment discount of {0}"),
    "amount_withheld": (0.25, "Amount equals the open amount less {1} % kept by rule “{0}”: {2}"),
    "amount_tolerance": (0.20, "Amount is {0} {1}; within the tolerance of {2}"),
    "amount_instalment": (0.28, "Amount equals an instalment of {0}"),
    "amount_combination": (0.20, "{0} open documents of the payer together make the amount"),
    "amount_everything": (0.28, "Amount equals everything the payer has open ({0} documents)"),
    "payer_account": (0.30, "Payer account {0} belongs to {1}"),
    "payer_partner": (0.25, "The line's partner is {0}"),
    "payer_name": (0.15, "Payer name “{0}” is that of {1}"),
    "payer_name_like": (0.10, "Payer name “{0}” is like that of {1}"),
    "batch": (0.10, "All {0} transactions of the batch booking are matched"),
    # doubts: each one keeps a match from being made without a person
    "undone": (0.0, "A match of this line was undone before"),
    "partial": (-0.15, "Amount is {0} less than the open amount: part payment?"),
    "short": (-0.15, "Amount is {0} less than the open amount, too little to be a part payment: charges? a deduction?"),
    "little": (-0.15, "Amount is {0} less than the open amount: a small part payment, or charges?"),
    "credit_note": (-0.05, "Credit note {0} of the payer is just what is missing, but is not named"),
    "deducted": (-0.20, "{0} would be booked as charges or deduction"),
    "withheld": (0.0, "Rule “{0}” proposes; nobody has let it book by itself"),
    "withheld_payer": (0.0, "The payer is not known by account or partner to have withheld tax"),
    "withheld_too": (-0.10, "{0} explains the difference as well"),
    "overpaid": (-0.15, "Amount is {0} more than the open amount"),
    "discount_late": (-0.10, "The early payment discount could be taken until {0}, the line is of {1}"),
    "not_covered": (-0.20, "The line also names {0}, which this proposal leaves out"),
    "not_open": (-0.20, "The line names {0}, which is not open"),
    "ambiguous": (-0.25, "Several open documents answer to {0}"),
    "overlap": (-0.15, "The text can be read as {0} as well"),
    "paid_before": (-0.20, "{0} may be meant, which was settled before: paid twice?"),
    "advance": (-0.10, "The text speaks of a payment in advance, and names no document"),
    "misspelt": (0.0, "A number that has to be guessed does not decide"),
    "payer_unknown": (0.0, "The number is not quoted exactly and the payer is not known to confirm it"),
    "payer_other": (-0.10, "Many owe this amount, and the payer is not recognised as {0}: a slip in the number?"),
    "account_new": (-0.05, "Payer account {0} is none of the known accounts of {1}"),
    "payer_differs": (-0.30, "Payer account {0} belongs to somebody else than {1}"),
    "partner_differs": (-0.30, "The line's partner is not {0}"),
    "several_partners": (-0.15, "The documents belong to different partners"),
    "direction": (-0.35, "{0} is open the other way round (money goes in the other direction)"),
    "currency": (-0.10, "The line is in {0}, the document in {1}: check the rate"),
    "reversal": (-0.30, "The bank booked this line as a reversal or return{0}"),
    "before_document": (-0.15, "The money moved on {0}, before {1} was made on {2}"),
    "same_amount": (-0.15, "{0} open documents of the payer have this amount"),
    "other_sum": (-0.05, "Other open documents of the payer together make this amount as well"),
    "exact_elsewhere": (-0.20, "Another open document of the payer, {0}, has exactly this amount"),
    "number_only_weak": (0.0, "A short number alone does not decide"),
    "not_allowed": (0.0, "Booking by payer and amount alone is switched off"),
    "many_open": (-0.05, "The payer has {0} open documents: the amount alone does not decide"),
    "combination": (0.0, "No document is named: the choice is by amount alone"),
    "name_only": (0.0, "The payer is recognised by name alone"),
    "name_similar": (0.0, "The payer's name is only similar"),
    "amount_alone": (0.0, "Neither a document nor the payer is recognised"),
    "contested": (-0.10, "{0} is also claimed by line {1}"),
    "second": (-0.05, "Another proposal has equal evidence"),
    "batch_open": (-0.20, "{0} of {1} transactions of the batch booking are not matched"),
    "batch_whole": (-0.10, "The transactions of the batch booking do not each agree with these documents"),
    # why a line stays without any proposal
    "zero": (0.0, "The line has no amount"),
    "nothing_named": (0.0, "The text names no open document"),
    "settled_elsewhere": (0.0, "{0} is already settled by line {1}"),
    "other_company": (0.0, "{0} is an open document of another company"),
    "nothing_of_payer": (0.0, "The payer has no open document that fits the amount"),
    "payer_has": (0.0, "Open documents of the payer with the nearest amounts: {0}"),
    "amount_other_currency": (0.0, "{0} has this amount, but in {1}"),
    "payer_not_found": (0.0, "The payer is not recognised: neither account nor partner is known"),
    "amount_not_found": (0.0, "No open document has this amount"),
    "amount_common": (0.0, "{0} open documents have this amount"),
}


def _shown(fact):
    if isinstance(fact, Decimal):
        return plain(fact)
    if isinstance(fact, date):
        return fact.isoformat()
    return str(fact)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; the words are put together when somebody reads them."""

    code: str
    facts: tuple = ()

    @property
    def weight(self) -> float:
        return TABLE[self.code][0]

    @property
    def template(self) -> str:
        """The words with numbered places, as they are translated."""
        return TABLE[self.code][1]

    @property
    def words(self) -> str:
        return self.template.format(*map(_shown, self.facts))


def because(code, *facts):
    """Shorthand for ``Reason``."""
    return Reason(code, facts)
