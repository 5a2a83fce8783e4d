import json
import urllib.request

from odoo import fields, models


class FaultsPayment(models.Model):
    """A payment sent as connectors in the field do: inside the transaction that also says that it was sent."""

    _name = "faults.payment"
    _description = "Naive payment"

    key = fields.Char(required=True)
    address = fields.Char(required=True)
    content = fields.Text(required=True)
    state = fields.Selection([("ready", "Ready"), ("done", "Done")], default="ready", required=True)

    def send_job(self):
        """Send and write; whoever dies between the two sends again."""
        self.ensure_one()
        if self.state == "done":
            return
        request = urllib.request.Request(self.address, self.content.encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=2) as answer:
            json.load(answer)
        self.state = "done"

    def _cron_again(self):
        """What failed is tried again, as a person does who sees a red job."""
        waiting = self.search([("state", "=", "ready")])
        live = self.env["queue.job"].search([("state", "in", ("pending", "enqueued", "started"))])
        busy = {record.id for job in live for record in job.records}
        for payment in waiting.filtered(lambda each: each.id not in busy):
            payment.with_delay(max_retries=0).send_job()
