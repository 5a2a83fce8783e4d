import logging
from collections import defaultdict
from decimal import Decimal

import psycopg2

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.finance_connector_base import server

from ..writing.counterparts import Wanted

_logger = logging.getLogger(__name__)

#: Matches reconciled in one go (option ``match_chunk``); one that Odoo refuses makes its chunk go in halves.
CHUNK = 2000
#: Write-offs that name their account; the other kinds have theirs in the settings.
OWN_ACCOUNT = ("by_hand", "withholding")


class FinanceSettle(models.AbstractModel):
    """Puts a match into the ledger: counterparts instead of suspense, reconciled in bulk."""

    _name = "finance.settle"
    _description = "Settlement"

    @api.model
    def _settle_all(self, proposals, enough=None):
        """Reconcile ``proposals`` (of the matching engine): ids of the lines that are done, how many were not tried.

        :param enough: asked before each further chunk; where it says yes none is begun
        """
        self._read_at_once(proposals)
        possible = [proposal for proposal in proposals if self._accounts(proposal) is not None]
        possible = self._refused_last(possible)
        done, tried, chunk = set(), 0, max(int(server.option("match_chunk", CHUNK)), 1)
        while tried < len(possible) and not (tried and enough and enough()):
            done |= self._chunk(possible[tried : tried + chunk])
            tried += chunk
        self._record(proposal for proposal in possible if proposal.line_id in done)
        self._solve_refused(list(done))
        return done, max(len(possible) - tried, 0)

    def _chunk(self, proposals):
        try:
            with self.env.cr.savepoint():
                self._apply(proposals)
            return {proposal.line_id for proposal in proposals}
        except psycopg2.OperationalError:  # another transaction was faster: the queue runs us again
            raise
        except UserError as error:
            if len(proposals) == 1:
                self._refused(proposals[0], error)
                return set()
        half = len(proposals) // 2
        return self._chunk(proposals[:half]) | self._chunk(proposals[half:])

    def _refused(self, proposal, error):
        line = self.env["account.bank.statement.line"].browse(proposal.line_id)
        self.env["finance.exception"]._report(
            line, "match.failed", str(error), line.display_name, message=line.finance_message_id,
            domain="bank", res_model=line._name, res_id=line.id, blocking=False,
        )

    def _refused_last(self, proposals):
        """What Odoo refused before does not keep the others waiting."""
        rows = self.env["finance.exception"].sudo().search_read(self._of_refused([one.line_id for one in proposals]),
                                                                ["res_id"])  # fmt: skip
        refused = {row["res_id"] for row in rows}
        return sorted(proposals, key=lambda one: one.line_id in refused) if refused else proposals

    def _of_refused(self, lines):
        return [("code", "=", "match.failed"), ("state", "=", "open"),
                ("res_model", "=", "account.bank.statement.line"), ("res_id", "in", lines)]  # fmt: skip

    def _solve_refused(self, lines):
        found = self.env["finance.exception"].sudo().search(self._of_refused(lines))
        found._solve(_("Solved by itself: the line is reconciled."))

    def _record(self, proposals):
        model = self.env["finance.match.proposal"].sudo()
        model.create([model._values(proposal, state="accepted", automatic=True) for proposal in proposals])

    def _read_at_once(self, proposals):
        """What is asked of lines and items one by one below."""
        lines = self._lines(proposals)
        lines.fetch(["company_id", "partner_id", "is_reconciled", "move_id"])
        lines.move_id.line_ids.fetch(["account_id", "balance"])

    def _accounts(self, proposal):
        """``{write-off: account}``, or ``None`` where an account is not set; a person chooses one by hand."""
        company = self.env["account.bank.statement.line"].browse(proposal.line_id).company_id
        accounts = {
            off: self.env["account.account"].browse(off.account_id).exists()
            if off.kind in OWN_ACCOUNT
            else company._finance_write_off_account(off.kind)
            for off in proposal.write_offs
        }
        return accounts if all(accounts.values()) else None

    @api.model
    def _apply(self, proposals):
        """Write the counterparts of all lines, then reconcile all pairs in one plan."""
        at_once = self._at_once(proposals)
        plans = []
        for proposal in proposals:
            plans += at_once.get(proposal.line_id) or self._counterparts(proposal)
        self.env["finance.pair.writer"]._reconcile(plans)
        lines = self._lines(proposals)
        for proposal, line in zip(proposals, lines, strict=True):
            facts = {"items": [part.item_id for part in proposal.parts], "rest": str(proposal.rest or 0)}
            self.env["finance.audit"]._note("reconciliation.made", line, facts)

    def _lines(self, proposals):
        """The lines of the proposals, in their order; what is read of one is read of all."""
        return self.env["account.bank.statement.line"].browse(proposal.line_id for proposal in proposals)

    def _at_once(self, proposals):
        """``{line id: [pair to reconcile]}`` of lines against one item each, whose counterparts are written at once."""
        simple = [
            each for each in proposals if len(each.parts) == 1 and not each.write_offs and not each.rest
        ]
        writer = self.env["finance.counterpart.writer"]
        if len(proposals) >= writer._least():
            others = {each.line_id for each in proposals} - {each.line_id for each in simple}
            writer._count(dict.fromkeys(others, _("several items, a write-off or a rest")))
        if len(simple) < writer._least() or len(simple) != len({each.line_id for each in simple}):
            return {}
        items = self.env["account.move.line"].browse(each.parts[0].item_id for each in simple)
        wanted, item_of = {}, {}
        for proposal, line, item in zip(simple, self._lines(simple), items, strict=True):
            self._check_open(line, proposal.parts, item)
            self._check_amount(line, proposal)
            others = line._seek_for_lines()[2]
            if not others:
                share = _Share(line, others)
                values = self._part(line, share, proposal.parts[0], item)
                self._give_rounding(values, share.left(), line)
                payer = line.partner_id or self._partner(item)
                wanted[line.id] = Wanted(**values, payer_id=payer.id if payer != line.partner_id else None)
                item_of[line.id] = item
        done = writer._put(wanted)
        return {line_id: [item.browse(made) + item_of[line_id]] for line_id, made in done.items()}

    def _counterparts(self, proposal):
        """Put the counterparts of one line in the place of its suspense; pairs of journal items to reconcile.

        The suspense item itself becomes the first counterpart: Odoo needs half the time for that, and the entry
        tells the change instead of a deletion and a new item.
        """
        line = self.env["account.bank.statement.line"].browse(proposal.line_id)
        items = self.env["account.move.line"].browse([part.item_id for part in proposal.parts])
        self._check_open(line, proposal.parts, items)
        _liquidity, suspense, others = line._seek_for_lines()
        self._check_amount(line, proposal)
        partner = line.partner_id or self._partner(items)
        share = _Share(line, others)
        values = [self._part(line, share, part, item) for part, item in zip(proposal.parts, items, strict=True)]
        accounts = self._accounts(proposal)
        values += [self._write_off(line, partner, share, off, accounts[off]) for off in proposal.write_offs]
        left = share.left()
        if proposal.rest:
            became = suspense.browse()
            commands = [Command.update(suspense.id, {"balance": left, "amount_currency": -float(proposal.rest)})]
        else:
            became = suspense
            self._give_rounding(values[-1], left, line)
            commands = [Command.update(suspense.id, values.pop(0))]
        commands += [Command.create(each) for each in values]
        new = became + self.env["finance.counterpart.writer"]._change_entry(line, commands, partner)
        return [counter + item for counter, item in zip(new, items, strict=False)]

    def _check_open(self, line, parts, items):
        if line.is_reconciled:
            raise UserError(_("This line is reconciled already."))
        closed = items.filtered("reconciled")
        if closed:
            raise UserError(_("%s is settled already.", ", ".join(closed.move_id.mapped("display_name"))))
        wanted = defaultdict(Decimal)
        for part, item in zip(parts, items, strict=True):
            wanted[item] += part.item_amount
        for item, amount in wanted.items():
            if item.currency_id.compare_amounts(abs(float(amount)), abs(item.amount_residual_currency)) > 0:
                raise UserError(
                    _("%(document)s has only %(amount)s left to settle. Match the line again.",
                      document=item.move_id.display_name,
                      amount=item.currency_id.format(abs(item.amount_residual_currency)))
                )

    def _check_amount(self, line, proposal):
        """What is booked, and what stays open by intention, is together what is open of the line now."""
        currency = line.finance_open_currency_id
        total = sum((x.amount for x in (*proposal.parts, *proposal.write_offs)), Decimal(proposal.rest or 0))
        if currency.compare_amounts(float(total), line.finance_open_amount):
            raise UserError(
                _("This settles %(settled)s, but %(open)s of the line are open. Match it again, or settle it by hand.",
                  settled=currency.format(float(total)), open=currency.format(line.finance_open_amount))
            )

    def _partner(self, items):
        """The payer, known by what is paid: the one commercial partner behind all items, or none."""
        partner = items.partner_id.commercial_partner_id
        return partner if len(partner) == 1 else partner.browse()

    def _part(self, line, share, part, item):
        balance = share.take(part.amount)
        currency = item.currency_id
        in_company_currency = currency == line.company_id.currency_id
        amount_currency = balance if in_company_currency else -float(part.item_amount)
        return {
            "account_id": item.account_id.id,
            "partner_id": item.partner_id.id,
            "name": line.payment_ref,
            "currency_id": currency.id,
            "balance": balance,
            "amount_currency": amount_currency,
        }

    def _write_off(self, line, partner, share, off, account):
        currency = line.foreign_currency_id or line.currency_id
        balance = share.take(off.amount)
        return {
            "account_id": account.id,
            "partner_id": partner.id,
            "name": off.label,
            "currency_id": currency.id,
            "balance": balance,
            "amount_currency": balance if currency == line.company_id.currency_id else -float(off.amount),
            **({"reconcile_model_id": off.rule_id} if off.rule_id else {}),
        }

    def _give_rounding(self, values, left, line):
        """What rounding left over goes to the last counterpart, so that the entry balances."""
        if not left:
            return
        values["balance"] = line.company_id.currency_id.round(values["balance"] + left)
        if values["currency_id"] == line.company_id.currency_id.id:
            values["amount_currency"] = values["balance"]


class _Share:
    """Shares of a line's amount in company currency, at the rate of the line itself."""

    def __init__(self, line, others):
        """``others`` are counterparts the line has already."""
        liquidity = line._seek_for_lines()[0]
        self._currency = line.company_id.currency_id
        self._company = sum(liquidity.mapped("balance"))
        self._line = Decimal(str(line.amount_currency if line.foreign_currency_id else line.amount))
        self._taken = sum(others.mapped("balance"))

    def take(self, amount):
        """The balance of a counterpart for ``amount`` (signed like the line), in company currency."""
        balance = -self._currency.round(self._company * float(amount / self._line))
        self._taken += balance
        return balance

    def left(self):
        """What is not taken yet, as the balance of a suspense item."""
        return self._currency.round(-self._company - self._taken)
