import re

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from ..canonical.objects import HERE
from ..canonical.reading import Fault, read
from ..canonical.scalars import FORBIDDEN

_FORBIDDEN = re.compile(f"[{FORBIDDEN}]")


def line(text, longest=512):
    """Text of Odoo as one line; ``None`` where nothing is left."""
    return _FORBIDDEN.sub(" ", text or "").strip()[:longest].strip() or None


def amount(value, currency):
    """An amount with the decimals of its currency, never minus zero."""
    text = f"{currency.round(value):.{currency.decimal_places}f}"
    return text.removeprefix("-") if not float(text) else text


def decimal(value):
    """A number of Odoo with at most six decimals."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class FinanceReader(models.AbstractModel):
    """Shows records as canonical objects of one type; ``finance.reader.<type>`` inherits from here.

    Lists follow the time of the last change. A transaction that is still open may yet commit with an earlier
    time; so a page ends before the oldest one that is open, and nothing is ever passed over.
    """

    _name = "finance.reader"
    _description = "Canonical object, read"

    #: Model of the records that are shown.
    _records = None

    def _where(self, filters, naming):
        """Domain of the records of this kind, in force or not.

        :param filters: as asked for
        :param naming: knows which partner a filter means
        """
        raise NotImplementedError

    def _in_force(self, record):
        return True

    def _was_in_force(self, record):
        """Whether somebody may have read a record that is not in force now."""
        return True

    def _content(self, record, naming):
        """The canonical object of a record as plain values, without its identity; ``None`` values are left out."""
        raise NotImplementedError

    # pages

    def _page(self, client, registered, wanted):
        """One page for ``client``: objects, what is no longer in force, what cannot be said, where to go on."""
        rows = self._rows(wanted, self._where(wanted.filters, Naming(self.env, client)))
        more, rows = len(rows) > wanted.limit, rows[: wanted.limit]
        records = self.env[self._records].browse([number for number, _moment in rows])
        number, moment = rows[-1] if rows else (wanted.after or (None, 0))[::-1]
        page = self._shown(client, registered, records)
        return {**page, "cursor": wanted.cursor(moment, number), "more": more}

    def _rows(self, wanted, domain):
        """``[(id, moment)]`` of the page asked for, and one more where there is one."""
        model = self.env[self._records].with_context(active_test=False)
        model.flush_model()
        query = model._search(Domain(domain))
        moment, number = SQL.identifier(query.table, "write_date"), SQL.identifier(query.table, "id")
        query.add_where(SQL("%s < %s", moment, self._horizon()))
        if wanted.after:
            query.add_where(SQL("(%s, %s) > (%s, %s)", moment, number, *wanted.after))
        query.order = SQL("%s, %s", moment, number)
        query.limit = wanted.limit + 1
        return self.env.execute_query(query.select(number, moment))

    def _horizon(self):
        """What changed before this moment has been committed or never will be."""
        self.env.cr.execute(
            "SELECT least(now(), min(xact_start)) AT TIME ZONE 'UTC' FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return self.env.cr.fetchone()[0]

    def _shown(self, client, registered, records):
        page = {"items": [], "withdrawn": [], "skipped": []}
        identities = self._identities(client, registered.name, records)
        naming = Naming(self.env, client)
        naming.learn(self._partners(records))
        for record in records:
            source, external = identities[record.id]
            identity = {"source_system": source, "external_id": external}
            if not self._in_force(record):
                if self._was_in_force(record):
                    page["withdrawn"].append(identity)
                continue
            naming.source = source
            shown, fault = self._checked(registered, {**identity, **self._content(record, naming)})
            if fault:
                page["skipped"].append({**identity, "code": fault.code, "detail": fault.text, "pointer": fault.pointer})
            else:
                page["items"].append(shown)
        return page

    def _checked(self, registered, content):
        """``(plain values, None)``, or ``(None, Fault)`` where our own reader would not take them."""
        content = {name: value for name, value in content.items() if value is not None}
        _found, faults = read(registered.type, content)
        return (None, faults[0]) if faults else (content, None)

    def _one(self, client, registered, source, external):
        """``(object, None)``, ``(None, Fault)``, or ``(None, None)`` where there is no such object in force."""
        company = client.company_id
        number = int(external) if source == HERE and external.isascii() and external.isdecimal() else 0
        if source != HERE:
            for kind in self._linked_as(registered.name):
                known = self.env["finance.link"]._canonical(company, kind, [(source, external)])
                number = next((record for record, _content in known.values()), number)
        if not 0 < number < 2**31:
            return None, None
        model = self.env[self._records].with_context(active_test=False)
        record = model.search([*self._where({}, Naming(self.env, client)), ("id", "=", number)])
        if not record or not self._in_force(record):
            return None, None
        page = self._shown(client, registered, record)
        if page["skipped"]:
            skipped = page["skipped"][0]
            return None, Fault(skipped["code"], skipped["detail"], skipped["pointer"])
        return page["items"][0], None

    # names

    def _linked_as(self, name):
        """Kinds of objects by whose links the records are known."""
        return (name,)

    def _partners(self, records):
        return self.env["res.partner"]

    def _identities(self, client, name, records):
        """``{record id: (source system, external id)}``: the client's own name first, then any, then our number."""
        found = {record.id: (HERE, str(record.id)) for record in records}
        kinds = self._linked_as(name)
        for number, source, external in links(self.env, client.company_id, kinds, self._records, records.ids):
            if found[number][0] != client.code:  # the oldest comes last and stays
                found[number] = (source, external)
        return found


class Naming:
    """How records that an object names are called in its source system."""

    def __init__(self, env, client):
        self.env, self.client, self.source, self._known = env, client, client.code, {}

    def learn(self, partners):
        """Look up the names of all partners of a page at once."""
        partners |= partners.commercial_partner_id
        kinds = ["customer", "supplier"]
        for number, source, external in links(self.env, self.client.company_id, kinds, "res.partner", partners.ids):
            self._known.setdefault((number, source), external)

    def partner(self, partner):
        if not partner:
            return None
        for one in (partner, partner.commercial_partner_id):
            if (one.id, self.source) in self._known:
                return self._known[one.id, self.source]
        return f"{HERE}:{partner.commercial_partner_id.id}"

    def partner_named(self, text):
        """Id of the partner that a filter names, or 0."""
        if text.startswith(f"{HERE}:"):
            number = text.removeprefix(f"{HERE}:")
            return int(number) if number.isdecimal() and len(number) < 10 else 0
        company = self.client.company_id
        for kind in ("customer", "supplier"):
            known = self.env["finance.link"]._canonical(company, kind, [(self.client.code, text)])
            for number, _content in known.values():
                return number
        return 0


def links(env, company, kinds, model, ids):
    """``(record id, source system, external id)`` of canonical links, the oldest last."""
    env["finance.link"].flush_model()
    rows = env.execute_query(
        SQL(
            "SELECT res_id, external_id FROM finance_link WHERE res_model = %s AND res_id = ANY(%s) "
            "AND company_id = %s AND kind = ANY(%s) ORDER BY id DESC",
            model,
            list(ids),
            company.id,
            [f"canonical.{kind}" for kind in kinds],
        )
    )
    for number, text in rows:
        source, _slash, external = text.partition("/")
        yield number, source, external


def reader_name(name):
    """Model of the reader of a registered type."""
    return f"finance.reader.{name.replace('-', '_')}"
