import json
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.finance_connector_base.core.canonical import sha256
from odoo.addons.finance_connector_base.core.checkpoint import Place, Totals

from ..proving import STAGES, canonical, workbook

STATES = [("break", "Differs"), ("waiting", "On its way"), ("agree", "Agrees")]


class FinancePaymentControl(models.Model):
    """Proof for one bank, day and currency: ledger, files, acknowledgements and statements agree, or what differs.

    A proof is kept as it was made; when something changes a new one is made beside it. Its content has a hash that
    stands in the audit trail, too.
    """

    _name = "finance.payment.control"
    _description = "Proof of payments"
    _inherit = ["finance.access"]
    _order = "day desc, journal_id, id desc"

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    journal_id = fields.Many2one("account.journal", required=True, readonly=True, string="Bank")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, help="On which the payments are carried out.")
    state = fields.Selection(STATES, required=True, readonly=True)
    latest = fields.Boolean(readonly=True, default=True, help="No newer proof of this bank and day was made.")
    made_on = fields.Datetime(readonly=True, default=fields.Datetime.now)
    sha256 = fields.Char(required=True, readonly=True, string="SHA-256")
    attachment_id = fields.Many2one("ir.attachment", readonly=True, groups="finance_connector_base.group_user")
    totals = fields.Json(readonly=True)
    difference_count = fields.Integer(readonly=True, string="Differences")
    ledger_text = fields.Char(compute="_compute_words", string="Ledger")
    files_text = fields.Char(compute="_compute_words", string="Files sent")
    answered_text = fields.Char(compute="_compute_words", string="Acknowledged")
    refused_text = fields.Char(compute="_compute_words", string="Refused")
    statement_text = fields.Char(compute="_compute_words", string="On statements")
    stages_html = fields.Html(compute="_compute_stages_html", string="By count and sum")
    differences_html = fields.Html(compute="_compute_differences_html", string="What differs")

    _latest_uniq = models.UniqueIndex(
        "(journal_id, day, currency_id) WHERE latest", "This bank and day has a proof already."
    )
    _day_idx = models.Index("(company_id, day)")

    @api.depends("journal_id", "day", "currency_id")
    def _compute_name(self):
        for proof in self:
            proof.name = f"{proof.journal_id.name} {proof.day} {proof.currency_id.name}"

    @api.depends("journal_id", "day", "currency_id")
    def _compute_display_name(self):
        for proof in self:
            proof.display_name = proof.name

    @api.depends("totals", "currency_id")
    def _compute_words(self):
        for proof in self:
            for stage in STAGES:
                if f"{stage}_text" in self._fields:
                    proof[f"{stage}_text"] = proof._totals_words(stage)

    def _totals_words(self, stage):
        number, incoming, outgoing = (self.totals or {}).get(stage) or (0, "0", "0")
        totals = Totals(number, float(incoming), float(outgoing))
        return self.env["finance.checkpoint"]._words_of(totals, ("count", "credit"), self.currency_id)

    def _stage_labels(self):
        return {
            "ledger": self.env._("Payments in the ledger"),
            "outside": self.env._("of which in no file"),
            "files": self.env._("In the files sent, by their bytes"),
            "answered": self.env._("Acknowledged by the bank"),
            "refused": self.env._("of which refused"),
            "statement": self.env._("On bank statements"),
        }

    @api.depends("totals")
    def _compute_stages_html(self):
        line = Markup("<tr><td>%s</td><td class='text-end'>%s</td><td class='text-end'>%s</td></tr>")
        head = Markup("<tr><th></th><th class='text-end'>%s</th><th class='text-end'>%s</th></tr>")
        for proof in self:
            rows = []
            for stage, label in proof._stage_labels().items():
                number, _in, _out = (proof.totals or {}).get(stage) or (0, "0", "0")
                words = proof._totals_words(stage).split(" · ")[-1]
                rows.append(line % (label, f"{number:,}", words))
            proof.stages_html = Markup("<table class='table table-sm mb-0'>%s%s</table>") % (
                head % (self.env._("Number"), self.env._("Sum")),
                Markup().join(rows),
            )

    @api.depends("attachment_id")
    def _compute_differences_html(self):
        line = Markup("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>")
        for proof in self:
            rows = proof._kept()["differences"]
            proof.differences_html = rows and Markup("<table class='table table-sm mb-0'>%s</table>") % Markup().join(
                line % tuple(row) for row in rows
            )

    def _kept(self):
        """The content as values."""
        self.ensure_one()
        return json.loads(self._bytes() or b'{"differences": [], "items": []}')

    def _bytes(self):
        return self.sudo().with_context(bin_size=False).attachment_id.raw or b""

    # making

    @api.model
    def _cron_make(self):
        """Prove what was carried out until yesterday, as far back as checkpoints look."""
        days = self.env.company._finance_setting("checkpoint_days", 62)
        today = fields.Date.today()
        self.env["finance.checkpoint.check"]._flush()
        self._make(self.env["finance.payment.proof"].sudo()._due(today - timedelta(days=days), today))

    @api.model
    def _make(self, places):
        """A new proof for each place whose content is not that of its latest one.

        :return: the latest proofs of these places
        """
        proofs = self.sudo()
        found = self.browse()
        for place in places:
            content = self.env["finance.payment.proof"].sudo()._content(place)
            raw = canonical(content)
            digest = sha256(raw)
            known = proofs.search(
                [("journal_id", "=", place.journal), ("day", "=", place.day), ("currency_id", "=", place.currency),
                 ("latest", "=", True)]
            )  # fmt: skip
            if known.sha256 == digest:
                found |= known
                continue
            known.latest = False
            known.flush_recordset()
            made = proofs.create(
                {
                    "company_id": place.company, "journal_id": place.journal, "day": place.day,
                    "currency_id": place.currency, "state": content["state"], "sha256": digest,
                    "totals": content["stages"], "difference_count": len(content["differences"]),
                }
            )  # fmt: skip
            made._keep(raw)
            self.env["finance.audit"]._note(
                "payment_control.made", made, {"sha256": digest, "state": content["state"], "day": str(place.day)}
            )
            found |= made
        return found.with_env(self.env)

    def _keep(self, raw):
        self.attachment_id = self.env["ir.attachment"].sudo().create(
            {"name": f"{self.name}.json", "res_model": self._name, "res_id": self.id, "res_field": "attachment_id",
             "raw": raw, "mimetype": "application/json"}
        )  # fmt: skip

    def action_check(self):
        """Prove these again, from what is there now."""
        places = [Place(one.company_id.id, None, one.journal_id.id, one.day, one.currency_id.id) for one in self]
        self.env["finance.checkpoint.check"].sudo()._flush()
        proofs = self._make(places)
        if len(proofs) == 1:
            return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": proofs.id, "view_mode": "form"}
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # evidence

    def _intact(self):
        """Whether the content still has the hash that stands in the row and in the audit trail."""
        self.ensure_one()
        noted = self.env["finance.audit.event"].sudo().search(
            [("kind", "=", "payment_control.made"), ("res_model", "=", self._name), ("res_id", "=", self.id)], limit=1
        )
        return sha256(self._bytes()) == self.sha256 == (noted.facts or {}).get("sha256")

    def action_verify(self):
        """Say in words whether the proof is as it was made."""
        self.ensure_one()
        intact = self._intact()
        text = (
            self.env._("As it was made: its content has the hash %s, which stands in the audit trail.", self.sha256)
            if intact
            else self.env._("The content or its hash was changed since it was made. Tell your auditor.")
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"title": self.name, "message": text, "type": "success" if intact else "danger",
                       "sticky": not intact},
        }  # fmt: skip

    def action_open_payments(self):
        """The payments of the files of this day."""
        self.ensure_one()
        orders = [("journal_id", "=", self.journal_id.id), ("executed_on", "=", self.day), ("state", "=", "handed")]
        own = ["&", ("journal_id", "=", self.journal_id.id), ("date", "=", self.day)]
        return {
            "type": "ir.actions.act_window", "name": self.name, "res_model": "account.payment",
            "view_mode": "list,form",
            "domain": ["&", ("currency_id", "=", self.currency_id.id), "|", ("finance_order_id", "any", orders),
                       "&", ("finance_order_id", "=", False), *own],
        }  # fmt: skip

    def action_workbook(self):
        ids = ",".join(map(str, self.ids))
        return {"type": "ir.actions.act_url", "url": f"/finance/payment-control/{ids}.xlsx", "target": "self"}

    def _workbook(self):
        """Bytes of the workbook of these proofs."""
        columns = [self.env._("Bank"), self.env._("Day"), self.env._("Currency")]
        words = {
            "totals": self.env._("Totals"),
            "differences": self.env._("Differences"),
            "payments": self.env._("Payments"),
            "stages": self._stage_labels(),
            "totals_columns": [*columns, self.env._("Stage"), self.env._("Number"), self.env._("In"),
                               self.env._("Out"), self.env._("State"), self.env._("Made on (UTC)"), "SHA-256"],
            "differences_columns": [*columns, self.env._("Hand-over"), self.env._("Difference"),
                                    self.env._("One side"), self.env._("The other side")],
            "payments_columns": [
                *columns, self.env._("Payment"), self.env._("Payee"), self.env._("Amount"),
                self.env._("End-to-end id"), self.env._("Order"), self.env._("File"), self.env._("Sent (UTC)"),
                self.env._("Status"), self.env._("Acknowledged"), self.env._("On statements"),
                self.env._("Statement entry"), self.env._("Stands"),
            ],
        }  # fmt: skip
        states = dict(self._fields["state"]._description_selection(self.env))
        proofs = []
        for proof in self:
            content = proof._kept()
            for item in content["items"]:
                item["standing"] = self._standing(item)
            proofs.append(
                {**content, "bank": proof.journal_id.name, "state": states[proof.state], "sha256": proof.sha256,
                 "made_on": f"{proof.made_on:%Y-%m-%d %H:%M:%S}"}
            )  # fmt: skip
        return workbook(proofs, words)

    def _standing(self, item):
        """How far one payment can be shown to have gone, in words."""
        if item["seen"] is not None:
            return self.env._("On a statement")
        if item["refused"]:
            return self.env._("Refused")
        if item["answered"] is not None:
            return self.env._("Acknowledged, not on a statement")
        if item["sent_on"]:
            return self.env._("Sent, not acknowledged")
        return self.env._("In a file, not sent") if item["order"] else self.env._("In no file")

    def _printed_on(self):
        return fields.Datetime.context_timestamp(self, fields.Datetime.now())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Proofs of payments are kept."))
