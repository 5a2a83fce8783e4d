from odoo.addons.queue_job.controllers.main import RunJobController

from ..wakeup import comes_again


class FinanceJob(RunJobController):
    """Our jobs survive the loss of the database, wherever it comes: in their work or in the queue's own steps."""

    @classmethod
    def _try_perform_job(cls, env, job):
        if not job.model_name.startswith("finance."):
            return super()._try_perform_job(env, job)
        with comes_again():
            return super()._try_perform_job(env, job)
