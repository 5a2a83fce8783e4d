import re

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Date
from odoo.tools.misc import format_date, formatLang

#: Of a batch with many transactions a person reads the first ones; the rest is in the message.
SHOWN_DETAILS = 100
#: Amounts, and the field beside them that holds their currency.
AMOUNTS = {"amount": "currency", "instructed": "instructed_currency", "rate": ""}

_is_day = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch
_is_amount = re.compile(r"-?\d+(\.\d+)?", re.ASCII).fullmatch


class FinanceEvidence(models.AbstractModel):
    """What the bank says of a booking, as a table: words for the fields, days and amounts as the reader writes them."""

    _name = "finance.evidence"
    _description = "What the bank says"

    @api.model
    def _as_table(self, content):
        """The booking as ``core.codec.content`` keeps it, in the language of the reader; every value is escaped."""
        return _Table(self.env)(content)


class _Table:
    def __init__(self, env):
        self.env = env
        self.labels, self.values = _labels(env), _values(env)
        self.order = {name: place for place, name in enumerate(self.labels)}

    def __call__(self, content, name=""):
        if isinstance(content, dict):
            return self._rows(content)
        if isinstance(content, list):
            shown = [self(item, name) for item in content[:SHOWN_DETAILS]]
            if len(content) > SHOWN_DETAILS:
                shown.append(Markup("… %s") % (len(content) - SHOWN_DETAILS))
            return Markup("<br/>").join(shown)
        return Markup("%s") % self._value(name, content)

    def _rows(self, content):
        beside = {AMOUNTS[name] for name in content if name in AMOUNTS}
        rows = Markup().join(
            Markup("<tr><th class='pe-3 text-muted fw-normal align-top'>%s</th><td>%s</td></tr>")
            % (self.labels.get(name) or name.replace("_", " ").capitalize(),
               self._amount(content, name) or self(value, name))
            for name, value in sorted(content.items(), key=lambda row: self.order.get(row[0], len(self.order)))
            if name not in beside
        )  # fmt: skip
        return Markup("<table>%s</table>") % rows

    def _amount(self, content, name):
        value, currency = content[name], content.get(AMOUNTS.get(name)) or ""
        if name not in AMOUNTS or not isinstance(value, str) or not _is_amount(value):
            return None
        places = len(value.partition(".")[2])
        return Markup("%s") % f"{formatLang(self.env, float(value), digits=places)} {currency}".strip()

    def _value(self, name, value):
        if isinstance(value, bool):
            return self.env._("Yes") if value else self.env._("No")
        if isinstance(value, str) and _is_day(value) and (name.endswith("_on") or name == "document_date"):
            return format_date(self.env, Date.to_date(value))
        return self.values.get((name, value), value)


def _labels(env):
    """Words for the fields of ``core.statement``."""
    _t = env._
    return {
        "booked_on": _t("Booked"),
        "value_on": _t("Value date"),
        "amount": _t("Amount"),
        "currency": _t("Currency"),
        "status": _t("Status"),
        "reversal": _t("Reversal"),
        "entry_ref": _t("Reference of the entry"),
        "bank_ref": _t("Bank reference"),
        "code": _t("Transaction code"),
        "own_code": _t("The bank's own code"),
        "additional": _t("Further words"),
        "charges": _t("Charges"),
        "exchange": _t("Exchange"),
        "details": _t("Transactions"),
        "batch_count": _t("Transactions in the batch"),
        "payment_info_id": _t("Our payment batch"),
        "message_id": _t("Our payment file"),
        "place": _t("Place in the file"),
        "end_to_end_id": _t("End-to-end id"),
        "transaction_id": _t("Transaction id"),
        "instruction_id": _t("Instruction id"),
        "uetr": _t("Tracking number (UETR)"),
        "mandate_id": _t("Mandate"),
        "cheque_number": _t("Cheque number"),
        "other_references": _t("Other references"),
        "counterparty": _t("Counterparty"),
        "ultimate": _t("On behalf of"),
        "references": _t("References"),
        "remittance": _t("Remittance text"),
        "purpose": _t("Purpose"),
        "return_reason": _t("Reason of the return"),
        "return_text": _t("Return in words"),
        "original_code": _t("Code of what is returned"),
        "included": _t("Inside the amount"),
        "kind": _t("Kind"),
        "bearer": _t("Charges borne by"),
        "source": _t("From"),
        "target": _t("To"),
        "unit": _t("Unit currency"),
        "rate": _t("Rate"),
        "instructed": _t("Instructed amount"),
        "instructed_currency": _t("Currency of the instructed amount"),
        "name": _t("Name"),
        "account": _t("Account"),
        "bic": _t("BIC"),
        "identifier": _t("Identifier"),
        "address": _t("Address"),
        "value": _t("Reference"),
        "document_type": _t("Type of document"),
        "document_date": _t("Date of the document"),
    }


def _values(env):
    """Words for coded values; ISO 20022 ``ChargeBearerType1Code`` for the bearer."""
    _t = env._
    return {
        ("status", "booked"): _t("booked"),
        ("status", "pending"): _t("pending"),
        ("status", "information"): _t("for information"),
        ("status", "future"): _t("in the future"),
        ("bearer", "DEBT"): _t("the payer (DEBT)"),
        ("bearer", "CRED"): _t("the payee (CRED)"),
        ("bearer", "SHAR"): _t("both, each their own (SHAR)"),
        ("bearer", "SLEV"): _t("as the service level says (SLEV)"),
    }
