from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.finance_connector_base import server

from ..writing import rows, witness
from ..writing.lines import exemplars, kind
from .finance_line_plan import Plan
from .undone import NotAlike, done_or_undone, undone

MOVE, LINE, ITEM, STATEMENT = (
    "account_move", "account_bank_statement_line", "account_move_line", "account_bank_statement",
)  # fmt: skip
#: Values of a line that have formulas of their own; all others go into its columns as they are.
KNOWN = {"journal_id", "date", "payment_ref", "partner_id", "amount", "foreign_currency_id", "amount_currency"}
#: Kinds of fields that are written as they are.
PLAIN = {"char", "text", "boolean", "integer", "date", "many2one", "json"}
#: First index, number, sum and last day of the lines of a statement, the last three of those that are posted.
LINES_OF_STATEMENT = """
    SELECT min(l.internal_index), count(*) FILTER (WHERE m.state = 'posted'),
           coalesce(sum(l.amount) FILTER (WHERE m.state = 'posted'), 0),
           (array_agg(m.date ORDER BY l.internal_index DESC) FILTER (WHERE m.state = 'posted'))[1]
      FROM account_bank_statement_line l JOIN account_move m ON m.id = l.move_id WHERE l.statement_id = %s
"""


class FinanceLineWriter(models.AbstractModel):
    """Many statement lines at once: every column as Odoo's ``create`` writes it, at the speed of the database.

    Odoo writes a few exemplars of each kind, which are undone again; they are the pattern for all others. Before
    anything counts, the same exemplars are written after the pattern, and all rows of both are compared. Where
    anything differs, Odoo writes them all.
    """

    _name = "finance.line.writer"
    _inherit = ["finance.bulk.writer"]
    _description = "Writer of statement lines"
    _writes = frozenset({MOVE, LINE, ITEM, STATEMENT})

    @api.model
    def _create(self, values_list):
        """Create statement lines; the records in the order of the values.

        Of a statement that is still coming nothing is worked out from its lines: Odoo would read all of them for each
        exemplar. ``_compute_statement`` has to follow after the last one.
        """
        named = {values.get("statement_id") for values in values_list} - {None, False}
        coming = self.env["account.bank.statement"].browse(named).filtered("finance_coming")
        if not coming:
            return self._created(values_list)
        with self.env.protecting(self._fields_of_lines(coming), coming):
            lines = self._created(values_list)
            self.env.flush_all()
        return lines

    def _created(self, values_list):
        model = self.env["account.bank.statement.line"].with_context(
            tracking_disable=True, mail_create_nolog=True, mail_notrack=True
        )
        if len(values_list) < int(server.option("bulk_lines", 60)):
            return model.create(values_list) if values_list else model
        proof = self.env["finance.writer.proof"]._of(
            "lines", self.env["account.journal"].browse(values_list[0].get("journal_id"))
        )
        reason, lines = proof._against() or self._unfit(model, values_list), None
        if not reason:
            written = []
            reason = self._reason(proof, lambda: written.append(self._write(model, values_list, proof)))
            lines = written[0] if written else None
        self.env["finance.writer.batch"]._add("lines", {(proof.journal_id.id, reason): len(values_list)})
        return model.create(values_list) if reason else lines

    # what is not for the quick way

    def _unfit(self, model, values_list):
        """Why these values are left to Odoo, in words; ``None`` where nothing speaks against the quick way."""
        first = values_list[0]
        if any(values.keys() != first.keys() or values["journal_id"] != first["journal_id"] for values in values_list):
            return self.env._("lines of several journals or with different values")
        journal = self.env["account.journal"].browse(first["journal_id"])
        if not journal.suspense_account_id or not journal.default_account_id:
            return self.env._("the journal has no suspense or bank account")
        for name in first.keys() - KNOWN:
            field = model._fields[name]
            if not field.store or field.inherited or field.compute or field.type not in PLAIN or name == "sequence":
                return self.env._("the field %s is worked out by Odoo", name)
        return self._unfit_money(journal, values_list) or self._unfit_partners(journal, values_list)

    def _unfit_money(self, journal, values_list):
        currency = journal._finance_currency()
        foreign = {c.id: c for c in self.env["res.currency"].browse(
            {values["foreign_currency_id"] for values in values_list if values.get("foreign_currency_id")}
        )}  # fmt: skip
        whole = _rounded(currency)
        for values in values_list:
            if not whole(values["amount"]):
                return self.env._("an amount has more decimals than the currency")
            other = foreign.get(values.get("foreign_currency_id"))
            amount = values.get("amount_currency") or 0.0
            if bool(other) != bool(amount) or other == currency or (other and other.round(amount) != amount):
                return self.env._("an amount in foreign currency is not complete")
            if "\0" in (values["payment_ref"] or ""):
                return self.env._("a text holds a character that cannot be stored")
        return None

    def _unfit_partners(self, journal, values_list):
        partners = self.env["res.partner"].sudo().browse(
            {values["partner_id"] for values in values_list if values.get("partner_id")}
        )
        if partners.exists() != partners or partners.company_id - journal.company_id:
            return self.env._("a partner is of another company")
        if partners and self._analytic_by_partner():
            return self.env._("analytic distribution depends on partners")
        return None

    # the quick way

    def _write(self, model, values_list, proof):
        """Prove it on exemplars, undo that, then write all.

        :raise NotAlike: Odoo writes something else
        """
        journal = self.env["account.journal"].browse(values_list[0]["journal_id"])
        kinds = self._kinds(journal, values_list)
        chosen = exemplars(values_list, kinds, int(server.option("bulk_exemplars", 24)))
        sample, sample_kinds = [values_list[at] for at in chosen], [kinds[at] for at in chosen]
        thorough = proof.state != "alike"
        with undone(self.env):
            expected, told = self._by_odoo(model, journal, sample, thorough)
        plan = Plan(model, journal, values_list, self._patterns(expected, sample_kinds))
        with done_or_undone(self.env), undone(self.env):
            marked = witness.mark(self.env.cr, "account_journal", journal.id)
            before = witness.touched(self.env.cr)
            found = self._found(self._by_pattern(plan, sample, sample_kinds), thorough and marked)
            self._compare(expected, found)
            self._tells_alike(told, before)
        proof._alike(len(sample))
        with done_or_undone(self.env):
            return self._by_pattern(plan, values_list, kinds)

    def _kinds(self, journal, values_list):
        """The kind of each line, with its balance in company currency."""
        company = journal.company_id.sudo()
        own, ours = journal._finance_currency(), company.currency_id
        rates = {}
        result = []
        for values in values_list:
            balance = amount = values["amount"]
            if own != ours and values.get("foreign_currency_id") == ours.id:
                balance = values["amount_currency"]
            elif own != ours:
                day = fields.Date.to_date(values["date"])
                if day not in rates:
                    rates[day] = self.env["res.currency"]._get_conversion_rate(own, ours, company, day)
                balance = ours.round(amount * rates[day]) if amount else 0.0
            result.append(kind(values, balance))
        return result

    def _by_odoo(self, model, journal, sample, thorough):
        """``(rows, labels)`` of what Odoo writes for the sample, and the number of events told."""
        cr = self.env.cr
        marked = witness.mark(cr, "account_journal", journal.id)
        before = witness.touched(cr)
        lines = model.create([dict(values) for values in sample])
        self.env.flush_all()  # as the user: Odoo would flush as whoever comes first
        cr.flush()
        self._only_writes(before)
        return self._found(lines, thorough and marked), self._told(before)

    def _found(self, lines, marked):
        """``(rows, labels)`` after the work: rows as JSON, labels of the new ones by their place in the sample.

        :param marked: find whatever was written since (reads the tables whole), else only these lines
        """
        cr = self.env.cr
        self.env.flush_all()
        cr.flush()
        labels = defaultdict(dict)
        for place, line in enumerate(lines):
            labels[LINE][line.id] = f"line {place}"
            labels[MOVE][line.move_id.id] = f"entry {place}"
            for number, item in enumerate(line.move_id.line_ids.sorted("id")):
                labels[ITEM][item.id] = f"item {place}.{number}"
        if marked:
            return {table: witness.rows_since(cr, table, marked) for table in self._writes}, labels
        ids = {**{table: list(of) for table, of in labels.items()}, STATEMENT: lines.statement_id.ids}
        return {table: rows.read(cr, table, ids[table]) for table in self._writes}, labels

    def _patterns(self, expected, kinds):
        """``{key of a kind: {part: row}}`` from the exemplars."""
        found, labels = expected
        by_label = {label: found[table][row_id] for table in labels for row_id, label in labels[table].items()}
        if len(by_label) != 4 * len(kinds):
            raise NotAlike(self.env._("Odoo does not write two items for each line"))
        return {
            one.key: {
                "move": by_label[f"entry {place}"],
                "line": by_label[f"line {place}"],
                "liquidity": by_label[f"item {place}.0"],
                "suspense": by_label[f"item {place}.1"],
            }
            for place, one in enumerate(kinds)
        }

    def _by_pattern(self, plan, values_list, kinds):
        """All lines: the first of each sequence by Odoo, which reserves the numbers, the others after their pattern."""
        ids = {}
        waiting = sorted(range(len(values_list)), key=lambda at: (str(values_list[at]["date"]), at))
        while waiting:
            first = waiting.pop(0)
            head = plan.model.create([dict(values_list[first])])
            ids[first] = head.id
            numbers = plan.numbers(head.move_id)
            group = [at for at in waiting if numbers.hold(values_list[at]["date"])]
            waiting = [at for at in waiting if not numbers.hold(values_list[at]["date"])]
            self._copies(plan, values_list, kinds, group, numbers, ids)
        lines = plan.model.browse(ids[at] for at in range(len(values_list)))
        self._tell(plan.model.browse(ids[at] for at, one in enumerate(kinds) if not one.key.sign))
        self._follow_up(lines, {values.get("statement_id") for values in values_list} - {None, False})
        return lines

    def _copies(self, plan, values_list, kinds, group, numbers, ids):
        self.env.flush_all()
        numbered = dict(zip(group, numbers.following(len(group)), strict=True))
        balances = [one.balance for one in kinds]
        chunk = int(server.option("bulk_chunk", 5000))
        for start in range(0, len(group), chunk):
            positions = sorted(group[start : start + chunk])
            staged, line_ids = plan.staged(values_list, balances, positions, numbered)
            by_kind = defaultdict(list)
            for at, line_id, row in zip(positions, line_ids, staged, strict=True):
                ids[at] = line_id
                by_kind[kinds[at].key].append(row)
            with rows.by_index(self.env.cr):
                for key, same in by_kind.items():
                    plan.insert(key, same)
        numbers.forget()
        self.env.invalidate_all(flush=False)

    def _tell(self, lines):
        """A line over nothing is reconciled from the start, and told to be."""
        kind = lines[:1]._event_of_change({"is_reconciled": False}, {"is_reconciled": True}) if lines else None
        if kind:
            self.env["finance.event"]._tell(kind, lines)

    def _follow_up(self, lines, statement_ids):
        """What Odoo works out from the new rows: the statements; and whether the user may have written them."""
        self._check_rights(lines)
        statements = self.env["account.bank.statement"].sudo().browse(statement_ids)
        for statement in statements.filtered(lambda one: not one.finance_coming):
            self._compute_statement(statement, lines[:1].journal_id)
        self.env.flush_all()  # not yet the hooks of the commit: they would tell of half a statement

    def _check_rights(self, lines):
        """The rules are asked in SQL; a refusal comes in Odoo's own words."""
        if self.env.su:
            return
        lines.browse().check_access("create")
        rules = self.env["ir.rule"]._compute_domain(lines._name, "create")
        with rows.by_index(self.env.cr):
            allowed = lines.sudo().with_context(active_test=False).search_count(Domain("id", "in", lines.ids) & rules)
        if allowed != len(lines):
            lines.check_access("create")

    def _compute_statement(self, statement, journal):
        """The stored fields of a statement that follow from its lines, worked out without reading them all."""
        found = self._of_lines(statement) if statement.journal_id == journal else {}
        for field in self._fields_of_lines(statement):
            if field.name not in found:
                self.env.add_to_compute(field, statement)
        with self.env.protecting([statement._fields[name] for name in found], statement):
            for name, value in found.items():
                statement[name] = value

    def _fields_of_lines(self, statement):
        """Stored fields that Odoo works out from the lines of a statement."""
        depends = self.env.registry.field_depends
        return [
            field
            for field in statement._fields.values()
            if field.store and field.compute and any(one.startswith("line_ids") for one in depends[field])
        ]

    def _of_lines(self, statement):
        with rows.by_index(self.env.cr):
            self.env.cr.execute(LINES_OF_STATEMENT, [statement.id])
            index, posted, amount, day = self.env.cr.fetchone()
        end = statement.balance_start + float(amount)
        complete = posted and statement.currency_id.compare_amounts(end, statement.balance_end_real) == 0
        return {
            "journal_id": statement.journal_id, "first_line_index": index, "date": day, "balance_end": end,
            "is_complete": bool(complete),
        }  # fmt: skip


def _rounded(currency):
    """A function of an amount: it has no more decimals than the currency; Odoo is asked where that is not plain."""
    places = currency.decimal_places
    decimal = currency.rounding == 10**-places
    return lambda amount: (decimal and round(amount, places) == amount) or currency.round(amount) == amount
