import logging
from dataclasses import dataclass, field

import psycopg2

from odoo import models
from odoo.exceptions import UserError

from .. import server
from ..canonical.objects import HERE, OBJECTS
from ..canonical.reading import plain
from ..core.canonical import sha256
from ..core.errors import BusinessError, ConfigurationError, FinanceError, MappingMissingError
from ..mapping.wanted import Wanted

_logger = logging.getLogger(__name__)

#: What a mapping may translate; everything else is named by standard codes.
MAPPED = ("account", "journal", "tax", "cost_centre")
DAYS = ("dated_on", "issued_on", "paid_on")
#: Kept off while many records are written: nobody follows them yet, and the message is their history.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
}


@dataclass(slots=True)
class Item:
    """One object of a message on its way into Odoo.

    :param found: the canonical object; ``None`` where it is refused for its form already
    :param where: gives for a pointer inside the object the place in its message, as a person looks it up
    """

    position: int
    found: object
    source: str
    name: str = ""
    where: object = None
    state: str = "waiting"
    code: str | None = None
    text: str | None = None
    pointer: str | None = None
    model: str | None = None
    record: int | None = None
    content: str = ""

    @property
    def key(self):
        return self.source, self.found.external_id

    @property
    def day(self):
        """The business day of a document, entry or payment."""
        return next(getattr(self.found, name) for name in DAYS if hasattr(self.found, name))

    def refuse(self, code, text, pointer=""):
        self.state, self.code, self.text, self.pointer = "refused", code, str(text)[:500], pointer

    def done(self, record, state="done"):
        self.state, self.model, self.record = state, record._name, record.id
        self.code = self.text = self.pointer = None


@dataclass(slots=True)
class Run:
    """What belongs to the work on one message."""

    message: object
    name: str
    items: list
    post: bool = False
    facts: dict = field(default_factory=dict)

    @property
    def company(self):
        return self.message.company_id

    @property
    def waiting(self):
        return [item for item in self.items if item.state == "waiting"]


class FinanceCanonical(models.AbstractModel):
    """Writes canonical objects of one type; ``finance.canonical.<type>`` inherits from here.

    Records are made many at a time. Where one of them is refused, the others are found by halving, so
    that one bad object costs a few more calls and never the good ones.
    """

    _name = "finance.canonical"
    _description = "Canonical object"

    #: Model of the records that stand for the objects.
    _records = None
    #: Whether an object that comes again with other content changes its record; documents never do.
    _changes = False
    #: What the record is called where it is declared which system leads (``authority.objects``).
    _led = None

    def _write_items(self, run):
        """Write what waits in ``run``; each item ends with its outcome."""
        self._refuse_doubles(run)
        self._refuse_own(run)
        self._settle_known(run)
        if run.waiting:
            self._prepare(run)
        chunk = server.api_chunk()
        todo = [(item, values) for item in run.waiting if (values := self._values_of(run, item)) is not None]
        todo = self._led_by_client(run, todo)
        for start in range(0, len(todo), chunk):
            self._make(run, todo[start : start + chunk])
        self.env["finance.link"]._add_canonical(
            run.message,
            run.name,
            self._records,
            [(*item.key, item.record, item.content) for item in run.items if item.state == "done"],
        )

    def _prepare(self, run):
        """Look up for all items at once what they name; results go into ``run.facts``."""

    def _values(self, run, item):
        """Values of a new record, or of the change of ``item.record``.

        :raise FinanceError: this object is not acceptable; its place is the JSON pointer inside the object
        """
        raise NotImplementedError

    def _write_new(self, run, pairs):
        """Make the records of ``(item, values)`` pairs, in their order."""
        return self.env[self._records].with_context(**QUIET).create([values for _item, values in pairs])

    def _check(self, run, pairs, records):
        """Look at what was made; ``FinanceError`` refuses it."""

    def _led_by_client(self, run, todo):
        """What the client's system may write: fields led elsewhere keep their values, other objects are refused."""
        kept = []
        for new in (True, False):
            part = [(item, values) for item, values in todo if (item.record is None) is new]
            names = {name for _item, values in part for name in values} if self._changes else ()
            try:
                verdict = part and self.env["finance.authority"]._guard(
                    self._led, names, run.message.connector_id, create=new
                )
            except FinanceError as error:
                for item, _values in part:
                    item.refuse(error.code, error)
                continue
            for item, values in part:
                kept.append((item, {n: v for n, v in values.items() if n in verdict.writes} if names else values))
        return kept

    def _refuse_doubles(self, run):
        seen = set()
        for item in run.waiting:
            if item.key in seen:
                item.refuse("duplicate.batch", self.env._("The same object stands in this request twice."))
            seen.add(item.key)

    def _refuse_own(self, run):
        for item in run.waiting:
            if item.source == HERE:
                text = self.env._("Objects of this Odoo are changed here; send your own under your own identifier.")
                item.refuse("source.here", text, "/source_system")

    def _settle_known(self, run):
        known = self.env["finance.link"]._canonical(run.company, run.name, [item.key for item in run.waiting])
        for item in run.waiting:
            item.content = sha256(plain(item.found))
            if item.key not in known:
                continue
            record, content = known[item.key]
            record = self.env[self._records].browse(record)
            if content == item.content:
                item.done(record, "unchanged")
            elif self._changes:
                item.record = record.id
            else:
                item.refuse("duplicate.content", self.env._("It was taken before with other content."), "/external_id")

    def _values_of(self, run, item):
        try:
            return self._values(run, item)
        except FinanceError as error:
            item.refuse(error.code, error, error.place or "")
            return None

    def _make(self, run, pairs):
        """Write these or, where they are refused together, each half by itself."""
        error = self._try(run, pairs)
        if error is None:
            return
        if len(pairs) > 1:
            middle = len(pairs) // 2
            self._make(run, pairs[:middle])
            self._make(run, pairs[middle:])
        else:
            pairs[0][0].refuse(*error)

    def _try(self, run, pairs):
        """``None``, or ``(code, text, place)`` of the refusal, with nothing written."""
        new = [pair for pair in pairs if not pair[0].record]
        changed = [pair for pair in pairs if pair[0].record]
        try:
            with self.env.cr.savepoint():
                records = self._write_new(run, new) if new else self.env[self._records]
                for item, values in changed:
                    records.browse(item.record).with_context(**QUIET).write(values)
                self._check(run, new, records)
                self.env.flush_all()
        except FinanceError as refused:
            return refused.code, str(refused), refused.place or ""
        except UserError as refused:
            return "odoo.refused", str(refused), ""
        except (psycopg2.IntegrityError, psycopg2.DataError) as refused:
            _logger.info("a canonical %s breaks a rule of the database: %s", run.name, type(refused).__name__)
            return "odoo.refused", self.env._("A rule of the database refuses it."), ""
        for (item, _values), record in zip(new, records, strict=True):
            item.done(record)
        for item, _values in changed:
            item.done(records.browse(item.record))
        return None

    # looking up what objects name

    def _found(self, run, kind, code, pointer):
        """Id of what ``code`` names among those that ``_look_up`` found; refused where there is none or several.

        :param code: with the business day, ``(code, day)``, for what may be translated by a mapping
        """
        found = run.facts[kind].get(code, [])
        code = code[-1] if kind == "partner" else code[0] if isinstance(code, tuple) else code
        if not found and kind in run.facts["mapped"]:
            raise MappingMissingError(
                self.env._("The mapping says nothing about %(kind)s %(code)s.", kind=kind, code=code), place=pointer
            )
        if len(found) == 1:
            return found[0]
        words = {
            "account": self.env._("the account"),
            "journal": self.env._("the journal"),
            "tax": self.env._("the tax"),
            "cost_centre": self.env._("the cost centre"),
            "currency": self.env._("the currency"),
            "country": self.env._("the country"),
            "partner": self.env._("the customer or supplier"),
        }
        text = (
            self.env._("There are several for %(what)s %(code)s.", what=words[kind], code=code)
            if found
            else self.env._("%(what)s %(code)s is not known.", what=words[kind].capitalize(), code=code)
        )
        raise BusinessError(text, code=f"unknown.{kind}", place=pointer)

    def _look_up(self, run, kind, codes, **more):
        """Find what all ``codes`` name: ``run.facts[kind] = {code: [ids]}``.

        Where a mapping is approved for the client it decides alone; else the codes are our own.

        :param codes: codes, or ``(code, day)`` for ``MAPPED`` kinds
        """
        codes = {code for code in codes if code and (not isinstance(code, tuple) or code[0])}
        mapped = run.facts.setdefault("mapped", set())
        if kind not in MAPPED:
            run.facts[kind] = getattr(self, f"_look_up_{kind}")(run, codes) if codes else {}
            return
        client = run.message.connector_id
        if codes and self.env["finance.mapping"]._approved_for(kind, run.company, client):
            mapped.add(kind)
            wanted = {Wanted(code, on=day): (code, day) for code, day in codes}
            answer = self.env["finance.mapping"]._translate(
                kind, list(wanted), connector=client, message=run.message, missing="skip"
            )
            run.facts[kind] = {wanted[given]: [hit.target.id] for given, hit in answer.items()}
        else:
            ours = getattr(self, f"_look_up_{kind}")(run, {code for code, _day in codes}, **more) if codes else {}
            run.facts[kind] = {pair: ours.get(pair[0], []) for pair in codes}

    def _by(self, model, field_name, codes, domain=()):
        found = {}
        for record in self.env[model].search([(field_name, "in", list(codes)), *domain]):
            found.setdefault(record[field_name], []).append(record.id)
        return found

    def _look_up_account(self, run, codes):
        return self._by("account.account", "code", codes, [("company_ids", "parent_of", run.company.ids)])

    def _look_up_journal(self, run, codes, types):
        return self._by("account.journal", "code", codes, [("company_id", "=", run.company.id), ("type", "in", types)])

    def _look_up_tax(self, run, codes, use):
        domain = [("company_id", "parent_of", run.company.ids), ("type_tax_use", "=", use)]
        return self._by("account.tax", "name", codes, domain)

    def _look_up_cost_centre(self, run, codes):
        return self._by("account.analytic.account", "code", codes, [("company_id", "in", (False, run.company.id))])

    def _look_up_currency(self, run, codes):
        return self._by("res.currency", "name", codes)

    def _look_up_country(self, run, codes):
        return self._by("res.country", "code", codes)

    def _look_up_partner(self, run, keys, names=("customer", "supplier")):
        """Partners by ``(source system, external id)``; the first of ``names`` that knows one wins."""
        own = {key: key[1].removeprefix(f"{HERE}:") for key in keys if key[1].startswith(f"{HERE}:")}
        found = self._own_partners(run, own)
        for name in names:
            rest = [key for key in keys if key not in own and key not in found]
            for key, (record, _content) in self.env["finance.link"]._canonical(run.company, name, rest).items():
                found[key] = [record]
        return found

    def _own_partners(self, run, own):
        """Partners that are named by their number here, as our own lists name them."""
        numbers = {key: int(text) for key, text in own.items() if text.isdecimal() and len(text) < 10}
        domain = [("id", "in", list(numbers.values())), ("company_id", "in", (False, run.company.id))]
        there = set(self.env["res.partner"].search(domain)._ids)
        return {key: [number] for key, number in numbers.items() if number in there}

    def _journals(self, run, types):
        """Look up the journals named, and the usual one for items that name none."""
        self._look_up(run, "journal", {(item.found.journal, item.day) for item in run.waiting}, types=types)
        run.facts["usual_journal"] = self.env["account.journal"].search(
            [("company_id", "=", run.company.id), ("type", "in", types)], limit=1
        )

    def _journal(self, run, item):
        if item.found.journal:
            code = (item.found.journal, item.day)
            return self.env["account.journal"].browse(self._found(run, "journal", code, "/journal"))
        if not run.facts["usual_journal"]:
            raise ConfigurationError(self.env._("There is no journal for this."), code="unknown.journal")
        return run.facts["usual_journal"]

    def _refuse_locked(self, run, day, journal, has_tax, pointer):
        """Odoo moves what falls into a locked period to another day without a word; we refuse it."""
        if not 1900 <= day.year < 2200:
            raise BusinessError(self.env._("The date lies outside 1900 to 2199."), code="date.range", place=pointer)
        if run.company._get_violated_lock_dates(day, has_tax, journal):
            raise BusinessError(self.env._("The period of %s is locked.", day), code="period.locked", place=pointer)

    def _analytic(self, run, item, code, pointer):
        return {str(self._found(run, "cost_centre", (code, item.day), pointer)): 100.0} if code else False


def writer_name(name):
    """Model of the writer of a registered type."""
    return f"finance.canonical.{OBJECTS[name].name.replace('-', '_')}"
