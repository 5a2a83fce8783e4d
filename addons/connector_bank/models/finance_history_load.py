from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Files"), ("looking", "Being read"), ("looked", "Looked at"), ("loading", "Loading"), ("done", "Done"),
]


class FinanceHistoryLoad(models.Model):
    """Years of statements loaded together: looked at first, then imported in their order, some in each transaction."""

    _name = "finance.history.load"
    _inherit = ["finance.access"]
    _description = "Historical load"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    journal_id = fields.Many2one(
        "account.journal", check_company=True, string="Only bank account",
        domain="[('type', 'in', ('bank', 'credit')), ('company_id', '=', company_id)]",
        help="Leave it empty: each statement finds its account by its number.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files or zip files")
    state = fields.Selection(STATES, default="draft", required=True, readonly=True)
    file_ids = fields.One2many("finance.history.file", "load_id", readonly=True)
    account_ids = fields.One2many("finance.history.account", "load_id", readonly=True)
    opening_account_id = fields.Many2one(
        "account.account", check_company=True, string="Counterpart of openings",
        domain="[('account_type', 'in', ('equity', 'equity_unaffected', 'asset_current', 'liability_current'))]",
        help="What the drafts of opening entries are balanced with, e.g. the account of opening balances.",
    )
    file_count = fields.Integer(compute="_compute_counts", string="Files")
    left_count = fields.Integer(compute="_compute_counts", string="To come")
    refused_count = fields.Integer(compute="_compute_counts", string="Refused")
    line_count = fields.Integer(compute="_compute_counts", string="New lines")
    gap_count = fields.Integer(compute="_compute_gaps", string="Gaps and overlaps")
    untied_count = fields.Integer(compute="_compute_gaps", string="Openings that do not tie out")
    progress = fields.Float(compute="_compute_counts")

    @api.depends("create_date", "company_id")
    def _compute_display_name(self):
        for load in self:
            day = fields.Date.to_string(load.create_date) if load.create_date else ""
            load.display_name = self.env._("Historical load %s", day).strip()

    @api.depends("file_ids.state", "file_ids.new_lines")
    def _compute_counts(self):
        for load in self:
            states = load.file_ids.mapped("state")
            load.file_count = len(states)
            load.left_count = states.count("new") + states.count("ready")
            load.refused_count = states.count("refused")
            load.line_count = sum(load.file_ids.mapped("new_lines"))
            load.progress = 100 * (1 - load.left_count / len(states)) if states else 0

    @api.depends("account_ids.gap_count", "account_ids.overlap_count", "account_ids.difference")
    def _compute_gaps(self):
        for load in self:
            accounts = load.account_ids
            load.gap_count = sum(accounts.mapped("gap_count")) + sum(accounts.mapped("overlap_count"))
            load.untied_count = len(accounts.filtered("is_untied"))

    def action_look(self):
        """Read all files, in this request as long as it lasts; nothing is imported."""
        self._check_step("draft", "looking", "looked")
        reader = self.env["finance.history.reader"]
        if self.state != "looking":
            if not self.attachment_ids:
                raise UserError(self.env._("Choose at least one file first."))
            reader._unpack(self)
        self.sudo().state = "looked" if reader._read(self) else "looking"

    def action_load(self):
        """Import in order, by a worker."""
        self._check_step("looked")
        self.sudo().state = "loading"
        self._enqueue()

    def action_continue(self):
        """Import the next files now, in this request: where no worker is at hand, or its job was lost."""
        self._check_step("looked", "loading")
        self.sudo().state = "loading"
        self._load_next()

    def action_refresh(self):
        """Show how far it is."""

    def action_timeline(self):
        return self.env["ir.actions.actions"]._for_xml_id("connector_bank.finance_timeline_action")

    def action_openings(self):
        """Propose opening entries as drafts, where the ledger does not begin with the bank's opening balance."""
        self.ensure_one()
        self.check_access("write")
        if not self.opening_account_id:
            raise UserError(self.env._("Choose the counterpart of openings first."))
        self.env["finance.history.reader"]._tie_out(self.account_ids)
        moves = self.account_ids.filtered(lambda one: one.is_untied and not one.move_id)._propose(
            self.opening_account_id
        )
        if not moves:
            raise UserError(self.env._("Every opening ties out, or has its draft already."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opening entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }

    def _check_step(self, *states):
        self.ensure_one()
        self.check_access("write")
        if self.state not in states:
            raise UserError(self.env._("This was done already."))

    def _enqueue(self):
        self.with_delay(
            identity_key=f"finance.history.load:{self.id}:{self.left_count}", max_retries=8,
            description=self.env._("Historical load"), channel="root.finance.bank",
        ).load_job()  # fmt: skip

    def load_job(self):
        """Import some files; the next job imports the next ones. A job that runs twice finds less to do."""
        self.ensure_one()
        if not self.exists() or self.state != "loading":
            return self.env._("nothing to do")
        self._load_next()
        if self.state == "loading":
            self._enqueue()
        return self.env._("%s files to come", self.left_count)

    def _load_next(self):
        if not self.env["finance.history.reader"]._load(self):
            self.sudo().state = "done"
            self._drop_bytes()

    def _drop_bytes(self):
        """The messages keep the bytes, for as long as their rules of retention say; nothing else does."""
        load = self.sudo()
        mine = (False, load._name, load.file_ids._name)
        for one in load:
            files = one.attachment_ids | one.file_ids.attachment_id
            # what belongs to another record was only shown to us
            files = files.filtered(lambda file: file.res_model in mine)
            files.filtered(lambda file, user=one.create_uid: file.create_uid == user).unlink()

    @api.autovacuum
    def _gc_forgotten(self):
        """Loads that nobody went on with: their files would be kept outside of every rule of retention."""
        days = self.env.company._finance_setting("history_days", 30)
        before = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.sudo().search([("state", "!=", "done"), ("write_date", "<", before)], limit=100).unlink()

    def unlink(self):
        self._drop_bytes()
        return super().unlink()


class FinanceHistoryFile(models.Model):
    """One file of a historical load: what it holds, and what became of it."""

    _name = "finance.history.file"
    _description = "File of a historical load"
    _order = "position, id"

    load_id = fields.Many2one("finance.history.load", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="load_id.company_id", store=True, index=True)
    position = fields.Integer(readonly=True, string="Order")
    name = fields.Char(required=True, readonly=True)
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="set null")
    pieces = fields.Json(readonly=True, help="Account, days, balances, number, identity and lines of each statement.")
    accounts = fields.Char(readonly=True)
    first_on = fields.Date(readonly=True, string="From")
    last_on = fields.Date(readonly=True, string="To")
    statement_count = fields.Integer(readonly=True, string="Statements")
    line_count = fields.Integer(readonly=True, string="Bookings")
    new_lines = fields.Integer(readonly=True, string="New")
    state = fields.Selection(
        [("new", "Not read"), ("ready", "Ready"), ("loaded", "Loaded"), ("known", "Known before"),
         ("refused", "Refused")],
        default="new", required=True, readonly=True,
    )
    text = fields.Char(readonly=True, string="Note")
    message_id = fields.Many2one("finance.message", readonly=True, ondelete="set null")


class FinanceHistoryAccount(models.Model):
    """What the files of a historical load tell of one bank account, and whether the ledger begins with the same."""

    _name = "finance.history.account"
    _description = "Account of a historical load"
    _order = "journal_id"

    load_id = fields.Many2one("finance.history.load", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one(related="load_id.company_id", store=True, index=True)
    journal_id = fields.Many2one("account.journal", required=True, readonly=True, ondelete="cascade", string="Account")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    first_on = fields.Date(readonly=True, string="From")
    last_on = fields.Date(readonly=True, string="To")
    statement_count = fields.Integer(readonly=True, string="Statements")
    line_count = fields.Integer(readonly=True, string="Bookings")
    known_count = fields.Integer(readonly=True, string="Known before")
    twice_count = fields.Integer(readonly=True, string="Twice in the files")
    gap_count = fields.Integer(readonly=True, string="Gaps")
    overlap_count = fields.Integer(readonly=True, string="Overlaps")
    words = fields.Text(readonly=True, string="What is missing or overlaps")
    begins = fields.Boolean(
        readonly=True, help="No earlier statement is there: the ledger has to begin with its opening."
    )
    opening = fields.Monetary(readonly=True, aggregator=False)
    ledger = fields.Monetary(readonly=True, string="Ledger before", aggregator=False)
    difference = fields.Monetary(readonly=True, aggregator=False)
    is_untied = fields.Boolean(compute="_compute_is_untied")
    move_id = fields.Many2one("account.move", readonly=True, string="Opening entry")

    @api.depends("difference", "begins")
    def _compute_is_untied(self):
        for account in self:
            account.is_untied = account.begins and not account.currency_id.is_zero(account.difference)

    def _propose(self, counterpart):
        """Drafts that bring the ledger to the bank's opening balance on the day before; a person looks and posts."""
        return self.env["account.move"].concat(*(account._propose_one(counterpart) for account in self))

    def _propose_one(self, counterpart):
        company = self.company_id
        entries = [("type", "=", "general"), ("company_id", "=", company.id)]
        journal = self.env["account.journal"].search(entries, limit=1)
        if not journal:
            raise UserError(self.env._("%s has no journal for entries by hand.", company.name))
        day = fields.Date.subtract(self.first_on, days=1)
        balance = self.currency_id._convert(self.difference, company.currency_id, company, day)
        label = self.env._("Opening balance of %s", self.journal_id.display_name)
        sides = ((self.journal_id.default_account_id, 1), (counterpart, -1))
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": day,
                "ref": label,
                "line_ids": [
                    fields.Command.create(
                        {
                            "account_id": account.id,
                            "name": label,
                            "currency_id": self.currency_id.id,
                            "amount_currency": sign * self.difference,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in sides
                ],
            }
        )
        self.sudo().move_id = move
        return move
