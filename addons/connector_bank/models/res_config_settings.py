from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    finance_tolerance_amount = fields.Float(related="company_id.finance_tolerance_amount", readonly=False)
    finance_tolerance_percent = fields.Float(related="company_id.finance_tolerance_percent", readonly=False)
    finance_tolerance_account_id = fields.Many2one(
        related="company_id.finance_tolerance_account_id", readonly=False
    )
    finance_fee_account_id = fields.Many2one(related="company_id.finance_fee_account_id", readonly=False)
    finance_discount_account_id = fields.Many2one(related="company_id.finance_discount_account_id", readonly=False)
    finance_similar_names = fields.Boolean(related="company_id.finance_similar_names", readonly=False)
    finance_similar_from = fields.Integer(related="company_id.finance_similar_from", readonly=False)
    finance_similar_most = fields.Integer(related="company_id.finance_similar_most", readonly=False)
    finance_model = fields.Boolean(related="company_id.finance_model", readonly=False)
    finance_model_least = fields.Integer(related="company_id.finance_model_least", readonly=False)
    finance_model_most = fields.Integer(related="company_id.finance_model_most", readonly=False)
    finance_sure_partial = fields.Boolean(related="company_id.finance_sure_partial", readonly=False)
    finance_short_amount = fields.Float(related="company_id.finance_short_amount", readonly=False)
    finance_sure_payer = fields.Boolean(related="company_id.finance_sure_payer", readonly=False)
    finance_sure_return = fields.Boolean(related="company_id.finance_sure_return", readonly=False)
    finance_return_days = fields.Integer(related="company_id.finance_return_days", readonly=False)
    finance_sure_transfer = fields.Boolean(related="company_id.finance_sure_transfer", readonly=False)
    finance_transfer_days = fields.Integer(related="company_id.finance_transfer_days", readonly=False)
    finance_payee_decided = fields.Boolean(related="company_id.finance_payee_decided", readonly=False)
    finance_settle_days = fields.Integer(related="company_id.finance_settle_days", readonly=False)
    finance_sure_payout = fields.Boolean(related="company_id.finance_sure_payout", readonly=False)
    finance_payout_days = fields.Integer(related="company_id.finance_payout_days", readonly=False)
    finance_channel_days = fields.Integer(related="company_id.finance_channel_days", readonly=False)
    finance_memory = fields.Boolean(related="company_id.finance_memory", readonly=False)
    finance_memory_times = fields.Integer(related="company_id.finance_memory_times", readonly=False)
    finance_text_memory = fields.Boolean(related="company_id.finance_text_memory", readonly=False)
    finance_text_times = fields.Integer(related="company_id.finance_text_times", readonly=False)
    finance_text_automatic = fields.Boolean(related="company_id.finance_text_automatic", readonly=False)
    finance_unmatched_case = fields.Boolean(related="company_id.finance_unmatched_case", readonly=False)
    finance_unmatched_days = fields.Integer(related="company_id.finance_unmatched_days", readonly=False)
    finance_quick_writing = fields.Boolean(related="company_id.finance_quick_writing", readonly=False)
    finance_whole_lines = fields.Integer(related="company_id.finance_whole_lines", readonly=False)
    finance_piece_lines = fields.Integer(related="company_id.finance_piece_lines", readonly=False)
    finance_piece_waits = fields.Float(related="company_id.finance_piece_waits", readonly=False)
    finance_bank_days = fields.Selection(related="company_id.finance_bank_days", readonly=False)
    finance_bank_calendar_id = fields.Many2one(related="company_id.finance_bank_calendar_id", readonly=False)
    finance_statement_due_days = fields.Integer(related="company_id.finance_statement_due_days", readonly=False)
    finance_statement_cutoff = fields.Float(related="company_id.finance_statement_cutoff", readonly=False)
    finance_desk_page = fields.Integer(related="company_id.finance_desk_page", readonly=False)
    finance_desk_batch = fields.Integer(related="company_id.finance_desk_batch", readonly=False)
    finance_import_now_megabytes = fields.Integer(
        config_parameter="finance_connector_base.import_now_megabytes", default=4, string="Read at once up to (MB)"
    )
    finance_identity_files = fields.Integer(
        config_parameter="finance_connector_base.identity_files", default=1000, string="Files read again"
    )
    finance_identity_seconds = fields.Integer(
        config_parameter="finance_connector_base.identity_seconds", default=60, string="For at most (seconds)"
    )
    finance_history_files = fields.Integer(
        config_parameter="finance_connector_base.history_files", default=5000, string="Files of one load"
    )
    finance_history_chunk = fields.Integer(
        config_parameter="finance_connector_base.history_chunk", default=50, string="Files in one step"
    )
    finance_history_seconds = fields.Integer(
        config_parameter="finance_connector_base.history_seconds", default=40, string="A step takes at most (seconds)"
    )
    finance_history_days = fields.Integer(
        config_parameter="finance_connector_base.history_days", default=30, string="Forgotten loads go after (days)"
    )
    finance_double_days = fields.Integer(related="company_id.finance_double_days", readonly=False)
    finance_new_details_days = fields.Integer(related="company_id.finance_new_details_days", readonly=False)
    finance_screening_list = fields.Binary(related="company_id.finance_screening_list", readonly=False)
    finance_screening_name = fields.Char(related="company_id.finance_screening_name", readonly=False)
    finance_screening_score = fields.Integer(related="company_id.finance_screening_score", readonly=False)
    finance_creditor_identifier = fields.Char(related="company_id.finance_creditor_identifier", readonly=False)
    finance_notice_days = fields.Integer(related="company_id.finance_notice_days", readonly=False)
    finance_mandate_months = fields.Integer(related="company_id.finance_mandate_months", readonly=False)
