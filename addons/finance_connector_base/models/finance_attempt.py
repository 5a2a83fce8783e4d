from odoo import fields, models


class FinanceAttempt(models.Model):
    """One try to bring a message across or to process it; its number is the fence."""

    _name = "finance.attempt"
    _description = "Finance attempt"
    _order = "message_id desc, id desc"

    message_id = fields.Many2one("finance.message", required=True, index=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True, readonly=True)
    connector_id = fields.Many2one("finance.connector", index=True, readonly=True, ondelete="cascade")
    number = fields.Integer(required=True, readonly=True)
    step = fields.Selection(
        [("send", "Send"), ("ask", "Ask"), ("process", "Process")], required=True, default="send", readonly=True
    )
    started_on = fields.Datetime(readonly=True)
    ended_on = fields.Datetime(readonly=True)
    milliseconds = fields.Integer(readonly=True)
    outcome = fields.Selection(
        [
            ("running", "Under way"),
            ("ok", "Done"),
            ("failed", "Failed"),
            ("unknown", "Outcome unknown"),
            ("superseded", "Taken over by another worker"),
        ],
        default="running",
        required=True,
        readonly=True,
        index=True,
    )
    category = fields.Char(readonly=True)
    error_code = fields.Char(readonly=True)
    text = fields.Text(readonly=True)
    status = fields.Integer(readonly=True, string="Answer status")
    answer = fields.Binary(
        attachment=False, readonly=True, prefetch=False, groups="finance_connector_base.group_auditor"
    )
    answer_sha256 = fields.Char(readonly=True)
    erased_on = fields.Datetime(readonly=True, help="When text and answer went, by a retention rule or a request.")
    node = fields.Char(readonly=True, index=True, help="The server that made the try.")

    _ended_idx = models.Index("(ended_on)")
    _sent_idx = models.Index("(ended_on, message_id) WHERE step = 'send' AND outcome = 'ok'")
    _number_uniq = models.UniqueIndex("(message_id, step, number)")
