import re

from odoo import api, models
from odoo.fields import Date, Domain
from odoo.tools.misc import format_date, format_datetime

from .finance_desk import LINE, OPERATOR

SHOWN_PROPOSALS = 5  # one key each
FOUND = 20  # answers of a search that a person still reads through
NOTES = 3
KNOWN = 3  # partners a step names

#: Days in the words of ``matching.reasons``; a document's number may look like one.
_days = re.compile(
    r"((?<=could be taken until )|(?<=^The money moved on ))\d{4}-\d\d-\d\d(?=,)"
    r"|((?<=, the line is of )|(?<= was made on ))\d{4}-\d\d-\d\d$",
    re.ASCII,
)


class FinanceDesk(models.AbstractModel):
    """One line with everything a person needs to decide, and the searches for what it may be settled with."""

    _inherit = "finance.desk"

    @api.model
    def read_lines(self, ids):
        """``{line id: facts, proposals, reasons against}`` for the lines that are still open."""
        lines = self.env[LINE].search(Domain("id", "in", ids) & self._base_domain())
        return {line.id: self._detail(line, row) for line, row in zip(lines, self._rows(lines), strict=True)}

    def _detail(self, line, row):
        currency = line.finance_open_currency_id
        proposals = line.finance_proposal_ids.filtered(lambda p: p.state == "proposed").sorted("rank")
        return {
            **row,
            "amount_text": currency.format(line.finance_open_amount),
            "full_text": line.currency_id.format(line.amount) if line.finance_open_amount != line.amount else False,
            "decimals": currency.decimal_places,
            "facts": self._facts(line),
            "partner": {"id": line.partner_id.id, "name": line.partner_id.display_name} if line.partner_id else False,
            "evidence": line.finance_details_html if line.transaction_details else False,
            "why_not": (line.finance_why_not or "").splitlines(),
            "steps": [] if proposals else self._steps(line),
            "sought": [] if proposals else self._sought(line),
            "proposals": [self._proposal(line, proposal) for proposal in proposals[:SHOWN_PROPOSALS]],
            "more": max(len(proposals) - SHOWN_PROPOSALS, 0),
            "notes": self._notes(line),
            "activities": [
                {"id": act.id, "text": f"{act.user_id.name}: {act.summary or act.activity_type_id.name}"}
                for act in line.move_id.activity_ids
            ],
            "move_id": line.move_id.id,
        }

    def _sought(self, line):
        """What the matching had to go by, for a line without a match."""
        _t = self.env._
        currency = line.finance_open_currency_id
        known = [
            (_t("Documents with the amount"), currency.format(line.finance_open_amount)),
            (_t("Numbers of documents in the text"), line.payment_ref),
            (_t("The partner's open documents"), line.partner_id.display_name),
            (_t("A partner with the bank account"), not line.partner_id and line.account_number),
            (_t("A partner with the name"), not line.partner_id and line.partner_name),
        ]
        return [_t("%(what)s: %(value)s", what=what, value=value) for what, value in known if value]

    def _steps(self, line):
        """What a person can do about a line without a match, the likeliest first: ``{"key", "words"}``."""
        _t = self.env._
        steps = []
        locks = line.company_id._get_violated_lock_dates(line.date, False, line.journal_id)
        if locks:
            until = format_date(self.env, max(day for day, _field in locks))
            steps.append(("", _t("The books are locked until %s: whoever keeps the lock dates can open them, "
                                 "before that nothing is booked on this line.", until)))
        rules = self._rules_without_account(line)
        if rules:
            steps.append(("", _t("Give the rule its account, under Configuration, Matching rules: %s", rules)))
        if not line.partner_id:
            known = ", ".join(one["name"] for one in self.find_partners(line.id)[:KNOWN])
            steps.append(("P", _t("Assign the partner; the line is theirs from then on, and M looks at it again.")
                          + (" " + _t("Of this name or account: %s", known) if known else "")))
            if line.finance_open_amount < 0:
                steps.append(("W", _t("Write it off to an account, if it is a charge, a tax or a salary.")))
        steps.append(("S", _t("Choose the documents yourself, several of them if need be; the rest stays open.")))
        if line.partner_id or not line.finance_why_not:
            steps.append(("M", _t("Match again, after the partner or a missing document has come into the books.")))
        if line.partner_id or line.finance_open_amount > 0:
            steps.append(("W", _t("Write it off to an account, if no document belongs to it.")))
        steps.append(("R", _t("Make a rule, if such a line comes again; this line and others like it get it at once.")))
        steps.append(("A", _t("Hand it to the colleague who knows what it is.")))
        return [{"key": key, "words": words} for key, words in steps]

    def _rules_without_account(self, line):
        """Names of the rules that the matching found to fit, had they an account."""
        rules = self.env["account.reconcile.model"]
        if not line.finance_why_not or not rules.has_access("read"):
            return ""
        bare = rules.search(
            [("company_id", "=", line.company_id.id),
             "|", ("line_ids", "=", False), ("line_ids", "any", [("account_id", "=", False)])]
        )  # fmt: skip
        return ", ".join(rule.name for rule in bare if f"“{rule.name}”" in line.finance_why_not)

    def _facts(self, line):
        _t = self.env._
        booked = line.finance_booked_on or line.date
        facts = [
            (_t("Counterparty"), line.partner_name),
            (_t("Account"), line.account_number),
            (_t("Booked"), format_date(self.env, booked)),
            (_t("Value date"), line.finance_value_on and line.finance_value_on != booked
             and format_date(self.env, line.finance_value_on)),
            (_t("Journal"), line.journal_id.display_name),
            (_t("Reference"), line.ref),
            (_t("Bank reference"), line.finance_bank_ref),
            (_t("At the other company"), line.finance_other_side),
        ]
        return [{"label": label, "value": value} for label, value in facts if value]

    def _notes(self, line):
        notes = line.move_id.message_ids.filtered(lambda note: note.message_type == "comment")[:NOTES]
        return [
            {
                "id": note.id,
                "by": note.author_id.name,
                "on": format_datetime(self.env, note.date, dt_format="short"),
                "body": note.body,
            }
            for note in notes
        ]

    def _proposal(self, line, proposal):
        currency = line.finance_open_currency_id
        return {
            "id": proposal.id,
            "rule": dict(proposal._fields["rule"]._description_selection(self.env))[proposal.rule],
            "percent": round(proposal.score * 100),
            "likely": self.env._("%s %% likely", round(proposal.probability * 100)) if proposal.explained else False,
            "explained": proposal.explained or "",
            "reasons": (proposal.reasons or "").splitlines(),
            "doubts": [self._with_days(doubt) for doubt in (proposal.doubts or "").splitlines()],
            "as_of": self._as_of(proposal.matched_on or proposal.create_date),
            "other_line": proposal.documents if proposal.other_line_id else False,
            "parts": [
                {**self._item(part.item_id), "settled": part.currency_id.format(float(part.item_amount))}
                for part in proposal.part_ids
            ],
            "write_offs": [
                {"label": off["label"], "amount": currency.format(float(off["amount"]))}
                for off in proposal.write_offs or ()
            ],
            "rest": currency.format(proposal.rest) if proposal.rest else False,
        }

    def _with_days(self, words):
        """Days as the reader writes them; the matching keeps them in ISO 8601."""
        return _days.sub(lambda day: format_date(self.env, Date.to_date(day[0])), words)

    def _item(self, item):
        move = item.move_id
        paper = move.invoice_pdf_report_id or move.message_main_attachment_id
        return {
            "id": item.id,
            "move_id": move.id,
            "name": move.name or "/",
            "reference": move.payment_reference if move.payment_reference != move.name else move.ref or "",
            "partner": item.partner_id.display_name or "",
            "dated": format_date(self.env, item.date),
            "due": format_date(self.env, item.date_maturity) if item.date_maturity else "",
            "residual": item.currency_id.format(item.amount_residual_currency),
            "paper_id": paper.id,
        }

    # searches

    @api.model
    def find_items(self, line_id, text="", same_partner=True):
        """Open items that a person may settle with this line; amounts also in the currency of the line."""
        line = self._open_line(line_id)
        text = (text or "").strip()
        domain = self._items_domain(line)
        if same_partner and line.partner_id:
            domain &= Domain("partner_id", "child_of", line.partner_id.commercial_partner_id.id)
        if text:
            found = Domain.OR(
                Domain(column, "ilike", text)
                for column in ("move_name", "move_id.payment_reference", "move_id.ref", "partner_id")
            )
            if text.replace(",", ".").replace(".", "", 1).isdigit():
                amount = float(text.replace(",", "."))
                found |= Domain("amount_residual_currency", "in", [amount, -amount])
            domain &= found
        items = self.env["account.move.line"].search(domain, order="date_maturity, id", limit=FOUND)
        payer = line.partner_id.commercial_partner_id
        return [
            {
                **self._item(item),
                "amount": self._in_line_currency(line, item),
                "foreign": item.currency_id != line.finance_open_currency_id,
                "stranger": bool(payer) and item.partner_id.commercial_partner_id != payer,
            }
            for item in items
        ]

    def _items_domain(self, line):
        """The same items the matching itself considers."""
        return Domain(
            [
                ("company_id", "child_of", line.company_id.root_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual_currency", "!=", 0),
                ("account_id.reconcile", "=", True),
                ("statement_line_id", "=", False),
                "|",
                "&", ("account_type", "in", ("asset_receivable", "liability_payable")), ("payment_id", "=", False),
                "&", ("account_type", "not in", ("asset_receivable", "liability_payable")), ("payment_id", "!=", False),
            ]
        )

    def _in_line_currency(self, line, item):
        """What is left of the item, at the rate of the line's day where the currency differs."""
        currency = line.finance_open_currency_id
        return item.currency_id._convert(item.amount_residual_currency, currency, line.company_id, line.date)

    @api.model
    def find_partners(self, line_id, text=""):
        """Partners the line may belong to, by name; without a name those of its bank account or counterparty."""
        line = self._open_line(line_id)
        partners = self.env["res.partner"]
        company = Domain("company_id", "in", [False, line.company_id.id])
        if text:
            found = partners.search(company & Domain("complete_name", "ilike", text), limit=FOUND)
        else:
            found = partners
            if line.account_number:
                found = partners.search(
                    company & Domain("bank_ids.sanitized_acc_number", "=", line.account_number), limit=FOUND
                )
            if not found and line.partner_name:
                found = partners.search(company & Domain("complete_name", "ilike", line.partner_name), limit=FOUND)
        return [{"id": partner.id, "name": partner.display_name} for partner in found]

    @api.model
    def find_colleagues(self, line_id, text=""):
        """Operators of the line's company, the person asking left out."""
        line = self._open_line(line_id)
        domain = Domain("all_group_ids", "in", self.env.ref(OPERATOR).ids) & Domain(
            [("company_ids", "in", line.company_id.ids), ("share", "=", False), ("id", "!=", self.env.uid)]
        )
        if text:
            domain &= Domain("name", "ilike", text)
        return [{"id": user.id, "name": user.name} for user in self.env["res.users"].search(domain, limit=FOUND)]
