"""The figure of hand-overs whose two sides do not agree."""

from ..core.figure import FIGURES, Figure


@FIGURES.add("checkpoints.broken", "Checkpoints that break")
class CheckpointsBroken(Figure):
    sequence = 28
    good = "zero"
    model = "finance.checkpoint"
    age_field = "day"
    age_is_date = True
    help = "Control totals of two sides that do not agree, and that nobody has accepted."

    def records(self, env, companies, on=None):
        found = [("company_id", "in", companies.ids), ("state", "=", "break"), "!", ("case_id.state", "=", "dropped")]
        return [*found, ("day", "<=", on)] if on else found
