from odoo import api, models

from ..core.errors import SecurityError
from ..core.masking import known_masked, log_text

TEXTS = ("exc_message", "exc_info", "result")


class QueueJob(models.Model):
    """What a job leaves behind is read by many: it holds no secrets and no account numbers."""

    _inherit = "queue.job"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_secrets(vals)
        return super().create([self._masked(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._masked(vals))

    @staticmethod
    def _masked(vals):
        return {**vals, **{name: log_text(vals[name]) for name in TEXTS if isinstance(vals.get(name), str)}}

    def _refuse_secrets(self, vals):
        """Arguments are stored as text for weeks; they cannot be masked, because the job needs them."""
        for name in ("args", "kwargs"):
            text = repr(vals[name]) if vals.get(name) else ""
            if known_masked(text) != text:
                raise SecurityError(
                    f"a secret must not stand in the arguments of a job: {vals.get('method_name')}",
                    code="secret.in_job",
                )
