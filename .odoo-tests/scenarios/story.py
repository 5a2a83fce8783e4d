"""What all stories share: fetching, the clock, and looking at what is in the database."""

from datetime import date, timedelta
from decimal import Decimal

CLOCK = "Finance connectors: fetch what is due"
LINES = "SELECT amount::numeric(16,2) FROM account_bank_statement_line WHERE journal_id = %d ORDER BY 1"
EFFECTS = """
SELECT (SELECT count(*) FROM account_bank_statement_line), (SELECT count(*) FROM account_move),
       (SELECT count(*) FROM account_payment), (SELECT count(*) FROM finance_message WHERE direction = 'out'),
       (SELECT count(*) FROM account_partial_reconcile)
"""


class Story:
    """``made`` is what the office left: ids of companies, journals and connectors; ``maker`` one who may fetch."""

    def __init__(self, stage, *, short=False):
        self.stage, self.short, self.today = stage, short, date.today()

    def day(self, back):
        return self.today - timedelta(days=back)

    def sftp(self):
        """What a connector needs for the OpenSSH server, as ``line`` of the office takes it."""
        sshd = self.stage.sshd
        settings = sshd.settings()
        return {
            "fields": {"username": settings["username"], "host_keys": settings["host_keys"]},
            "address": settings["address"], "key": sshd.secrets()["private_key"],
        }  # fmt: skip

    def folders(self, *names):
        """Folders on the OpenSSH server, by name, each with ``in``, ``out`` and ``archive``."""
        found = {name: self.stage.sshd.root / name for name in names}
        for folder in found.values():
            for part in ("in", "out", "archive"):
                (folder / part).mkdir(parents=True)
        return found

    # what happens

    def pull(self, name, quiet=True):
        """Press *Fetch now* on a connector."""
        self.maker.call("finance.connector", "action_pull", [self.made.connectors[name]])
        if quiet:
            self.stage.quiet()

    def cron(self, name):
        """What the clock does, now."""
        found = self.admin.call("ir.cron", "search", [["cron_name", "=", name]])
        self.admin.call("ir.cron", "method_direct_trigger", found)
        self.stage.quiet()

    def schedule(self, flow):
        """The time has come to fetch over this flow."""
        self.admin.call("finance.flow", "write", [flow], {"next_run": False})
        self.cron(CLOCK)

    # what is there

    def effects(self):
        return self.stage.rows(EFFECTS)

    def lines(self, code):
        """Amounts of the statement lines of a bank, sorted."""
        return [Decimal(row[0]) for row in self.stage.rows(LINES % self.made.journals[code])]

    def open_lines(self, code):
        return self.stage.count("SELECT count(*) FROM account_bank_statement_line WHERE NOT is_reconciled"
                                f" AND journal_id = {self.made.journals[code]}")  # fmt: skip

    def ways(self, code):
        """How many payments of a bank stand where."""
        rows = self.stage.rows("SELECT finance_way, count(*) FROM account_payment WHERE state <> 'canceled'"
                               f" AND journal_id = {self.made.journals[code]} GROUP BY 1 ORDER BY 1")  # fmt: skip
        return {way: int(count) for way, count in rows}

    def cases(self, code):
        return [row[0] for row in self.stage.rows(f"SELECT state FROM finance_exception WHERE code = '{code}'")]

    def check_journal(self, name, code, bank):
        """The bank's own journal, amount by amount, is what Odoo has, and every payment was carried out once."""
        booked = sorted(entry.amount for entry in bank.entries)
        self.stage.check(f"{name}: the bank's journal is the ledger", self.lines(code), booked)
        ids = [one.end_to_end_id for one in bank.accepted]
        self.stage.check(f"{name}: each payment once", sorted(ids), sorted(set(ids)))
