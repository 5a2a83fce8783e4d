from odoo import _, fields, models
from odoo.exceptions import UserError


class FinanceStatementImport(models.TransientModel):
    """Bring bank files in by hand: drop them, press Import, see what came of each."""

    _name = "finance.statement.import"
    _description = "Import bank statements"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', '=', company_id)]",
        help="Leave it empty: each statement finds its journal by the account number.",
    )
    profile_id = fields.Many2one(
        "finance.statement.profile",
        domain="[('state', '=', 'live'), ('company_id', 'in', (company_id, False))]",
        help="For CSV and XLSX tables. Leave it empty: a table finds its profile by its columns.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files")
    message_ids = fields.Many2many("finance.message", readonly=True)
    state = fields.Selection([("choose", "Choose"), ("done", "Done")], default="choose", readonly=True)
    summary = fields.Char(readonly=True)

    def action_import(self):
        """Store every file first, then process each; a file that is refused stops no other."""
        self.ensure_one()
        if not self.attachment_ids:
            raise UserError(_("Choose at least one file first."))
        limit = self.company_id._finance_setting("max_upload_megabytes", 64) * 1024 * 1024
        files = [(attachment.name, attachment.raw or b"") for attachment in self.attachment_ids]
        too_large = [name for name, content in files if len(content) > limit]
        if too_large:
            raise UserError(_("These files are larger than allowed: %s", ", ".join(too_large)))
        messages, worked = self._import_files(self.company_id, files, self.journal_id, self.profile_id)
        self.write({"message_ids": [fields.Command.set(messages.ids)], "state": "done"})
        self.summary = self._words(messages, worked)
        return {
            "type": "ir.actions.act_window",
            "name": _("Imported"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _import_files(self, company, files, journal=None, profile=None):
        """Store ``[(name, bytes)]`` as messages and process in this request what is new or was refused.

        :return: all messages, and those of them that were processed now
        """
        self.check_access("create")
        connector = self.env["finance.connector"]._upload_connector(company)
        intake = self.env["finance.intake"]
        messages = worked = self.env["finance.message"]
        for name, content in files:
            options = {
                **({"journal_id": journal.id} if journal else {}),
                **({"profile": profile.code} if profile else {}),
            } or None
            message, new = intake._store(connector, "statement", content, name=name, options=options)
            messages |= message
            if not new and message.state == "refused" and options:
                message.sudo().options = {**(message.options or {}), **options}
            if message.state not in ("processed", "cancelled"):
                message.action_process_now()
                worked |= message
        return messages, worked

    def _words(self, messages, worked):
        results = [message.result or {} for message in worked]
        return _(
            "%(files)s files, %(lines)s new lines, %(cases)s cases",
            files=len(messages),
            lines=sum(result.get("lines", 0) for result in results),
            cases=sum(messages.mapped("open_case_count")),
        )

    def action_match(self):
        journals = self.env["account.bank.statement.line"].search(
            [("finance_message_id", "in", self.message_ids.ids)]
        ).journal_id
        self.env["finance.matching"]._match_journals(journals)
        return self.action_open_lines()

    def action_open_lines(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.statement_line_action")
        return {**action, "domain": [("finance_message_id", "in", self.message_ids.ids)], "context": {}}
