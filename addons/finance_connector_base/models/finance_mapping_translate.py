from odoo import api, fields, models

from ..mapping.errors import MappingError
from ..mapping.table import Table
from ..mapping.trial import TRIAL
from ..mapping.wanted import Translation, Wanted

#: Values named in one error; the rest is counted, all of them are noted as gaps.
NAMED = 10


class FinanceMapping(models.Model):
    """Translating many values at once, with the versions in force or with the one a replay names."""

    _inherit = "finance.mapping"

    @api.model
    def _translate(
        self, kind, values, *, connector=None, company=None, country=None, on=None, message=None, missing="raise"
    ):
        """What outside values of one kind stand for here.

        :param values: texts, or ``Wanted`` with country, day, place and amount of their own
        :param connector: whose values they are; that of ``message`` where None
        :param company: that of message or connector, else the current one, where None
        :param country: ISO code, for values that name none
        :param on: business day, for values that name none; today where None
        :param message: it keeps which versions were used, and its options may name another version (replay)
        :param missing: ``skip``: values without mapping are left out of the answer and noted as gaps
        :return: ``{value or Wanted as given: Translation}``
        :raise MappingError: ``mapping.missing``, for all such values at once; ``mapping.not_approved``,
            ``mapping.version``, ``mapping.target``
        """
        connector = connector or (message and message.connector_id) or self.env["finance.connector"]
        company = company or (message and message.company_id) or connector.company_id or self.env.company
        day = on or fields.Date.context_today(self)
        asked = self._wanted(values, country, day)
        chain = self._named(kind, self.sudo()._chain(kind, company.id, connector.id), message)
        if not chain:
            raise MappingError(
                self.env._("No mapping of kind “%s” is approved.", self._kind_label(kind)),
                kind=kind,
                code="mapping.not_approved",
                gaps=asked.values(),
            )
        found, gaps, tables = {}, [], {}
        trial = self._on_trial(message)
        for given, wanted in asked.items():
            hit = self._find(chain, wanted, company.id, tables, trial)
            if hit:
                found[given] = hit
            else:
                gaps.append(wanted)
        if gaps and missing != "skip":
            raise self._missing(kind, gaps)
        if gaps:
            self.env["finance.mapping.gap"]._note(kind, gaps, connector=connector, company=company, message=message)
        answer = self._targets(kind, found)
        if message:
            message._keep_mapping_versions({one.version for one in answer.values()})
        return answer

    def _wanted(self, values, country, day):
        """``{as given: Wanted with all it needs}``."""
        asked = {}
        for given in values:
            one = given if isinstance(given, Wanted) else Wanted(given or "")
            asked[given] = Wanted(one.value, one.country or country, one.on or day, one.place, one.amount)
        return asked

    def _find(self, chain, wanted, company_id, tables, trial=False):
        """``(row, version)`` of the first mapping whose version of that day has a row, or None."""
        for _mapping, versions in chain:
            for version, date_from, date_to in versions:
                if (date_from or wanted.on) <= wanted.on <= (date_to or wanted.on):
                    if version not in tables:
                        tables[version] = self._table_of(version, trial)
                    row = tables[version].find(wanted.value, company_id, wanted.country, wanted.on)
                    if row:
                        return row, version
                    break  # the version in force decides; older ones are not asked
        return None

    def _table_of(self, version_id, trial):
        """Tables of what may still change, on trial, are read anew each time."""
        if trial:
            return Table(self.sudo()._rows(version_id))
        return self.sudo()._frozen_table(version_id)

    def _on_trial(self, message):
        return (message or self).env.context.get("finance_trial") is TRIAL

    def _named(self, kind, chain, message):
        """The chain with the version that the message's options name in place of its mapping's other ones."""
        number = message and (message.sudo().options or {}).get("mapping_version")
        if not number:
            return chain
        version = self.env["finance.mapping.version"].sudo().browse(number).exists()
        states = ("live", "retired") + (("draft", "waiting") if self._on_trial(message) else ())
        if not version or version.state not in states:
            raise MappingError(
                self.env._("Mapping version %s does not exist or was never approved.", number),
                kind=kind,
                code="mapping.version",
            )
        if version.kind != kind:
            return chain
        mapping = version.mapping_id
        own = (mapping.id, ((version.id, None, None),))
        if mapping.id in dict(chain):
            return tuple(own if one[0] == mapping.id else one for one in chain)
        if mapping.connector_id not in (message.connector_id, mapping.browse()) or (
            mapping.company_id not in (message.company_id, self.env["res.company"])
        ):
            raise MappingError(
                self.env._("%s is about another connector or company.", version.display_name),
                kind=kind,
                code="mapping.version",
            )
        return (own, *chain)

    def _missing(self, kind, gaps):
        named = ", ".join(sorted({gap.value or "–" for gap in gaps})[:NAMED])
        more = len({gap.value for gap in gaps}) - NAMED
        words = self.env._("%(kind)s: no mapping for %(values)s", kind=self._kind_label(kind), values=named)
        if more > 0:
            words = self.env._("%(words)s and %(count)s more", words=words, count=more)
        return MappingError(words, kind=kind, gaps=gaps, place=next((gap.place for gap in gaps if gap.place), None))

    def _kind_label(self, kind):
        return dict(self._selection_kind()).get(kind, kind)

    def _targets(self, kind, found):
        """Records in place of their names; all of one model are looked up at once.

        :param found: ``{given: (row, version)}``
        """
        wanted = {}
        for row, _version in found.values():
            model, _comma, record = row.target.partition(",")
            if model in self.env and record.isdigit():
                wanted.setdefault(model, set()).add(int(record))
        there = {model: set(self.env[model].sudo().browse(sorted(ids)).exists().ids) for model, ids in wanted.items()}
        answer = {}
        for given, (row, version) in found.items():
            model, _comma, record = row.target.partition(",")
            target = row.target
            if model in there:
                if int(record) not in there[model]:
                    raise MappingError(
                        self.env._("%(value)s leads to a record that is gone.", value=row.source),
                        kind=kind,
                        code="mapping.target",
                        place=row.source,
                    )
                target = self.env[model].browse(int(record))
            value = given.value if isinstance(given, Wanted) else given
            answer[given] = Translation(value, target, version, row.id)
        return answer

    @api.model
    def _approved_for(self, kind, company, connector, on=None):
        """Whether some version of this kind is in force for company and connector on the day."""
        day = on or fields.Date.context_today(self)
        return any(
            (date_from or day) <= day <= (date_to or day)
            for _mapping, versions in self.sudo()._chain(kind, company.id, connector.id)
            for _version, date_from, date_to in versions
        )
