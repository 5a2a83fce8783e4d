from odoo import api, fields, models


class FinanceEbicsTransfer(models.Model):
    """One upload as the bank numbered it: what its test desk asks for, and what its protocol is asked about."""

    _name = "finance.ebics.transfer"
    _description = "EBICS upload"
    _order = "id desc"
    _rec_name = "order_id"

    connector_id = fields.Many2one("finance.connector", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="connector_id.company_id", store=True, index=True)
    key = fields.Char("Message key", required=True, readonly=True, index=True)
    message_id = fields.Many2one("finance.message", compute="_compute_message_id")
    order_id = fields.Char("Order number", required=True, readonly=True, index=True)
    transaction_id = fields.Char(required=True, readonly=True)
    started_on = fields.Datetime("Begun", required=True, readonly=True)
    state = fields.Selection(
        [
            ("begun", "Not told yet"),
            ("arrived", "At the bank"),
            ("done", "Accepted"),
            ("refused", "Refused"),
            ("absent", "Broken off"),
        ],
        "What the bank's protocol says", default="begun", required=True, readonly=True, index=True,
    )  # fmt: skip
    reason = fields.Char(readonly=True)
    text = fields.Char("In words", readonly=True)
    told_on = fields.Datetime("Told", readonly=True)
    signatures_needed = fields.Integer(readonly=True, help="As the bank lists it while the order waits for others.")
    signatures_done = fields.Integer("Signatures given", readonly=True)
    signed_by = fields.Char(readonly=True)
    signatures_text = fields.Char("Signatures", compute="_compute_signatures_text")

    @api.depends("signatures_needed", "signatures_done", "signed_by", "state")
    def _compute_signatures_text(self):
        """What an order still waits for; once the protocol tells its end it waits no more."""
        for transfer in self:
            transfer.signatures_text = False
            if transfer.signatures_needed and transfer.state in ("begun", "arrived"):
                transfer.signatures_text = self.env._(
                    "%(done)s of %(needed)s signatures: %(people)s", done=transfer.signatures_done,
                    needed=transfer.signatures_needed, people=transfer.signed_by or "–",
                )  # fmt: skip

    def _compute_message_id(self):
        messages = self.env["finance.message"].sudo()
        for transfer in self:
            transfer.message_id = messages.search(
                [("connector_id", "=", transfer.connector_id.id), ("direction", "=", "out"),
                 ("dedup_key", "=", transfer.key)], limit=1
            )  # fmt: skip

    @api.model
    def _begun(self, connector, order_ids):
        """The latest upload of each order number: numbers come again after a while."""
        found = self.search([("connector_id", "=", connector.id), ("order_id", "in", list(order_ids))])
        return {order_id: own[0] for order_id, own in found.grouped("order_id").items()}
