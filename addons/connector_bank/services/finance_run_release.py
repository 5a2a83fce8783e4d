from collections import defaultdict
from decimal import Decimal

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.finance_connector_base.approval.policy import Part
from odoo.addons.queue_job.exception import RetryableJobError

from ..models.finance_payment_run_line import STOPS

SHOWN = 100
#: Nobody follows payments made by the hundred; their entries have no analytic distribution, and are made after them.
QUIET = {
    "tracking_disable": True, "mail_create_nolog": True, "mail_notrack": True, "mail_create_nosubscribe": True,
    "skip_invoice_sync": True, "skip_analytic_sync": True, "skip_account_move_synchronization": True,
}  # fmt: skip


class FinanceRunRelease(models.AbstractModel):
    """From an approved run to confirmed payments, reconciled with their items, and payment orders."""

    _name = "finance.run.release"
    _description = "Release of a payment run"

    # what others agree to

    @api.model
    def _content(self, run):
        """All that is decided, as plain values, in one query; no residuals, which the payments themselves change."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT l.id, l.item_id, l.row_key, l.partner_id, b.sanitized_acc_number, b.acc_holder_name,
                       d.reference, e.sanitized_acc_number, l.amount::text, l.currency_id, l.text, l.bundle,
                       g.journal_id, g.executed_on::text, g.urgency, g.profile, g.flow_id, l.journal_to_id,
                       p.name, l.payee, l.reference, l.reason, l.gained::text, l.account_id, l.mandate_id,
                       b.clearing_number, k.bic
                  FROM finance_payment_run_line l
                  LEFT JOIN res_partner p ON p.id = l.partner_id
                  LEFT JOIN finance_payment_run_group g ON g.id = l.group_id
                  LEFT JOIN res_partner_bank b ON b.id = l.partner_bank_id
                  LEFT JOIN res_bank k ON k.id = b.bank_id
                  LEFT JOIN finance_mandate d ON d.id = l.mandate_id
                  LEFT JOIN res_partner_bank e ON e.id = d.account_id
                 WHERE l.run_id = %s AND l.decision = 'pay' ORDER BY l.id
                """,
                run.id,
            )
        )
        return [list(row) for row in rows]

    @api.model
    def _facts(self, run):
        paid = run.line_ids.filtered(lambda line: line.decision == "pay").sorted("id")
        rows = [
            [line.partner_id.name or line.payee or "", "",
             f"{line.currency_id.format(line.amount)} → …{(line.partner_bank_id.sanitized_acc_number or '')[-4:]}  "
             f"{line.reference or line.text or ''}"]
            for line in paid[:SHOWN]
        ]  # fmt: skip
        if len(paid) > SHOWN:
            rows.append([self.env._("and %s more", len(paid) - SHOWN), "", ""])
        groups = [
            [f"{group.journal_id.name} {group.executed_on}", "",
             self.env._("%(count)s lines, %(amount)s", count=group.count,
                        amount=group.currency_id.format(group.amount))]
            for group in run.group_ids if group.count
        ]  # fmt: skip
        flagged = paid.filtered("flags")
        return {
            "name": self.env._("%(name)s: %(count)s lines, %(amount)s", name=run.name, count=len(paid),
                               amount=run.company_currency_id.format(run.amount)),
            "parts": self._parts(run, paid),
            "accounts": paid.partner_bank_id,
            "excluded": self._editors(run),
            "changes": [*groups, *rows],
            "warnings": [f"{line.display_name}: {self._warning(line)}" for line in flagged[:SHOWN]],
        }  # fmt: skip

    def _warning(self, line):
        """What is to be looked at, and why the maker pays it all the same."""
        return f"{line.warning_text} → {line.reason}" if line.reason else line.warning_text

    def _editors(self, run):
        """Who made or changed lines and groups of the run; they do not approve it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT unnest(ARRAY[create_uid, write_uid]) FROM finance_payment_run_line
                 WHERE run_id = %(run)s AND payment_id IS NULL AND refusal IS NULL
                 UNION SELECT unnest(ARRAY[create_uid, write_uid]) FROM finance_payment_run_group WHERE run_id = %(run)s
                """,
                run=run.id,
            )
        )
        return self.env["res.users"].browse([user for (user,) in rows if user and user != SUPERUSER_ID])

    def _parts(self, run, lines):
        """What goes to each beneficiary, so that the matrix counts bands and split amounts."""
        own, today, totals = run.company_currency_id, fields.Date.context_today(run), defaultdict(Decimal)
        if run.kind == "debit":
            return []
        for line in lines:
            account = line.partner_bank_id.sanitized_acc_number or f"partner {line.partner_id.id}"
            totals[account, line.currency_id] += Decimal(f"{line.amount:.{line.currency_id.decimal_places}f}")
        marks = self.env["finance.audit"]
        return [
            Part(marks._mark(account), currency.name, amount,
                 Decimal(str(currency._convert(float(amount), own, run.company_id, today))))
            for (account, currency), amount in totals.items() if amount > 0
        ]  # fmt: skip

    # payments

    @api.model
    def _release(self, run, chunk):
        """Make up to ``chunk`` payments; ``(made, lines left)``. Carrying on after a kill makes none twice.

        What was agreed is compared once more, and each item looked at under its lock: what was paid or blocked
        meanwhile is not paid, and says so.
        """
        if not run.try_lock_for_update():
            raise RetryableJobError(self.env._("held by another worker"), seconds=10, ignore_retry=True)
        if run.state != "approved":
            return 0, 0
        if not run._is_approved():
            run._refused(run.approval_id)
            return 0, 0
        open_ones = [("decision", "=", "pay"), ("payment_id", "=", False), ("refusal", "=", False)]
        domain = [("run_id", "=", run.id), *open_ones]
        todo = self.env["finance.payment.run.line"].sudo().search(domain, order="bundle, id", limit=chunk)
        bundles = [one for one in set(todo.mapped("bundle")) if one]
        todo |= todo.search([*domain, ("bundle", "in", bundles)])
        made = self._pay(run, todo) if todo else self.env["account.payment"]
        left = todo.search_count(domain)
        if not left:
            self._finish(run)
        return len(made), left

    def _pay(self, run, lines):
        lines = self._still_good(run, lines)
        bundles = list(lines.grouped(lambda line: line.bundle or f"line {line.id}").values())
        todo = [self._payment_values(run, bundle) for bundle in bundles]
        payments = self.env["account.payment"].sudo().with_context(**QUIET).create(todo)
        for bundle, payment in zip(bundles, payments, strict=True):
            if run.kind != "debit" and payment.partner_bank_id != bundle[0].partner_bank_id:
                raise UserError(self.env._("%s: the account cannot be used for its payee.", bundle[0].display_name))
        self.env["finance.payment.writer"].sudo().with_context(**QUIET)._confirm(payments)
        plans = []
        for bundle, payment in zip(bundles, payments, strict=True):
            bundle.write({"payment_id": payment.id})
            for account, items in bundle.item_id.grouped("account_id").items():
                own = payment.move_id.line_ids.filtered(lambda one, account=account: one.account_id == account)
                plans.append(own + items)
        if plans:
            self.env["finance.pair.writer"].sudo().with_context(**QUIET)._reconcile(plans)
        self._link_documents(bundles, payments)
        return payments

    def _link_documents(self, bundles, payments):
        """Which documents a payment pays, as the register wizard keeps it; in one statement."""
        pairs = [
            (move, payment.id)
            for bundle, payment in zip(bundles, payments, strict=True)
            for move in bundle.move_id.ids
        ]
        if pairs:
            self.env.cr.execute_values(
                "INSERT INTO account_move__account_payment (invoice_id, payment_id) VALUES %s ON CONFLICT DO NOTHING",
                pairs,
            )
        payments.invalidate_recordset(["invoice_ids"])
        payments.invoice_ids.invalidate_recordset(["matched_payment_ids"])

    def _still_good(self, run, lines):
        """Those whose items are open as they were when they were agreed; the others say why not."""
        lines.item_id.sudo().lock_for_update(allow_referencing=True)
        lines.item_id.invalidate_recordset()
        self.env["finance.run.warnings"]._mark(run, lines)
        bad, refused = set(), []
        for line in lines:
            why = self._why_not(line)
            if why:
                bad.add(line.bundle or f"line {line.id}")
                refused.append((line, why))
        for line, why in refused:
            line.refusal = why
        others = lines.filtered(lambda line: (line.bundle or f"line {line.id}") in bad and not line.refusal)
        others.refusal = self.env._("Another bill of the same payment cannot be paid.")
        good = lines.filtered(lambda line: not line.refusal)
        if refused:
            words = "; ".join(f"{line.display_name}: {why}" for line, why in refused[:20])
            run.message_post(body=self.env._("Not paid: %s", words))
        return good

    def _why_not(self, line):
        item, flags = line.item_id, set((line.flags or "").split())
        if line.move_id and not item:
            return self.env._("the document was changed")
        if item:
            sign = 1 if line.run_kind == "debit" else -1
            if item.parent_state != "posted" or item.reconciled:
                return self.env._("it was paid or cancelled meanwhile")
            if item.partner_id.commercial_partner_id != line.partner_id.commercial_partner_id:
                return self.env._("the document is another partner's")
            rest = sign * item.amount_residual_currency
            if line.currency_id.compare_amounts(rest, line.open_amount):
                return self.env._("what is open has changed")
            if line.gained and line.discount_on and line.group_id.executed_on > line.discount_on:
                return self.env._("the discount is not in time any more")
        if flags & set(STOPS):
            return line.warning_text
        if "listed" in flags and not line.reason:  # the list of names grew since the approval
            return line.warning_text
        return None

    def _payment_values(self, run, lines):
        """One payment of these lines."""
        first, group = lines[0], lines[0].group_id
        debit = run.kind == "debit"
        gained = lines.filtered("gained")
        memo = first.text or first.reference or run.name
        if len(lines) > 1:
            memo = ", ".join(dict.fromkeys(filter(None, lines.mapped("reference"))))
        values = {
            "payment_type": "inbound" if debit else "outbound",
            "partner_type": "customer" if run.kind in ("refund", "debit") else "supplier",
            "partner_id": first.partner_id.id or run.company_id.partner_id.id,
            "company_id": run.company_id.id,
            "journal_id": group.journal_id.id,
            "currency_id": first.currency_id.id,
            "date": group.executed_on,
            "amount": first.currency_id.round(sum(lines.mapped("amount"))),
            "memo": memo,
            "destination_account_id": first.account_id.id,
        }
        if debit:
            values |= {"finance_mandate_id": first.mandate_id.id, "finance_sequence": group.sequence}
        else:
            values["partner_bank_id"] = first.partner_bank_id.id
        if gained:
            values["write_off_line_vals"] = self._discounts(run, gained, group.executed_on)
        return values

    def _discounts(self, run, lines, day):
        """Entries of the early-payment discounts, as Odoo itself makes them when a payment is registered."""
        found = []
        for line in lines:
            item = line.item_id
            rest = -item.amount_residual_currency
            own = item.currency_id._convert(rest, run.company_currency_id, run.company_id, day)
            gap = item.currency_id._convert(-line.gained, run.company_currency_id, run.company_id, day)
            values = self.env["account.move"]._get_invoice_counterpart_amls_for_early_payment_discount(
                [{"aml": item, "amount_currency": rest, "balance": own}], gap
            )
            for lines_of_kind in values.values():
                found += lines_of_kind
        return found

    # orders

    def _finish(self, run):
        """One payment order for each group, and the run is done."""
        orders = self.env["finance.payment.order"].sudo()
        for group, lines in run.line_ids.filtered("payment_id").grouped("group_id").items():
            order = orders.create(
                {"journal_id": group.journal_id.id, "company_id": run.company_id.id, "flow_id": group.flow_id.id,
                 "profile": group.profile, "executed_on": group.executed_on, "run_id": run.id,
                 "scheme": group.scheme, "sequence": group.sequence}
            )  # fmt: skip
            # what somebody put into another order meanwhile stays there: the bank may have it
            free = lines.payment_id.filtered(lambda payment: not payment.finance_order_id)
            free.finance_order_id = order
        run.state = "released"
        run.message_post(
            body=self.env._("%(count)s payments in %(orders)s payment orders.", count=len(run.line_ids.payment_id),
                            orders=len(run.order_ids))
        )  # fmt: skip
