import logging
import time
from dataclasses import dataclass
from datetime import timedelta

import psycopg2

from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.errors import AuthError, FinanceError, TechnicalError

from ..core.tax import is_mirror, mirrored, plain, quote_from, request_from

_logger = logging.getLogger(__name__)

#: The engine cannot be used now, whatever the document is: what the stated fallback is for.
UNAVAILABLE = (TechnicalError, AuthError)

#: Seconds one click may spend on many invoices: well below the server's limit for a request.
CLICK_SECONDS = 25


@dataclass(frozen=True, slots=True)
class Finding:
    """A quote with what has to be known to keep it."""

    quote: object
    origin: str  # engine, kept (asked before) or mirror (of the original invoice)
    asked_on: object  # when the engine gave it


class FinanceTaxDetermine(models.AbstractModel):
    """Determine the tax of drafts: ask, keep the answer as evidence, put its amounts on the lines.

    A quote only reads at the engine, so it may be asked for in a person's request; it is asked for
    before anything is written, and the same question is never asked twice while its answer holds.
    """

    _name = "finance.tax.determine"
    _description = "Tax determination service"

    # ------------------------------------------------------------------ entry points

    @api.model
    def _run(self, moves, fallback=True):
        """Determine the tax of drafts, one question each; writing starts after the last answer.

        :param fallback: whether the stated fallback may be used where the engine cannot be reached
        :return: ``{draft: FinanceError}`` of those whose tax cannot be determined
        :raise FinanceError: the engine cannot be used now, and nothing may stand in
        """
        deadline = time.monotonic() + CLICK_SECONDS
        answers, failed = [], {}
        for done, move in enumerate(moves):
            if time.monotonic() > deadline:
                raise UserError(
                    _(
                        "Only %(done)s of %(all)s invoices could be determined in time. Select fewer, or use "
                        "Determine tax in the background first.",
                        done=done,
                        all=len(moves),
                    )
                )
            try:
                answers.append((move, *self._answer(move, fallback)))
            except UNAVAILABLE:
                raise
            except FinanceError as error:
                failed[move] = error
        for move, request, found, lines in answers:
            if found is None:
                self._fall_back(move, request)
            else:
                self._keep(move, request, found, lines)
        return failed

    @api.model
    def _failed(self, move, error):
        """Write down that the tax of a draft could not be determined, with a case for its owner."""
        connector = move.sudo().fiscal_position_id.tax_connector_id
        determination = self.env["finance.tax.determination"]._replace(
            move, {"state": "failed", "connector_id": connector.id, "text": str(error), "error_code": error.code}
        )
        determination._report(
            error.code,
            _("Tax of %(name)s: %(error)s", name=move.display_name, error=error),
            error.place,
            category=error.category,
            res_model=move._name,
            res_id=move.id,
        )
        return determination

    @api.model
    def _failed_apart(self, failed):
        """The same in a transaction of its own: the caller's is about to be rolled back."""
        try:
            with self.env.registry.cursor() as cr:
                cr.execute("SET LOCAL lock_timeout = '2s'")
                own = self.env(cr=cr)
                for move, error in failed.items():
                    if move.with_env(own).exists():
                        own["finance.tax.determine"]._failed(move.with_env(own), error)
        except psycopg2.OperationalError:  # only the note is lost; the person is told anyway
            _logger.warning("no note about the tax of %s: somebody else is at it", list(failed))

    # ------------------------------------------------------------------ asking

    def _answer(self, move, fallback):
        """``(request, Finding, lines to keep)``; without a finding the fallback takes over."""
        connector = move.sudo().fiscal_position_id.tax_connector_id
        self.env["finance.authority"]._guard("tax_result", (), connector, create=True)
        request = self.env["finance.tax.request"]._build(move, connector)
        found = self._kept(connector, request) or self._mirror(move, request)
        try:
            found = found or Finding(connector._tax_engine_now().quote(request), "engine", fields.Datetime.now())
        except UNAVAILABLE:
            if fallback and move._tax_fallback() == "odoo":
                return request, None, []
            raise
        return request, found, self._lines(move, connector, found.quote)

    def _kept(self, connector, request):
        """The answer to the same question, asked not too long ago."""
        since = fields.Datetime.now() - timedelta(hours=connector.tax_quote_hours)
        known = self.env["finance.tax.determination"].sudo().search(
            [
                ("connector_id", "=", connector.id),
                ("request_hash", "=", request.hash),
                ("origin", "=", "engine"),
                ("quote", "!=", False),
                ("determined_on", ">=", since),
            ],
            limit=1,
        )  # fmt: skip
        return Finding(quote_from(known.quote), "kept", known.determined_on) if known else None

    def _mirror(self, move, request):
        """A credit note that takes back its whole invoice takes back its tax, to the cent."""
        original = move.sudo().reversed_entry_id.tax_determination_id
        if original.state not in ("quoted", "committed") or not original.quote:
            return None
        if not is_mirror(request, request_from(original.request)):
            return None
        words = _("Takes back %s", original.document_code)
        return Finding(mirrored(quote_from(original.quote), words), "mirror", fields.Datetime.now())

    # ------------------------------------------------------------------ keeping

    def _keep(self, move, request, found, lines):
        """Keep the answer and put its amounts on the draft."""
        determination = self._store(move, request, found, lines)
        determination._apply()
        return determination

    def _store(self, move, request, found, lines):
        quote = found.quote
        return self.env["finance.tax.determination"]._replace(
            move,
            {
                "state": "quoted",
                "connector_id": move.sudo().fiscal_position_id.tax_connector_id.id,
                "origin": found.origin,
                "determined_on": found.asked_on,
                "engine_reference": quote.engine_id,
                "engine_status": quote.status,
                "request_hash": request.hash,
                "request": plain(request),
                "quote": plain(quote),
                "answer": quote.content.decode() or False,
                "amount_untaxed": quote.amount,
                "amount_taxable": quote.taxable,
                "amount_tax": quote.tax,
                "text": "\n".join(filter(None, quote.messages)) or False,
                "line_ids": lines,
            },
        )

    def _lines(self, move, connector, quote):
        lines = self.env["finance.tax.request"]._taxed_lines(move)
        return [
            Command.create(
                {
                    "move_line_id": line.id,
                    "ref": amount.ref,
                    "description": (line.name or "").partition("\n")[0],
                    "level": detail.level,
                    "name": detail.name,
                    "tax_name": detail.tax_name,
                    "region": detail.region,
                    "country": detail.country,
                    "rate": detail.rate * 100,
                    "amount_taxable": detail.taxable,
                    "amount_exempt": detail.exempt,
                    "amount_tax": detail.tax,
                    "tax_id": connector._tax_for(detail).id if detail.taxable or detail.tax else False,
                }
            )
            for line, amount in zip(lines, quote.amounts, strict=True)
            for detail in amount.details
        ]

    # ------------------------------------------------------------------ fallback

    def _fall_back(self, move, request):
        """Odoo's own taxes, marked to be trued up."""
        connector = move.sudo().fiscal_position_id.tax_connector_id
        position = move.sudo().fiscal_position_id.tax_fallback_position_id
        for line in self.env["finance.tax.request"]._taxed_lines(move):
            taxes = line.product_id.sudo().taxes_id._filter_taxes_by_company(move.company_id)
            taxes = taxes or move.company_id.account_sale_tax_id
            line.write({"tax_ids": [Command.clear()], "extra_tax_data": False})
            line.tax_ids = position.map_tax(taxes) if position else taxes
        sign = -1 if request.kind == "refund" else 1
        return self.env["finance.tax.determination"]._replace(
            move,
            {
                "state": "fallback",
                "connector_id": connector.id,
                "origin": "own",
                "request_hash": request.hash,
                "request": plain(request),
                "amount_untaxed": sign * move.amount_untaxed,
                "amount_tax": sign * move.amount_tax,
                "text": _("The engine could not be reached; Odoo's own taxes stand in until it can."),
            },
        )

    # ------------------------------------------------------------------ in words

    @api.model
    def _in_words(self, move, error):
        """An error as the accountant should read it."""
        name = move.sudo().fiscal_position_id.tax_connector_id.name
        if isinstance(error, UNAVAILABLE):
            return _(
                "The tax engine %(engine)s cannot be used now, so the tax of %(name)s is not determined.\n%(error)s\n\n"
                "Try again in a moment. Whether Odoo's own taxes may stand in is set on the fiscal position.",
                engine=name,
                name=move.display_name,
                error=error,
            )
        return _(
            "The tax of %(name)s cannot be determined by %(engine)s.\n%(error)s%(place)s",
            name=move.display_name,
            engine=name,
            error=error,
            place=f" [{error.place}]" if isinstance(error, FinanceError) and error.place else "",
        )
