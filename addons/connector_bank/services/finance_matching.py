import time
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from itertools import count

from odoo import _, api, models
from odoo.tools import SQL

from ..matching import (
    Discount,
    Line,
    LineDetail,
    LineReference,
    OpenItem,
    Settings,
    match,
)
from ..matching.reasons import because
from ..returning import is_return

#: The words for a line whose proposals were all rejected.
REJECTED = "What was proposed has been rejected"


class FinanceMatching(models.AbstractModel):
    """Open statement lines and open items in, reconciled lines and proposals out."""

    _name = "finance.matching"
    _description = "Matching"

    @api.model
    def _enqueue(self, journal):
        """Match the journal's open lines in a job of its own, after the import has committed.

        Where somebody has stopped it they wait with the others.
        """
        if self.env["finance.match.run"].sudo()._begun(journal)._stop():
            return
        journal.with_delay(
            identity_key=journal._finance_match_key(),
            description=_("Match: %s", journal.display_name),
            channel="root.finance.bank",
        ).finance_match_job()

    @api.model
    def _match_journals(self, journals, seconds=None, stopped=None):
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "in", journals.ids), ("is_reconciled", "=", False), ("state", "=", "posted"),
             ("statement_id", "not any", [("finance_coming", "=", True)])]
        )  # fmt: skip
        return self._match(lines, seconds, stopped)

    @api.model
    def _match(self, lines, seconds=None, stopped=None):
        """Match ``lines``: reconcile what is sure, propose what is not, say why the rest stays.

        :param seconds: begin no more work after so many; what is sure goes first, the rest when all of that is done
        :param stopped: with ``seconds``, asked before further work; where it says yes none is begun
        :return: ``{"lines", "reconciled", "proposed", "left", "seconds"}``; with ``seconds`` also ``later``: sure ones
            that are left for another time
        """
        started = time.monotonic()

        def enough():
            return time.monotonic() > started + seconds or (stopped and stopped())

        tally = {"lines": len(lines), "reconciled": 0, "proposed": 0, "left": 0} | ({"later": 0} if seconds else {})
        for company, own in lines.grouped("company_id").items():
            service = self.with_company(company)
            items = service._items(company)
            for_invoices = own.filtered(lambda line: not line._finance_without_invoice())
            result = match(
                service._lines(for_invoices), items, service._settings(company), service._settled_numbers,
                self.env["finance.similar.names"]._search_of(company),
            )
            sure, proposals, why_not = service._without_rejected(result)
            settle = self.env["finance.settle"].with_company(company)
            booked, later = settle._settle_all(sure, enough if seconds else None)
            # where nothing could be booked, the next job would find the same
            if (later and booked) or (seconds and stopped and stopped()):
                tally["reconciled"] += len(booked)
                tally["later"] += later
                continue
            proposals += [proposal for proposal in sure if proposal.line_id not in booked]
            returns = set(self.env["finance.return"]._returns(own).ids)
            proposals = [proposal for proposal in proposals if proposal.line_id not in returns]
            shown = service._propose(own, proposals)
            open_lines = own.filtered(lambda line, done=booked: line.id not in done)
            more = self.env["finance.followup"].with_company(company)._run(open_lines, shown, why_not)
            booked, shown = booked | (more[0] & set(own.ids)), (shown | more[1]) - more[0]
            service._explain(own, why_not, booked, shown)
            self.env["finance.unmatched"].with_company(company)._keep(own, booked | shown)
            tally["reconciled"] += len(booked)
            tally["proposed"] += len(shown - booked)
        tally["left"] = tally["lines"] - tally["reconciled"] - tally["proposed"]
        return {**tally, "seconds": round(time.monotonic() - started, 3)}

    def _settings(self, company):
        amount, percent = company._finance_tolerance()
        return Settings(
            tolerance_amount=amount,
            tolerance_percent=percent,
            decimals={c.name: c.decimal_places for c in self.env["res.currency"].search([])},
            sure_partial=company.finance_sure_partial,
            short_amount=Decimal(str(company.finance_short_amount)),
            deductions=bool(company.finance_fee_account_id),
            withholdings=self.env["account.reconcile.model"]._finance_withholdings(company),
            sure_payer_amount=company.finance_sure_payer,
        )

    # lines

    def _lines(self, records):
        """Statement lines as plain values; money as the counterpart sees it."""
        owners = self._account_owners(records)
        for number, partners in self.env["finance.payer.memory"]._owners(records).items():
            owners.setdefault(number, tuple(partners))
        return [self._line(record, owners) for record in records]

    def _line(self, record, owners):
        evidence = record.transaction_details or {}
        details = evidence.get("details") or []
        currency = record.foreign_currency_id or record.currency_id
        amount = record.amount_currency if record.foreign_currency_id else record.amount
        places = currency.decimal_places
        liquidity = record._seek_for_lines()[0]
        single = len(details) == 1
        return Line(
            id=record.id,
            company_id=record.company_id.root_id.id,
            journal_id=record.journal_id.id,
            amount=_decimal(amount, places),
            currency=currency.name,
            company_amount=_decimal(sum(liquidity.mapped("balance")), record.company_id.currency_id.decimal_places),
            booked_on=record.finance_booked_on or record.date,
            value_on=record.finance_value_on,
            partner_id=record.partner_id.commercial_partner_id.id or None,
            partner_name=record.partner_name or None,
            account=record.account_number or None,
            account_partners=owners.get(record.account_number, ()),
            texts=_texts(record.payment_ref, record.ref, evidence.get("additional"), *_of(details, _detail_texts)),
            references=tuple(_of(details, _references)),
            end_to_end_ids=tuple(_of(details, _ids)),
            mandate_ids=_texts(*(detail.get("mandate_id") for detail in details)),
            is_reversal=is_return(evidence),
            return_reason=next((d["return_reason"] for d in details if d.get("return_reason")), None),
            charges=_charges(evidence, details, places),
            details=() if single else tuple(_line_detail(detail, owners) for detail in details),
        )

    def _account_owners(self, records):
        """``{account number: partners}`` for every counterparty account on these lines."""
        accounts = {record.account_number for record in records if record.account_number}
        for record in records:
            for detail in (record.transaction_details or {}).get("details") or []:
                accounts.add((detail.get("counterparty") or {}).get("account"))
        accounts.discard(None)
        if not accounts:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT b.sanitized_acc_number, array_agg(DISTINCT p.commercial_partner_id)
                  FROM res_partner_bank b JOIN res_partner p ON p.id = b.partner_id
                 WHERE b.active AND b.sanitized_acc_number = ANY(%s)
                   AND (b.company_id IS NULL OR b.company_id = ANY(%s))
              GROUP BY 1
                """,
                list(accounts),
                self.env.company._accessible_branches().ids or self.env.company.ids,
            )
        )
        return {number: tuple(partners) for number, partners in rows}

    # open items

    def _items(self, company):
        """Everything open that a bank line may settle, in one query and one for the partners' accounts."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT l.id, l.move_id, l.account_id, l.partner_id, l.amount_residual, l.amount_residual_currency,
                       l.date_maturity, l.date, l.discount_date, l.discount_amount_currency, l.amount_currency,
                       c.name AS currency, c.decimal_places AS places,
                       m.move_type, m.name, m.ref, m.payment_reference, m.invoice_origin,
                       m.amount_untaxed, m.amount_total, country.code AS country,
                       pay.id AS payment_id, pay.name AS payment_name, pay.memo, pay.payment_reference AS payment_ref,
                       pay.finance_end_to_end AS payment_end_to_end,
                       p.commercial_partner_id, p.complete_name AS partner_name
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                  JOIN res_currency c ON c.id = l.currency_id
             LEFT JOIN res_partner p ON p.id = l.partner_id
             LEFT JOIN res_partner cp ON cp.id = p.commercial_partner_id
             LEFT JOIN res_country country ON country.id = cp.country_id
             LEFT JOIN account_payment pay ON pay.id = l.payment_id
                 WHERE l.company_id = ANY(%s) AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
                   AND l.amount_residual_currency <> 0 AND a.reconcile AND l.statement_line_id IS NULL
                   AND CASE WHEN a.account_type IN ('asset_receivable', 'liability_payable')
                            THEN l.payment_id IS NULL ELSE l.payment_id IS NOT NULL END
                """,
                self.env["res.company"].sudo().search([("id", "child_of", company.root_id.id)]).ids,
            )
        )
        accounts = self._partner_accounts({row["commercial_partner_id"] for row in rows} - {None})
        places = company.currency_id.decimal_places
        return [self._item(row, accounts, company.root_id.id, places) for row in rows]

    def _settled_numbers(self, payers):
        """Numbers and references of the documents these commercial partners settled before.

        :return: ``{commercial partner: numbers}``
        """
        company = self.env.company.root_id
        found = self.env.execute_query(
            SQL(
                """
                SELECT m.commercial_partner_id, array_agg(DISTINCT number)
                  FROM account_move m, unnest(ARRAY[m.name, m.ref, m.payment_reference]) number
                 WHERE m.commercial_partner_id = ANY(%s) AND m.company_id = ANY(%s) AND m.state = 'posted'
                   AND m.move_type <> 'entry' AND m.payment_state NOT IN ('not_paid', 'partial') AND length(number) > 3
              GROUP BY 1
                """,
                list(payers),
                self.env["res.company"].sudo().search([("id", "child_of", company.id)]).ids,
            )
        )
        return dict(found)

    def _item(self, row, accounts, company_id, company_places):
        given = (row["payment_name"], row["payment_ref"], row["payment_end_to_end"])
        own_ids = _texts(*given) if row["payment_id"] else ()
        return OpenItem(
            id=row["id"],
            company_id=company_id,
            residual=_decimal(row["amount_residual_currency"], row["places"]),
            currency=row["currency"],
            kind=_kind(row),
            document_id=row["move_id"],
            partner_id=row["partner_id"],
            commercial_partner_id=row["commercial_partner_id"],
            partner_name=row["partner_name"],
            accounts=accounts.get(row["commercial_partner_id"], ()),
            account_id=row["account_id"],
            company_residual=_decimal(row["amount_residual"], company_places),
            due_on=row["date_maturity"],
            dated_on=row["date"],
            names=_texts(row["name"], row["payment_reference"], row["ref"], row["invoice_origin"], row["memo"]),
            end_to_end_ids=own_ids,
            discount=_discount(row),
            untaxed=_untaxed(row),
            country=row["country"],
        )

    def _partner_accounts(self, partners):
        if not partners:
            return {}
        return {
            partner: tuple(numbers)
            for partner, numbers in self.env.execute_query(
                SQL(
                    """
                    SELECT p.commercial_partner_id, array_agg(DISTINCT b.sanitized_acc_number)
                      FROM res_partner_bank b JOIN res_partner p ON p.id = b.partner_id
                     WHERE b.active AND p.commercial_partner_id = ANY(%s) AND b.sanitized_acc_number IS NOT NULL
                  GROUP BY 1
                    """,
                    list(partners),
                )
            )
        }

    # results

    def _without_rejected(self, result):
        """Leave out what a person rejected before; a line with nothing else left says so.

        A line whose match was undone is decided by a person from then on.
        """
        lines = [proposal.line_id for proposal in (*result.sure, *result.proposals)]
        rejected, undone = defaultdict(set), set()
        for old in self.env["finance.match.proposal"].search(
            [("line_id", "in", lines), ("state", "in", ("rejected", "undone"))]
        ):
            if old.state == "undone":
                undone.add(old.line_id.id)
            else:
                rejected[old.line_id.id].add(old.signature)
        signature = self.env["finance.match.proposal"]._signature
        sure, proposals = (
            [p for p in found if signature(p) not in rejected[p.line_id]]
            for found in (result.sure, result.proposals)
        )
        proposals += [
            replace(p, sure=False, doubts=(*p.doubts, because("undone"))) for p in sure if p.line_id in undone
        ]
        sure = [p for p in sure if p.line_id not in undone]
        why_not = {
            answer.line_id: [reason.words for reason in answer.reasons] for answer in result.open
        }
        for line in set(lines) - {p.line_id for p in (*sure, *proposals)}:
            why_not[line] = [REJECTED]
        return sure, proposals, why_not

    def _propose(self, lines, proposals):
        """Store the proposals of these lines in place of the former ones; ids of lines that have some."""
        model = self.env["finance.match.proposal"].sudo()
        model.search([("line_id", "in", lines.ids), ("state", "=", "proposed")]).unlink()
        ranks = defaultdict(lambda: count(1))
        ordered = self.env["finance.match.model"]._ordered(self.env.company, proposals)
        model.create(
            [model._values(proposal, rank=next(ranks[proposal.line_id])) | further for proposal, further in ordered]
        )
        return {proposal.line_id for proposal in proposals}

    def _explain(self, lines, why_not, booked, shown):
        by_words = defaultdict(list)
        for line in lines:
            if line.id not in booked:
                words = "\n".join(why_not.get(line.id, ())) if line.id not in shown else False
                if (line.finance_why_not or False) != (words or False):
                    by_words[words].append(line.id)
        for words, ids in by_words.items():
            lines.browse(ids).with_context(tracking_disable=True)._tell_why_not(words)


def _decimal(value, places):
    return Decimal(f"{value or 0.0:.{places}f}")


def _texts(*texts):
    return tuple(dict.fromkeys(text for text in texts if text and text != "/"))


def _of(details, read):
    return [value for detail in details for value in read(detail)]


def _detail_texts(detail):
    return [*detail.get("remittance", ()), detail.get("additional"), detail.get("return_text")]


def _references(detail):
    return [LineReference(found["value"], found.get("kind")) for found in detail.get("references", ())]


def _ids(detail):
    return [found for name in ("end_to_end_id", "instruction_id") if (found := detail.get(name))]


def _charges(evidence, details, places):
    charges = [*evidence.get("charges", ()), *(c for detail in details for c in detail.get("charges", ()))]
    included = [Decimal(charge["amount"]) for charge in charges if charge.get("included")]
    return sum(included, Decimal(0)).quantize(Decimal(1).scaleb(-places))


def _line_detail(detail, owners):
    party = detail.get("counterparty") or {}
    return LineDetail(
        amount=Decimal(detail["amount"]) if detail.get("amount") is not None else None,
        texts=_texts(*_detail_texts(detail)),
        references=tuple(_references(detail)),
        end_to_end_ids=tuple(_ids(detail)),
        partner_name=party.get("name"),
        account=party.get("account"),
        account_partners=owners.get(party.get("account"), ()),
        return_reason=detail.get("return_reason"),
    )


def _kind(row):
    if row["payment_id"]:
        return "payment"
    return {
        "out_invoice": "invoice",
        "out_receipt": "invoice",
        "in_invoice": "bill",
        "in_receipt": "bill",
        "out_refund": "refund",
        "in_refund": "refund",
    }.get(row["move_type"], "entry")


def _untaxed(row):
    """Of what is open of an invoice or bill, the part without tax; not rounded."""
    total = _decimal(row["amount_total"], row["places"])
    if row["move_type"] == "entry" or not total:
        return None
    residual, untaxed = (_decimal(row[name], row["places"]) for name in ("amount_residual_currency", "amount_untaxed"))
    return residual * untaxed / total


def _discount(row):
    """The early payment discount, while nothing of the item is paid."""
    if not row["discount_date"] or not row["discount_amount_currency"]:
        return None
    if row["amount_residual_currency"] != row["amount_currency"]:
        return None
    saved = _decimal(row["amount_currency"] - row["discount_amount_currency"], row["places"])
    return Discount(saved, row["discount_date"]) if saved else None
