from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core import machine
from ..mapping.kinds import KINDS
from ..mapping.table import escaped, normal
from ..mapping.wanted import Wanted


class FinanceMappingGap(models.Model):
    """An outside value that arrived and had no mapping: how often, since when, how much money waits for it."""

    _name = "finance.mapping.gap"
    _description = "Value without mapping"
    _order = "amount desc, message_count desc, id"
    _rec_name = "value"

    kind = fields.Selection(selection=lambda self: KINDS.names(self.env.registry._init_modules), readonly=True)
    value = fields.Char(readonly=True)
    country = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    connector_id = fields.Many2one("finance.connector", readonly=True, index="btree_not_null", ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    message_count = fields.Integer(readonly=True, string="Messages")
    count = fields.Integer(readonly=True, string="Times")
    amount = fields.Monetary(readonly=True, help="Sum of what the other side sent with it, as far as it said.")
    first_seen_on = fields.Datetime(readonly=True, string="First seen")
    last_seen_on = fields.Datetime(readonly=True, string="Last seen")
    place = fields.Char(readonly=True, help="Where it stood the last time.")
    line_ids = fields.One2many("finance.mapping.gap.message", "gap_id", readonly=True)
    draft_line_id = fields.Many2one("finance.mapping.line", readonly=True, ondelete="set null", string="In draft")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Mapped")], default="open", required=True, readonly=True, index=True
    )

    _value_uniq = models.UniqueIndex(
        "(company_id, kind, value, (coalesce(connector_id, 0)), (coalesce(country, '')))", "This gap is known."
    )

    @api.model
    def _note(self, kind, gaps, *, connector=None, company=None, message=None):
        """Keep what had no mapping; the same message counts once, however often it is tried.

        :param gaps: ``Wanted`` values
        """
        company = company or (message and message.company_id) or self.env.company
        connector = connector or (message and message.connector_id) or self.env["finance.connector"]
        sums = {}
        for gap in gaps:
            count, amount, _place = sums.get((normal(gap.value), gap.country or None), (0, 0, None))
            total = amount + abs(gap.amount or 0)
            sums[normal(gap.value), gap.country or None] = (count + 1, total, gap.place)
        for (value, country), (count, amount, place) in sorted(sums.items(), key=str):
            gap = self._touch(kind, value, country, company, connector, place)
            self._count(gap, message, count, amount)
        self.invalidate_model()

    def _touch(self, kind, value, country, company, connector, place):
        """The row of this value; made or opened again."""
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO finance_mapping_gap (kind, value, country, company_id, connector_id, place, state,
                       message_count, count, amount, first_seen_on, last_seen_on, create_date, create_uid)
                VALUES (%(kind)s, %(value)s, %(country)s, %(company)s, %(connector)s, %(place)s, 'open',
                       0, 0, 0, %(now)s, %(now)s, %(now)s, %(uid)s)
                ON CONFLICT (company_id, kind, value, coalesce(connector_id, 0), coalesce(country, ''))
                DO UPDATE SET state = 'open', last_seen_on = excluded.last_seen_on, place = excluded.place
                RETURNING id
                """,
                kind=kind,
                value=value,
                country=country,
                company=company.id,
                connector=connector.id or None,
                place=place,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        return rows[0][0]

    def _count(self, gap, message, count, amount):
        if message:
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO finance_mapping_gap_message (gap_id, message_id, company_id, count, amount)
                    VALUES (%s, %s, %s, %s, %s)
                    ON CONFLICT (gap_id, message_id) DO UPDATE SET count = excluded.count, amount = excluded.amount
                    """,
                    gap,
                    message.id,
                    message.company_id.id,
                    count,
                    amount,
                )
            )
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE finance_mapping_gap g SET message_count = s.messages, count = s.times, amount = s.amount
                      FROM (SELECT count(*) messages, sum(count) times, sum(amount) amount
                              FROM finance_mapping_gap_message WHERE gap_id = %s) s
                     WHERE g.id = %s
                    """,
                    gap,
                    gap,
                )
            )
        else:
            self.env.cr.execute(
                SQL(
                    "UPDATE finance_mapping_gap SET count = count + %s, amount = amount + %s WHERE id = %s",
                    count,
                    amount,
                    gap,
                )
            )

    @api.model
    def _recheck(self, mapping):
        """After a version went live: close what it covers now, and let the messages that waited for it go on."""
        gaps = self.sudo().search(mapping._gap_domain())
        closed = self.browse()
        for (company, connector, kind), group in gaps.grouped(
            lambda gap: (gap.company_id, gap.connector_id, gap.kind)
        ).items():
            chain = self.env["finance.mapping"].sudo()._chain(kind, company.id, connector.id)
            closed |= group.filtered(lambda gap, c=chain: gap._is_covered(c))
        closed.write({"state": "closed"})
        messages = closed.line_ids.message_id.filtered(lambda one: one.state == "refused")
        most = self.env.company._finance_setting("gap_messages", 1000)  # what is left is retried by hand
        for message in messages[:most]:
            self.env["finance.standing"].sudo()._decide(message.sudo(), machine.retry)

    def _is_covered(self, chain):
        wanted = Wanted(self.value, self.country or None, fields.Date.context_today(self))
        return bool(self.env["finance.mapping"]._find(chain, wanted, self.company_id.id, {}))

    def action_add_to_draft(self):
        """Put these values into the drafts of their mappings; somebody then says what they stand for."""
        versions = self.env["finance.mapping.version"]
        for gap in self.filtered(lambda one: one.state == "open"):
            version = gap._draft_version()
            versions |= version
            if not version.line_ids.filtered(lambda line, g=gap: line.source == escaped(g.value)):
                country = self.env["res.country"].search([("code", "=", gap.country)]) if gap.country else None
                line = self.env["finance.mapping.line"].create(
                    {
                        "version_id": version.id,
                        "source": escaped(gap.value),
                        "country_id": country.id if country else False,
                    }
                )
                gap.sudo().draft_line_id = line
        if not versions:
            raise UserError(_("These values are mapped already."))
        if len(versions) == 1:
            return versions._shown()
        return {
            "type": "ir.actions.act_window",
            "name": _("Drafts"),
            "res_model": versions._name,
            "view_mode": "list,form",
            "domain": [("id", "in", versions.ids)],
        }

    def _draft_version(self):
        """The draft of the most special mapping there is for this value; both are made where there are none."""
        mapping = self.env["finance.mapping"].search(
            [
                ("kind", "=", self.kind),
                ("company_id", "in", (self.company_id.id, False)),
                ("connector_id", "in", (self.connector_id.id, False)),
            ]
        )
        mapping = mapping.sorted(lambda one: (bool(one.connector_id), bool(one.company_id)))[-1:]
        if not mapping:
            label = dict(self._fields["kind"]._description_selection(self.env))[self.kind]
            mapping = mapping.create(
                {
                    "name": f"{label}: {self.connector_id.name}" if self.connector_id else label,
                    "kind": self.kind,
                    "company_id": self.company_id.id,
                    "connector_id": self.connector_id.id,
                }
            )
        return mapping.version_ids.filtered(lambda one: one.state == "draft")[:1] or mapping._draft(
            mapping.live_version_id
        )

    def action_open_messages(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Messages"),
            "res_model": "finance.message",
            "view_mode": "list,form",
            "domain": [("id", "in", self.line_ids.message_id.ids)],
        }
