from odoo import _, api, fields, models

#: Larger files are read by a worker while the screen waits; this many megabytes of camt take about ten seconds.
NOW_MEGABYTES = 4
MEGABYTE = 1024 * 1024


class FinanceStatementImport(models.TransientModel):
    """Bank files brought by hand: dropped, looked at, imported one after the other.

    The screen (``static/src/bring``) uploads each file as an attachment of this record.
    """

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
    message_ids = fields.Many2many("finance.message", readonly=True)

    @api.model
    def open_import(self):
        """A new import, and what can be chosen for it."""
        company = self.env.company
        journals = self.env["account.journal"].search(
            [("type", "in", ("bank", "credit")), ("company_id", "child_of", company.id)]
        )
        profiles = self.env["finance.statement.profile"].search(
            [("state", "=", "live"), ("company_id", "in", (company.id, False))]
        )
        return {
            "id": self.create({"company_id": company.id}).id,
            "megabytes": self._most_megabytes(),
            "journals": [{"id": journal.id, "name": journal.display_name} for journal in journals],
            "profiles": [{"id": profile.id, "name": profile.display_name} for profile in profiles],
        }

    def preview_file(self, attachment_id):
        """What the import of one file would do; nothing is written (``finance.statement.preview``)."""
        self.check_access("write")
        preview, content = self.env["finance.statement.preview"], self._content(attachment_id)
        if len(content) > self._most_megabytes() * MEGABYTE:
            text = _("The file is larger than %s MB.", self._most_megabytes())
            return {"statements": [], "problem": preview._problem("file.too_large", text)}
        options = self._options(self.journal_id, self.profile_id)
        return preview._preview(content, self.company_id, options)

    def import_file(self, attachment_id):
        """Store one file as a message and process it; a large one is processed by a worker.

        :return: as ``progress`` says of its message
        """
        self.check_access("write")
        name, content = self._attachment(attachment_id).name, self._content(attachment_id)
        messages, worked = self._import_files(
            self.company_id,
            [(name, content)],
            self.journal_id,
            self.profile_id,
            later=self._is_large(self.company_id, content),
            anew=True,
        )
        self.message_ids |= messages
        found = self.progress(messages.ids)[0]
        return found if worked or found["waiting"] else {**found, "lines": 0}  # it was here before

    def progress(self, message_ids):
        """How far these messages of the import are."""
        states = dict(self.env["finance.message"]._fields["state"]._description_selection(self.env))
        return [
            {
                "message_id": message.id,
                "state": message.state,
                "state_name": states[message.state],
                "text": message.coming_words or message.result_text or "",
                "percent": round(message.coming_percent),
                "stopped": message.coming_stopped,
                "lines": (message.result or {}).get("lines", 0),
                "cases": message.open_case_count,
                "waiting": message.state == "received",
            }
            for message in self.message_ids.browse(message_ids) & self.message_ids
        ]

    def _attachment(self, attachment_id):
        """The attachment, which must be one of this import."""
        return self.env["ir.attachment"].search(
            [("id", "=", attachment_id), ("res_model", "=", self._name), ("res_id", "=", self.id)]
        ).ensure_one()

    def _content(self, attachment_id):
        return self._attachment(attachment_id).raw or b""

    @api.model
    def _is_large(self, company, content):
        """Whether a file is too large to be imported while somebody waits."""
        return len(content) > company._finance_setting("import_now_megabytes", NOW_MEGABYTES) * MEGABYTE

    def _most_megabytes(self):
        return self.env.company._finance_setting("max_upload_megabytes", 64)

    def _options(self, journal, profile):
        """What was chosen, as a message keeps it."""
        return {
            **({"journal_id": journal.id} if journal else {}),
            **({"profile": profile.code} if profile else {}),
        }

    def _import_files(self, company, files, journal=None, profile=None, *, later=False, anew=False):
        """Store ``[(name, bytes)]`` as messages and process in this request what is new or was refused.

        :param later: leave it to a worker
        :param anew: what a person gave up gets a message of its own, once for each that was cancelled
        :return: all messages, and those of them that were processed now
        """
        self.check_access("create")
        connector = self.env["finance.connector"]._upload_connector(company)
        intake = self.env["finance.intake"]
        messages = worked = self.env["finance.message"]
        options = self._options(journal, profile) or None
        for name, content in files:
            message, new = intake._store(connector, "statement", content, name=name, options=options)
            while anew and message.state == "cancelled":
                key = f"{message.sha256}#after{message.id}"
                message, new = intake._store(
                    connector, "statement", content, name=name, options=options, dedup_key=key, parent_id=message.id
                )
            messages |= message
            if not new and message.state == "refused" and options:
                message.sudo().options = {**(message.options or {}), **options}
            if message.state in ("processed", "cancelled"):
                continue
            if later:
                message.action_retry() if message.state in ("refused", "dead") else message._enqueue()
            else:
                message.action_process_now()
                worked |= message
        return messages, worked

    def match(self):
        """Match the open lines of the accounts that were touched now.

        :return: the action that shows the lines
        """
        journals = self.env["account.bank.statement.line"].search(
            [("finance_message_id", "in", self.message_ids.ids)]
        ).journal_id
        self.env["finance.matching"]._match_journals(journals)
        return self.lines()

    def lines(self):
        """The action that shows the lines of this import."""
        action = self.env["ir.actions.act_window"]._for_xml_id("connector_bank.statement_line_action")
        return {**action, "domain": [("finance_message_id", "in", self.message_ids.ids)], "context": {}}
