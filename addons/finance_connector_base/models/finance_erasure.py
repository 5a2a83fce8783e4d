import hashlib
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..retained.kinds import RETAINED
from ..retention.terms import pattern
from ..services.finance_personal_data import BOOKED, DECIDED

#: Rows let go in one transaction.
CHUNK = 200
#: Messages up to which a person waits for the search; more are searched by a job.
AT_ONCE = 5000

VERDICTS = [
    ("erase", "Will be erased"),
    ("law", "Stays: evidence for the books"),
    ("hold", "Stays: legal hold"),
    ("decided", "Stays: evidence of a decision"),
    ("open", "Stays: not done yet"),
    ("gone", "Erased"),
]


class FinanceErasure(models.Model):
    """A person's request to have data erased: what was found, what goes, and what stays for which reason.

    Found by links to the contact and by words; carried out once another person agreed. What the person was found
    by goes with it.
    """

    _name = "finance.erasure"
    _inherit = ["finance.access", "finance.approval.mixin"]
    _description = "Erasure of personal data"
    _order = "id desc"

    name = fields.Char(
        required=True, string="Reference", help="Number of the request; without names: it stays as evidence."
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Whose data", index="btree_not_null", ondelete="set null"
    )
    terms = fields.Text(
        string="Found by", help="One a line: names, addresses, numbers. At least four characters each.",
        compute="_compute_terms", store=True, readonly=False,
    )  # fmt: skip
    reason = fields.Text(required=True, help="Who asked and on which ground, e.g. GDPR art. 17 (1) b. Without names.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("looking", "Being searched"),
            ("found", "Searched"),
            ("asked", "Waits for approval"),
            ("erasing", "Being erased"),
            ("done", "Done"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    line_ids = fields.One2many("finance.erasure.line", "erasure_id", string="Findings", copy=False)
    found_on = fields.Datetime(readonly=True, copy=False, string="Searched on")
    done_on = fields.Datetime(readonly=True, copy=False)
    found_sha256 = fields.Char(readonly=True, copy=False)

    _approval_protected = ("name", "partner_id", "found_sha256")

    @api.depends("partner_id")
    def _compute_terms(self):
        for erasure in self.filtered(lambda one: one.state == "draft" and one.partner_id):
            erasure.terms = "\n".join(self.env["finance.personal.data"]._terms(erasure.partner_id))

    def write(self, vals):
        if not self.env.su and any(erasure.state not in ("draft", "found") for erasure in self):
            raise UserError(self.env._("What was put before people does not change; make another request."))
        if not self.env.su and vals.keys() & {"terms", "partner_id"}:
            self.sudo().filtered(lambda one: one.state == "found").write({"state": "draft"})
        return super().write(vals)

    def unlink(self):
        """Asked before anything else: deleting would take back the request, and it would be open again."""
        self._require_open()
        return super().unlink()

    def _require_open(self):
        if any(erasure.state not in ("draft", "found") for erasure in self):
            raise UserError(self.env._("Requests that were asked for or carried out stay as evidence."))

    def _pattern(self):
        return pattern((self.terms or "").splitlines())

    # searching

    def action_find(self):
        """Search all of our records; nothing goes yet."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("draft", "found"):
            raise UserError(self.env._("This was searched and asked for already."))
        if not self._pattern():
            raise UserError(self.env._("Say by what the person is found, at least four characters."))
        if self.env["finance.message"].sudo().search_count([], limit=AT_ONCE + 1) <= AT_ONCE:
            return self.sudo()._find()
        self.sudo().state = "looking"
        self.sudo().with_delay(description=self.env._("Search for personal data"), max_retries=3).find_job()
        return None

    def find_job(self):
        """Search for what is to be erased."""
        self._find()

    def _find(self):
        self.line_ids.unlink()
        expression = self._pattern()
        self._find_messages(expression)
        self._find_details(expression)
        data = self.env["finance.personal.data"]
        for name, columns, where in data._worded():
            ids = data._wording(name, columns, where, expression)
            if name == "finance.message":
                stays = set(self.line_ids.filtered(lambda line: line.verdict != "erase")._rows("payload"))
                ids = [row_id for row_id in ids if row_id not in stays]
            stays = "decided" if name in DECIDED else "law" if name in BOOKED else None
            self._add(name, "words", dict.fromkeys(ids, stays) if stays else self._verdicts(name, ids))
        shown = sorted((line.model, line.part, line.verdict, tuple(line.rows or ())) for line in self.line_ids)
        self.write(
            {
                "state": "found",
                "found_on": fields.Datetime.now(),
                "found_sha256": hashlib.sha256(repr(shown).encode()).hexdigest(),
            }
        )

    def _find_messages(self, expression):
        messages, last = self.env["finance.message"], 0
        data, found = self.env["finance.personal.data"], {}
        while ids := messages.search([("id", ">", last), ("erased_on", "=", False)], limit=1000, order="id").ids:
            last = ids[-1]
            concerned = sorted(data._messages(self.partner_id, expression, ids))
            lawful = messages._kept_by_law(concerned)
            done = set(messages.search([("id", "in", concerned), ("state", "in", ("processed", "cancelled"))]).ids)
            for message_id, verdict in self._verdicts("finance.message", concerned).items():
                if verdict == "erase" and message_id not in done:
                    verdict = "open"
                found[message_id] = "law" if verdict == "erase" and message_id in lawful else verdict
            self.env.invalidate_all()
        self._add("finance.message", "payload", found)

    def _find_details(self, expression):
        ids = self.env["finance.personal.data"]._details(self.partner_id, expression)
        self._add("finance.audit.event", "detail", self._verdicts("finance.audit.event", ids))

    def _verdicts(self, model, ids):
        held = self.env["finance.legal.hold"]._covering(model, ids)
        return {row_id: "hold" if row_id in held else "erase" for row_id in ids}

    def _add(self, model, part, verdicts):
        for verdict in dict(VERDICTS):
            ids = sorted(row_id for row_id, one in verdicts.items() if one == verdict)
            if ids:
                values = {"erasure_id": self.id, "model": model, "part": part, "verdict": verdict, "rows": ids}
                self.env["finance.erasure.line"].create({**values, "count": len(ids)})

    # deciding

    def action_request(self):
        """Put it before another person."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "found":
            raise UserError(self.env._("Search first: people agree to what was found."))
        self.sudo().state = "asked"
        if not self._request_approval():
            raise UserError(self.env._("Another person has to agree; no rule may take that away."))

    def _approval_kind(self):
        return "erasure"

    def _approval_facts(self):
        """No names: approvals are kept, and the request shows whose data it is."""
        count = Counter()
        for line in self.line_ids:
            count[line.verdict] += line.count
        labels = dict(self.line_ids._fields["verdict"]._description_selection(self.env))
        return {
            "name": self.env._("Erasure of personal data, request %s", self.name),
            "changes": [[labels[verdict], "", str(number)] for verdict, number in count.items()],
            "reason": self.reason,
            "warnings": [self.env._("What goes does not come back. Backups keep it until they are overwritten.")],
        }

    def _approved(self, approval):
        erasure = self.sudo()
        erasure.state = "erasing"
        erasure.with_delay(description=self.env._("Erase personal data"), max_retries=5).erase_job()

    def _refused(self, approval):
        self.sudo().filtered(lambda one: one.state == "asked").state = "found"

    # erasing

    def erase_job(self):
        """Erase what was approved, in chunks that commit; safe to run again."""
        if self.state != "erasing":
            return self.env._("nothing to do")
        for line_id in self.line_ids.filtered(lambda line: line.verdict == "erase").ids:
            while self.env["finance.retention"]._own_of(self._name, "_erase_chunk", self.id, line_id):
                pass
        self.env["finance.retention"]._own_of(self._name, "_finish", self.id)
        self.env.invalidate_all()
        return self.env._("erased")

    @api.model
    def _erase_chunk(self, erasure_id, line_id):
        """Let the next rows of a finding go, unless they are held meanwhile; whether there are more."""
        self.env["finance.legal.hold"]._bar()
        erasure, line = self.browse(erasure_id), self.env["finance.erasure.line"].browse(line_id)
        rows = line.rows or []
        ids, rest = rows[:CHUNK], rows[CHUNK:]
        kept = dict.fromkeys(self.env["finance.legal.hold"]._covering(line.model, ids), "hold")
        if line.part == "payload":
            kept |= dict.fromkeys(self.env["finance.message"]._kept_by_law(ids), "law")
        free = [row_id for row_id in ids if row_id not in kept]
        went = line._erase(free, erasure)
        line._settle({**kept, **dict.fromkeys(free, "gone" if went else "decided")}, rest)
        return bool(rest)

    @api.model
    def _finish(self, erasure_id):
        """By what the person was found goes last; counts and reasons stay."""
        erasure = self.browse(erasure_id)
        erasure.write({"state": "done", "done_on": fields.Datetime.now(), "terms": False})
        erasure.line_ids.filtered(lambda line: line.verdict in ("erase", "gone")).write({"rows": False})
        counts = Counter()
        for line in erasure.line_ids:
            counts[line.verdict] += line.count
        self.env["finance.audit"]._note("erasure.carried_out", erasure, dict(counts))


class FinanceErasureLine(models.Model):
    """One finding of a request: how many rows of which kind, and what becomes of them."""

    _name = "finance.erasure.line"
    _description = "Finding of personal data"
    _order = "verdict, model, id"

    erasure_id = fields.Many2one("finance.erasure", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="erasure_id.company_id", store=True)
    model = fields.Char(required=True, string="Technical name")
    part = fields.Selection(
        [("payload", "Contents"), ("detail", "Readable details"), ("words", "Words")], required=True
    )
    verdict = fields.Selection(VERDICTS, required=True, string="What becomes of it")
    count = fields.Integer(string="Number", readonly=True)
    rows = fields.Json(readonly=True)
    what = fields.Char(compute="_compute_what", string="Where")

    @api.depends("model")
    def _compute_what(self):
        for line in self:
            model = self.env.get(line.model)
            line.what = model._description if model is not None else line.model

    def _rows(self, part):
        lines = self.filtered(lambda line: line.part == part and line.model == "finance.message")
        return [row_id for line in lines for row_id in line.rows]

    def _erase(self, ids, erasure):
        """Whether they went; evidence that the database keeps does not."""
        if not ids:
            return True
        why = {"erasure": erasure.id}
        if self.part == "payload":
            RETAINED.get("payload")().apply(self.env, ids, "erase", why)
        elif self.part == "detail":
            self.env["finance.audit.sealer"]._erase_details(ids, why)
        else:
            data = self.env["finance.personal.data"]
            return data._scrub(self.model, data._texts(self.model), ids, erasure._pattern())
        return True

    def _settle(self, verdicts, rest):
        """What became of the rows looked at: they count where they belong now."""
        for verdict, number in Counter(verdicts.values()).items():
            about = {"model": self.model, "part": self.part, "verdict": verdict}
            same = self.erasure_id.line_ids.filtered_domain([(name, "=", value) for name, value in about.items()])
            if same:
                same.count += number
            else:
                self.create({"erasure_id": self.erasure_id.id, "count": number, **about})
        if rest:
            self.write({"rows": rest, "count": len(rest)})
        else:
            self.unlink()

    def action_open(self):
        """The records that stay or would go, where they are still there."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.what,
            "res_model": self.model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.rows or [])],
        }
