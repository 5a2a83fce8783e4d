from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ..ruling import Facts, Portion, missed, shares
from ..writing.counterparts import Wanted
from .decision import Decision

LINE = "account.bank.statement.line"
SHOWN = 3


class FinanceLineRule(models.AbstractModel):
    """Lines that no invoice explains, by the rules of the company: charges, interest, salaries, taxes …"""

    _name = "finance.line.rule"
    _description = "Matching by rule"

    @api.model
    def _find(self, lines):
        lines = lines - self.env["finance.return"]._returns(lines)
        if not lines:
            return [], {}
        records = self.env["account.reconcile.model"].search([("company_id", "=", self.env.company.id)])
        rules = [(record, rule) for record in records if (rule := record._finance_rule()).speaks]
        decisions, why_not = [], {}
        for line in lines if rules else ():
            found, words = self._of_line(line, rules)
            decisions += found[:SHOWN]
            if words and not found:
                why_not[line.id] = words
        return decisions, why_not

    def _of_line(self, line, rules):
        facts = self._facts(line)
        found, words = [], []
        for record, rule in rules:
            failed = missed(rule, facts)
            if failed == ["text"] or len(failed) > 1:
                continue
            if failed:
                words.append(
                    self.env._(
                        "Rule “%(rule)s” nearly fits: %(what)s is another", rule=record.name, what=self._what(failed[0])
                    )
                )
                continue
            problem = self._problem(line, record)
            if problem:
                words.append(self.env._("Rule “%(rule)s” fits: %(problem)s", rule=record.name, problem=problem))
                continue
            found.append(self._decision(line, record, first=not found))
        return found, words

    def _what(self, code):
        return {
            "direction": self.env._("the direction"),
            "journal": self.env._("the account"),
            "currency": self.env._("the currency"),
            "partner": self.env._("the partner"),
            "amount": self.env._("the amount"),
            "without": self.env._("the text"),
            "counterparty": self.env._("the counterparty"),
        }[code]

    def _facts(self, line):
        evidence = line.transaction_details or {}
        details = evidence.get("details") or []
        texts = [line.payment_ref, evidence.get("additional")]
        codes = [evidence.get("code"), evidence.get("own_code"), line.transaction_type]
        for detail in details:
            texts += [*detail.get("remittance", ()), detail.get("additional")]
            codes += [detail.get("code"), detail.get("own_code")]
        return Facts(
            Decimal(f"{line.amount:.{line.currency_id.decimal_places}f}"), line.currency_id.name, line.journal_id.id,
            " ".join(dict.fromkeys(text for text in texts if text)), line.partner_name or "",
            "".join((line.account_number or "").split()), tuple(code for code in codes if code),
            line.partner_id.commercial_partner_id.id or None,
        )  # fmt: skip

    def _problem(self, line, record):
        """Why a rule that fits cannot be booked, in words; or nothing."""
        if not record.line_ids or not all(each.account_id for each in record.line_ids):
            return self.env._("it has no account yet")
        if record.line_ids.tax_ids:
            return self.env._("it has taxes, which are booked by hand")
        try:
            self._amounts(line, record)
        except ValueError as error:
            return str(error)
        return None

    def _amounts(self, line, record):
        currency = line.foreign_currency_id or line.currency_id
        amount = line.amount_currency if line.foreign_currency_id else line.amount
        return shares(
            Decimal(f"{amount:.{currency.decimal_places}f}"),
            [Portion(each.amount_type, each.amount_string) for each in record.line_ids],
            self._facts(line).texts,
            currency.decimal_places,
            Decimal(str(record.finance_tolerance)),
        )

    def _decision(self, line, record, first):
        accounts = ", ".join(record.line_ids.account_id.mapped("display_name"))
        reasons = (
            self.env._("Rule “%s” fits", record.name),
            *record._finance_conditions(),
            self.env._("Counterpart: %s", accounts),
        )
        doubts = []
        if record.trigger != "auto_reconcile" or not record.finance_automatic_by_id:
            doubts.append(self.env._("The rule proposes; nobody has let it book by itself"))
        if not first:
            doubts.append(self.env._("A rule before it fits as well"))
        return Decision(line.id, "rule", not doubts, 0.6 if first else 0.4, reasons, tuple(doubts), None,
                        {"rule": record.id})  # fmt: skip

    # the ledger

    @api.model
    def _apply(self, proposal):
        line = self.env[LINE].browse(proposal.line_id.id)
        record = self.env["account.reconcile.model"].browse(proposal.plan["rule"]).exists()
        if not record or record.company_id != line.company_id:
            raise UserError(self.env._("The rule is gone. Match the line again."))
        problem = self._problem(line, record)
        if problem:
            raise UserError(self.env._("Rule “%(rule)s”: %(problem)s", rule=record.name, problem=problem))
        self.env["finance.followup"]._replace_suspense(line, self._counterparts(line, record))

    @api.model
    def _apply_many(self, proposals):
        """Those whose one counterpart is written at once; of the others nothing is changed."""
        records = self.env["account.reconcile.model"].browse({each.plan["rule"] for each in proposals}).exists()
        rule_of = {record.id: record for record in records}
        wanted = {}
        for proposal in proposals:
            line, record = proposal.line_id, rule_of.get(proposal.plan["rule"])
            if not record or record.company_id != line.company_id or self._problem(line, record):
                continue
            others = line._seek_for_lines()[2]
            counterparts = self._counterparts(line, record)
            if not others and len(counterparts) == 1 and not counterparts[0].pop("analytic_distribution"):
                wanted[line.id] = Wanted(payer_id=None, **counterparts[0])
        done = self.env["finance.counterpart.writer"]._put(wanted)
        return proposals.filtered(lambda proposal: proposal.line_id.id in done)

    def _counterparts(self, line, record):
        suspense = line._seek_for_lines()[1]
        company = line.company_id.currency_id
        total = sum(suspense.mapped("balance"))
        amounts = self._amounts(line, record)
        whole, given, found = sum(amounts), 0.0, []
        for number, (each, amount) in enumerate(zip(record.line_ids, amounts, strict=True), start=1):
            balance = company.round(total - given if number == len(amounts) else total * float(amount / whole))
            given += balance
            found.append(
                {
                    "account_id": each.account_id.id,
                    "partner_id": (each.partner_id or line.partner_id).id,
                    "name": each.label or line.payment_ref,
                    "currency_id": suspense.currency_id.id,
                    "balance": balance,
                    "amount_currency": balance if suspense.currency_id == company else -float(amount),
                    "analytic_distribution": each.analytic_distribution,
                    "reconcile_model_id": record.id,
                }
            )
        return found

    @api.model
    def _undone(self, proposal):
        """Nothing else was changed."""
